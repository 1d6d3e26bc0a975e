"""What must not be on a tape is not on it: sessions of real SDKs send known secrets, and every one
of them is looked for in the tape's bytes, raw and decompressed, in any form it could have."""
import base64
import http.server
import json
import pathlib
import subprocess
import sys
import threading
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import HERE, PYTHON, run  # noqa: E402
from proof import servers, tapes, wire  # noqa: E402

SESSIONS = {"boto3": [PYTHON, HERE / "tapes/secretive.py"],
            "js": ["node", HERE / "js/secretive.js"]}
# What the sessions put into items; key and blob are bytes.
VALUES = {"password": "correct-horse-battery", "email": "jane.roe@secret.example",
          "token": "tok~9f8e7d6c5b4a", "key": b"\x00\xffbinary\xfesecret\x80key".hex(),
          "card": "4111111111111111", "alias": "the-other-name-she-uses",
          "blob": b"\x01\x02blob\xf0of\x00secrets\x99".hex(), "nested": "four levels down",
          "pattern": "sk_test_0123456789abcdef"}
REDACTIONS = ("$.Item.email", "$..email", "attribute:password", "attribute:email",
              "attribute:token", "attribute:key", "attribute:card", "attribute:aliases",
              "attribute:blobs", "pattern:sk_test_[0-9a-f]+")
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIAREELSECRETKEY123",
               "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYREELSECRET",
               "AWS_SESSION_TOKEN": "FwoGZXIvYXdzEREELxx//SESSION+TOKEN=="}
COOKIE = "crumbs-of-a-cookie"


