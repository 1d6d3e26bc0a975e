"""The examples for test runners, as a stranger would paste them: alone, recorded and replayed."""
import os
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import HERE, PYTHON, run  # noqa: E402
from proof import servers, tapes  # noqa: E402

EXAMPLES = servers.ROOT / "examples"
RUNNERS = pathlib.Path(os.environ.get("DYNADECK_RUNNERS", servers.ROOT / "build/clients/runners"))
JEST_CONFIGURATION = """export default {
  globalSetup: "./dynadeck-setup.mjs", testMatch: ["**/*.test.mjs"], transform: {} };
"""


class Runner:
    """What every example has to do; a class below says how its tests are run."""

    node_options = ""

    def setUp(self):
        RUNNERS.mkdir(parents=True, exist_ok=True)
        # Below the folder of node_modules, where node looks for them.
        self.folder = tapes.folder(self, dir=RUNNERS)
        self.prepare()

    def run_tests(self, *before):
        return run([*before, *self.command()], timeout=200, cwd=self.folder,
                   DYNADECK=str(servers.BINARY), NODE_OPTIONS=self.node_options)

    def check(self):
        alone = self.run_tests()
        self.assertEqual(alone.returncode, 0, alone.stdout + alone.stderr)
        tape = self.folder / "session.tape"
        recorded = self.run_tests(servers.BINARY, "record", tape, "--in-memory", "--")
        self.assertEqual(recorded.returncode, 0, recorded.stdout + recorded.stderr)
        self.assertRegex(recorded.stderr, r"recorded [1-9]\d* exchanges to .*session\.tape")
        self.assertIn("exchange", tapes.line_types(tape))
        for _ in range(2):
            replayed = self.run_tests(servers.BINARY, "replay", tape, "--verify", "--")
            self.assertEqual(replayed.returncode, 0, replayed.stdout + replayed.stderr)
            self.assertRegex(replayed.stderr, r"replay of .*: [1-9]\d* played, 0 unmatched, 0 of")
        self.change()
        changed = self.run_tests(servers.BINARY, "replay", tape, "--")
        self.assertEqual(changed.returncode, 3, changed.stdout + changed.stderr)
        self.assertIn("The nearest recorded one is", changed.stderr)

    def replace(self, name, old, new):
        path = self.folder / name
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new))


class Pytest(Runner, unittest.TestCase):
    def prepare(self):
        for file in ("conftest.py", "test_music.py"):
            shutil.copy(EXAMPLES / "pytest" / file, self.folder)

    def command(self):
        return [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider"]

    def change(self):
        self.replace("test_music.py", '"albums": 40', '"albums": 41')

    def test_example(self):
        self.check()


class Vitest(Runner, unittest.TestCase):
    def prepare(self):
        for file in (EXAMPLES / "vitest").iterdir():
            shutil.copy(file, self.folder)

    def command(self):
        return ["node", RUNNERS / "node_modules/vitest/vitest.mjs", "run"]

    def change(self):
        self.replace("music.test.mjs", 'albums: { N: "40" }', 'albums: { N: "41" }')

    def test_example(self):
        self.check()


class Jest(Vitest):
    node_options = "--experimental-vm-modules"

    def prepare(self):
        super().prepare()
        self.replace("music.test.mjs", 'import { expect, test } from "vitest";\n', "")
        (self.folder / "vitest.config.mjs").unlink()
        (self.folder / "jest.config.mjs").write_text(JEST_CONFIGURATION)

    def command(self):
        return ["node", RUNNERS / "node_modules/jest/bin/jest.js"]


@unittest.skipUnless(shutil.which("go"), "there is no Go here")
class Go(Runner, unittest.TestCase):
    """The SDK is not fetched: TestMain is what is shown, with a test over plain HTTP beside it."""

    def prepare(self):
        shutil.copy(EXAMPLES / "go/main_test.go", self.folder)
        shutil.copy(HERE / "libraries/http_test.go", self.folder)
        (self.folder / "go.mod").write_text("module music\n\ngo 1.19\n")

    def command(self):
        return ["go", "test", "-count=1", "./..."]

    def change(self):
        self.replace("http_test.go", '{"N":"40"}', '{"N":"41"}')

    def test_example(self):
        self.check()


class GitHubActions(unittest.TestCase):
    """No runner of GitHub's is here; what the workflow says of dynadeck is held to the program."""

    def test_it_replays_a_tape_the_way_the_program_does(self):
        text = (EXAMPLES / "github-actions/tests.yml").read_text()
        self.assertIn("dynadeck replay tests/session.tape -- npm test", text)
        self.assertIn("dynadeck record tests/session.tape -- npm test", text)


if __name__ == "__main__":
    unittest.main()
