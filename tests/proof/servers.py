"""Starts and stops the servers under test: dynadeck, and the peers dynalite and DynamoDB Local."""
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("DYNADECK_BINARY", ROOT / "build/release/dynadeck"))
PEERS = pathlib.Path(os.environ.get("DYNADECK_PEERS", ROOT / "build/peers"))


class EndedTooEarly(RuntimeError):
    """A server is gone before it listened."""


class Server:
    """A child process that answers at `endpoint`; stopped when the `with` block ends."""

    def __init__(self, name, command, endpoint=None, log=None):
        self.name, self.endpoint = name, endpoint
        self.started = time.monotonic()
        self.log = open(log, "ab") if log else subprocess.DEVNULL
        announces = endpoint is None
        self.process = subprocess.Popen([str(part) for part in command],
                                        stdout=subprocess.PIPE if announces else self.log,
                                        stderr=self.log, stdin=subprocess.DEVNULL)
        try:
            if announces:
                self.endpoint = self._read_announcement()
            else:
                self._await_port()
        except BaseException:
            self.stop()
            raise

    def _read_announcement(self):
        for line in self.process.stdout:
            if line.startswith(b"{"):
                event = json.loads(line)
                if event.get("event") == "listening":
                    return f"http://{event['host']}:{event['port']}"
        raise EndedTooEarly(f"{self.name} ended with {self.process.wait()} before it listened")

    def _await_port(self, patience_seconds=120):
        """A Java program beside compilers needs its time; one that has ended is seen at once."""
        host, port = self.endpoint.removeprefix("http://").split(":")
        deadline = time.monotonic() + patience_seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise EndedTooEarly(f"{self.name} ended with {self.process.returncode}")
            try:
                socket.create_connection((host, int(port)), timeout=1).close()
                return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError(f"{self.name} does not listen at {self.endpoint}")

    @property
    def pid(self):
        return self.process.pid

    def rss_bytes(self):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self):
        """As a power cut would: no word to the process."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._close()

    def stop(self, patience_seconds=10):
        """Asks, then insists. The exit status."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(patience_seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._close()
        return self.process.returncode

    def _close(self):
        if self.process.stdout:
            self.process.stdout.close()
        if self.log is not subprocess.DEVNULL:
            self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def free_port():
    """One below those that the system gives to whom it likes: nobody gets it by chance while a
    server that listens there is killed and started again."""
    while True:
        port = random.SystemRandom().randrange(20000, 32768)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def dynadeck(*options, log=None, binary=None):
    """`dynadeck serve` on a free port; in memory unless a data directory is given."""
    where = [] if "--data-dir" in options else ["--in-memory"]
    return Server("dynadeck", [binary or BINARY, "serve", "--port", "0", *where, *options], log=log)


def on_free_port(name, command_for, log=None, attempts=3):
    """A server that has to be told its port, on a free one. Somebody else may take the port in
    the moment before the server does; then it is started again on another."""
    while True:
        port = free_port()
        try:
            return Server(name, command_for(port), endpoint=f"http://127.0.0.1:{port}", log=log)
        except EndedTooEarly:
            attempts -= 1
            if attempts == 0:
                raise


def dynalite(log=None, status_ms=0):
    """status_ms: how long tables are CREATING, UPDATING and DELETING."""
    return on_free_port("dynalite", lambda port: [
        "node", PEERS / "dynalite/node_modules/dynalite/cli.js", "--host", "127.0.0.1", "--port",
        port, "--createTableMs", status_ms, "--deleteTableMs", status_ms, "--updateTableMs",
        status_ms], log)


def dynamodb_local(log=None):
    home = PEERS / "local/package/aws_dynamodb_local"
    return on_free_port("DynamoDB Local", lambda port: [
        "java", f"-Djava.library.path={home}/DynamoDBLocal_lib", "-jar", home / "DynamoDBLocal.jar",
        "-inMemory", "-port", port], log)


def kinesalite(log=None):
    return on_free_port("kinesalite", lambda port: [
        "node", PEERS / "dynalite/node_modules/kinesalite/cli.js", "--port", port,
        "--createStreamMs", 5, "--deleteStreamMs", 5, "--updateStreamMs", 5], log)


START = {"dynadeck": dynadeck, "dynalite": dynalite, "local": dynamodb_local}
