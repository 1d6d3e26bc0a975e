"""What travels compressed is the same, and its checksum is that of the bytes on the wire."""
import gzip
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import WithServer  # noqa: E402
from proof import wire  # noqa: E402


class Encodings(WithServer):
    def setUp(self):
        self.client = wire.Client(self.endpoint)
        self.addCleanup(self.client.close)
        for number in range(60):
            self.client.call("CreateTable", {
                "TableName": f"a-table-with-a-long-name-{number:03}",
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}]})

    def test_an_answer_is_compressed_if_asked(self):
        plain = self.client.call("ListTables", {})
        packed = self.client.call("ListTables", {}, headers={"Accept-Encoding": "gzip, deflate"})
        self.assertNotIn("content-encoding", plain.headers)
        self.assertEqual(packed.headers["content-encoding"], "gzip")
        self.assertEqual(gzip.decompress(packed.body), plain.body)
        self.assertLess(len(packed.body), len(plain.body))
        self.assertTrue(wire.crc32_fits(plain))
        self.assertTrue(wire.crc32_fits(packed))

    def test_a_request_may_be_compressed(self):
        body = gzip.compress(json.dumps({"Limit": 1}).encode())
        answer = self.client.call("ListTables", body, headers={"Content-Encoding": "gzip"})
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(len(answer.json()["TableNames"]), 1)

    def test_no_encoding_that_was_not_asked_for(self):
        for accepted in ("identity", "gzip;q=0", ""):
            answer = self.client.call("ListTables", {}, headers={"Accept-Encoding": accepted})
            self.assertNotIn("content-encoding", answer.headers)


if __name__ == "__main__":
    unittest.main()
