"""Every operation that the newest SDK packages know is one that the server answers, but for those
that unanswered_operations.json lists, and no others are listed there."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import HERE, WithServer  # noqa: E402
from proof import wire  # noqa: E402


class Operations(WithServer):
    def test_none_is_unknown(self):
        listed = json.loads((HERE / "sdks/unanswered_operations.json").read_text())
        packages = json.loads(self.succeeds(["node", HERE / "js/operations.js"]))
        self.assertGreaterEqual(len(packages["DynamoDB_20120810"]), 62)
        self.assertEqual(len(packages["DynamoDBStreams_20120810"]), 4)
        unknown = []
        with wire.Client(self.endpoint) as client:
            for api, operations in packages.items():
                for operation in operations:
                    answer = client.call(f"{api}.{operation}", {})
                    if answer.error == "UnknownOperationException":
                        unknown.append(operation)
        self.assertEqual(sorted(set(unknown)), listed)


if __name__ == "__main__":
    unittest.main()