def forms(secret):
    """The bytes that would give a secret away: as it is, escaped, encoded."""
    data = secret if isinstance(secret, bytes) else secret.encode()
    found = {data, data.hex().encode(), urllib.parse.quote_from_bytes(data, safe="").encode(),
             json.dumps(data.decode("latin-1"))[1:-1].encode()}
    # Base64 of it wherever it begins inside what is encoded.
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + data).decode()
        start = -(-before * 8 // 6)
        whole = len(data) * 8 // 6 - 1
        found.add(encoded[start:start + whole].encode())
    return {form for form in found if len(form) >= 8}


def parts_of(sent):
    """What credentials consist of: a signature is one wherever it stands."""
    for value in sent:
        yield value
        for part in value.replace(",", " ").split():
            name, _, secret = part.partition("=")
            if name in ("Credential", "Signature"):
                yield secret.split("/")[0]


class Secrets(unittest.TestCase):
    def setUp(self):
        self.folder = tapes.folder(self)

    def session(self, client, verb, tape, *options):
        log = self.folder / f"{client}.sent"
        finished = run([servers.BINARY, verb, tape, *options, "--", *SESSIONS[client], log],
                       SECRETS=json.dumps({**VALUES, "cookie": COOKIE}), **CREDENTIALS)
        self.assertEqual(finished.returncode, 0, finished.stdout + finished.stderr)
        self.assertIn("session done", finished.stdout)
        return json.loads(log.read_text())

    def bytes_of(self, tape):
        lines = subprocess.run(["zstdcat", tape], capture_output=True, check=True).stdout
        self.assertGreater(lines.count(b'{"type":"exchange"'), 10)
        return {"raw": tape.read_bytes(), "decompressed": lines}

    def found(self, tape, secrets):
        """{secret: where} for those that a tape holds in any form."""
        texts = self.bytes_of(tape)
        return {secret: where for secret in secrets for where, text in texts.items()
                if any(form in text for form in forms(secret))}

    def values(self):
        return [bytes.fromhex(value) if name in ("key", "blob") else value
                for name, value in VALUES.items()]

    def verify(self, tape):
        return run([servers.BINARY, "cassette", "verify", tape])

    def test_no_secret_that_was_sent_is_on_a_redacted_tape(self):
        options = [part for rule in REDACTIONS for part in ("--redact", rule)]
        for client in SESSIONS:
            with self.subTest(client=client):
                tape = self.folder / f"{client}.tape"
                sent = self.session(client, "record", tape, "--in-memory", "--stream-records",
                                    *options)
                # Every request was signed anew, with the token and the cookie.
                self.assertGreater(len(sent), 12)
                credentials = [*parts_of(sent), *CREDENTIALS.values(), COOKIE]
                self.assertTrue(any("Signature=" in secret for secret in credentials))
                self.assertEqual(self.found(tape, [*credentials, *self.values()]), {})
                verified = self.verify(tape)
                self.assertEqual(verified.returncode, 0, verified.stdout)
                # And what is left is enough to play.
                self.session(client, "replay", tape, "--verify")

    def test_without_redaction_the_values_are_there_and_the_credentials_are_not(self):
        """The search above would find what there is to find."""
        for client in SESSIONS:
            with self.subTest(client=client):
                tape = self.folder / f"{client}.tape"
                sent = self.session(client, "record", tape, "--in-memory")
                self.assertEqual(set(self.found(tape, self.values())), set(self.values()))
                self.assertEqual(
                    self.found(tape, [*parts_of(sent), *CREDENTIALS.values(), COOKIE]), {})

    def test_redacting_a_tape_that_exists_leaves_nothing(self):
        tape, clean = self.folder / "a.tape", self.folder / "b.tape"
        self.session("boto3", "record", tape, "--in-memory", "--stream-records")
        finished = run([servers.BINARY, "cassette", "redact", tape, "-o", clean,
                        *[part for rule in REDACTIONS for part in ("--redact", rule)]])
        self.assertEqual(finished.returncode, 0, finished.stderr)
        self.assertEqual(self.found(clean, self.values()), {})
        self.session("boto3", "replay", clean)

    def test_what_an_upstream_says_of_sessions_is_not_taped(self):
        secret = {"Set-Cookie": "upstream-cookie-4711", "X-Amz-Security-Token": "upstream-tok-0815",
                  "Authorization": "Bearer upstream-bearer-42"}

        class Upstream(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                for name, value in secret.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/x-amz-json-1.0")
                self.send_header("Content-Length", "17")
                self.end_headers()
                self.wfile.write(b'{"TableNames":[]}')

            def log_message(self, *_):
                pass

        upstream = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
        self.addCleanup(upstream.server_close)
        self.addCleanup(upstream.shutdown)
        threading.Thread(target=upstream.serve_forever, daemon=True).start()
        tape = self.folder / "a.tape"
        with servers.dynadeck("--record", tape, "--sign", "none", "--upstream",
                              f"http://127.0.0.1:{upstream.server_port}") as server, \
                wire.Client(server.endpoint) as client:
            for limit in range(1, 15):
                answer = client.call("ListTables", {"Limit": limit})
                self.assertEqual(answer.body, b'{"TableNames":[]}')
        self.assertEqual(self.found(tape, secret.values()), {})

    def test_verify_finds_what_was_planted(self):
        tape = self.folder / "a.tape"
        with servers.dynadeck("--record", tape) as server, wire.Client(server.endpoint) as client:
            client.call("ListTables", {"Limit": 7})
        self.assertEqual(self.verify(tape).returncode, 0)
        lines = subprocess.run(["zstdcat", tape], capture_output=True, check=True).stdout
        for secret in ("AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE",
                       "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/dynamodb",
                       "x-amz-security-token", "aws_secret_access_key=abc", "aws_session_token=abc",
                       "-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----",
                       "Authorization: Bearer abc.def", "https://x/?X-Amz-Signature=0123",
                       "ghp_0123456789abcdefghij0123456789abcdef", "xoxb-123-456",
                       "sk_live_0123456789abcdef"):
            with self.subTest(secret=secret):
                planted = self.folder / "planted.tape"
                planted.unlink(missing_ok=True)
                changed = lines.replace(b'"Limit":7', f'"Limit":7,"X":"{secret}"'.encode())
                self.assertNotEqual(changed, lines)
                subprocess.run(["zstd", "-q", "-o", planted], input=changed, check=True)
                finished = self.verify(planted)
                self.assertEqual(finished.returncode, 1, finished.stdout)
                self.assertIn("exchange 1 holds ", finished.stdout)
                # It says what it is, and does not spread it.
                self.assertNotIn(secret, finished.stdout + finished.stderr)


if __name__ == "__main__":
    unittest.main()
