"""What dynadeck signs, botocore's own signer signs to the same letter."""
import datetime
import threading
import unittest
from unittest import mock

import botocore.auth
import botocore.awsrequest
import botocore.credentials

from support import Upstream, front, servers, wire

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


class Seen:
    def __init__(self):
        self.requests, self.lock = [], threading.Lock()

    def answer(self, headers, body):
        with self.lock:
            self.requests.append((dict(headers.items()), body))
        return 200, {}, b"{}"


def botocore_authorization(url, region, headers, body, token):
    """What botocore would have put into Authorization for this request at this time."""
    signed = headers["Authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    request = botocore.awsrequest.AWSRequest(
        method="POST", url=url, data=body,
        headers={name: value for name, value in headers.items() if name.lower() in signed
                 and name.lower() not in ("host", "x-amz-date", "x-amz-security-token")})
    signer = botocore.auth.SigV4Auth(botocore.credentials.Credentials(KEY, SECRET, token),
                                     "dynamodb", region)
    moment = datetime.datetime.strptime(headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ")
    with mock.patch("botocore.auth.datetime", mock.Mock(wraps=datetime)) as fake:
        fake.datetime.utcnow.return_value = moment
        signer.add_auth(request)
    return request.headers["Authorization"]


class Signing(unittest.TestCase):
    def check(self, path="", options=(), region="eu-west-1", signed_region=None, token=None,
              bodies=(b"{}",)):
        seen = Seen()
        keys = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
        if token:
            keys["AWS_SESSION_TOKEN"] = token
        with Upstream(seen.answer) as upstream:
            url = f"http://127.0.0.1:{upstream.port}{path}"
            with front(url, *options, **keys) as server, \
                    wire.Client(server.endpoint, region=region) as client:
                for body in bodies:
                    self.assertEqual(client.call("PutItem", body).status, 200)
        self.assertEqual([body for _, body in seen.requests], list(bodies))
        for headers, body in seen.requests:
            self.assertEqual(headers["Host"], f"127.0.0.1:{upstream.port}")
            self.assertEqual(headers.get("X-Amz-Security-Token"), token)
            expected = botocore_authorization(url + "/", signed_region or region, headers, body,
                                              token)
            self.assertEqual(headers["Authorization"], expected)

    def test_as_botocore_signs(self):
        bodies = [b"{}", "{\"TableName\":\"caf\u00e9\"}".encode(), b"{" + b" " * 100000 + b"}"]
        self.check(bodies=bodies)

    def test_with_a_session_token(self):
        self.check(token="IQoJb3JpZ2luX2VjE//////////wEaCXVzLWVhc3QtMSJHMEUCIQ==")

    def test_for_a_region_of_its_own(self):
        self.check(options=("--upstream-region", "ap-south-1"), signed_region="ap-south-1")

    def test_below_a_path(self):
        self.check(path="/stage/dynamo")

    def test_an_upstream_that_verifies_believes_it_and_no_other(self):
        """Another dynadeck, which knows one key and takes the client's place from its signature."""
        with servers.dynadeck("--credentials", f"{KEY}:{SECRET}") as upstream:
            for secret, expected in ((SECRET, None), ("wrong", "InvalidSignatureException")):
                with self.subTest(secret=secret), \
                        front(upstream.endpoint, AWS_ACCESS_KEY_ID=KEY,
                              AWS_SECRET_ACCESS_KEY=secret) as server, \
                        wire.Client(server.endpoint) as client:
                    self.assertEqual(client.call("ListTables", {}).error, expected)
                    streams = client.call("ListStreams", {})
                    self.assertEqual(streams.error, expected)
            with front(upstream.endpoint, "--sign", "none") as server, \
                    wire.Client(server.endpoint) as client:
                self.assertIsNotNone(client.call("ListTables", {}).error)

    def test_a_signature_that_is_passed_through_is_the_clients(self):
        seen = Seen()
        with Upstream(seen.answer) as upstream, \
                front(f"http://127.0.0.1:{upstream.port}", "--sign", "none",
                      AWS_ACCESS_KEY_ID=KEY, AWS_SECRET_ACCESS_KEY=SECRET) as server, \
                wire.Client(server.endpoint) as client:
            client.call("GetItem", b"{}")
        headers, _ = seen.requests[0]
        self.assertEqual(headers["Authorization"], wire.authorization("000000000000"))
        self.assertEqual(headers["Host"], server.endpoint.removeprefix("http://"))


if __name__ == "__main__":
    unittest.main()
