"""What the suites share that record over HTTP and play back with nothing behind the tape."""
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import support  # noqa: F401  where `proof` is
from proof import servers, tapes  # noqa: E402

TABLE = {"BillingMode": "PAY_PER_REQUEST",
         "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"},
                                  {"AttributeName": "sk", "AttributeType": "N"}],
         "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"},
                       {"AttributeName": "sk", "KeyType": "RANGE"}],
         "StreamSpecification": {"StreamEnabled": True,
                                 "StreamViewType": "NEW_AND_OLD_IMAGES"}}
UNMATCHED = "CassetteUnmatchedException"


class WithTape(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tapes.folder(self)
        self.tape = self.folder / "a.tape"

    def recorder(self, *options):
        return servers.dynadeck("--record", self.tape, *options)

    def player(self, *options, tape=None):
        return servers.Server("replay", [servers.BINARY, "serve", "--port", "0", "--replay",
                                         tape or self.tape, *options])

    def lines(self):
        """What stands on the tape, by other people's tools."""
        text = subprocess.run(["zstdcat", self.tape], check=True, capture_output=True).stdout
        return [json.loads(line) for line in text.splitlines()]

    def exchanges(self):
        return [line for line in self.lines() if line["type"] == "exchange"]

    def write_tape(self, lines, tape):
        """A tape that dynadeck did not write."""
        text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
        subprocess.run(["zstd", "-q", "-o", tape], input=text.encode(), check=True)

    def tool(self, *arguments):
        return subprocess.run([servers.BINARY, "cassette", *arguments], check=True,
                              capture_output=True, text=True).stdout


def must(answer):
    if answer.status != 200:
        raise AssertionError(f"{answer.status} {answer.body}")
    return answer.json()


def put(number, partition="list"):
    return {"TableName": "Pages", "Item": {"pk": {"S": partition}, "sk": {"N": str(number)},
                                           "text": {"S": f"{partition} {number}"}}}
