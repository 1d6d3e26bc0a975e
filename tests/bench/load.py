"""Drives one server with wrk and says how fast it was."""
import contextlib
import json
import os
import pathlib
import subprocess
import tempfile
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent


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


def drive(endpoint, load, connections, seconds, errors_allowed=False, pause_ms=None):
    """One run of wrk with a single thread. Fails where answers were errors: a server that refuses
    is fast. Without a pause connections ask as fast as they are answered."""
    paused = {"BENCH_PAUSE_MS": str(pause_ms)} if pause_ms else {}
    with body_file(load) as bodies:
        finished = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s",
             "-s", HERE / "post.lua", endpoint],
            env={**os.environ, "BENCH_BODIES": bodies,
                 "BENCH_TARGET": f"DynamoDB_20120810.{load.operation}", **paused},
            capture_output=True, text=True, check=False)
    for line in finished.stdout.splitlines():
        if line.startswith("BENCH "):
            return speed(json.loads(line[6:]), load, errors_allowed)
    raise LoadFailed(f"wrk: {finished.stdout} {finished.stderr}")


def speed(result, load, errors_allowed):
    if not errors_allowed and (result["status"] or result["socket"]):
        raise LoadFailed(f"{load.operation}: {result['status']} errors answered, "
                         f"{result['socket']} connections failed")
    duration = result["microseconds"] / 1e6
    return Speed(result["requests"] / duration, result["bytes"] / duration, result["p50"],
                 result["p99"])
