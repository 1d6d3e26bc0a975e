"""Tests that others wrote: the suites in the packages of dynogels and dynamodb, over the second
JavaScript SDK, with ids, times and names of tables that are drawn anew in every run."""
import json
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import HERE, run  # noqa: E402
from proof import servers  # noqa: E402

SUITES = pathlib.Path(os.environ.get("DYNADECK_SUITES", servers.ROOT / "build/clients/suites"))
LIBRARIES = ("dynogels", "dynamodb")
NORMALISED = ("--normalise", "uuid", "--normalise", "timestamp",
              "--normalise", "pattern:_[0-9]{13}[.][0-9]+")
# They want the throughput of a new index without its number of decreases; AWS gives that.
NOT_OF_AWS = ("--invert", "--grep", "should create table with global")


class PublishedSuites(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tape = pathlib.Path(folder.name) / "suites.tape"

    def play(self, libraries, *arguments, workers=1):
        """The names of the tests, all of which passed, and what dynadeck said."""
        files = [file for library in libraries for file in
                 sorted((SUITES / "node_modules" / library / "test/integration").glob("*.js"))]
        self.assertEqual(len(files), 2 * len(libraries))
        parallel = ("--parallel", "--jobs", workers) if workers > 1 else ()
        report = self.tape.with_suffix(".json")
        finished = run([servers.BINARY, *arguments, "--", "node", "node_modules/mocha/bin/mocha.js",
                        "--exit", "--timeout", 60000, "--require", HERE / "suites/here.js",
                        "--reporter", "json", "--reporter-option", f"output={report}", *NOT_OF_AWS,
                        *parallel, *files],
                       cwd=SUITES, NODE_PATH=str(SUITES / "node_modules"),
                       AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE="1")
        results = json.loads(report.read_text())
        failures = [(test["fullTitle"], test["err"].get("message")) for test in results["failures"]]
        self.assertEqual(failures, [], finished.stderr[-4000:])
        self.assertEqual(finished.returncode, 0, finished.stdout[-4000:] + finished.stderr[-4000:])
        return sorted(test["fullTitle"] for test in results["passes"]), finished.stderr

    def record(self, libraries, **how):
        names, _ = self.play(libraries, "record", self.tape, *NORMALISED, **how)
        return names

    def replay(self, libraries, *options, **how):
        names, told = self.play(libraries, "replay", self.tape, "--verify", *options, **how)
        self.assertIn(" 0 unmatched, 0 of ", told)
        return names

    def test_a_suite_replays_with_what_it_draws_anew(self):
        recorded = self.record(["dynogels"])
        self.assertGreater(len(recorded), 75)
        self.assertEqual(self.replay(["dynogels"]), recorded)

    def test_suites_replay_beside_each_other(self):
        recorded = self.record(LIBRARIES, workers=8)
        self.assertGreater(len(recorded), 140)
        for order in ("item", "item", "free"):
            self.assertEqual(self.replay(LIBRARIES, "--order", order, workers=8), recorded)


if __name__ == "__main__":
    unittest.main()
