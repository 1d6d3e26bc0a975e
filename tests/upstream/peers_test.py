"""Dynalite and DynamoDB Local behind a dynadeck: what is recorded from them replays without them,
and a shadow hears of everything."""
import json
import os
import subprocess
import tempfile
import time
import unittest

from support import HERE, admin, front, servers, wire

PEERS = {"dynalite": servers.dynalite, "local": servers.dynamodb_local}


class Peers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run([HERE.parent / "peers/install"], check=True, stdout=subprocess.DEVNULL)

    def test_a_tape_of_a_peer_plays_without_it(self):
        session = [("CreateTable", {"TableName": "table", "BillingMode": "PAY_PER_REQUEST",
                                    "AttributeDefinitions": [
                                        {"AttributeName": "id", "AttributeType": "S"}],
                                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]})]
        session += [("DescribeTable", {"TableName": "table"})] * 3
        session += [("PutItem", {"TableName": "table", "Item": {"id": {"S": str(n)}}})
                    for n in range(5)]
        session += [("GetItem", {"TableName": "table", "Key": {"id": {"S": "3"}}}),
                    ("GetItem", {"TableName": "missing", "Key": {"id": {"S": "3"}}}),
                    ("Scan", {"TableName": "table"})]

        def play(endpoint):
            with wire.Client(endpoint) as client:
                answers = []
                for operation, body in session:
                    answers.append(client.call(operation, json.dumps(body).encode()))
                    time.sleep(0.02)  # a table is made a moment later
            return [(answer.status, answer.body) for answer in answers]

        for name, start in PEERS.items():
            with self.subTest(peer=name), tempfile.TemporaryDirectory() as folder:
                tape = os.path.join(folder, "peer.tape")
                with start() as peer, front(peer.endpoint, "--record", tape) as server:
                    recorded = play(server.endpoint)
                self.assertEqual([status for status, _ in recorded].count(400), 1)
                with servers.dynadeck("--replay", tape) as server:
                    self.assertEqual(play(server.endpoint), recorded)

    def test_a_shadow_hears_everything_and_its_differences_are_told(self):
        with servers.dynalite() as peer, servers.dynalite() as second, \
                front(peer.endpoint, "--shadow", second.endpoint) as server, \
                wire.Client(server.endpoint) as client:
            client.call("CreateTable", json.dumps(
                {"TableName": "table", "BillingMode": "PAY_PER_REQUEST",
                 "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                 "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}).encode())
            # Both have made the table when it has been asked for often enough.
            for _ in range(5):
                while b"ACTIVE" not in client.call("DescribeTable", {"TableName": "table"}).body:
                    time.sleep(0.01)
                time.sleep(0.05)
            for n in range(20):
                client.call("PutItem", json.dumps(
                    {"TableName": "table", "Item": {"id": {"S": str(n)}}}).encode())
            # Behind dynadeck's back.
            with wire.Client(peer.endpoint) as other:
                other.call("PutItem", json.dumps(
                    {"TableName": "table", "Item": {"id": {"S": "3"}, "n": {"N": "1"}}}).encode())
            answer = client.call("GetItem", json.dumps(
                {"TableName": "table", "Key": {"id": {"S": "3"}}}).encode())
            self.assertEqual(answer.json()["Item"]["n"], {"N": "1"})
            report = admin(client, "GET", "/_dynadeck/shadow")
            while report["queued"]:
                report = admin(client, "GET", "/_dynadeck/shadow")
        self.assertGreaterEqual(report["same"], 20)
        paths = [each["path"] for one in report["differences"] for each in one["differences"]
                 if one["operation"] == "GetItem"]
        self.assertEqual(paths, ["Item.n"])


if __name__ == "__main__":
    unittest.main()
