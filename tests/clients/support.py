"""What the client suites share: where the SDKs are, and a server that lives as long as a suite."""
import os
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from proof import servers  # noqa: E402

JS = pathlib.Path(os.environ.get("DYNADECK_JS", servers.ROOT / "build/clients/js"))
# Debian's python3, whose boto3 is a package, and not what else may be on the path.
PYTHON = os.environ.get("DYNADECK_PYTHON", "/usr/bin/python3")
AWS = os.environ.get("DYNADECK_AWS", "/usr/bin/aws")


def environment(endpoint=None, **more):
    """What a client needs to find the server and nothing else on the way."""
    names = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/nonexistent"),
             "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
             "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "us-east-1",
             "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "key",
             "AWS_SECRET_ACCESS_KEY": "secret", "NODE_PATH": str(JS / "node_modules"),
             "NODE_NO_WARNINGS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    if endpoint:
        names |= {"AWS_ENDPOINT_URL": endpoint, "AWS_ENDPOINT_URL_DYNAMODB": endpoint}
    return {**names, **more}


def run(command, endpoint=None, timeout=120, cwd=None, **more):
    """Runs a client to its end; what it printed is in the result."""
    return subprocess.run([str(part) for part in command], env=environment(endpoint, **more),
                          capture_output=True, text=True, timeout=timeout, check=False, cwd=cwd)


class WithServer(unittest.TestCase):
    """A dynadeck of its own for every class, in memory, with `options`."""

    options = ()
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.server = servers.dynadeck(*cls.options)
        cls.endpoint = cls.server.endpoint
        cls.addClassCleanup(cls.server.stop)

    def succeeds(self, command, **more):
        finished = run(command, self.endpoint, **more)
        self.assertEqual(finished.returncode, 0, f"{finished.stdout}\n{finished.stderr}")
        return finished.stdout
