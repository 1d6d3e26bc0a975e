"""Requests a second of every contender in one run, as ratios to nginx, the echo and a peer."""
import statistics

from contenders import CONTENDERS, SCENARIOS, fill
from load import drive


def cells(names, connections):
    """(contender, scenario, connections) in the order they are measured: contenders alternate, so
    that a disturbance of the machine does not fall on one alone."""
    for count in connections:
        for scenario in SCENARIOS:
            for name in names:
                if CONTENDERS[name][1] or scenario == "GetItem":
                    yield name, scenario, count


def measure(names, connections, seconds, rounds, note):
    """{"16": {"dynadeck GetItem": requests a second, ...}}: medians over the rounds."""
    started = {name: CONTENDERS[name][0]() for name in names}
    try:
        for name, server in started.items():
            if CONTENDERS[name][1]:
                fill(server.endpoint)
        seen = {}
        for turn in range(rounds + 1):  # the first, short one only warms up
            for name, scenario, count in cells(names, connections):
                speed = drive(started[name].endpoint, SCENARIOS[scenario](), count,
                              seconds if turn else 1)
                if turn:
                    seen.setdefault((count, name, scenario), []).append(speed.requests_per_second)
                    note(f"{count:4} connections  {name:9} {scenario:8}"
                         f"{speed.requests_per_second:10.0f}/s")
    finally:
        for server in started.values():
            server.stop()
    results = {str(count): {} for count in connections}
    for (count, name, scenario), figures in seen.items():
        label = f"{name} {scenario}" if CONTENDERS[name][1] else name
        results[str(count)][label] = round(statistics.median(figures))
    return results


def ratios(figures):
    """{"GetItem": {"nginx": 0.6, "echo": 1.2, "dynalite": 5.1, "local": 40.0}}"""
    table = {}
    for scenario in SCENARIOS:
        own = figures.get(f"dynadeck {scenario}")
        if own is None:
            continue
        table[scenario] = {
            other: round(own / base, 2) for other, base in
            ((name, figures.get(name) or figures.get(f"{name} {scenario}"))
             for name in ("nginx", "echo", "dynalite", "local")) if base}
    return table


def show(results):
    lines = []
    for count, figures in results.items():
        lines.append(f"\n{count} connections, requests a second")
        lines += [f"  {name:22}{value:10}" for name, value in figures.items()]
        for scenario, against in ratios(figures).items():
            peers = [against[name] for name in ("dynalite", "local") if name in against]
            best = f", {min(peers)} x the best peer" if peers else ""
            lines.append(f"  {scenario}: " + ", ".join(
                f"{ratio} x {name}" for name, ratio in against.items()) + best)
    return "\n".join(lines)
