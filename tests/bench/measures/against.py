"""Two builds of dynadeck under the same load by turns: what a change of the code, or of the flags
that it is compiled with, costs."""
import statistics
import tempfile

from contenders import SCENARIOS, fill
from load import drive
from proof import servers


def ratio(pairs):
    """The median of ratios in pairs, and half the width of what 95 of 100 medians lie in."""
    values = sorted(new / old for new, old in pairs)
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    return {"median": round(statistics.median(values), 3),
            "error": round(1.96 * 1.25 * spread / len(values) ** 0.5, 3),
            "pairs": [round(value, 3) for value in values]}


def turn(server, load, connections, seconds):
    """Requests a second, and CPU microseconds of the server for each."""
    before = server.cpu_seconds()
    speed = drive(server.endpoint, load, connections, seconds)
    used = server.cpu_seconds() - before
    return speed.requests_per_second, used / (speed.requests_per_second * seconds) * 1e6


def measure(before, connections, seconds, pairs, note):
    """before: the other binary. New to old: above 1, requests a second are more; below 1, CPU for
    each is less."""
    binaries = {"new": servers.BINARY, "old": before}
    started = {name: servers.dynadeck("--data-dir", tempfile.mkdtemp(prefix="bench-against-"),
                                      binary=binary) for name, binary in binaries.items()}
    results = {}
    try:
        for server in started.values():
            fill(server.endpoint)
        for scenario in SCENARIOS:
            load, speeds, costs = SCENARIOS[scenario](), [], []
            for number in range(pairs + 1):  # the first only warms up
                order = ("new", "old") if number % 2 else ("old", "new")
                seen = {name: turn(started[name], load, connections, seconds) for name in order}
                if number:
                    speeds.append((seen["new"][0], seen["old"][0]))
                    costs.append((seen["new"][1], seen["old"][1]))
                    note(f"{scenario:8} new {seen['new'][0]:8.0f}/s {seen['new'][1]:5.1f} us"
                         f"  old {seen['old'][0]:8.0f}/s {seen['old'][1]:5.1f} us")
            results[scenario] = {"requests_per_second": ratio(speeds), "cpu": ratio(costs)}
    finally:
        for server in started.values():
            server.stop()
    return results
