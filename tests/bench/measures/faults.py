"""What the fault room costs those whom it leaves alone, and whether its decisions repeat."""
import collections
import json
import re
import selectors
import socket
import subprocess
import threading
import time

from contenders import create, fill, text
from proof import servers, wire
from switched import ask, compare

DELAYED = 1000
REQUESTS = 100_000
LANES = 16
WINDOW = 0.2  # seconds
DELAYED_WINDOW = 1.5
SETTLING = 0.1
PIPELINED = 50  # requests that a connection of the decisions sends at once


def without_rules(windows):
    """The room's links without a rule, against a chain that has no such links."""
    build = servers.ROOT / "build/release"
    subprocess.run(["cmake", "--build", build, "--target", "bench_chain_server"], check=True,
                   stdout=subprocess.DEVNULL)
    with servers.Server("chain", [build / "bench_chain_server"]) as server:
        fill(server.endpoint)

        def switch(judged):
            ask(server.endpoint, "GET", "/bench/with" if judged else "/bench/none")

        return {scenario: compare(server, switch, WINDOW, windows, scenario)
                for scenario in ("GetItem", "PutItem")}


def hundred_rules():
    """None of them matches what the load sends; each is about one of its operations or none."""
    kinds = [lambda n: {"key": {"id": f"absent-{n}"}},
             lambda n: {"operations": ["read", "write"], "key": {"id": f"absent-{n}-*"}},
             lambda n: {"headers": {"x-test": f"absent-{n}"}},
             lambda n: {"tables": [f"absent-{n}-*", "absent"]},
             lambda n: {"operations": ["DeleteItem", "control"]}]
    return {"rules": [{"name": f"rule-{n}", "when": kinds[n % len(kinds)](n),
                       "fault": {"error": "InternalServerError"}} for n in range(100)]}


def with_rules(windows):
    with servers.dynadeck() as server:
        fill(server.endpoint)

        def switch(judged):
            if judged:
                ask(server.endpoint, "PUT", "/_dynadeck/faults", hundred_rules())
            else:
                ask(server.endpoint, "DELETE", "/_dynadeck/faults")

        return {scenario: compare(server, switch, WINDOW, windows, scenario)
                for scenario in ("GetItem", "PutItem")}


def message(operation, body, account="000000000000", headers=""):
    """A request as it goes on the wire."""
    head = {"Host": "bench", "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": wire.target(operation), "X-Amz-Date": "20260101T000000Z",
            "Authorization": wire.authorization(account)}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"POST / HTTP/1.1\r\n{lines}{headers}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def address(endpoint):
    host, port = endpoint.removeprefix("http://").split(":")
    return host, int(port)


class Waiting:
    """Clients that ask again as soon as they are answered, each on a connection of its own. Their
    first requests are delayed by anything up to the others' delay, so that answers come evenly."""

    def __init__(self, endpoint, count, first, others):
        self.endpoint, self.count, self.first, self.others = endpoint, count, first, others
        self.answered = 0
        self.leaving = threading.Event()
        self.thread = None

    def start(self):
        self.leaving.clear()
        selector = selectors.DefaultSelector()
        for _ in range(self.count):
            connection = socket.create_connection(address(self.endpoint))
            connection.sendall(self.first)
            connection.setblocking(False)
            selector.register(connection, selectors.EVENT_READ)
        self.thread = threading.Thread(target=self.run, args=(selector,))
        self.thread.start()

    def run(self, selector):
        while not self.leaving.is_set():
            for key, _ in selector.select(0.01):
                if not key.fileobj.recv(65536).startswith(b"HTTP/1.1 200"):
                    raise RuntimeError("a delayed request failed")
                self.answered += 1
                key.fileobj.send(self.others)
        for key in list(selector.get_map().values()):
            key.fileobj.close()
        selector.close()

    def stop(self):
        """All of them leave without their answers."""
        self.leaving.set()
        self.thread.join()


def delayed(windows):
    """1,000 requests that wait for two seconds at any time; what others lose meanwhile."""
    with servers.dynadeck() as server:
        fill(server.endpoint)
        with wire.Client(server.endpoint) as client:
            create(client, "Slow", ("id", "S"))
            create(client, "First", ("id", "S"))
        ask(server.endpoint, "PUT", "/_dynadeck/faults", {"rules": [
            {"name": "slow", "when": {"tables": "Slow"}, "fault": {"latency": "2s"}},
            {"name": "first", "when": {"tables": "First"},
             "fault": {"latency": {"uniform": {"min": "0s", "max": "2s"}}}}]})
        waiting = Waiting(server.endpoint, DELAYED, *(message(
            "GetItem", text({"TableName": table, "Key": {"id": {"S": "x"}}}))
            for table in ("First", "Slow")))
        running = False

        def switch(judged):
            nonlocal running
            if judged == running:
                return
            waiting.start() if judged else waiting.stop()
            running = judged
            time.sleep(SETTLING)
        result = compare(server, switch, DELAYED_WINDOW, windows, switching=1, precision=3)
        found = json.loads(ask(server.endpoint, "GET", "/_dynadeck/faults"))["state"]["slow"]
        return {"delayed_at_any_time": DELAYED, "delayed_answers": waiting.answered,
                "struck": found["struck"], **result}


