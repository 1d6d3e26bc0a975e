"""boto3, the AWS SDK for JavaScript v3 and the AWS CLI against one server each."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import AWS, HERE, PYTHON, WithServer  # noqa: E402


class Boto3(WithServer):
    def test_session(self):
        self.succeeds([PYTHON, HERE / "sdks/boto3_test.py"])


class JavaScript(WithServer):
    def test_session(self):
        self.succeeds(["node", "--test", HERE / "js/session.js"])


class CommandLine(WithServer):
    """The AWS CLI starts slowly: few calls, each with something of its own."""

    def aws(self, *arguments):
        output = self.succeeds([AWS, "dynamodb", "--endpoint-url", self.endpoint, *arguments])
        return json.loads(output) if output.strip() else None

    def test_a_table_and_its_items(self):
        created = self.aws("create-table", "--table-name", "music", "--billing-mode",
                           "PAY_PER_REQUEST", "--attribute-definitions",
                           "AttributeName=artist,AttributeType=S", "--key-schema",
                           "AttributeName=artist,KeyType=HASH")
        self.assertEqual(created["TableDescription"]["TableName"], "music")
        self.aws("wait", "table-exists", "--table-name", "music")
        item = {"artist": {"S": "Nina Simone"}, "born": {"N": "1933"}, "photo": {"B": "AAH/"}}
        self.aws("put-item", "--table-name", "music", "--item", json.dumps(item))
        got = self.aws("get-item", "--table-name", "music", "--key",
                       json.dumps({"artist": item["artist"]}),
                       "--consistent-read", "--return-consumed-capacity", "TOTAL")
        self.assertEqual(got["Item"], item)
        self.assertEqual(got["ConsumedCapacity"]["CapacityUnits"], 1.0)
        for number in range(5):
            self.aws("put-item", "--table-name", "music", "--item",
                     json.dumps({"artist": {"S": f"a{number}"}}))
        found = self.aws("scan", "--table-name", "music", "--page-size", "2")
        self.assertEqual(found["Count"], 6)
        self.aws("delete-table", "--table-name", "music")
        self.assertEqual(self.aws("list-tables"), {"TableNames": []})


if __name__ == "__main__":
    unittest.main()
