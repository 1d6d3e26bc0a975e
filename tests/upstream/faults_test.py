"""Faults before and after the upstream is asked: what the upstream sees, and what the client."""
import concurrent.futures
import contextlib
import gzip
import http.client
import json
import socket
import tempfile
import time
import unittest
import zlib

from support import Upstream, admin, front, servers, wire

TABLE = {"TableName": "table", "BillingMode": "PAY_PER_REQUEST",
         "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
         "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}


def put_in(name):
    return {"TableName": "table", "Item": {"id": {"S": name}}}


def get(name):
    return {"TableName": "table", "Key": {"id": {"S": name}}, "ConsistentRead": True}


def batch(*names):
    return {"RequestItems": {"table": [{"PutRequest": {"Item": {"id": {"S": name}}}}
                                       for name in names]}}


class Faults(unittest.TestCase):
    """In front of another dynadeck, which is asked directly, too."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.back = servers.dynadeck()
        cls.addClassCleanup(cls.back.stop)
        cls.server = front(cls.back.endpoint)
        cls.addClassCleanup(cls.server.stop)
        with wire.Client(cls.back.endpoint) as client:
            client.call("CreateTable", TABLE)

    def setUp(self):
        self.alone = wire.Client(self.back.endpoint)
        self.through = wire.Client(self.server.endpoint)
        self.addCleanup(self.alone.close)
        self.addCleanup(self.through.close)
        self.addCleanup(admin, self.alone, "DELETE", "/_dynadeck/requests")
        self.addCleanup(admin, self.through, "DELETE", "/_dynadeck/faults")
        admin(self.alone, "DELETE", "/_dynadeck/requests")

    def put_up(self, fault, at=None, **more):
        rule = {"name": "rule", "fault": fault, **({"at": at} if at else {}), **more}
        answer = self.through.exchange("POST", "/_dynadeck/faults", {}, json.dumps(rule).encode())
        self.assertEqual(answer.status, 201, answer.body)

    def seen(self, operation):
        """How often the upstream was asked for it."""
        counts = admin(self.alone, "GET", "/_dynadeck/requests")["counts"]["operation"]
        return counts.get(operation, 0)

    def stored(self, name):
        return "Item" in self.alone.call("GetItem", get(name)).json()

    def test_before_the_upstream_is_asked(self):
        self.put_up({"error": "ProvisionedThroughputExceededException"}, "before")
        answer = self.through.call("PutItem", put_in("before"))
        self.assertEqual(answer.error, "ProvisionedThroughputExceededException")
        self.assertEqual(self.seen("PutItem"), 0)
        self.assertFalse(self.stored("before"))

    def test_after_the_upstream_has_committed(self):
        self.put_up({"error": "InternalServerError"}, "after", when={"operations": ["PutItem"]})
        answer = self.through.call("PutItem", put_in("after"))
        self.assertEqual((answer.status, answer.error), (500, "InternalServerError"))
        self.assertTrue(wire.crc32_fits(answer))
        self.assertEqual(self.seen("PutItem"), 1)
        self.assertTrue(self.stored("after"))

    def test_a_connection_that_is_reset_after_the_upstream_has_committed(self):
        self.put_up({"connection": "reset"}, "after", when={"operations": ["PutItem"]})
        with self.assertRaises((ConnectionResetError, http.client.RemoteDisconnected)), \
                wire.Client(self.server.endpoint) as client:
            client.call("PutItem", put_in("reset"))
        self.assertTrue(self.stored("reset"))

    def test_an_error_of_the_upstream_stays_its_own(self):
        self.put_up({"error": "InternalServerError"}, "after")
        answer = self.through.call("GetItem", {**get("x"), "TableName": "missing"})
        self.assertEqual(answer.error, "ResourceNotFoundException")

    def test_a_client_that_leaves_before_its_delay_is_over_has_asked_nothing(self):
        self.put_up({"latency": "400ms"}, "before", when={"operations": ["PutItem"]})
        with wire.Client(self.server.endpoint, timeout=0.1) as client, \
                self.assertRaises(TimeoutError):
            client.call("PutItem", put_in("left"))
        time.sleep(0.6)
        self.assertEqual(self.seen("PutItem"), 0)

    def test_only_the_surviving_part_of_a_batch_is_sent(self):
        self.put_up({"unprocessed": {"items": [0, 3]}})
        answer = self.through.call("BatchWriteItem", batch("b0", "b1", "b2", "b3"))
        self.assertEqual(answer.status, 200, answer.body)
        self.assertTrue(wire.crc32_fits(answer))
        back = [each["PutRequest"]["Item"]["id"]["S"]
                for each in answer.json()["UnprocessedItems"]["table"]]
        self.assertEqual(sorted(back), ["b0", "b3"])
        self.assertEqual([self.stored(f"b{n}") for n in range(4)], [False, True, True, False])
        self.assertEqual(self.seen("BatchWriteItem"), 1)

    def test_only_the_surviving_keys_of_a_batch_are_asked_for(self):
        for n in range(3):
            self.alone.call("PutItem", put_in(f"g{n}"))
        self.put_up({"unprocessed": {"items": [1]}})
        keys = [{"id": {"S": f"g{n}"}} for n in range(3)]
        answer = self.through.call("BatchGetItem", {"RequestItems": {"table": {"Keys": keys}}})
        document = answer.json()
        self.assertEqual(sorted(item["id"]["S"] for item in document["Responses"]["table"]),
                         ["g0", "g2"])
        self.assertEqual(document["UnprocessedKeys"]["table"]["Keys"], [keys[1]])

    def test_a_wrong_checksum_is_wrong_on_purpose_only(self):
        self.put_up({"corrupt": "crc32"}, when={"operations": ["GetItem"]})
        self.assertFalse(wire.crc32_fits(self.through.call("GetItem", get("after"))))
        self.assertTrue(wire.crc32_fits(self.through.call("ListTables", {})))

    def test_the_journal_and_the_metrics_tell_of_both(self):
        self.put_up({"error": "InternalServerError"}, "after", when={"operations": ["PutItem"]})
        self.through.call("PutItem", put_in("journal"))
        entry = admin(self.through, "GET", "/_dynadeck/requests?operation=PutItem")["requests"][-1]
        self.assertEqual((entry["outcome"], [fault["rule"] for fault in entry["faults"]]),
                         ("InternalServerError", ["rule"]))
        text = self.through.exchange("GET", "/metrics", {}, b"").body.decode()
        self.assertIn("dynadeck_upstream_requests_total", text)


class Bodies(unittest.TestCase):
    """What a fault makes of an answer that came compressed and with a checksum."""

    @staticmethod
    def compressed(headers, body):
        whole = json.dumps({"UnprocessedItems": {}, "filler": "x" * 5000}).encode()
        if json.loads(body).get("RequestItems", {}).get("table") == []:
            whole = b"{}"
        packed = gzip.compress(whole)
        assert "gzip" in headers["Accept-Encoding"]
        return 200, {"Content-Encoding": "gzip", "x-amz-crc32": str(zlib.crc32(packed))}, packed

    def test_a_checksum_is_over_what_is_sent(self):
        with Upstream(self.compressed) as upstream, \
                front(f"http://127.0.0.1:{upstream.port}") as server, \
                wire.Client(server.endpoint) as client:
            rule = {"name": "part", "fault": {"unprocessed": {"items": [0]}}}
            client.exchange("POST", "/_dynadeck/faults", {}, json.dumps(rule).encode())
            answer = client.call("BatchWriteItem", batch("a", "b"), {"Accept-Encoding": "gzip"})
        self.assertEqual(answer.headers.get("content-encoding"), "gzip")
        self.assertTrue(wire.crc32_fits(answer))
        document = json.loads(gzip.decompress(answer.body))
        self.assertEqual(len(document["UnprocessedItems"]["table"]), 1)
        self.assertEqual(len(document["filler"]), 5000)

    def test_what_came_compressed_unasked_is_read(self):
        with Upstream(lambda headers, body: (200, {"Content-Encoding": "gzip"},
                                             gzip.compress(b'{"Item":{}}'))) as upstream, \
                front(f"http://127.0.0.1:{upstream.port}") as server, \
                wire.Client(server.endpoint) as client:
            answer = client.call("GetItem", b"{}")
        self.assertEqual((answer.body, answer.headers.get("content-encoding")),
                         (b'{"Item":{}}', None))
        self.assertTrue(wire.crc32_fits(answer))

    def test_a_compressed_request_is_sent_plain(self):
        seen = []

        def note(headers, body):
            seen.append((headers.get("Content-Encoding"), body))
            return 200, {}, b"{}"

        with Upstream(note) as upstream, front(f"http://127.0.0.1:{upstream.port}") as server, \
                wire.Client(server.endpoint) as client:
            client.call("PutItem", gzip.compress(b'{"a":1}'), {"Content-Encoding": "gzip"})
        self.assertEqual(seen, [(None, b'{"a":1}')])

    def test_a_body_that_its_checksum_does_not_fit_is_not_passed_on(self):
        answers = [b"1", b"12"]

        def wrong(headers, body):
            text = answers.pop()
            return 200, {"x-amz-crc32": str(zlib.crc32(b"12"))}, text

        with Upstream(wrong) as upstream, front(f"http://127.0.0.1:{upstream.port}") as server, \
                wire.Client(server.endpoint) as client:
            right, bad = client.call("GetItem", {}), client.call("GetItem", {})
        self.assertEqual((right.status, right.body), (200, b"12"))
        self.assertEqual((bad.status, bad.error), (502, "InternalServerError"))
        self.assertIn("x-amz-crc32", bad.json()["message"])


class Unreachable(unittest.TestCase):
    def test_the_answer_names_the_host_and_the_reason(self):
        port = servers.free_port()
        with tempfile.NamedTemporaryFile("r") as log, \
                front(f"http://127.0.0.1:{port}", log=log.name) as server, \
                wire.Client(server.endpoint) as client:
            answer = client.call("GetItem", get("x"))
            stats = admin(client, "GET", "/_dynadeck/upstream")
            metrics = client.exchange("GET", "/metrics", {}, b"").body.decode()
            logged = [line for line in log.read().splitlines() if f"127.0.0.1:{port}" in line]
        self.assertEqual((answer.status, answer.error), (502, "InternalServerError"))
        self.assertTrue(wire.crc32_fits(answer))
        self.assertIn(f"127.0.0.1:{port}", answer.json()["message"])
        self.assertIn("Connection refused", answer.json()["message"])
        self.assertIn("GetItem: Connection refused", logged[-1])
        self.assertEqual(stats["unreachable"], 1)
        self.assertIn('dynadeck_upstream_failures_total{reason="unreachable"} 1', metrics)

    def test_a_request_that_never_left_is_tried_again_where_that_is_asked_for(self):
        for retries, expected in (("0", 502), ("10", 200)):
            port = servers.free_port()
            with self.subTest(retries=retries), \
                    front(f"http://127.0.0.1:{port}", "--upstream-retries", retries) as server, \
                    wire.Client(server.endpoint) as client, \
                    concurrent.futures.ThreadPoolExecutor(1) as pool:
                asked = pool.submit(client.call, "GetItem", b"{}")
                if retries == "0":
                    asked.result()
                else:
                    self.wait_for(server, lambda stats: stats["retries"] > 0)
                with Upstream(lambda headers, body: (200, {}, body), port=port):
                    self.assertEqual(asked.result().status, expected)
                    self.assertEqual(client.call("GetItem", b"{}").status, 200)

    def test_what_may_have_arrived_is_never_sent_again(self):
        """The upstream reads each request, and hangs up."""
        seen = []

        def hang_up(headers, body):
            seen.append(body)
            raise ConnectionAbortedError

        with Upstream(hang_up) as upstream, \
                front(f"http://127.0.0.1:{upstream.port}", "--upstream-retries", "5") as server, \
                wire.Client(server.endpoint) as client:
            answers = [client.call("PutItem", b'{"n":%d}' % n) for n in range(3)]
        self.assertEqual([answer.status for answer in answers], [502] * 3)
        self.assertEqual(seen, [b'{"n":0}', b'{"n":1}', b'{"n":2}'])
        self.assertNotIn("was not sent", answers[0].json()["message"])

    def wait_for(self, server, arrived):
        deadline = time.monotonic() + 10
        with wire.Client(server.endpoint) as client:
            while not arrived(admin(client, "GET", "/_dynadeck/upstream")):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.01)

    def test_the_whole_request_has_a_hard_end(self):
        """Retries of a request that never left, to a port where nobody is."""
        port = servers.free_port()
        with front(f"http://127.0.0.1:{port}", "--upstream-retries", "10", "--upstream-timeout",
                   "300ms") as server, wire.Client(server.endpoint) as client:
            began = time.monotonic()
            answer = client.call("GetItem", get("x"))
            took = time.monotonic() - began
        self.assertIn(answer.status, (502, 504))
        self.assertLess(took, 1.0)  # the ten pauses alone would be 7 s

    def test_connecting_has_an_end(self):
        """A port whose queue is full lets nobody in and refuses nobody."""
        with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, \
                contextlib.ExitStack() as waiting:
            address = listener.getsockname()
            for _ in range(4):
                caller = waiting.enter_context(socket.socket())
                caller.setblocking(False)
                caller.connect_ex(address)
            with front(f"http://127.0.0.1:{address[1]}", "--upstream-connect-timeout",
                       "300ms") as server, wire.Client(server.endpoint) as client:
                began = time.monotonic()
                answer = client.call("GetItem", get("x"))
                took = time.monotonic() - began
        self.assertIn(answer.status, (502, 504))
        self.assertIn("(the request was not sent)", answer.json()["message"])
        self.assertTrue(0.25 < took < 2, took)

    def test_a_name_that_is_not_found_has_an_end_too(self):
        with front("http://no-such-host.invalid:8000", "--upstream-timeout", "1s",
                   "--upstream-connect-timeout", "800ms") as server, \
                wire.Client(server.endpoint) as client:
            began = time.monotonic()
            answer = client.call("GetItem", get("x"))
            took = time.monotonic() - began
        self.assertEqual(answer.status, 502, answer.body)
        self.assertIn("no-such-host.invalid", answer.json()["message"])
        self.assertLess(took, 2)


if __name__ == "__main__":
    unittest.main()
