"""The memory of the benchmark: one JSON line per run, with the commit and the machine."""
import datetime
import json
import pathlib
import platform
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
FILE = HERE / "history.jsonl"


def machine():
    model = next((line.split(":")[1].strip() for line in
                  pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.processor())
    memory = int(pathlib.Path("/proc/meminfo").read_text().split()[1]) // 1024
    cores = sum(line.startswith("processor")
                for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines())
    return {"cpu": model, "cores": cores, "memory_mb": memory, "kernel": platform.release()}


def commit():
    def git(*arguments):
        return subprocess.run(["git", "-C", HERE, *arguments], capture_output=True, text=True,
                              check=False).stdout.strip()
    changed = git("status", "--porcelain", "--", ":!tests/bench/history.jsonl")
    return git("rev-parse", "--short", "HEAD") + ("+" if changed else "")


def append(measure, results):
    entry = {"time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
             "commit": commit(), "machine": machine(), "measure": measure, **results}
    with FILE.open("a") as file:
        file.write(json.dumps(entry, separators=(",", ":")) + "\n")
