"""Published libraries over DynamoDB, in realistic use: recorded against the engine, replayed with
no engine behind, with the same bytes, in shuffled orders and by parallel workers."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import HERE, run  # noqa: E402
from proof import servers, tapes  # noqa: E402

SUITES = ("electrodb", "toolbox")
# Of one test in each suite the requests differ from run to run.
RANDOM = "an id that is drawn comes back"
NORMALISED = ("--normalise", "uuid", "--normalise", "timestamp")


class Libraries(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tapes.folder(self)

    def play(self, suite, *arguments, seed=0, workers=1):
        """{test: [status and hash of each answer]} of a run of the suite that passed."""
        log = self.folder / "answers"
        finished = run([servers.BINARY, *arguments, "--", "node", HERE / "js/libraries/run.js",
                        suite, log, seed, workers])
        self.assertEqual(finished.returncode, 0, finished.stdout + finished.stderr)
        self.assertIn(f"tests of {suite} passed", finished.stdout)
        answers = dict(json.loads(line) for line in log.read_text().splitlines())
        answers.pop(RANDOM)
        return answers

    def record(self, suite, **how):
        tape = self.folder / f"{suite}.tape"
        tape.unlink(missing_ok=True)
        answers = self.play(suite, "record", tape, "--in-memory", *NORMALISED, **how)
        lines = tapes.line_types(tape)
        self.assertEqual(lines[0], "header")
        self.assertGreaterEqual(lines.count("exchange"), sum(map(len, answers.values())))
        return tape, answers

    def replay(self, suite, tape, **how):
        return self.play(suite, "replay", tape, "--verify", **how)

    def test_two_replays_give_the_same_bytes(self):
        for suite in SUITES:
            with self.subTest(suite=suite):
                tape, recorded = self.record(suite)
                self.assertGreater(sum(map(len, recorded.values())), 55)
                for order in ("strict", "item"):
                    for _ in range(2):
                        replayed = self.play(suite, "replay", tape, "--verify", "--order", order)
                        self.assertEqual(replayed, recorded)

    def test_shuffled_tests_on_eight_workers_get_their_own_answers(self):
        for suite in SUITES:
            with self.subTest(suite=suite):
                tape, recorded = self.record(suite)
                for seed in (1, 2):
                    self.assertEqual(self.replay(suite, tape, seed=seed, workers=8), recorded)

    def test_what_eight_workers_recorded_is_replayed_in_any_order(self):
        for suite in SUITES:
            with self.subTest(suite=suite):
                tape, recorded = self.record(suite, seed=3, workers=8)
                self.assertEqual(self.replay(suite, tape, seed=4, workers=8), recorded)
                self.assertEqual(self.replay(suite, tape), recorded)


if __name__ == "__main__":
    unittest.main()
