"""Clients with the face of proof.wire.Client that send through an SDK: what an application gets of
an answer, written down again as the wire would have it."""
import base64
import datetime
import json
import subprocess

from proof.wire import Answer

HEADERS = {"content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "parsed"}
BLOBS = {"B", "BS"}


def to_bytes(value):
    """A request with bytes where the wire has base64 in attribute values."""
    return walk(value, lambda text: base64.b64decode(text, validate=True))


def to_base64(value):
    return walk(value, lambda raw: base64.b64encode(bytes(raw)).decode())


def walk(value, convert):
    if isinstance(value, list):
        return [walk(element, convert) for element in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and (kind := next(iter(value))) in BLOBS:
        content = value[kind]
        if kind == "B" and not isinstance(content, dict):
            return {kind: convert(content)}
        if kind == "BS" and isinstance(content, list):
            return {kind: [convert(element) for element in content]}
    return {name: walk(member, convert) for name, member in value.items()}


def plain(value):
    """What JSON has no word for."""
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    raise TypeError(f"{type(value)} in an answer")


def success(result):
    return Answer(200, HEADERS, json.dumps(to_base64(result), default=plain).encode())


def failure(status, code, message, members, namespaces, capital):
    body = {"__type": namespaces.get(code, "com.amazonaws.dynamodb.v20120810#") + code}
    if message:
        body["Message" if code in capital else "message"] = message
    body.update(to_base64(members))
    return Answer(status, HEADERS, json.dumps(body, default=plain).encode())


class Unsendable(Exception):
    """The SDK refuses to send the request, or does not know a member of it."""


class Boto3:
    """*One thread.*"""

    def __init__(self, endpoint, account, namespaces, capital):
        import boto3
        from botocore.config import Config
        self.errors = (namespaces, capital)
        self.client = boto3.client(
            "dynamodb", endpoint_url=endpoint, region_name="us-east-1",
            aws_access_key_id=account, aws_secret_access_key="secret",
            config=Config(parameter_validation=False, retries={"max_attempts": 0}))

    def call(self, operation, request, headers=None):
        from botocore import xform_name
        from botocore.exceptions import ClientError
        assert not headers
        try:
            result = getattr(self.client, xform_name(operation))(**to_bytes(request))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Unsendable(operation) from error
        except ClientError as error:
            members = {name: member for name, member in error.response.items()
                       if name not in ("Error", "ResponseMetadata", "message", "Message")}
            details = error.response["Error"]
            return failure(error.response["ResponseMetadata"]["HTTPStatusCode"], details["Code"],
                           details["Message"], members, *self.errors)
        result.pop("ResponseMetadata")
        return success(result)

    def close(self):
        self.client.close()


class Piped:
    """A process that sends what it reads from a pipe: a line of JSON each way. *One thread.*"""

    def __init__(self, command, environment, namespaces, capital):
        self.errors = (namespaces, capital)
        self.account = None
        self.process = subprocess.Popen(command, env=environment, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def call(self, operation, request, headers=None):
        assert not headers
        self.process.stdin.write(json.dumps({"account": self.account, "operation": operation,
                                             "request": request}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "refused" in answer:
            raise Unsendable(answer["refused"])
        if "result" in answer:
            return Answer(200, HEADERS, json.dumps(answer["result"]).encode())
        return failure(answer["status"], answer["code"], answer["message"], answer["members"],
                       *self.errors)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(30)
