"""The SDKs' waiters, against tables that take a while."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import HERE, PYTHON, WithServer  # noqa: E402


class Waiters(WithServer):
    options = ("--status-delay", "1500ms")

    def test_boto3_waits_for_tables_to_come_and_go(self):
        self.succeeds([PYTHON, HERE / "sdks/boto3_waiters.py"])

    def test_the_sdk_for_javascript_waits_for_tables_to_come_and_go(self):
        self.succeeds(["node", HERE / "js/waiters.js"])


if __name__ == "__main__":
    unittest.main()