RULES = [
    {"name": "some", "schedule": {"probability": 0.3}, "fault": {"error": "InternalServerError"}},
    {"name": "seventh", "schedule": {"every": 7, "max": 200},
     "fault": {"error": "ThrottlingException"}},
    {"name": "burst", "schedule": {"burst": {"length": 3, "probability": 0.1}},
     "fault": {"error": "RequestLimitExceeded"}},
]
ANSWER = re.compile(rb"HTTP/1\.1 (?:200 |[45]\d\d [^\r]*\r\n(?:[^\r]+\r\n)*\r\n"
                    rb"\{\"__type\":\"[^#]*#(\w+))")


class Talker(threading.Thread):
    """Sends requests one after the other on one connection; `outcomes` are what came of them."""

    def __init__(self, endpoint, requests):
        super().__init__()
        self.endpoint, self.requests, self.outcomes = endpoint, requests, []

    def run(self):
        with socket.create_connection(address(self.endpoint)) as connection:
            for at in range(0, len(self.requests), PIPELINED):
                batch = self.requests[at:at + PIPELINED]
                connection.sendall(b"".join(batch))
                self.outcomes += self.answers(connection, len(batch))

    @staticmethod
    def answers(connection, count):
        received, found = b"", []
        while len(found) < count or not received.endswith(b"}"):
            received += connection.recv(1 << 20)
            found = [name.decode()[:1] or "." for name in ANSWER.findall(received)]
        return found


def history(count, connections):
    """What became of 100,000 requests: by lane where lanes or the order are counted, else by body.

    Lanes are dealt out to the connections; each sends its part of every lane's next request."""
    with servers.dynadeck("--seed", "7") as server:
        with wire.Client(server.endpoint) as client:
            create(client, "Bench", ("id", "S"))
            client.close()
        counting = {"count": count, **({"lane": "header x-lane"} if count == "lane" else {})}
        ask(server.endpoint, "PUT", "/_dynadeck/faults", {**counting, "rules": RULES})
        body = [text({"TableName": "Bench", "Key": {"id": {"S": f"item-{n:04}"}}})
                for n in range(1000)]
        lanes = [f"x-lane: {lane}\r\n" for lane in range(LANES)]
        turns = REQUESTS // LANES
        talkers, owners = [], []
        for each in range(connections):
            owner = [(lane, turn % 1000) for turn in range(turns)
                     for lane in range(each, LANES, connections)]
            owners.append(owner)
            talkers.append(Talker(server.endpoint, [message("GetItem", body[n], headers=lanes[lane])
                                                    for lane, n in owner]))
        for talker in talkers:
            talker.start()
        for talker in talkers:
            talker.join()
        result = collections.defaultdict(str)
        for owner, talker in zip(owners, talkers):
            for (lane, n), outcome in zip(owner, talker.outcomes, strict=True):
                result[n if count == "request" else lane] += outcome
        if count == "request":  # equal requests on several connections: which came first is open
            result = {n: "".join(sorted(outcomes)) for n, outcomes in result.items()}
        return dict(result)


def decisions(note):
    """Whether a second server, and one with more connections, decide what a first one did."""
    results = {}
    for name, connections in (("order", (1,)), ("lane", (1, 4, 16)), ("request", (1, 4, 16))):
        first = history(name, 1)
        same = {number: history(name, number) == first for number in connections}
        struck = sum(len(outcomes) - outcomes.count(".") for outcomes in first.values())
        results[name] = {"requests": sum(map(len, first.values())), "struck": struck,
                         "identical_over_connections": same}
        note(f"{name}: {results[name]}")
    return results


def measure(windows, note):
    results = {}
    for name, figure in (("no_rules", without_rules), ("hundred_rules", with_rules)):
        results[name] = figure(windows)
        note(f"{name}: {results[name]}")
    results["delayed"] = delayed(max(2, windows))
    note(f"delayed: {results['delayed']}")
    return {**results, "decisions": decisions(note)}
