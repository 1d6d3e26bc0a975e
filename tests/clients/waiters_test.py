"""The SDKs' waiters, against tables that take a while."""
import unittest

from support import HERE, PYTHON, WithServer


class Waiters(WithServer):
    options = ("--status-delay", "1500ms")

    def test_boto3_waits_for_tables_to_come_and_go(self):
        self.succeeds([PYTHON, HERE / "boto3_waiters.py"])

    def test_the_sdk_for_javascript_waits_for_tables_to_come_and_go(self):
        self.succeeds(["node", HERE / "js/waiters.js"])


if __name__ == "__main__":
    unittest.main()
