"""What it costs to ask through dynadeck: against the echo, at constant rates and saturated, and
against DynamoDB Local."""
import contextlib
import os
import statistics

from contenders import CONTENDERS, SCENARIOS, fill, servers
from load import drive, drive_open

CONNECTIONS = 16
RATES = (1000, 2000, 4000, 8000, 12000)  # requests a second
MANY_CONNECTIONS = 1000


@contextlib.contextmanager
def pair(name, sign="none"):
    """A contender, and a dynadeck in front of it."""
    # For the one that signs: the others do not look.
    os.environ.update(AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY="secret")
    with CONTENDERS[name][0]() as direct:
        if CONTENDERS[name][1]:
            fill(direct.endpoint)
        with servers.dynadeck("--upstream", direct.endpoint, "--sign", sign) as through:
            yield direct.endpoint, through.endpoint


def compare(direct, through, connections, seconds, rounds, rate=None):
    """Both alternate, at a constant rate or as fast as they answer; the first turn only warms up.
    What is said of both together is the median of what was said turn by turn: the machine changes
    more slowly than turns do."""
    load, turns = SCENARIOS["GetItem"](), []
    for turn in range(rounds + 1):
        speeds = [drive_open(endpoint, load, connections, rate, seconds) if rate else
                  drive(endpoint, load, connections, seconds if turn else 1)
                  for endpoint in (direct, through)]
        if turn:
            turns.append(speeds)

    def middle(figure):
        return statistics.median(figure(*speeds) for speeds in turns)

    return {
        "direct_per_second": round(middle(lambda one, _: one.requests_per_second)),
        "through_per_second": round(middle(lambda _, two: two.requests_per_second)),
        "ratio": round(middle(lambda one, two: two.requests_per_second / one.requests_per_second),
                       2),
        "direct_p50_us": round(middle(lambda one, _: one.p50_microseconds)),
        "through_p50_us": round(middle(lambda _, two: two.p50_microseconds)),
        "added_p50_us": round(middle(lambda one, two: two.p50_microseconds
                                     - one.p50_microseconds)),
        "direct_p99_us": round(middle(lambda one, _: one.p99_microseconds)),
        "through_p99_us": round(middle(lambda _, two: two.p99_microseconds))}


def many(through, seconds):
    """More clients than connections to the upstream; drive() fails on any error."""
    speed = drive(through, SCENARIOS["GetItem"](), MANY_CONNECTIONS, seconds)
    return {"connections": MANY_CONNECTIONS, "per_second": round(speed.requests_per_second),
            "p50_us": speed.p50_microseconds, "p99_us": speed.p99_microseconds, "errors": 0}


def measure(connections, seconds, rounds, note):
    results = {}

    def add(label, figures):
        results[label] = figures
        note(f"{label}: {figures}")

    with pair("echo") as (direct, through):
        for rate in RATES:
            add(f"echo, {CONNECTIONS} connections, {rate:,} a second",
                compare(direct, through, CONNECTIONS, seconds, rounds, rate))
        for count in connections:
            add(f"echo, {count} connections, saturated",
                compare(direct, through, count, seconds, rounds))
        results["many"] = many(through, seconds)
        note(f"many: {results['many']}")
    with pair("echo", sign="auto") as (direct, through):
        add(f"echo, {CONNECTIONS} connections, saturated, signed",
            compare(direct, through, CONNECTIONS, seconds, rounds))
    with pair("local") as (direct, through):
        add(f"DynamoDB Local, {CONNECTIONS} connections, saturated",
            compare(direct, through, CONNECTIONS, seconds, rounds))
    return results


def show(results):
    """The table of docs/benchmarks.md."""
    lines = ["| | direct, a second | through dynadeck | ratio | p50 direct | p50 added "
             "| p99 direct | p99 through |", "|---|---|---|---|---|---|---|---|"]
    for label, of in results.items():
        if "ratio" in of:
            lines.append(f"| {label} | {of['direct_per_second']:,} | {of['through_per_second']:,} "
                         f"| {of['ratio']:.2f} | {of['direct_p50_us']:,} µs "
                         f"| {of['added_p50_us']:,} µs | {of['direct_p99_us']:,} µs "
                         f"| {of['through_p99_us']:,} µs |")
    return "\n".join(lines)
