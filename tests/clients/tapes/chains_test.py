"""Chains of pages on a tape: what a token, a last key or a shard iterator leads to is what it led
to when it was taped, under every order and repeat, in order, shuffled and by several at once."""
import concurrent.futures
import itertools
import random
import unittest

from on_tape import TABLE, UNMATCHED, WithTape, must, put
from proof import wire


def pages(client, operation, request, given, asked):
    """All pages of a list; the token of one is asked for with the next."""
    found, token = [], None
    while True:
        page = must(client.call(operation, {**request, **({asked: token} if token else {})}))
        token = page.pop(given, None)
        found.append(page)
        if not token:
            return found


def query(client):
    return pages(client, "Query", {
        "TableName": "Pages", "Limit": 4, "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": "list"}}}, "LastEvaluatedKey",
        "ExclusiveStartKey")


def scan(client):
    return pages(client, "Scan", {"TableName": "Pages", "Limit": 5}, "LastEvaluatedKey",
                 "ExclusiveStartKey")


def tables(client):
    return pages(client, "ListTables", {"Limit": 1}, "LastEvaluatedTableName",
                 "ExclusiveStartTableName")


def tags(client):
    arn = must(client.call("DescribeTable", {"TableName": "Pages"}))["Table"]["TableArn"]
    return pages(client, "ListTagsOfResource", {"ResourceArn": arn}, "NextToken", "NextToken")


def records(client):
    """Everything on the stream, by shard iterators: their own answers name the next ones."""
    arn = must(client.call("ListStreams", {"TableName": "Pages"}))["Streams"][0]["StreamArn"]
    shard = must(client.call("DescribeStream", {"StreamArn": arn}))[
        "StreamDescription"]["Shards"][0]["ShardId"]
    iterator = must(client.call("GetShardIterator", {
        "StreamArn": arn, "ShardId": shard,
        "ShardIteratorType": "TRIM_HORIZON"}))["ShardIterator"]
    found = []
    while True:
        page = must(client.call("GetRecords", {"ShardIterator": iterator, "Limit": 5}))
        found.append(page["Records"])
        if not page["Records"]:
            return found
        iterator = page["NextShardIterator"]


CHAINS = {chain.__name__: chain for chain in (query, scan, tables, tags, records)}
ITEMS = 13


class Chains(WithTape):
    """What a token leads to is what it led to when it was taped."""

    def fill(self, client):
        for table in ("Pages", "Other", "Third"):
            must(client.call("CreateTable", {"TableName": table, **TABLE}))
        arn = must(client.call("DescribeTable", {"TableName": "Pages"}))["Table"]["TableArn"]
        must(client.call("TagResource", {"ResourceArn": arn, "Tags": [
            {"Key": f"key-{number:02}", "Value": str(number)} for number in range(50)]}))
        for number in range(ITEMS):
            must(client.call("PutItem", put(number)))

    def run_chains(self, endpoint, names, workers=1):
        """What each chain found; the names in that order, or on so many workers."""
        def one(name):
            with wire.Client(endpoint) as client:
                return CHAINS[name](client)
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            return list(zip(names, pool.map(one, names)))

    def record(self):
        with self.recorder() as server:
            with wire.Client(server.endpoint) as client:
                self.fill(client)
            found = [self.run_chains(server.endpoint, CHAINS) for _ in range(2)]
        self.assertEqual(found[0], found[1])
        found = dict(found[0])
        for name, least in (("query", 4), ("scan", 3), ("tables", 3), ("tags", 5),
                            ("records", 4)):
            self.assertGreaterEqual(len(found[name]), least, name)
        self.assertEqual(sum(len(page["Items"]) for page in found["query"]), ITEMS)
        self.assertEqual(sum(map(len, found["records"])), ITEMS)
        self.assertEqual(sum(len(page["Tags"]) for page in found["tags"]), 50)
        return found

    def setUp(self):
        super().setUp()
        self.found = self.record()

    def test_chains_replay_in_order_under_every_order_and_repeat(self):
        for order, repeat in itertools.product(("strict", "item", "free"),
                                               ("once", "last", "cycle")):
            with self.subTest(order=order, repeat=repeat), \
                    self.player("--order", order, "--repeat", repeat) as player:
                with wire.Client(player.endpoint) as client:
                    self.fill(client)
                for _ in range(2):
                    self.assertEqual(dict(self.run_chains(player.endpoint, CHAINS)), self.found)

    def test_the_whole_session_can_be_played_round_and_round(self):
        for order in ("strict", "item", "free"):
            with self.subTest(order=order), \
                    self.player("--order", order, "--repeat", "cycle") as player:
                for _ in range(3):
                    with wire.Client(player.endpoint) as client:
                        self.fill(client)
                    for _ in range(2):
                        self.assertEqual(dict(self.run_chains(player.endpoint, CHAINS)),
                                         self.found)

    def test_chains_replay_shuffled_and_on_many_workers(self):
        for order, repeat in itertools.product(("item", "free"), ("once", "last", "cycle")):
            for seed, workers in ((1, 1), (2, 1), (3, 6), (4, 6)):
                with self.subTest(order=order, repeat=repeat, seed=seed, workers=workers), \
                        self.player("--order", order, "--repeat", repeat) as player:
                    with wire.Client(player.endpoint) as client:
                        self.fill(client)
                    names = list(CHAINS) * 2
                    random.Random(seed).shuffle(names)
                    for name, found in self.run_chains(player.endpoint, names, workers):
                        self.assertEqual(found, self.found[name], name)

    def test_repeats_decide_what_a_third_time_gets(self):
        for repeat in ("once", "last", "cycle"):
            with self.subTest(repeat=repeat), self.player("--repeat", repeat) as player, \
                    wire.Client(player.endpoint) as client:
                self.fill(client)
                for name, chain in CHAINS.items():
                    for _ in range(2):
                        self.assertEqual(chain(client), self.found[name])
                    # Streams are answered from what is known of them, as often as they are read.
                    if repeat == "once" and name != "records":
                        with self.assertRaisesRegex(AssertionError, UNMATCHED):
                            chain(client)
                    else:
                        self.assertEqual(chain(client), self.found[name])


if __name__ == "__main__":
    unittest.main()
