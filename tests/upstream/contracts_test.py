"""run-against as a contract test between two DynamoDBs: a session is recorded from the embedded
engine and asked of others. What is told has to be theirs: another engine like it answers as taped,
and of the peers every place that differs is named here."""
import collections
import re
import subprocess
import unittest

from support import HERE, sdk_environment, servers
from proof import tapes

# DynamoDB Local tells less of tables, and dates of what has not happened.
LOCAL_TABLES = {"TableId", "DeletionProtectionEnabled", "WarmThroughput"}
LOCAL_DATES = {"LastIncreaseDateTime", "LastDecreaseDateTime"}
LOCAL = {
    "CreateTable": LOCAL_TABLES | {"NumberOfDecreasesToday"},
    "DescribeTable": LOCAL_TABLES | LOCAL_DATES | {"NumberOfDecreasesToday", "message"},
    "UpdateTable": LOCAL_TABLES,
    # More than AWS, and that the table is ACTIVE.
    "DeleteTable": {"TableId", "DeletionProtectionEnabled", *LOCAL_DATES, "AttributeDefinitions",
                    "CreationDateTime", "GlobalSecondaryIndexes", "KeySchema", "LatestStreamArn",
                    "LatestStreamLabel", "StreamSpecification", "TableStatus"},
    "GetItem": {"message"},  # of a table that is not there
    "TagResource": {"status", "$"}, "ListTagsOfResource": {"status", "__type", "message", "Tags"}}
DYNALITE_TABLES = {"DeletionProtectionEnabled", "WarmThroughput", "TableThroughputModeSummary"}
# dynalite does not delete an index, and then wants throughput for it.
DYNALITE_KEPT = {"AttributeDefinitions", "GlobalSecondaryIndexes"}
DYNALITE_UNITS = {"BillingMode", "ReadCapacityUnits", "WriteCapacityUnits", "LastIncreaseDateTime"}
DYNALITE = {
    "CreateTable": DYNALITE_TABLES,
    "DescribeTable": DYNALITE_TABLES | DYNALITE_KEPT | DYNALITE_UNITS,
    "UpdateTable": DYNALITE_TABLES | DYNALITE_KEPT | {"status", "__type", "message",
                                                      "TableDescription"},
    "DeleteTable": {"DeletionProtectionEnabled", "TableThroughputModeSummary", *DYNALITE_UNITS,
                    "AttributeDefinitions", "CreationDateTime", "KeySchema"},
    "TagResource": {"$"}}  # the body is "" where AWS sends none


def differing(told):
    """By operation the members that differ."""
    found, operation = collections.defaultdict(set), None
    for line in told.splitlines():
        if line.startswith("exchange "):
            operation = line.split()[2]
        elif line.startswith("    "):
            path = line.strip().split(": ")[0]
            found[operation].add(re.sub(r"\[\d+\]$", "", path).rpartition(".")[2])
    return dict(found)


class Contracts(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        subprocess.run([HERE.parent / "peers/install"], check=True, stdout=subprocess.DEVNULL)

    def setUp(self):
        self.folder = tapes.folder(self)

    def record(self, name, *without):
        tape = self.folder / name
        with servers.dynadeck("--record", tape) as server:
            self.run_to_end(["/usr/bin/python3", HERE / "contract.py", *without], 0,
                            env=sdk_environment(server.endpoint))
        return tape

    def run_to_end(self, command, status, **more):
        finished = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                                  check=False, timeout=300, **more)
        self.assertEqual(finished.returncode, status, finished.stdout + finished.stderr)
        return finished.stdout + finished.stderr

    def run_against(self, tape, server, status, *options):
        return self.run_to_end([servers.BINARY, "cassette", "run-against", tape, server.endpoint,
                                "--unsigned", *options], status)

    def test_another_engine_answers_as_taped(self):
        tape = self.record("a.tape")
        with servers.dynadeck() as server:
            self.assertIn(" 0 otherwise", self.run_against(tape, server, 0))
        with servers.dynadeck("--status-delay", "200ms") as server:
            self.assertIn(" 0 otherwise", self.run_against(tape, server, 0))

    def test_a_second_recording_is_no_other(self):
        tape, again = self.record("a.tape"), self.record("b.tape")
        self.assertEqual(self.run_to_end(
            [servers.BINARY, "cassette", "diff", tape, again], 0), "0 differences\n")

    def test_what_dynamodb_local_does_otherwise_is_its_own(self):
        tape = self.record("a.tape")
        with servers.dynamodb_local() as server:
            told = self.run_against(tape, server, 1)
        self.assertEqual(differing(told), LOCAL, told)

    def test_what_dynalite_does_otherwise_is_its_own(self):
        tape = self.record("a.tape", "streams")
        # Its own 500 ms until a table is there, or gone.
        with servers.dynalite(status_ms=500) as server:
            told = self.run_against(tape, server, 1)
        self.assertEqual(differing(told), DYNALITE, told)
        with servers.dynalite(status_ms=500) as server:
            self.assertIn("PutItem", differing(self.run_against(tape, server, 1, "--wait", "0")))


if __name__ == "__main__":
    unittest.main()
