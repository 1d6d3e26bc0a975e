"""How soon dynadeck answers after exec, and what it weighs while nobody asks."""
import statistics
import tempfile
import time

from contenders import must
from proof import servers, wire


def first_answer(make):
    """Milliseconds from exec to the first answered ListTables, and the resident memory then."""
    server = make()
    try:
        with wire.Client(server.endpoint) as client:
            while True:
                try:
                    must(client, "ListTables", {})
                    break
                except OSError:
                    client.close()
                    time.sleep(0.001)
        elapsed = (time.monotonic() - server.started) * 1000
        time.sleep(0.3)
        return elapsed, server.rss_bytes() / 1e6
    finally:
        server.stop()


def measure(rounds):
    makers = {"dynadeck in memory": servers.dynadeck,
              "dynadeck on disk, new": lambda: servers.dynadeck(
                  "--data-dir", tempfile.mkdtemp(prefix="bench-start-"))}
    results = {}
    for name, make in makers.items():
        figures = [first_answer(make) for _ in range(rounds)]
        results[name] = {"median_ms": round(statistics.median(f[0] for f in figures), 1),
                         "worst_ms": round(max(f[0] for f in figures), 1),
                         "idle_rss_mb": round(statistics.median(f[1] for f in figures), 1)}
    return results
