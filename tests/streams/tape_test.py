#!/usr/bin/env python3
"""A session that writes and tails is taped; a replay with no engine serves the Streams API from the
tape, and the tape's stream records are those that the consumer saw."""
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from clients import support  # noqa: E402
from proof import servers  # noqa: E402

SESSION = [support.PYTHON, pathlib.Path(__file__).resolve().parent / "taped.py"]
RECORDS = 28


class TapedStream(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def dynadeck(self, *arguments):
        finished = support.run([servers.BINARY, *arguments])
        self.assertEqual(finished.returncode, 0, finished.stdout + finished.stderr)
        return finished.stdout

    def test_a_consumer_sees_the_taped_records_without_an_engine(self):
        tape, seen = self.folder / "session.tape", self.folder / "seen"
        self.dynadeck("record", tape, "--in-memory", "--stream-records", "--", *SESSION, seen)
        recorded = seen.read_text().splitlines()
        self.assertEqual(len(recorded), RECORDS)

        for order in ("item", "free"):
            with self.subTest(order=order):
                again = self.folder / f"again-{order}"
                self.dynadeck("replay", tape, "--order", order, "--", *SESSION, again)
                self.assertEqual(again.read_text().splitlines(), recorded)

        played = [json.loads(line) for line in
                  self.dynadeck("cassette", "play-stream", tape, "--to-stdout").splitlines()
                  if line.startswith("{")]
        self.assertEqual([record["eventID"] for record in played],
                         [json.loads(line)["eventID"] for line in recorded])


if __name__ == "__main__":
    unittest.main()
