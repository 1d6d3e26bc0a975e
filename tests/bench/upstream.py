"""What it costs to ask through dynadeck: against the echo, and against DynamoDB Local."""
import contextlib
import statistics

from contenders import CONTENDERS, SCENARIOS, fill, servers
from load import drive

PACED_CONNECTIONS = 16
MANY_CONNECTIONS = 1000


@contextlib.contextmanager
def pair(name):
    """A contender, and a dynadeck that signs nothing in front of it."""
    with CONTENDERS[name][0]() as direct:
        if CONTENDERS[name][1]:
            fill(direct.endpoint)
        with servers.dynadeck("--upstream", direct.endpoint, "--sign", "none") as through:
            yield direct.endpoint, through.endpoint


def compare(direct, through, connections, seconds, rounds, scenario="GetItem", pause_ms=None):
    """Medians over rounds in which both alternate; the first only warms up."""
    seen = {"direct": [], "through": []}
    for turn in range(rounds + 1):
        for name, endpoint in (("direct", direct), ("through", through)):
            speed = drive(endpoint, SCENARIOS[scenario](), connections, seconds if turn else 1,
                          pause_ms=pause_ms)
            if turn:
                seen[name].append(speed)

    def middle(name, figure):
        return statistics.median(getattr(speed, figure) for speed in seen[name])

    rates = {name: round(middle(name, "requests_per_second")) for name in seen}
    p50 = {name: round(middle(name, "p50_microseconds")) for name in seen}
    return {"direct_per_second": rates["direct"], "through_per_second": rates["through"],
            "ratio": round(rates["through"] / rates["direct"], 2), "direct_p50_us": p50["direct"],
            "through_p50_us": p50["through"], "added_p50_us": p50["through"] - p50["direct"]}


def many(through, seconds):
    """More clients than connections to the upstream; drive() fails on any error."""
    speed = drive(through, SCENARIOS["GetItem"](), MANY_CONNECTIONS, seconds)
    return {"connections": MANY_CONNECTIONS, "per_second": round(speed.requests_per_second),
            "p50_us": speed.p50_microseconds, "p99_us": speed.p99_microseconds, "errors": 0}


def measure(connections, seconds, rounds, note):
    results = {}
    with pair("echo") as (direct, through):
        for count in connections:
            label = f"echo, {count} connections"
            results[label] = compare(direct, through, count, seconds, rounds)
            note(f"{label}: {results[label]}")
        for pause_ms in (10, 5, 2):
            label = f"echo, {PACED_CONNECTIONS} connections, {pause_ms} ms between requests"
            results[label] = compare(direct, through, PACED_CONNECTIONS, seconds, rounds,
                                     pause_ms=pause_ms)
            note(f"{label}: {results[label]}")
        results["many"] = many(through, seconds)
        note(f"many: {results['many']}")
    with pair("local") as (direct, through):
        label = f"DynamoDB Local, {PACED_CONNECTIONS} connections"
        results[label] = compare(direct, through, PACED_CONNECTIONS, seconds, rounds)
        note(f"{label}: {results[label]}")
    return results
