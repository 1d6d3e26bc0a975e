"""What the fault room costs those whom it leaves alone, and whether its decisions repeat.

Two ways of serving are compared inside one process that is switched between them: between two
processes more differs (memory, threads, addresses) than is measured here. Rounds of one second
alternate; the median of the rounds' ratios counts.
"""
import collections
import json
import pathlib
import re
import selectors
import socket
import statistics
import subprocess
import threading
import urllib.request

from contenders import SCENARIOS, create, fill, text
from load import drive
from proof import servers, wire

CONNECTIONS = 64
DELAYED = 1000
REQUESTS = 100_000
LANES = 16
PIPELINED = 50  # requests that a connection of the decisions sends at once


def ask(endpoint, method, path, document=None):
    request = urllib.request.Request(endpoint + path, method=method,
                                     data=None if document is None else json.dumps(document).encode())
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def cpu_nanoseconds(server):
    """Of all threads, finer than the ticks of /proc/PID/stat."""
    return sum(int((task / "schedstat").read_text().split()[0])
               for task in pathlib.Path(f"/proc/{server.pid}/task").iterdir())


def compare(server, switch, seconds, rounds, note, scenario="GetItem"):
    """switch(True) turns on what is to be judged. Loss of throughput and gain of CPU, in percent."""
    load = SCENARIOS[scenario]()
    drive(server.endpoint, load, CONNECTIONS, seconds)
    speeds, works = [], []
    for turn in range(rounds):
        speed, work = {}, {}
        for judged in ((False, True), (True, False))[turn % 2]:
            switch(judged)
            before = cpu_nanoseconds(server)
            result = drive(server.endpoint, load, CONNECTIONS, seconds)
            requests = result.requests_per_second * seconds
            speed[judged] = result.requests_per_second
            work[judged] = (cpu_nanoseconds(server) - before) / requests
        speeds.append(speed[True] / speed[False])
        works.append((work[False], work[True]))
        note(f"{scenario}: {speed[False]:.0f}/s without, {speed[True]:.0f}/s with, "
             f"{work[False]:.0f} and {work[True]:.0f} ns of CPU")
    middle = statistics.median(speeds)
    without = statistics.median(work for work, _ in works)
    added = statistics.median(on - off for off, on in works)
    return {"rounds": rounds, "throughput_loss_percent": round((1 - middle) * 100, 2),
            "quartiles": [round((1 - part) * 100, 2)
                          for part in reversed(statistics.quantiles(speeds, n=4)[::2])],
            "cpu_ns_per_request": round(without), "cpu_ns_added": round(added),
            "cpu_percent_added": round(added / without * 100, 2)}


def without_rules(seconds, rounds, note):
    """The room's links without a rule, against a chain that has no such links."""
    build = servers.ROOT / "build/release"
    subprocess.run(["cmake", "--build", build, "--target", "bench_chain_server"], check=True,
                   stdout=subprocess.DEVNULL)
    with servers.Server("chain", [build / "bench_chain_server"]) as server:
        fill(server.endpoint)

        def switch(judged):
            ask(server.endpoint, "GET", "/bench/with" if judged else "/bench/none")
        return {scenario: compare(server, switch, seconds, rounds, note, scenario)
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


def with_rules(seconds, rounds, note):
    with servers.dynadeck() as server:
        fill(server.endpoint)

        def switch(judged):
            if judged:
                ask(server.endpoint, "PUT", "/_dynadeck/faults", hundred_rules())
            else:
                ask(server.endpoint, "DELETE", "/_dynadeck/faults")
        return {scenario: compare(server, switch, seconds, rounds, note, scenario)
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
    """Clients that ask again as soon as they are answered, each on a connection of its own."""

    def __init__(self, endpoint, count, request):
        self.request, self.answered = request, 0
        self.sockets = [socket.create_connection(address(endpoint)) for _ in range(count)]
        self.selector = selectors.DefaultSelector()
        for each in self.sockets:
            each.setblocking(False)
            self.selector.register(each, selectors.EVENT_READ)
        self.asking = False
        self.thread = None

    def start(self):
        self.asking = True
        for each in self.sockets:
            each.send(self.request)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        in_flight = len(self.sockets)
        while in_flight:
            for key, _ in self.selector.select(5):
                if not key.fileobj.recv(65536).startswith(b"HTTP/1.1 200"):
                    raise RuntimeError("a delayed request failed")
                self.answered += 1
                if self.asking:
                    key.fileobj.send(self.request)
                else:
                    in_flight -= 1

    def stop(self):
        """Returns when the last one has been answered."""
        self.asking = False
        self.thread.join()

    def close(self):
        for each in self.sockets:
            each.close()


def delayed(seconds, rounds, note):
    """1,000 requests that wait for two seconds at any time; what others lose meanwhile."""
    with servers.dynadeck() as server:
        fill(server.endpoint)
        with wire.Client(server.endpoint) as client:
            create(client, "Slow", ("id", "S"))
        ask(server.endpoint, "PUT", "/_dynadeck/faults", {"rules": [
            {"name": "slow", "when": {"tables": "Slow"}, "fault": {"latency": "2s"}}]})
        waiting = Waiting(server.endpoint, DELAYED, message(
            "GetItem", text({"TableName": "Slow", "Key": {"id": {"S": "x"}}})))
        running = False

        def switch(judged):
            nonlocal running
            if judged == running:
                return
            waiting.start() if judged else waiting.stop()
            running = judged
        result = compare(server, switch, seconds, rounds, note)
        switch(False)
        waiting.close()
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


def measure(seconds, rounds, note):
    return {"no_rules": without_rules(seconds, rounds, note),
            "hundred_rules": with_rules(seconds, rounds, note),
            "delayed": delayed(seconds, rounds, note),
            "decisions_identical": decisions(note)}
