"""Tapes as other people's tools see them: no tool of ours is needed to read one."""
import pathlib
import subprocess
import tempfile


def line_types(tape):
    """The types of a tape's lines, as `zstdcat | jq` gives them."""
    command = f"zstdcat '{tape}' | jq -r .type"
    finished = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True,
                              text=True, check=False)
    if finished.returncode != 0:
        raise AssertionError(f"{tape}: zstdcat or jq cannot read it: {finished.stderr}")
    return finished.stdout.split()


def folder(test, **where):
    """A folder for a test's tapes. When the test ends, zstdcat and jq have read every one of
    them."""
    made = tempfile.TemporaryDirectory(**where)
    test.addCleanup(made.cleanup)
    path = pathlib.Path(made.name)

    def read_all():
        for tape in sorted(path.glob("*.tape")):
            test.assertEqual(line_types(tape)[:1], ["header"], tape)

    test.addCleanup(read_all)
    return path
