"""SDKs against a server that throttles three writes in ten: with retries everything arrives,
without them three in ten are refused, and the same ones every time."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import HERE, PYTHON, WithServer  # noqa: E402

CLIENTS = {"boto3": [PYTHON, HERE / "faults/boto3_faults.py"],
           "js": ["node", HERE / "js/faults.js"]}
OPTIONS = ("--write-error-probability", "0.3", "--seed", "7")


class Faults(WithServer):
    options = OPTIONS

    def play(self, client, attempts):
        # An account of its own for each run: the same table name must be free.
        account = f"{abs(hash((client, attempts))) % 10**12:012}"
        return json.loads(self.succeeds([*CLIENTS[client], str(attempts)],
                                        AWS_ACCESS_KEY_ID=account))

    def test_retries_get_everything_through(self):
        for client, attempts in (("boto3", 20), ("js", 12)):
            with self.subTest(client=client):
                result = self.play(client, attempts)
                self.assertEqual(result["refused"], [])
                self.assertEqual(result["written"], 200)
                # 200 writes need 200 * 0.3 / 0.7 = 86 retries; five standard deviations are 55.
                self.assertTrue(31 <= result["retries"] <= 141, result["retries"])

    def test_without_retries_three_in_ten_fail(self):
        for client in CLIENTS:
            with self.subTest(client=client):
                result = self.play(client, 1)
                self.assertTrue(28 <= len(result["refused"]) <= 92, len(result["refused"]))
                self.assertEqual(result["written"], 200 - len(result["refused"]))


class Repeated(unittest.TestCase):
    """A seed repeats its faults in a new process, whatever the client."""

    def test_the_same_writes_fail(self):
        outcomes = []
        for _ in range(2):
            class Fresh(Faults):
                def runTest(self):
                    self.result = self.play("boto3", 1)
            Fresh.setUpClass()
            try:
                fresh = Fresh()
                fresh.runTest()
                outcomes.append(fresh.result["refused"])
            finally:
                Fresh.doClassCleanups()
        self.assertEqual(*outcomes)
        self.assertTrue(outcomes[0])


if __name__ == "__main__":
    unittest.main()
