"""What tapes cost: recording against not recording, replaying against the engine, a tape of
millions of exchanges, and how small tapes of real sessions are."""
import gzip
import os
import pathlib
import random
import statistics
import subprocess
import tempfile
import time

from contenders import SCENARIOS, dynadeck, fill
from load import drive
from proof import servers, wire
from switched import ask, compare as compare_switched

TESTS = servers.ROOT / "tests"
BENCH = servers.ROOT / "build/release/cassettes_bench"
CLIENTS = TESTS / "clients"
WINDOW = 2  # seconds: the start of a recording is the dearest part of it


def compare(plain, other, scenario, counts, rounds, seconds, note):
    """{"16": {...}}: rounds alternate between the two servers, so that a disturbance does not fall
    on one alone; a ratio is the median over the rounds. CPU is in seconds per 100,000 requests."""
    results, load = {}, SCENARIOS[scenario]()
    for count in counts:
        pairs, processor = [], {plain: [], other: []}
        for turn in range(rounds + 1):  # the first one warms up
            speeds = {}
            for server in (plain, other) if turn % 2 else (other, plain):
                before = server.cpu_seconds()
                speeds[server] = drive(server.endpoint, load, count, seconds).requests_per_second
                if turn:
                    asked = speeds[server] * seconds / 1e5
                    processor[server].append((server.cpu_seconds() - before) / asked)
            if turn:
                pairs.append((speeds[plain], speeds[other]))
        results[str(count)] = {
            "without": round(statistics.median(first for first, _ in pairs)),
            "with": round(statistics.median(second for _, second in pairs)),
            "ratio": round(statistics.median(second / first for first, second in pairs), 3),
            "cpu_seconds": [round(statistics.median(processor[server]), 2)
                            for server in (plain, other)]}
        note(f"{count:4} connections  {scenario:8} {results[str(count)]}")
    return results


class Recording:
    """A server's deck, with a fresh tape each time that it records and empty otherwise."""

    def __init__(self, server, tape):
        self.server, self.tape = server, tape

    def post(self, action, document=None):
        ask(self.server.endpoint, "POST", f"/_dynadeck/cassette/{action}", document)

    def switch(self, on):
        self.post("eject")
        if on:
            self.post("insert", {"path": self.tape, "mode": "all", "overwrite": "true"})

    def complete(self, on):
        """Answers when all that was asked is on the tape."""
        if on:
            self.post("stop")


def recording(scenario, options, note):
    """{"16": {...}}"""
    results = {}
    with tempfile.TemporaryDirectory(prefix="bench-tapes-") as folder, dynadeck() as server:
        fill(server.endpoint)
        for count in options.counts:
            recorder = Recording(server, f"{folder}/a.tape")
            results[str(count)] = compare_switched(
                server, recorder.switch, WINDOW, options.windows, scenario,
                connections=count, complete=recorder.complete)
            note(f"{count:4} connections  {scenario:8} {results[str(count)]}")
    return results


def replaying(scenario, options, note):
    """The tape of one second, played round and round, against the engine."""
    with tempfile.TemporaryDirectory(prefix="bench-tapes-") as folder:
        tape = f"{folder}/a.tape"
        with servers.dynadeck("--record", tape) as recorder:
            fill(recorder.endpoint)
            drive(recorder.endpoint, SCENARIOS[scenario](), 16, 1)
        player = servers.Server("replay", [servers.BINARY, "serve", "--port", "0", "--replay",
                                           tape, "--repeat", "cycle"])
        with dynadeck() as engine, player:
            for server in (engine, player):
                fill(server.endpoint)
            return compare(engine, player, scenario, options.counts, options.rounds,
                           max(1, round(options.seconds)), note)


def cassettes(options, note):
    results = {}
    for name, measure in (("recording", recording), ("replaying", replaying)):
        note(f"{name}:")
        results[name] = {scenario: measure(scenario, options, note) for scenario in SCENARIOS}
    return results


def build_bench():
    subprocess.run(["cmake", "--build", BENCH.parent, "--target", "cassettes_bench"], check=True,
                   stdout=subprocess.DEVNULL)


