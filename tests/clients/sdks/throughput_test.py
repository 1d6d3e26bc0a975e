"""--enforce-throughput through the binary: on the wire, by the clock that tests move, and through
an SDK that retries."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import HERE, WithServer, run  # noqa: E402

from proof import wire  # noqa: E402

TABLE = {"TableName": "Narrow", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
         "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
         "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}
PUT = {"TableName": "Narrow", "Item": {"id": {"S": "x"}}}


class Enforced(WithServer):
    options = ("--enforce-throughput", "--clock", "2026-01-01T00:00:00Z")

    def test_the_burst_and_what_refills_it(self):
        with wire.Client(self.endpoint) as client:
            self.assertEqual(client.call("CreateTable", TABLE).status, 200)
            statuses = [client.call("PutItem", PUT).status for _ in range(310)]
            self.assertEqual(statuses, [200] * 300 + [400] * 10)
            refused = client.call("PutItem", PUT)
            self.assertEqual(refused.error, "ProvisionedThroughputExceededException")
            self.assertEqual(refused.json()["ThrottlingReasons"], [
                {"reason": "TableWriteProvisionedThroughputExceeded",
                 "resource": "arn:aws:dynamodb:us-east-1:000000000000:table/Narrow"}])
            moved = client.exchange("PUT", "/_dynadeck/clock", {"Content-Type": "application/json"},
                                    b'{"advance": "2s"}')
            self.assertEqual(moved.status, 200, moved.body)
            batch = client.call("BatchWriteItem", {"RequestItems": {"Narrow": [
                {"PutRequest": {"Item": {"id": {"S": name}}}} for name in "abc"]}})
            self.assertEqual(len(batch.json()["UnprocessedItems"]["Narrow"]), 1)


class Retried(WithServer):
    options = ("--enforce-throughput",)

    def test_javascript(self):
        finished = run(["node", "--test", HERE / "js/throughput.js"], self.endpoint)
        self.assertEqual(finished.returncode, 0, finished.stdout + finished.stderr)


class NotEnforced(WithServer):
    def test_nothing_is_throttled(self):
        with wire.Client(self.endpoint) as client:
            client.call("CreateTable", TABLE)
            self.assertEqual({client.call("PutItem", PUT).status for _ in range(400)}, {200})


if __name__ == "__main__":
    unittest.main()
