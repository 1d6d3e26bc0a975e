"""What the upstream suites share: a dynadeck in front of something, and upstreams in Python."""
import contextlib
import http.server
import os
import pathlib
import socketserver
import ssl
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from proof import servers, wire  # noqa: E402,F401

JS = pathlib.Path(os.environ.get("DYNADECK_JS", servers.ROOT / "build/clients/js"))

# No credentials but those that a test gives: neither this user's nor this machine's.
CLEAN = {"AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
         "AWS_EC2_METADATA_DISABLED": "true"}


@contextlib.contextmanager
def environment(**variables):
    """The environment of the servers that are started meanwhile."""
    before = dict(os.environ)
    for name in list(os.environ):
        if name.startswith("AWS_"):
            del os.environ[name]
    os.environ.update({**CLEAN, **variables})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def sdk_environment(endpoint):
    """What an SDK needs to find the server and nothing else on the way."""
    return {**CLEAN, "PATH": os.environ["PATH"], "HOME": "/nonexistent", "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret", "AWS_ENDPOINT_URL": endpoint,
            "AWS_ENDPOINT_URL_DYNAMODB": endpoint, "NODE_PATH": str(JS / "node_modules"),
            "NODE_NO_WARNINGS": "1"}


def front(url, *options, log=None, **variables):
    """A dynadeck whose upstream is `url`. log: the file for what it says."""
    with environment(**variables):
        return servers.dynadeck("--upstream", url, *options, log=log)


def admin(client, method, path, body=b""):
    """dynadeck's answer to a request that is not DynamoDB's, as JSON."""
    return client.exchange(method, path, {}, body).json()


class Upstream:
    """An HTTP server whose answers are answer(headers, body) -> (status, headers, body)."""

    def __init__(self, answer, tls=None, port=0):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, headers, text = answer(self.headers, body)
                self.send_response_only(status)
                for name, value in {"Content-Type": "application/x-amz-json-1.0",
                                    "Content-Length": str(len(text)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 1024

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", port), Handler)
        if tls:
            certificate, key = tls
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            # The handshake on the connection's own thread, at its first read.
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                     do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
