"""Compares two ways of serving inside one process that is switched between them, many times during
one load: between two processes more differs (memory, threads, addresses), and between two loads the
machine has changed more, than a few per cent.
"""
import concurrent.futures
import json
import math
import pathlib
import re
import signal
import statistics
import time
import urllib.request

from contenders import SCENARIOS
from load import drive
from proof import wire

CONNECTIONS = 64


def ask(endpoint, method, path, document=None):
    body = None if document is None else json.dumps(document).encode()
    request = urllib.request.Request(endpoint + path, method=method, data=body)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def cpu_nanoseconds(server):
    """Of all threads, finer than the ticks of /proc/PID/stat."""
    return sum(int((task / "schedstat").read_text().split()[0])
               for task in pathlib.Path(f"/proc/{server.pid}/task").iterdir())


def answered(client):
    """How many requests the server has answered so far."""
    text_of = client.exchange("GET", "/metrics", {}, None).body
    return sum(float(value) for value in re.findall(
        rb"^dynadeck_requests_total\{[^}]*\} (\S+)$", text_of, re.MULTILINE))


def compare(server, switch, window, windows, scenario="GetItem", switching=0.1, precision=None,
            connections=CONNECTIONS, complete=lambda judged: None):
    """switch(True) turns on what is to be judged, while one load goes on. Loss of throughput and
    gain of CPU time (user and system, per request), in percent, with the standard errors of the
    windows' medians. switching: the seconds that a switch may take. precision: stops earlier, as
    soon as the throughput's error is so many percent. complete: waits, on the window's time, for
    work that the window put off."""
    seen = {False: [], True: []}
    wrk = []
    with concurrent.futures.ThreadPoolExecutor(1) as other, wire.Client(server.endpoint) as client:
        load = other.submit(drive, server.endpoint, SCENARIOS[scenario](), connections,
                            math.ceil(windows * 2 * (window + switching) + 2),
                            on_start=wrk.append)
        time.sleep(1)
        for turn in range(windows):
            for judged in ((False, True), (True, False))[turn % 2]:
                switch(judged)
                before = answered(client), time.monotonic(), cpu_nanoseconds(server)
                time.sleep(window)
                complete(judged)
                after = answered(client), time.monotonic(), cpu_nanoseconds(server)
                requests, seconds, cpu = (late - early for early, late in zip(before, after))
                seen[judged].append((requests / seconds, cpu / requests))
            if load.done():
                raise RuntimeError("the load ended before the comparison")
            if precision and turn >= 9 and losses(seen)[1] <= precision:
                break
        switch(False)
        wrk[0].send_signal(signal.SIGINT)
        load.result()
    works = [with_it[1] / without[1] - 1 for without, with_it in zip(seen[False], seen[True])]
    return {"windows": len(works), "requests_per_second": round(statistics.median(
                speed for speed, _ in seen[False])),
            "cpu_ns_per_request": round(statistics.median(work for _, work in seen[False])),
            "throughput_loss_percent": losses(seen), "cpu_gain_percent": middle(works)}


def losses(seen):
    return middle([1 - with_it[0] / without[0]
                   for without, with_it in zip(seen[False], seen[True])])


def middle(parts):
    """The median in percent, and its standard error from the quartiles."""
    low, half, high = statistics.quantiles(parts, n=4)
    error = 1.253 * (high - low) / 1.349 / math.sqrt(len(parts))
    return [round(half * 100, 2), round(error * 100, 2)]