def random_reads(endpoint, exchanges, count):
    """Milliseconds of `count` requests for exchanges anywhere on the tape, over HTTP, sorted."""
    chosen, times = random.Random(5), []
    with wire.Client(endpoint) as client:
        for _ in range(count):
            number = chosen.randrange(1, exchanges + 1)
            started = time.perf_counter()
            answer = client.call("GetItem", {"TableName": "orders", "Key": {
                "pk": {"S": f"user#{number}"}, "sk": {"S": "profile"}}})
            times.append((time.perf_counter() - started) * 1e3)
            if answer.status != 200:
                raise RuntimeError(f"exchange {number}: {answer.status} {answer.body[:300]}")
    return sorted(times)


def large_tape(options, note):
    """5,000,000 exchanges of a thousand bytes unless --items says otherwise."""
    build_bench()
    exchanges = options.exchanges
    with tempfile.TemporaryDirectory(prefix="bench-tapes-") as folder:
        tape = f"{folder}/large.tape"
        note(subprocess.run([BENCH, "make", tape, str(exchanges), "1000"], check=True,
                            capture_output=True, text=True).stdout.strip())
        starts, result = [], {}
        for _ in range(5):
            started = time.monotonic()
            with servers.Server("replay", [servers.BINARY, "serve", "--port", "0", "--replay",
                                           tape]):
                starts.append(time.monotonic() - started)
        with servers.Server("replay", [servers.BINARY, "serve", "--port", "0", "--replay",
                                       tape]) as player:
            times = random_reads(player.endpoint, exchanges, 1000)
            result = {"exchanges": exchanges, "tape_bytes": os.path.getsize(tape),
                      "start_seconds": round(statistics.median(starts), 3),
                      "worst_start_seconds": round(max(starts), 3),
                      "random_access_ms": {"p50": round(times[500], 2), "p99": round(times[990], 2),
                                           "worst": round(times[-1], 2)},
                      "rss_mb": round(player.rss_bytes() / 1e6)}
        played = subprocess.run([BENCH, "replay", tape, "item", str(exchanges // 5)], check=True,
                                capture_output=True, text=True).stdout
        result["played"] = played.strip().splitlines()
    return result


def session_commands():
    """{name: what to run}: every one takes a file for its log as the last argument."""
    libraries = CLIENTS / "js/libraries/run.js"
    return {"boto3 session": ["/usr/bin/python3", CLIENTS / "tapes/taped.py"],
            "JavaScript SDK session": ["node", CLIENTS / "js/taped.js"],
            "ElectroDB suite": ["node", libraries, "electrodb"],
            "DynamoDB Toolbox suite": ["node", libraries, "toolbox"]}


def record_sessions(folder):
    environment = {**os.environ, "NODE_PATH": str(servers.ROOT / "build/clients/js/node_modules"),
                   "NODE_NO_WARNINGS": "1", "AWS_REGION": "us-east-1",
                   "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "key",
                   "AWS_SECRET_ACCESS_KEY": "secret"}
    for name, command in session_commands().items():
        tape = folder / f"{name}.tape"
        subprocess.run([servers.BINARY, "record", tape, "--in-memory", "--", *command,
                        folder / "log"], check=True, capture_output=True, env=environment)
        yield name, tape
    tape = folder / "conformance.tape"
    with servers.dynadeck("--record", tape) as server:
        subprocess.run([TESTS / "conformance/run", "--quiet", "--endpoint",
                        server.endpoint], check=False, capture_output=True)
    yield "conformance run", tape


def sizes(_options, note):
    """{suite: {"raw": bytes of JSON Lines, "tape": ..., and the same lines by other means}}"""
    results = {}
    with tempfile.TemporaryDirectory(prefix="bench-tapes-") as folder:
        for name, tape in record_sessions(pathlib.Path(folder)):
            lines = subprocess.run(["zstdcat", tape], check=True, capture_output=True).stdout
            compacted = tape.with_suffix(".compact")
            subprocess.run([servers.BINARY, "cassette", "compact", tape, "-o", compacted],
                           check=True, capture_output=True)

            def zstd(level):
                return len(subprocess.run(["zstd", f"-{level}", "-c", "-q"], input=lines,
                                          check=True, capture_output=True).stdout)
            row = {"exchanges": lines.count(b'{"type":"exchange"'), "raw": len(lines),
                   "tape": tape.stat().st_size, "compacted": compacted.stat().st_size,
                   "gzip -9": len(gzip.compress(lines, 9)), "zstd -3": zstd(3),
                   "zstd -19": zstd(19)}
            note(f"{name}: {row}")
            results[name] = row
    return {"sizes": results}
