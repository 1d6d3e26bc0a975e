"""Every operation that the newest SDK packages know is one that the server knows."""
import json
import unittest

from support import HERE, WithServer
from proof import wire


class Operations(WithServer):
    def test_none_is_unknown(self):
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
        self.assertEqual(unknown, [])


if __name__ == "__main__":
    unittest.main()
