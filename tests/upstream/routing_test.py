"""Where a request goes: the path below which the upstream is, streams' own endpoint, the region
that the client signs for. tests/harness/upstream/target_test.cpp has the forms of URLs."""
import unittest

from support import front, servers, wire
from proof.tap import Tap


class Routing(unittest.TestCase):
    def test_a_path_prefix(self):
        with servers.dynadeck() as upstream, Tap(upstream.endpoint) as tap:
            for path in ("", "/", "/stage", "/stage/dynamo/"):
                with self.subTest(path=path), front(tap.endpoint + path) as server, \
                        wire.Client(server.endpoint) as client:
                    self.assertEqual(client.call("ListTables", {}).status, 200)
                    (request, _), = tap.taken().values()
                    self.assertEqual(request.start, f"POST {path.rstrip('/')}/ HTTP/1.1")

    def test_streams_have_an_endpoint_of_their_own(self):
        with servers.dynadeck() as upstream, Tap(upstream.endpoint) as tables, \
                Tap(upstream.endpoint) as streams, \
                front(tables.endpoint, "--upstream-streams", streams.endpoint) as server, \
                wire.Client(server.endpoint) as client:
            self.assertEqual(client.call("ListTables", {}).status, 200)
            self.assertEqual(client.call("ListStreams", {}).status, 200)
            asked = [[request.header("x-amz-target") for request, _ in tap.taken().values()]
                     for tap in (tables, streams)]
        self.assertEqual(asked, [["DynamoDB_20120810.ListTables"],
                                 ["DynamoDBStreams_20120810.ListStreams"]])

    def test_streams_are_where_tables_are_unless_something_else_is_said(self):
        with servers.dynadeck() as upstream, Tap(upstream.endpoint) as tap, \
                front(tap.endpoint) as server, wire.Client(server.endpoint) as client:
            self.assertEqual(client.call("ListStreams", {}).status, 200)
            self.assertEqual(len(tap.taken()), 1)

    def test_the_host_follows_the_clients_region(self):
        """No such host exists; the answer names the one that was asked."""
        with front("http://dynamodb.{region}.invalid:8000") as server:
            for region in ("eu-west-1", "ap-south-1"):
                with wire.Client(server.endpoint, region=region) as client:
                    answer = client.call("ListTables", {})
                    self.assertEqual(answer.status, 502)
                    self.assertIn(f"http://dynamodb.{region}.invalid:8000",
                                  answer.json()["message"])

    def test_a_region_of_its_own_takes_the_clients_place(self):
        with front("http://dynamodb.{region}.invalid:8000", "--upstream-region",
                   "sa-east-1") as server, wire.Client(server.endpoint) as client:
            self.assertIn("http://dynamodb.sa-east-1.invalid:8000",
                          client.call("ListTables", {}).json()["message"])


if __name__ == "__main__":
    unittest.main()
