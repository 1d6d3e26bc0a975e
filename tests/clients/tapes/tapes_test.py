"""A session of an SDK is taped, and played again with no engine behind it: the bodies are the same
to the byte. A session that asks for something else ends with status 3 and a report."""
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import HERE, PYTHON, run  # noqa: E402
from proof import servers, tapes  # noqa: E402

SESSIONS = {"boto3": [PYTHON, HERE / "tapes/taped.py"], "js": ["node", HERE / "js/taped.js"]}


class Tapes(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tapes.folder(self)

    def dynadeck(self, *arguments, **more):
        # No endpoint from here: the command line has to bring it.
        return run([servers.BINARY, *arguments], **more)

    def record(self, client):
        tape, log = self.folder / f"{client}.tape", self.folder / f"{client}.recorded"
        finished = self.dynadeck("record", tape, "--in-memory", "--", *SESSIONS[client], log)
        self.assertEqual(finished.returncode, 0, finished.stdout + finished.stderr)
        self.assertIn("session done", finished.stdout)
        return tape, log.read_text()

    def test_a_replay_gives_the_same_bytes(self):
        for client in SESSIONS:
            with self.subTest(client=client):
                tape, recorded = self.record(client)
                log = self.folder / f"{client}.replayed"
                finished = self.dynadeck("replay", tape, "--", *SESSIONS[client], log)
                self.assertEqual(finished.returncode, 0, finished.stdout + finished.stderr)
                self.assertGreater(recorded.count("\n"), 35)
                self.assertEqual(log.read_text(), recorded)

    def test_an_altered_session_is_reported(self):
        for client in SESSIONS:
            with self.subTest(client=client):
                tape, _ = self.record(client)
                finished = self.dynadeck("replay", tape, "--", *SESSIONS[client],
                                         self.folder / "altered", CHANGED="1")
                self.assertEqual(finished.returncode, 3, finished.stdout + finished.stderr)
                # What was asked, what is nearest on the tape, and where they differ.
                for word in ("GetItem", "other", "one"):
                    self.assertIn(word, finished.stderr)

    def test_verify_reports_a_tape_that_is_not_played_to_its_end(self):
        tape, _ = self.record("boto3")
        finished = self.dynadeck("replay", tape, "--verify", "--", "true")
        self.assertEqual(finished.returncode, 3, finished.stderr)

    def test_a_replay_has_the_tapes_clock_and_seed(self):
        """What is not on the tape gets the dates and ids that the recording would have given it."""
        tape, create = self.folder / "a.tape", HERE / "tapes/create_table.py"
        recorded = self.dynadeck("record", tape, "--in-memory", "--seed", "7", "--clock",
                                 "2026-03-01T12:00:00Z", "--", PYTHON, create, "first")
        self.assertEqual(recorded.returncode, 0, recorded.stderr)
        described = []
        for copy in ("b.tape", "c.tape"):
            shutil.copy(tape, self.folder / copy)
            replayed = self.dynadeck("replay", self.folder / copy, "--mode", "new-episodes", "--",
                                     PYTHON, create, "first", "second")
            self.assertEqual(replayed.returncode, 0, replayed.stderr)
            described.append(replayed.stdout)
        self.assertEqual(described[0], described[1])
        self.assertIn(recorded.stdout, described[0])
        self.assertEqual(described[0].count("2026-03-01T12:00:00"), 2)

    def test_new_episodes_find_what_the_tape_has_written(self):
        """The table's creation is played; what is new asks a database that has heard of it."""
        tape = self.folder / "a.tape"
        for words in (("one",), ("one", "two"), ("one", "two")):
            finished = self.dynadeck("record", tape, "--mode", "new-episodes", "--", PYTHON,
                                     HERE / "tapes/put_items.py", *words)
            self.assertEqual(finished.returncode, 0, finished.stdout + finished.stderr)
            self.assertEqual(finished.stdout.split(), list(words))
        self.assertIn("4 played", finished.stderr)
        self.assertIn("recorded 0 exchanges", finished.stderr)
        finished = self.dynadeck("replay", tape, "--unmatched", "passthrough", "--", PYTHON,
                                 HERE / "tapes/put_items.py", "one", "two", "three")
        self.assertEqual(finished.stdout.split(), ["one", "two", "three"], finished.stderr)
        self.assertIn("2 passed on", finished.stderr)

    def test_a_command_that_asks_elsewhere_is_told_how_to_ask_here(self):
        tape, _ = self.record("boto3")
        finished = self.dynadeck("replay", tape, "--", "true")
        self.assertEqual(finished.returncode, 0, finished.stderr)
        self.assertIn("AWS_ENDPOINT_URL", finished.stderr)

    def test_the_status_of_the_command_is_passed_on(self):
        for status in (0, 7):
            tape = self.folder / f"{status}.tape"
            finished = self.dynadeck("record", tape, "--in-memory", "--", "sh", "-c",
                                     f"exit {status}")
            self.assertEqual(finished.returncode, status, finished.stderr)

    def test_a_command_that_cannot_be_run_leaves_no_tape(self):
        script = self.folder / "script"
        script.write_text("exit 0\n")
        for command, status in ((["dynadeck-no-such-command"], 127), ([script], 126),
                                ([self.folder], 126)):
            tape = self.folder / "a.tape"
            finished = self.dynadeck("record", tape, "--in-memory", "--", *command)
            self.assertEqual(finished.returncode, status, finished.stderr)
            self.assertIn("cannot run", finished.stderr)
            self.assertFalse(tape.exists())

    def test_signals_reach_the_command_and_its_end_is_told(self):
        for name, expected in (("INT", 41), ("TERM", 41), ("HUP", 41), ("USR1", 41), ("KILL", 137)):
            tape = self.folder / f"{name}.tape"
            # The command asks for the signal, so that it certainly runs by then.
            victim = "$$" if name == "KILL" else "$PPID"
            finished = self.dynadeck(
                "record", tape, "--in-memory", "--", "bash", "-c",
                f"trap 'exit 41' {'INT' if name == 'KILL' else name}; kill -{name} {victim};"
                "for i in {1..100}; do sleep 0.1; done")
            self.assertEqual(finished.returncode, expected, f"{name}: {finished.stderr}")
            self.assertIn("recorded 0 exchanges", finished.stderr)
            self.assertEqual(tapes.line_types(tape), ["header"])

    def test_nothing_in_the_environment_leads_past_the_tape(self):
        tape = self.folder / "a.tape"
        finished = self.dynadeck(
            "record", tape, "--in-memory", "--", PYTHON, HERE / "tapes/create_table.py", "first",
            HTTP_PROXY="http://127.0.0.1:9", http_proxy="http://127.0.0.1:9",
            NO_PROXY="example.org", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="true")
        self.assertEqual(finished.returncode, 0, finished.stderr)
        self.assertIn("exchange", tapes.line_types(tape))

    def test_a_tape_is_readable_without_dynadeck(self):
        tape, recorded = self.record("boto3")
        self.assertEqual(set(tapes.line_types(tape)), {"header", "exchange"})
        lines = subprocess.run(["zstdcat", tape], capture_output=True, check=True).stdout
        self.assertGreater(lines.count(b"\n"), recorded.count("\n"))
        self.assertNotIn(b"Signature=", lines)


if __name__ == "__main__":
    unittest.main()
