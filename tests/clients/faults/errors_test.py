"""Every error of DynamoDB and DynamoDB Streams, injected by its name: its bytes over HTTP, and the
exception that an application gets from boto3 and from the SDK for JavaScript. Which errors there
are is asked of the SDKs' own models, so a new release that has one more fails here."""
import json
import pathlib
import sys
import tempfile
import unittest
import zlib

import boto3
import botocore.config
import botocore.session

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from errors import ERRORS, body_of, rules  # noqa: E402
from support import HERE, run, servers  # noqa: E402

from proof import wire  # noqa: E402

SERVICES = {"dynamodb": "GetItem", "dynamodbstreams": "GetRecords"}
BOTO3 = {"dynamodb": lambda client: client.get_item(TableName="Table", Key={"pk": {"S": "1"}}),
         "dynamodbstreams": lambda client: client.get_records(ShardIterator="x" * 20)}


def modelled(service):
    """{code: the member that holds the message}, as botocore's model of the service has it."""
    model = botocore.session.get_session().get_service_model(service)
    return {shape.error_code: next(name for name in shape.members if name.lower() == "message")
            for shape in model.error_shapes}


class FaultErrors(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(rules(), file)
            file.flush()
            cls.server = servers.dynadeck("--faults", file.name)
        cls.addClassCleanup(cls.server.stop)
        cls.endpoint = cls.server.endpoint

    def test_each_error_has_its_bytes(self):
        for code, expected in ERRORS.items():
            for operation in SERVICES.values():
                with self.subTest(code, operation=operation), \
                        wire.Client(self.endpoint, account=code) as client:
                    answer = client.call(operation, {"TableName": "Table"})
                    self.assertEqual(answer.status, expected.status)
                    self.assertEqual(answer.body.decode(),
                                     json.dumps(body_of(code), separators=(",", ":")))
                    headers = dict(answer.headers)
                    self.assertRegex(headers.pop("x-amzn-requestid"), "^[A-Z0-9]{52}$")
                    self.assertIn("GMT", headers.pop("date"))
                    self.assertEqual(headers, {
                        "server": "Server", "content-type": "application/x-amz-json-1.0",
                        "content-length": str(len(answer.body)), "connection": "keep-alive",
                        "x-amz-crc32": str(zlib.crc32(answer.body))})

    def test_boto3_raises_each_modelled_error_as_its_class(self):
        for service, call in BOTO3.items():
            errors = modelled(service)
            self.assertGreater(len(errors), 4)
            for code, member in errors.items():
                with self.subTest(code, service=service):
                    self.assertIn(code, ERRORS)
                    self.assertEqual(member, ERRORS[code].member)
                    client = boto3.client(
                        service, endpoint_url=self.endpoint, region_name="us-east-1",
                        aws_access_key_id=code, aws_secret_access_key="secret",
                        config=botocore.config.Config(retries={"total_max_attempts": 1}))
                    self.addCleanup(client.close)
                    with self.assertRaises(getattr(client.exceptions, code)) as raised:
                        call(client)
                    response = raised.exception.response
                    self.assertEqual(response["Error"]["Code"], code)
                    self.assertEqual(response["Error"]["Message"], ERRORS[code].text)
                    self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"],
                                     ERRORS[code].status)

    def test_javascript_throws_each_modelled_error_as_its_class(self):
        finished = run(["node", HERE / "js/errors.js"], self.endpoint)
        self.assertEqual(finished.returncode, 0, finished.stderr)
        seen = json.loads(finished.stdout)
        for package, least in (("client-dynamodb", 30), ("client-dynamodb-streams", 5)):
            self.assertGreaterEqual(len(seen[package]), least)
            for code, result in seen[package].items():
                with self.subTest(code, package=package):
                    self.assertEqual(result, {"name": code, "instance": True,
                                              "message": ERRORS[code].text,
                                              "status": ERRORS[code].status})

    def test_no_modelled_error_is_left_out(self):
        everywhere = {code for service in SERVICES for code in modelled(service)}
        self.assertLessEqual(everywhere, set(ERRORS))

    def test_each_error_was_counted(self):
        for code, expected in ERRORS.items():
            with wire.Client(self.endpoint, account=code) as client:
                client.call("GetItem", {"TableName": "Table"})
                journal = client.exchange(
                    "GET", f"/_dynadeck/requests?access_key={code}", {}, None).json()
                self.assertEqual(list(journal["counts"]["outcome"]), [code])
                self.assertEqual(journal["counts"]["rule"], {code: journal["count"]})
                self.assertEqual(journal["requests"][-1]["status"], expected.status)


if __name__ == "__main__":
    unittest.main()
