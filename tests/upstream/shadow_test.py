"""A second database hears what the first one answered; the client hears the first one alone."""
import json
import signal
import time
import unittest

from support import admin, front, servers, wire

TABLE = {"TableName": "table", "BillingMode": "PAY_PER_REQUEST",
         "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
         "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}


def item(name, **attributes):
    return {"TableName": "table", "Item": {"id": {"S": name}, **attributes}}


def key(name):
    return {"TableName": "table", "Key": {"id": {"S": name}}}


def settled(client):
    while True:
        report = admin(client, "GET", "/_dynadeck/shadow")
        if report["queued"] == 0:
            return report
        time.sleep(0.01)


class Shadows(unittest.TestCase):
    def differ(self, server, primary):
        """Makes one difference behind dynadeck's back; the report, its text and the metrics."""
        with wire.Client(server.endpoint) as client, wire.Client(primary.endpoint) as behind:
            self.assertEqual(client.call("CreateTable", TABLE).status, 200)
            while b"ACTIVE" not in client.call("DescribeTable", {"TableName": "table"}).body:
                pass
            for n in range(10):
                client.call("PutItem", item(str(n), n={"N": "1"}))
            settled(client)
            behind.call("PutItem", item("3", n={"N": "2"}))
            answer = client.call("GetItem", key("3"))
            self.assertEqual(answer.json()["Item"]["n"], {"N": "2"})
            self.assertEqual(client.call("GetItem", key("4")).json()["Item"]["n"], {"N": "1"})
            missing = client.call("GetItem", {**key("4"), "TableName": "missing"})
            self.assertEqual(missing.error, "ResourceNotFoundException")
            report = settled(client)
            text = client.exchange("GET", "/_dynadeck/shadow?format=text", {}, b"").body.decode()
            metrics = client.exchange("GET", "/metrics", {}, b"").body.decode()
            admin(client, "DELETE", "/_dynadeck/shadow")
            self.assertEqual(admin(client, "GET", "/_dynadeck/shadow")["different"], 0)
        self.assertGreaterEqual(report["same"], 12)
        self.assertEqual(report["failed"] + report["dropped"], 0)
        found = [(one["operation"], one["table"], each["path"], each["primary"], each["shadow"])
                 for one in report["differences"] for each in one["differences"]]
        self.assertEqual(found, [("GetItem", "table", "Item.n.N", '"2"', '"1"')])
        self.assertIn('GetItem on table', text)
        self.assertIn('  Item.n.N\n    primary: "2"\n    shadow:  "1"\n', text)
        self.assertIn('dynadeck_shadow_requests_total{outcome="different"} 1', metrics)

    def test_the_engine_here_beside_an_upstream(self):
        with servers.dynadeck() as primary, \
                front(primary.endpoint, "--shadow", "embedded") as server:
            self.differ(server, primary)

    def test_another_server_beside_an_upstream(self):
        with servers.dynadeck() as primary, servers.dynadeck() as second, \
                front(primary.endpoint, "--shadow", second.endpoint) as server:
            self.differ(server, primary)

    def test_another_server_beside_the_engine_here(self):
        with servers.dynadeck() as second, \
                servers.dynadeck("--shadow", second.endpoint) as server, \
                wire.Client(server.endpoint) as client, wire.Client(second.endpoint) as behind:
            client.call("CreateTable", TABLE)
            client.call("PutItem", item("a", n={"N": "1"}))
            settled(client)
            behind.call("PutItem", item("a", n={"N": "2"}))
            client.call("GetItem", key("a"))
            report = settled(client)
        self.assertEqual([each["path"] for one in report["differences"]
                          for each in one["differences"]], ["Item.n.N"])

    def test_nobody_waits_for_a_shadow_that_stands_still(self):
        with servers.dynadeck() as primary, servers.dynadeck() as second, \
                front(primary.endpoint, "--shadow", second.endpoint, "--upstream-timeout", "2s",
                      "--upstream-response-timeout", "1s") as server, \
                wire.Client(server.endpoint) as client:
            client.call("CreateTable", TABLE)
            settled(client)
            second.process.send_signal(signal.SIGSTOP)
            try:
                resident, longest = server.rss_bytes(), 0.0
                for n in range(3000):
                    began = time.monotonic()
                    answer = client.call("PutItem", item(str(n), fill={"S": "x" * 1000}))
                    longest = max(longest, time.monotonic() - began)
                    self.assertEqual(answer.status, 200)
                report = admin(client, "GET", "/_dynadeck/shadow")
            finally:
                second.process.send_signal(signal.SIGCONT)
            # Far below the time that the shadow is given; bounded memory: 1,000 wait at most.
            self.assertLess(longest, 0.9)
            self.assertLessEqual(report["queued"], 1000)
            self.assertGreater(report["dropped"], 0)
            self.assertLess(server.rss_bytes() - resident, 64e6)

    def test_a_shadow_that_is_not_there_is_told_and_no_difference(self):
        port = servers.free_port()
        with servers.dynadeck() as primary, \
                front(primary.endpoint, "--shadow", f"http://127.0.0.1:{port}") as server, \
                wire.Client(server.endpoint) as client:
            self.assertEqual(client.call("CreateTable", TABLE).status, 200)
            report = settled(client)
        self.assertEqual((report["failed"], report["different"]), (1, 0))
        self.assertEqual(json.dumps(report["differences"]), "[]")


if __name__ == "__main__":
    unittest.main()
