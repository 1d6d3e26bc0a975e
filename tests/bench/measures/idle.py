"""What ten thousand idle keep-alive connections cost."""
import resource
import socket
import statistics
import time

from contenders import SCENARIOS, dynadeck, fill
from load import drive
from proof import wire


def raise_file_limit(needed):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(needed, hard), hard))


def open_idle(endpoint, count):
    """Connections that have each been answered once and stay."""
    host, port = endpoint.removeprefix("http://").split(":")
    headers = "".join(f"{name}: {value}\r\n" for name, value in
                      wire.Client(endpoint).default_headers("ListTables").items())
    head = f"POST / HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: 2\r\n\r\n"
    request = head.encode() + b"{}"
    sockets = []
    for _ in range(count):
        connection = socket.create_connection((host, int(port)), timeout=30)
        connection.sendall(request)
        if not connection.recv(4096).startswith(b"HTTP/1.1 200"):
            raise RuntimeError("a connection was not answered")
        sockets.append(connection)
    return sockets


def still_open(sockets):
    """How many the server has not closed."""
    alive = 0
    for connection in sockets:
        connection.setblocking(False)
        try:
            alive += connection.recv(1) != b""
        except BlockingIOError:
            alive += 1
        except OSError:
            pass
    return alive


def measure(count, seconds, rounds):
    raise_file_limit(count + 1000)
    with dynadeck() as server:
        fill(server.endpoint)
        load = SCENARIOS["GetItem"]()
        drive(server.endpoint, load, 16, 1)
        alone, crowded, cpu = [], [], []
        for _ in range(rounds):
            alone.append(drive(server.endpoint, load, 16, seconds).requests_per_second)
            sockets = open_idle(server.endpoint, count)
            time.sleep(0.5)
            before = server.cpu_seconds()
            time.sleep(10)
            cpu.append((server.cpu_seconds() - before) / 10 * 100)
            crowded.append(drive(server.endpoint, load, 16, seconds).requests_per_second)
            alive = still_open(sockets)
            rss = server.rss_bytes() / 1e6
            for connection in sockets:
                connection.close()
            time.sleep(0.5)
    loss = (1 - statistics.median(crowded) / statistics.median(alone)) * 100
    return {"idle_connections": count, "still_open": alive,
            "idle_cpu_percent_of_a_core": round(statistics.median(cpu), 2),
            "throughput_loss_percent": round(loss, 1), "rss_mb": round(rss, 1)}
