"""An upstream that is killed, stalled, restarted and slowed while clients ask: every request comes
to an end within the timeouts, and nobody gets another's answer."""
import collections
import concurrent.futures
import json
import signal
import subprocess
import threading
import time
import unittest

from support import HERE, Upstream, admin, front, servers, wire

TIMEOUTS = ("--upstream-connect-timeout", "1s", "--upstream-response-timeout", "1s",
            "--upstream-timeout", "3s")
LONGEST_SECONDS = 4.5


def database(port):
    """A dynalite on that port, every time with nothing in it."""
    return servers.Server("dynalite",
                          ["node", servers.PEERS / "dynalite/node_modules/dynalite/cli.js",
                           "--host", "127.0.0.1", "--port", port, "--createTableMs", 0],
                          endpoint=f"http://127.0.0.1:{port}")


class Clients:
    """Threads that write and read back their own items until they are told to stop."""

    def __init__(self, endpoint, count):
        self.endpoint, self.stopping = endpoint, threading.Event()
        self.statuses, self.mixed_up = collections.Counter(), []
        self.longest, self.lock = 0.0, threading.Lock()
        self.threads = [threading.Thread(target=self._run, args=(n,)) for n in range(count)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def _run(self, number):
        turn = 0
        with wire.Client(self.endpoint, timeout=30) as client:
            while not self.stopping.is_set():
                turn += 1
                key = {"id": {"S": f"client {number}"}}
                item = {**key, "turn": {"N": str(turn)}, "fill": {"S": str(number) * 100}}
                self._call(client, "PutItem", {"TableName": "table", "Item": item})
                answer = self._call(client, "GetItem", {"TableName": "table", "Key": key,
                                                        "ConsistentRead": True})
                if answer.status == 200:
                    found = answer.json().get("Item", {})
                    if found and found["fill"]["S"] != str(number) * 100:
                        self.mixed_up.append((number, found))

    def _call(self, client, operation, body):
        began = time.monotonic()
        answer = client.call(operation, json.dumps(body).encode())
        took = time.monotonic() - began
        with self.lock:
            self.statuses[answer.status] += 1
            self.longest = max(self.longest, took)
        return answer


def create_table(endpoint):
    with wire.Client(endpoint) as client:
        answer = client.call("CreateTable", json.dumps(
            {"TableName": "table", "BillingMode": "PAY_PER_REQUEST",
             "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
             "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}).encode())
        assert answer.status == 200, answer.body
        while b"ACTIVE" not in client.call("DescribeTable", {"TableName": "table"}).body:
            time.sleep(0.01)


class Chaos(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run([HERE.parent / "peers/install"], check=True, stdout=subprocess.DEVNULL)

    def run_against(self, mistreat, count=20):
        port = servers.free_port()
        back = database(port)
        try:
            with front(f"http://127.0.0.1:{port}", *TIMEOUTS) as server:
                create_table(server.endpoint)
                resident = server.rss_bytes()
                with Clients(server.endpoint, count) as clients:
                    time.sleep(0.5)
                    back = mistreat(back, port) or back
                    time.sleep(0.5)
                    before = clients.statuses[200]
                    time.sleep(0.5)
                    self.assertGreater(clients.statuses[200], before, "did not come back")
                self.assertEqual(clients.mixed_up, [])
                self.assertLess(clients.longest, LONGEST_SECONDS)
                self.assertLess(server.rss_bytes() - resident, 64e6)
                with wire.Client(server.endpoint) as client:
                    return clients, admin(client, "GET", "/_dynadeck/upstream")
        finally:
            back.stop()

    def test_killed_and_started_again(self):
        def kill(back, port):
            back.kill()
            time.sleep(1)
            again = database(port)
            create_table(again.endpoint)
            return again

        clients, stats = self.run_against(kill)
        self.assertGreater(clients.statuses[502], 0)
        self.assertGreater(stats["unreachable"], 0)
        self.assertEqual(stats["requests_under_way"], 0)

    def test_stalled(self):
        def stall(back, port):
            back.process.send_signal(signal.SIGSTOP)
            time.sleep(2)
            back.process.send_signal(signal.SIGCONT)

        clients, stats = self.run_against(stall)
        self.assertGreater(clients.statuses[504], 0)
        self.assertGreater(stats["timeouts"], 0)

    def test_stopped_in_order_and_started_again(self):
        def restart(back, port):
            back.stop()
            again = database(port)
            create_table(again.endpoint)
            return again

        clients, _ = self.run_against(restart)
        self.assertTrue(set(clients.statuses) <= {200, 400, 502}, clients.statuses)

    def test_slowed(self):
        """Two dynadecks in a row: the one behind makes it slow."""
        with servers.dynalite() as back, front(back.endpoint) as slow, \
                front(slow.endpoint, *TIMEOUTS) as server:
            create_table(server.endpoint)
            with Clients(server.endpoint, 20) as clients:
                time.sleep(0.3)
                with wire.Client(slow.endpoint) as client:
                    rule = {"rules": [{"name": "slow", "fault": {"latency": "100ms"}}]}
                    answer = client.exchange("POST", "/_dynadeck/faults", {},
                                             json.dumps(rule).encode())
                    self.assertEqual(answer.status, 201, answer.body)
                time.sleep(1)
            self.assertEqual(set(clients.statuses), {200})
            self.assertGreater(clients.longest, 0.1)
            self.assertEqual(clients.mixed_up, [])

    def test_a_thousand_clients_over_sixty_four_connections(self):
        with Upstream(lambda headers, body: (200, {}, body)) as upstream, \
                front(f"http://127.0.0.1:{upstream.port}") as server:
            clients = [wire.Client(server.endpoint, timeout=60) for _ in range(1000)]

            def ask(numbered):
                number, client = numbered
                body = json.dumps({"n": number}).encode()
                return client.call("GetItem", body).body == body

            with concurrent.futures.ThreadPoolExecutor(250) as pool:
                for _ in range(3):
                    self.assertTrue(all(pool.map(ask, enumerate(clients))))
            stats = admin(clients[0], "GET", "/_dynadeck/upstream")
            for client in clients:
                client.close()
        self.assertEqual(stats["replies"], 3000)
        self.assertLessEqual(stats["opened_connections"], 64)

    def test_five_hundred_clients_of_an_upstream_that_says_nothing(self):
        """All are told in time, in bounded memory; when it answers again, each has its own."""
        silent, body = threading.Event(), b'{"fill":"' + b"x" * 20_000 + b'"}'
        silent.set()
        released = threading.Event()

        def answer(headers, sent):
            if silent.is_set():
                released.wait(30)
            return 200, {}, sent

        with Upstream(answer) as upstream, \
                front(f"http://127.0.0.1:{upstream.port}", *TIMEOUTS) as server:
            clients = [wire.Client(server.endpoint, timeout=30) for _ in range(500)]
            for client in clients[:250]:
                client.exchange("GET", "/", {}, b"")  # connected before
            resident = server.rss_bytes()

            def ask(client):
                began = time.monotonic()
                return client.call("PutItem", body).status, time.monotonic() - began

            with concurrent.futures.ThreadPoolExecutor(500) as pool:
                answers = list(pool.map(ask, clients))
                self.assertEqual({status for status, _ in answers}, {504})
                self.assertLess(max(took for _, took in answers), LONGEST_SECONDS)
                # Twice what the requests hold together, and what their connections take.
                self.assertLess(server.rss_bytes() - resident, 64e6)
                silent.clear()
                released.set()
                own = [json.dumps({"n": n}).encode() for n in range(500)]
                calls = [pool.submit(client.call, "GetItem", sent)
                         for client, sent in zip(clients, own)]
                self.assertEqual([call.result().body for call in calls], own)
            with wire.Client(server.endpoint) as client:
                stats = admin(client, "GET", "/_dynadeck/upstream")
            for client in clients:
                client.close()
        self.assertEqual((stats["requests_under_way"], stats["waiting_requests"]), (0, 0))


if __name__ == "__main__":
    unittest.main()
