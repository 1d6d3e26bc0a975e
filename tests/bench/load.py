"""Drives one server, as fast as it answers or at a constant rate, and says how fast it was."""
import contextlib
import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from urllib.parse import urlsplit

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from proof import servers  # noqa: E402


@dataclass(frozen=True)
class Load:
    """What is sent: bodies that one connection after another goes through in order."""

    operation: str
    bodies: tuple


@dataclass(frozen=True)
class Speed:
    requests_per_second: float
    bytes_per_second: float
    p50_microseconds: int
    p99_microseconds: int


class LoadFailed(RuntimeError):
    pass


@contextlib.contextmanager
def body_file(load):
    with tempfile.NamedTemporaryFile("w", suffix=".bodies") as file:
        file.write("\n".join(load.bodies) + "\n")
        file.flush()
        yield file.name


def drive(endpoint, load, connections, seconds, errors_allowed=False,
          on_start=lambda process: None):
    """One run of wrk with a single thread: connections ask as fast as they are answered. Fails if
    answers were errors: a server that refuses is fast. on_start is given wrk's process; a SIGINT
    ends the run early."""
    with body_file(load) as bodies, subprocess.Popen(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s",
             "-s", HERE / "post.lua", endpoint],
            env={**os.environ, "BENCH_BODIES": bodies,
                 "BENCH_TARGET": f"DynamoDB_20120810.{load.operation}"},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        on_start(process)
        output, problems = process.communicate()
    return speed(output, problems, load, errors_allowed)


def drive_open(endpoint, load, connections, rate, seconds):
    """One run of open_load.cpp: `rate` requests fall due every second, and a request's time counts
    from then. Fails where one was not answered, or with an error."""
    with body_file(load) as bodies:
        finished = subprocess.run(
            [built("bench_open_load"), str(urlsplit(endpoint).port), str(connections), str(rate),
             str(seconds), load.operation, bodies],
            capture_output=True, text=True, check=False)
    return speed(finished.stdout, finished.stderr, load, errors_allowed=False)


@functools.cache
def built(target):
    """The path of a program of CMakeLists.txt beside this, which nobody else needs built."""
    build = servers.ROOT / "build/release"
    subprocess.run(["cmake", "--build", build, "--target", target], check=True,
                   stdout=subprocess.DEVNULL)
    return build / target


def speed(output, problems, load, errors_allowed):
    lines = [line for line in output.splitlines() if line.startswith("BENCH ")]
    if not lines:
        raise LoadFailed(f"no result: {output} {problems}")
    result = json.loads(lines[0][6:])
    if not errors_allowed and (result["status"] or result["socket"]):
        raise LoadFailed(f"{load.operation}: {result['status']} errors answered, "
                         f"{result['socket']} connections failed")
    duration = result["microseconds"] / 1e6
    return Speed(result["requests"] / duration, result["bytes"] / duration, result["p50"],
                 result["p99"])
