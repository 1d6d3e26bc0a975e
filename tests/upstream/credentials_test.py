"""Where dynadeck finds the credentials that it signs with, and that it finds new ones before they
expire. The whole program; tests/harness/aws/credentials_test.cpp has the cases in between."""
import datetime
import http.server
import os
import pathlib
import re
import subprocess
import tempfile
import threading
import time
import unittest

from support import Upstream, environment, front, servers, wire


def in_seconds(seconds):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Source:
    """A container's endpoint and an instance's metadata. Every credential has a number in its key,
    and lives for `life` seconds."""

    def __init__(self, life):
        source = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def reply(self, text):
                source.asked.append((self.command, self.path, dict(self.headers)))
                self.send_response(200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def do_PUT(self):
                self.reply("the-token")

            def do_GET(self):
                if self.path == "/latest/meta-data/iam/security-credentials/":
                    return self.reply("the-role")
                source.given += 1
                return self.reply(f'{{"AccessKeyId":"KEY{source.given}","SecretAccessKey":"secret",'
                                  f'"Token":"TOKEN{source.given}",'
                                  f'"Expiration":"{in_seconds(life)}"}}')

            def log_message(self, *_):
                pass

        self.asked, self.given = [], 0
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Credentials(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def keys(self, seconds=0.0, **variables):
        """The keys and tokens that the upstream saw, without repetitions."""
        seen = []

        def note(headers, body):
            key = re.search("Credential=([^/]*)/", headers["Authorization"])[1]
            now = (key, headers.get("X-Amz-Security-Token"))
            if now not in seen:
                seen.append(now)
            return 200, {}, b"{}"

        with Upstream(note) as upstream, \
                front(f"http://127.0.0.1:{upstream.port}", **variables) as server, \
                wire.Client(server.endpoint) as client:
            until = time.monotonic() + seconds
            while True:
                self.assertEqual(client.call("GetItem", {}).status, 200)
                if time.monotonic() >= until:
                    return seen
                time.sleep(0.05)

    def refused(self, **variables):
        """What dynadeck says when it does not start."""
        with environment(**variables):
            finished = subprocess.run([servers.BINARY, "serve", "--port", "0", "--upstream", "aws"],
                                      capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(finished.returncode, 1, finished.stderr)
        return finished.stderr

    def test_the_environment(self):
        self.assertEqual(self.keys(AWS_ACCESS_KEY_ID="ENV", AWS_SECRET_ACCESS_KEY="secret",
                                   AWS_SESSION_TOKEN="token"), [("ENV", "token")])

    def test_a_profile_of_the_shared_files(self):
        credentials = self.file("credentials", "[default]\naws_access_key_id = ONE\n"
                                "aws_secret_access_key = s\n[work]\naws_access_key_id = TWO\n"
                                "aws_secret_access_key = s\naws_session_token = t\n")
        config = self.file("config", "[profile other]\naws_access_key_id = THREE\n"
                           "aws_secret_access_key = s\n")
        files = {"AWS_SHARED_CREDENTIALS_FILE": credentials, "AWS_CONFIG_FILE": config}
        self.assertEqual(self.keys(**files), [("ONE", None)])
        self.assertEqual(self.keys(**files, AWS_PROFILE="work"), [("TWO", "t")])
        self.assertEqual(self.keys(**files, AWS_PROFILE="other"), [("THREE", None)])

    def test_a_process_is_asked_again_before_its_credentials_expire(self):
        count = self.folder / "count"
        script = self.file("give.py", f"""import datetime, json, pathlib
count = pathlib.Path({str(count)!r})
number = int(count.read_text()) + 1 if count.exists() else 1
count.write_text(str(number))
end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3)
print(json.dumps({{"Version": 1, "AccessKeyId": f"KEY{{number}}", "SecretAccessKey": "s",
                  "SessionToken": "t", "Expiration": end.isoformat(timespec="seconds")}}))
""")
        config = self.file("config", f"[default]\ncredential_process = /usr/bin/python3 {script}\n")
        seen = self.keys(seconds=5, AWS_CONFIG_FILE=config)
        self.assertEqual(seen[:2], [("KEY1", "t"), ("KEY2", "t")])

    def test_a_containers_endpoint_is_asked_again(self):
        token = self.file("token", "Bearer of news\n")
        with Source(life=3) as source:
            seen = self.keys(seconds=4, AWS_CONTAINER_CREDENTIALS_FULL_URI=source.url + "/role",
                             AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=token)
        self.assertEqual(seen[:2], [("KEY1", "TOKEN1"), ("KEY2", "TOKEN2")])
        self.assertEqual({headers["Authorization"] for _, _, headers in source.asked},
                         {"Bearer of news"})

    def test_an_instances_metadata_are_asked_again(self):
        with Source(life=3) as source:
            seen = self.keys(seconds=4, AWS_EC2_METADATA_SERVICE_ENDPOINT=source.url,
                             AWS_EC2_METADATA_DISABLED="false")
        self.assertEqual(seen[:2], [("KEY1", "TOKEN1"), ("KEY2", "TOKEN2")])
        steps = [(method, path) for method, path, _ in source.asked[:3]]
        role = "/latest/meta-data/iam/security-credentials/"
        self.assertEqual(steps, [("PUT", "/latest/api/token"), ("GET", role),
                                 ("GET", role + "the-role")])

    def test_what_is_not_supported_says_so_and_what_to_do(self):
        for text in ("role_arn = arn:aws:iam::1:role/x\nsource_profile = y", "sso_session = z",
                     "sso_start_url = https://x", "web_identity_token_file = /x"):
            with self.subTest(profile=text):
                said = self.refused(AWS_CONFIG_FILE=self.file("config", f"[default]\n{text}\n"))
                self.assertIn(text.partition(" ")[0], said)
                self.assertIn("aws configure export-credentials --profile default", said)

    def test_nothing_found(self):
        self.assertIn("no AWS credentials", self.refused(HOME=os.fspath(self.folder)))


if __name__ == "__main__":
    unittest.main()
