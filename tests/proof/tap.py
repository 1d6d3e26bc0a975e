"""A pass-through that keeps what it passes on, byte for byte, and understands nothing of HTTP but
where a message ends. One stands before dynadeck and one behind it: what differs between the two,
dynadeck has changed."""
import itertools
import socket
import socketserver
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

MARK = "X-Mark"  # the header by which an exchange is found again behind dynadeck
# Of one connection, or of the very moment: dynadeck's own.
OWN = {"connection", "date", "keep-alive", "transfer-encoding"}
# What dynadeck adds where the upstream says nothing.
ADDED = {"connection", "content-length", "date", "server", "x-amz-crc32"}


@dataclass(frozen=True)
class Message:
    """start: the first line. headers: (name in lower case, value), as they came and in their order.
    body: without the framing of chunks; raw: everything, with it."""

    start: str
    headers: tuple
    body: bytes
    raw: bytes

    @property
    def status(self):
        return int(self.start.split(" ")[1])

    def header(self, name):
        return next((value for known, value in self.headers if known == name), None)


class Ended(Exception):
    """The connection ended between two messages."""


def read_message(stream, to_the_end=False, bodiless=False):
    """to_the_end: a message that does not say how long it is ends with the connection. bodiless: it
    says how long it would be."""
    raw = [_line(stream, between=True)]
    headers = []
    while (line := _line(stream)) != b"\r\n":
        raw.append(line)
        name, _, value = line.decode("latin-1").partition(":")
        headers.append((name.lower(), value.strip()))
    raw.append(line)
    known = dict(headers)
    if bodiless:
        body = b""
    elif "chunked" in known.get("transfer-encoding", ""):
        body = _chunks(stream, raw)
    elif "content-length" in known or not to_the_end:
        body = _bytes(stream, int(known.get("content-length", 0)))
        raw.append(body)
    else:
        body = stream.read()
        raw.append(body)
    return Message(raw[0].decode("latin-1").strip(), tuple(headers), body, b"".join(raw))


def _line(stream, between=False):
    line = stream.readline()
    if between and not line:
        raise Ended
    if not line.endswith(b"\n"):
        raise ConnectionError("the connection ended within a message")
    return line


def _bytes(stream, count):
    found = stream.read(count)
    if len(found) != count:
        raise ConnectionError("the connection ended within a body")
    return found


def _chunks(stream, raw):
    body = []
    while True:
        line = _line(stream)
        raw.append(line)
        size = int(line.split(b";")[0], 16)
        if size == 0:
            break
        chunk = _bytes(stream, size)
        raw += [chunk, _line(stream)]
        body.append(chunk)
    while (line := _line(stream)) != b"\r\n":
        raw.append(line)
    raw.append(line)
    return b"".join(body)


class Tap:
    """Passes what comes to `endpoint` on to another server, each connection over one of its own.
    marking: every request gets a mark on its way. An exchange is kept before its answer leaves.
    Synchronized."""

    def __init__(self, server, marking=False):
        url = urlsplit(server)
        tap = self

        class Handler(socketserver.StreamRequestHandler):
            disable_nagle_algorithm = True

            def handle(self):
                try:
                    with socket.create_connection((url.hostname, url.port)) as far, \
                            far.makefile("rb") as answers:
                        far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        while tap.pass_one(self.rfile, self.wfile, far, answers):
                            pass
                except (OSError, Ended):
                    pass

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 1024

        self.lock, self.exchanges = threading.Lock(), {}
        self.marks = itertools.count(1) if marking else None
        self.listener = Server(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.listener.server_address[1]}"
        threading.Thread(target=self.listener.serve_forever, args=(0.01,), daemon=True).start()

    def pass_one(self, requests, back, far, answers):
        """One exchange. Whether another may follow it."""
        request = read_message(requests)
        raw, mark = request.raw, request.header(MARK.lower())
        if self.marks:
            mark = str(next(self.marks))
            start, _, rest = raw.partition(b"\r\n")
            raw = b"\r\n".join([start, f"{MARK}: {mark}".encode(), rest])
        far.sendall(raw)
        answer = read_message(answers, to_the_end=True, bodiless=request.start.startswith("HEAD "))
        with self.lock:
            self.exchanges[mark] = (request, answer)
        back.write(answer.raw)
        return answer.header("connection") != "close" and (
            answer.header("content-length") or answer.header("transfer-encoding"))

    def taken(self):
        """What has passed since it was last asked: {mark: (request, answer)}."""
        with self.lock:
            taken, self.exchanges = self.exchanges, {}
        return taken

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown()
        self.listener.server_close()


def changes(before, behind):
    """What dynadeck did to one exchange that it should not have, as lines: between what a tap in
    front of it and one behind it have seen."""
    (sent, received), (arrived, answered) = before, behind
    found = []

    def same(what, one, other):
        if one != other:
            found.append(f"{what}: {other!r:.300} came out of {one!r:.300}")

    same("request line", sent.start, arrived.start)
    same("request body", sent.body, arrived.body)
    same("request headers", *({name: value for name, value in message.headers
                               if name not in OWN | {MARK.lower(), "accept-encoding"}}
                              for message in (sent, arrived)))
    same("status", answered.status, received.status)
    same("body", answered.body, received.body)
    got = dict(received.headers)
    for name, value in answered.headers:
        if name not in OWN and not name.startswith("access-control-"):
            same(name, value, got.get(name))
    more = set(got) - {name for name, _ in answered.headers} - ADDED
    if more:
        found.append(f"headers that the upstream did not send: {more}")
    return found
