"""TLS to an upstream: the right certificate is believed, no other one is."""
import pathlib
import subprocess
import tempfile
import unittest

from support import Upstream, front, wire


def openssl(*arguments):
    subprocess.run(["openssl", *[str(part) for part in arguments]], check=True,
                   capture_output=True)


class Authority:
    """A throw-away certificate authority in a folder."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.certificate, self.key = folder / f"{name}.pem", folder / f"{name}.key"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                f"/CN={name}", "-keyout", self.key, "-out", self.certificate)

    def issue(self, name, subject, not_after=None):
        key, request = self.folder / f"{name}.key", self.folder / f"{name}.csr"
        certificate, extensions = self.folder / f"{name}.pem", self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={subject}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", key,
                "-out", request)
        if not_after is None:
            openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                    "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", certificate)
        else:
            # x509 only counts from now on; ca takes dates.
            database = self.folder / f"{name}.db"
            database.mkdir()
            (database / "index").touch()
            (database / "serial").write_text("01\n")
            settings = database / "settings"
            settings.write_text(
                f"[ca]\ndefault_ca=x\n[x]\ndatabase={database}/index\nserial={database}/serial\n"
                f"new_certs_dir={database}\ndefault_md=sha256\npolicy=p\n"
                "[p]\ncommonName=supplied\n")
            openssl("ca", "-batch", "-config", settings, "-cert", self.certificate, "-keyfile",
                    self.key, "-in", request, "-out", certificate, "-extfile", extensions,
                    "-startdate", "20200101000000Z", "-enddate", not_after, "-notext")
        return certificate, key


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.ours = Authority(cls.folder, "ours")
        cls.theirs = Authority(cls.folder, "theirs")

    def ask(self, certificate, host="localhost", ca=None, count=1):
        """The answers through a dynadeck that believes `ca`."""
        with Upstream(lambda headers, body: (200, {}, body), tls=certificate) as upstream, \
                front(f"https://{host}:{upstream.port}", "--upstream-ca",
                      ca or self.ours.certificate) as server, \
                wire.Client(server.endpoint) as client:
            return [client.call("GetItem", b'{"n":1}') for _ in range(count)]

    def refused(self, answers, reason):
        for answer in answers:
            self.assertEqual(answer.status, 502, answer.body)
            self.assertEqual(answer.error, "InternalServerError")
            self.assertIn(reason, answer.json()["message"])

    def test_the_right_certificate(self):
        certificate = self.ours.issue("good", "DNS:localhost,IP:127.0.0.1")
        for host in ("localhost", "127.0.0.1"):
            for answer in self.ask(certificate, host, count=20):
                self.assertEqual((answer.status, answer.body), (200, b'{"n":1}'))

    def test_a_large_body(self):
        certificate = self.ours.issue("large", "DNS:localhost")
        body = b'{"x":"' + b"y" * 3_000_000 + b'"}'
        with Upstream(lambda headers, sent: (200, {}, sent), tls=certificate) as upstream, \
                front(f"https://localhost:{upstream.port}", "--upstream-ca",
                      self.ours.certificate) as server, wire.Client(server.endpoint) as client:
            self.assertEqual(client.call("PutItem", body).body, body)

    def test_another_hosts_certificate(self):
        certificate = self.ours.issue("elsewhere", "DNS:elsewhere.example")
        self.refused(self.ask(certificate), "hostname mismatch")

    def test_an_address_needs_to_be_named(self):
        certificate = self.ours.issue("named", "DNS:localhost")
        self.refused(self.ask(certificate, "127.0.0.1"), "IP address mismatch")

    def test_an_expired_certificate(self):
        certificate = self.ours.issue("expired", "DNS:localhost", not_after="20210101000000Z")
        self.refused(self.ask(certificate), "certificate has expired")

    def test_a_certificate_of_another_authority(self):
        certificate = self.theirs.issue("foreign", "DNS:localhost")
        self.refused(self.ask(certificate), "unable to get local issuer certificate")

    def test_the_system_does_not_know_a_throw_away_authority(self):
        certificate = self.ours.issue("unknown", "DNS:localhost")
        with Upstream(lambda headers, body: (200, {}, body), tls=certificate) as upstream, \
                front(f"https://localhost:{upstream.port}") as server, \
                wire.Client(server.endpoint) as client:
            self.refused([client.call("GetItem", b"{}")], "certificate")

    def test_the_systems_authorities(self):
        """OpenSSL finds them where SSL_CERT_FILE says, as it finds the system's without."""
        certificate = self.ours.issue("system", "DNS:localhost")
        with Upstream(lambda headers, body: (200, {}, body), tls=certificate) as upstream:
            url = f"https://localhost:{upstream.port}"
            for authority, expected in ((self.ours, 200), (self.theirs, 502)):
                with front(url, SSL_CERT_FILE=str(authority.certificate)) as server, \
                        wire.Client(server.endpoint) as client:
                    self.assertEqual(client.call("GetItem", b"{}").status, expected)
            # Those that are given stand alone.
            with front(url, "--upstream-ca", self.theirs.certificate,
                       SSL_CERT_FILE=str(self.ours.certificate)) as server, \
                    wire.Client(server.endpoint) as client:
                self.refused([client.call("GetItem", b"{}")], "certificate")

    def test_plain_http_behind_an_https_url(self):
        with Upstream(lambda headers, body: (200, {}, body)) as upstream, \
                front(f"https://localhost:{upstream.port}") as server, \
                wire.Client(server.endpoint) as client:
            self.assertEqual(client.call("GetItem", b"{}").status, 502)

    def test_a_file_that_is_no_authority_is_refused_at_the_start(self):
        with self.assertRaises(RuntimeError):
            front("https://localhost:1", "--upstream-ca", "/nonexistent").stop()


if __name__ == "__main__":
    unittest.main()
