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
    """Both alternate; the first turn only warms up. What is said of both together is the median of
    what was said turn by turn: the machine changes more slowly than turns do."""
    turns = []
    for turn in range(rounds + 1):
        speeds = [drive(endpoint, SCENARIOS[scenario](), connections, seconds if turn else 1,
                        pause_ms=pause_ms) for endpoint in (direct, through)]
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
                                     - one.p50_microseconds))}


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
