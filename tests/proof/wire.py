"""One HTTP exchange with anything that speaks DynamoDB's JSON protocol, seen as bytes.

Nothing here retries, signs in earnest or interprets an answer: a suite that wants to see what an
SDK sees uses the SDK (tests/clients).
"""
import base64
import http.client
import json
import zlib
from dataclasses import dataclass
from urllib.parse import urlsplit

STREAMS_OPERATIONS = {"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"}


@dataclass(frozen=True)
class Answer:
    """headers: names in lower case; of a repeated header the last one."""

    status: int
    headers: dict
    body: bytes

    def json(self):
        """The body as JSON, or None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def error(self):
        """The error's code without its namespace; None for a success."""
        document = self.json()
        if self.status < 400 or not isinstance(document, dict):
            return None
        return str(document.get("__type", "")).rpartition("#")[2]


def authorization(account, region="us-east-1"):
    """A header that looks signed. The access key names the account."""
    scope = f"{account}/20260101/{region}/dynamodb/aws4_request"
    return (f"AWS4-HMAC-SHA256 Credential={scope}, "
            f"SignedHeaders=host;x-amz-date;x-amz-target, Signature={'0' * 64}")


def target(operation):
    """X-Amz-Target of an operation; what already names an API stays as it is."""
    if "." in operation:
        return operation
    api = "DynamoDBStreams_20120810" if operation in STREAMS_OPERATIONS else "DynamoDB_20120810"
    return f"{api}.{operation}"


class Client:
    """A keep-alive connection. One thread at a time."""

    def __init__(self, endpoint, account="000000000000", region="us-east-1", timeout=60):
        url = urlsplit(endpoint)
        self.host, self.port, self.timeout = url.hostname, url.port or 80, timeout
        self.account, self.region = account, region
        self.connection = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def call(self, operation, request, headers=None):
        """The answer to one operation; request is a JSON value, or bytes sent as they are."""
        body = request if isinstance(request, bytes) else json.dumps(
            request, separators=(",", ":"), ensure_ascii=False).encode()
        return self.exchange("POST", "/", {**self.default_headers(operation), **(headers or {})},
                             body)

    def default_headers(self, operation=None):
        headers = {"Content-Type": "application/x-amz-json-1.0",
                   "X-Amz-Date": "20260101T000000Z",
                   "Authorization": authorization(self.account, self.region)}
        if operation is not None:
            headers["X-Amz-Target"] = target(operation)
        return headers

    def exchange(self, method, path, headers, body):
        """Sends what it is given: a header that is None is left out. Opens a connection again if
        the server closed the idle one."""
        headers = {name: value for name, value in headers.items() if value is not None}
        for attempt in (1, 2):
            fresh = self.connection is None
            if fresh:
                self.connection = http.client.HTTPConnection(self.host, self.port,
                                                             timeout=self.timeout)
            try:
                self.connection.request(method, path, body=body, headers=headers)
                answer = self.connection.getresponse()
                content = answer.read()
                break
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.close()
                if fresh or attempt == 2:
                    raise
        if answer.will_close:
            self.close()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()},
                      content)


def crc32_fits(answer):
    """Whether x-amz-crc32 is that of the body as sent."""
    return answer.headers.get("x-amz-crc32") == str(zlib.crc32(answer.body))


def binary(text):
    """A value of type B as the wire has it."""
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()
