"""Tapes in front of an upstream: what is not on the tape falls through to it, where the mode says
so."""
import subprocess
import unittest

from support import admin, front, servers, wire
from proof import tapes

TABLE = {"TableName": "table", "BillingMode": "PAY_PER_REQUEST",
         "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
         "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}


def get(name):
    return {"TableName": "table", "Key": {"id": {"S": name}}}


class Tapes(unittest.TestCase):
    def setUp(self):
        self.tape = tapes.folder(self) / "session.tape"
        self.back = servers.dynadeck()
        self.addCleanup(self.back.stop)
        with wire.Client(self.back.endpoint) as client:
            client.call("CreateTable", TABLE)
            for name in "abc":
                item = {"id": {"S": name}, "said": {"S": "first"}}
                client.call("PutItem", {"TableName": "table", "Item": item})
        with front(self.back.endpoint, "--record", self.tape) as server, \
                wire.Client(server.endpoint) as client:
            self.taped = client.call("GetItem", get("a")).body
        # What is on the tape can be told from what the upstream says now.
        with wire.Client(self.back.endpoint) as client:
            for name in "abc":
                client.call("PutItem", {"TableName": "table", "Item": {
                    "id": {"S": name}, "said": {"S": "second"}}})
            admin(client, "DELETE", "/_dynadeck/requests")

    def asked(self):
        with wire.Client(self.back.endpoint) as client:
            return admin(client, "GET", "/_dynadeck/requests?operation=GetItem")["count"]

    def exchanges(self):
        finished = subprocess.run([servers.BINARY, "cassette", "show", self.tape],
                                  capture_output=True, text=True, check=True)
        return finished.stdout.count("GetItem")

    def test_passthrough(self):
        with front(self.back.endpoint, "--replay", self.tape, "--unmatched",
                   "passthrough") as server, \
                wire.Client(server.endpoint) as client:
            self.assertEqual(client.call("GetItem", get("a")).body, self.taped)
            self.assertEqual(self.asked(), 0)
            self.assertIn(b"second", client.call("GetItem", get("b")).body)
            self.assertEqual(self.asked(), 1)
        self.assertEqual(self.exchanges(), 1)

    def test_new_episodes(self):
        with front(self.back.endpoint, "--record", self.tape, "--mode", "new-episodes") as server, \
                wire.Client(server.endpoint) as client:
            self.assertEqual(client.call("GetItem", get("a")).body, self.taped)
            self.assertEqual(self.asked(), 0)
            added = client.call("GetItem", get("c")).body
            self.assertIn(b"second", added)
            self.assertEqual(self.asked(), 1)
        self.assertEqual(self.exchanges(), 2)
        self.back.stop()
        with servers.dynadeck("--replay", self.tape) as server, \
                wire.Client(server.endpoint) as client:
            self.assertEqual(client.call("GetItem", get("a")).body, self.taped)
            self.assertEqual(client.call("GetItem", get("c")).body, added)

    def test_a_fault_on_the_way_is_on_the_tape(self):
        faulted = self.tape.with_name("faulted.tape")
        with front(self.back.endpoint, "--record", faulted) as server, \
                wire.Client(server.endpoint) as client:
            rule = b'{"name":"once","schedule":{"first":1},"fault":{"error":"ThrottlingException"}}'
            client.exchange("POST", "/_dynadeck/faults", {}, rule)
            recorded = [client.call("GetItem", get("a")) for _ in range(2)]
        self.back.stop()
        with servers.dynadeck("--replay", faulted) as server, \
                wire.Client(server.endpoint) as client:
            played = [client.call("GetItem", get("a")) for _ in range(2)]
        self.assertEqual([answer.error for answer in recorded], ["ThrottlingException", None])
        self.assertEqual([(answer.status, answer.body) for answer in played],
                         [(answer.status, answer.body) for answer in recorded])


if __name__ == "__main__":
    unittest.main()
