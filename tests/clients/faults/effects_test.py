"""Faults that know DynamoDB, through the program: what the client gets and the database did."""
import json
import re
import unittest
from http.client import HTTPException

from faulted import WithRules, item
from support import HERE


class StaleReads(WithRules):
    def setUp(self):
        super().setUp()
        self.clock(frozen=True)
        self.create("Things", "pk", indexes={"by-owner": "owner"})
        self.clock(advance="5s")
        self.put("Things", pk="a", owner="old", n=1)
        self.clock(advance="5s")
        self.put("Things", pk="a", owner="new", n=2)
        self.put("Things", pk="b", owner="new", n=1)

    def get(self, pk="a", **more):
        return self.call("GetItem", TableName="Things", Key=item(pk=pk), **more).get("Item")

    def owned_by(self, owner):
        return [found["pk"]["S"] for found in self.call(
            "Query", TableName="Things", IndexName="by-owner", KeyConditionExpression="#o = :o",
            ExpressionAttributeNames={"#o": "owner"},
            ExpressionAttributeValues=item(**{":o": owner}))["Items"]]

    def test_eventually_consistent_reads_see_the_past_and_strong_ones_do_not(self):
        self.rules({"fault": {"stale": {"by": "1s"}}})
        self.assertEqual(self.get()["n"], {"N": "1"})
        self.assertIsNone(self.get("b"))
        self.assertEqual(self.get(ConsistentRead=True)["n"], {"N": "2"})
        self.assertIsNotNone(self.get("b", ConsistentRead=True))
        for consistent, n in ((False, "1"), (True, "2")):
            answer = self.call("BatchGetItem", RequestItems={
                "Things": {"Keys": [item(pk="a")], "ConsistentRead": consistent}})
            self.assertEqual(answer["Responses"]["Things"][0]["n"], {"N": n})
        self.assertEqual(len(self.call("Scan", TableName="Things")["Items"]), 1)
        self.assertEqual(len(self.scan("Things")), 2)
        self.assertEqual(self.call("TransactGetItems", TransactItems=[
            {"Get": {"TableName": "Things", "Key": item(pk="a")}}])["Responses"][0]["Item"]["n"],
            {"N": "2"})
        self.clock(advance="2s")  # what was written is old enough now
        self.assertEqual(self.get()["n"], {"N": "2"})

    def test_conditions_and_writes_never_see_the_past(self):
        self.rules({"fault": {"stale": {"by": "1s"}}})
        self.refused("ConditionalCheckFailedException", "PutItem", TableName="Things",
                     Item=item(pk="b"), ConditionExpression="attribute_not_exists(pk)")
        self.call("UpdateItem", TableName="Things", Key=item(pk="a"), UpdateExpression="ADD n :one",
                  ExpressionAttributeValues=item(**{":one": 1}))
        self.assertEqual(self.get(ConsistentRead=True)["n"], {"N": "3"})

    def test_an_index_lags_behind_its_table(self):
        self.rules({"fault": {"index_lag": {"by": "1s"}}})
        self.assertEqual((self.owned_by("old"), self.owned_by("new")), (["a"], []))
        self.assertEqual(self.get()["n"], {"N": "2"})
        self.clock(advance="2s")
        self.assertEqual(self.owned_by("old"), [])
        self.assertEqual(sorted(self.owned_by("new")), ["a", "b"])

    def test_the_journal_tells_who_read_the_past(self):
        self.rules({"name": "past", "fault": {"stale": {"by": "1s"}}})
        self.get()
        self.get(ConsistentRead=True)
        faults = [request["faults"] for request in self.journal("operation=GetItem")]
        self.assertEqual(faults, [[{"rule": "past", "kind": "stale"}], []])


class Pages(WithRules):
    ITEMS = 23

    def setUp(self):
        super().setUp()
        self.create("Things", "pk", "sk")
        for n in range(self.ITEMS):
            self.put("Things", pk="list", sk=f"{n:03}")

    def through_boto3(self, operation, **more):
        pages = list(self.boto3().get_paginator(operation).paginate(TableName="Things", **more))
        return [len(page["Items"]) for page in pages], [
            found["sk"]["S"] for page in pages for found in page["Items"]]

    def through_javascript(self):
        return json.loads(self.succeeds(["node", HERE / "js/pages.js"],
                                        AWS_ACCESS_KEY_ID=self.account))

    def check_all(self, sizes):
        """Every paginator comes to its end with every item once; sizes: of the pages."""
        everything = [f"{n:03}" for n in range(self.ITEMS)]
        query = {"KeyConditionExpression": "pk = :p",
                 "ExpressionAttributeValues": item(**{":p": "list"})}
        for operation, more in (("scan", {}), ("query", query),
                                ("query", {**query, "ConsistentRead": True})):
            with self.subTest(operation=operation, **more):
                seen, found = self.through_boto3(operation, **more)
                self.assertEqual(seen, sizes)
                self.assertEqual(found, everything)
                # Which pages have come empty is remembered: the next round is another one.
                self.admin("PATCH", "/_dynadeck/faults", {"reset_counters": True})
        for name, result in self.through_javascript().items():
            with self.subTest(javascript=name):
                self.assertEqual(result["items"], everything)
                self.assertEqual(result["sizes"], sizes)

    def test_pages_end_early(self):
        self.rules({"fault": {"page": {"items": 5}}})
        self.check_all([5, 5, 5, 5, 3])

    def test_pages_come_empty_with_a_key(self):
        # js/pages.js resets the counters between its rounds, as this suite does.
        self.rules({"fault": {"page": {"empty": True}}})
        self.check_all([0, self.ITEMS])

    def test_a_smaller_limit_stays(self):
        self.rules({"fault": {"page": {"items": 5}}})
        self.assertEqual(self.call("Scan", TableName="Things", Limit=2)["Count"], 2)
        self.refused("ValidationException", "Scan", TableName="Things", Limit=0)


class Transactions(WithRules):
    def setUp(self):
        super().setUp()
        self.create("Things", "pk")

    def write(self, *keys):
        return {"TransactItems": [{"Put": {"TableName": "Things", "Item": item(pk=pk)}}
                                  for pk in keys]}

    def test_a_transaction_is_cancelled_for_chosen_reasons(self):
        self.rules({"fault": {"cancel": {"reasons": [
            "None", {"code": "ConditionalCheckFailed", "item": item(pk="b", n=1)},
            "TransactionConflict", {"code": "ValidationError", "message": "of a test"}]}}})
        answer = self.refused("TransactionCanceledException", "TransactWriteItems",
                              **self.write("a", "b", "c", "d", "e"))
        self.assertEqual(answer.json()["CancellationReasons"], [
            {"Code": "None"},
            {"Code": "ConditionalCheckFailed", "Item": item(pk="b", n=1),
             "Message": "The conditional request failed"},
            {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"},
            {"Code": "ValidationError", "Message": "of a test"}, {"Code": "None"}])
        self.assertEqual(
            answer.json()["Message"],
            "Transaction cancelled, please refer cancellation reasons for specific reasons "
            "[None, ConditionalCheckFailed, TransactionConflict, ValidationError, None]")
        self.assertEqual(self.scan("Things"), [])

    def test_reads_and_statements_are_cancelled_too(self):
        self.rules({"when": {"operations": "transactions"}, "fault": {"cancel": "ThrottlingError"}})
        self.refused("TransactionCanceledException", "TransactGetItems", TransactItems=[
            {"Get": {"TableName": "Things", "Key": item(pk="a")}}])
        self.refused("TransactionCanceledException", "ExecuteTransaction", TransactStatements=[
            {"Statement": "INSERT INTO \"Things\" VALUE {'pk': 'a'}"}])
        self.assertEqual(self.scan("Things"), [])

    def test_boto3_sees_the_reasons(self):
        self.rules({"fault": {"cancel": {"code": "TransactionConflict", "actions": [1]}}})
        client = self.boto3()
        with self.assertRaises(client.exceptions.TransactionCanceledException) as raised:
            client.transact_write_items(**self.write("a", "b"))
        self.assertEqual([reason["Code"] for reason in
                          raised.exception.response["CancellationReasons"]],
                         ["None", "TransactionConflict"])


class Batches(WithRules):
    def setUp(self):
        super().setUp()
        self.create("Things", "pk")
        self.create("Others", "pk", "sk")

    def puts(self, *keys):
        return [{"PutRequest": {"Item": item(pk=pk)}} for pk in keys]

    def stored(self, table="Things"):
        return sorted(found["pk"]["S"] for found in self.scan(table))

    def test_what_comes_back_was_not_executed(self):
        self.rules({"fault": {"unprocessed": {"items": [1, 3]}}})
        other = [{"PutRequest": {"Item": item(pk="x", sk="y")}},
                 {"DeleteRequest": {"Key": item(pk="x", sk="z")}}]
        answer = self.call("BatchWriteItem", RequestItems={
            "Things": self.puts("a", "b"), "Others": other})
        self.assertEqual(answer["UnprocessedItems"],
                         {"Things": self.puts("b"), "Others": other[1:]})
        self.assertEqual((self.stored(), self.stored("Others")), (["a"], ["x"]))
        self.assertEqual(self.journal("operation=BatchWriteItem")[0]["faults"],
                         [{"rule": "rule-1", "kind": "unprocessed"}])

    def test_an_application_that_sends_the_rest_again_gets_everything_through(self):
        self.rules({"fault": {"unprocessed": {"fraction": 0.5}}})
        keys, rounds = [f"{n:02}" for n in range(25)], 0
        rest = {"Things": self.puts(*keys)}
        while rest:
            answer = self.client.call("BatchWriteItem", {"RequestItems": rest})
            rounds += 1
            if answer.status == 200:  # all of them at once is an error, and nothing was done
                rest = answer.json()["UnprocessedItems"]
            else:
                self.assertEqual(answer.error, "ProvisionedThroughputExceededException")
        self.assertEqual(self.stored(), keys)
        self.assertGreater(rounds, 2)
        self.assertLess(rounds, 60)

    def test_reads_come_back_with_what_was_asked_of_them(self):
        for pk in ("a", "b", "c"):
            self.put("Things", pk=pk, n=1)
        self.rules({"fault": {"unprocessed": {"count": 2}}})
        asked = {"Keys": [item(pk=pk) for pk in ("a", "b", "c")], "ProjectionExpression": "pk",
                 "ConsistentRead": True}
        answer = self.call("BatchGetItem", RequestItems={"Things": asked})
        self.assertEqual(answer["Responses"]["Things"], [item(pk="a")])
        self.assertEqual(answer["UnprocessedKeys"]["Things"], {**asked, "Keys": asked["Keys"][1:]})

    def test_the_part_that_is_held_back_is_validated_as_well(self):
        wrong_key = [{"PutRequest": {"Item": item(sk="no key")}}]
        for held_back in ({"count": 1}, {"fraction": 1.0}, {"fraction": 1.0, "whole": "answer"}):
            self.rules({"fault": {"unprocessed": held_back}})
            for name, batch, code in (
                    ("key", {"Things": self.puts("a") + wrong_key}, "ValidationException"),
                    ("twice", {"Things": self.puts("a", "a")}, "ValidationException"),
                    ("count", {"Things": self.puts(*(str(n) for n in range(26)))},
                     "ValidationException"),
                    ("table", {"Things": self.puts("a"), "Nowhere": self.puts("b")},
                     "ResourceNotFoundException")):
                with self.subTest(wrong=name, held_back=held_back):
                    self.rules()
                    expected = self.refused(code, "BatchWriteItem", RequestItems=batch)
                    self.rules({"fault": {"unprocessed": held_back}})
                    answer = self.refused(code, "BatchWriteItem", RequestItems=batch)
                    self.assertEqual(answer.body, expected.body)
        self.assertEqual(self.stored(), [])


class Throttling(WithRules):
    def setUp(self):
        super().setUp()
        self.create("Things", "pk")
        self.clock(frozen=True)  # buckets fill when the clock moves

    def test_a_hot_key_is_throttled_and_others_are_not(self):
        self.rules({"name": "hot", "fault": {"throttle": {
            "rate": 2, "burst": 3, "per": "key pk", "code": "ThrottlingException",
            "retry_after": "filled"}}})
        for n in range(3):
            self.put("Things", pk="hot", n=n)
        answer = self.refused("ThrottlingException", "PutItem", TableName="Things",
                              Item=item(pk="hot", n=3))
        self.assertEqual(answer.headers["x-amz-retry-after"], "500")
        self.assertEqual(answer.json()["throttlingReasons"], [
            {"reason": "TableWriteKeyRangeThroughputExceeded",
             "resource": f"arn:aws:dynamodb:us-east-1:{self.account}:table/Things"}])
        self.put("Things", pk="cool")
        self.clock(advance="500ms")
        self.put("Things", pk="hot", n=4)
        self.refused("ThrottlingException", "GetItem", TableName="Things", Key=item(pk="hot"))
        self.assertEqual(self.outcomes("rule=hot"), ["ThrottlingException"] * 2)

    def test_a_table_and_an_account_have_buckets_of_their_own(self):
        self.create("Others", "pk")
        self.rules({"when": {"operations": "PutItem"},
                    "fault": {"throttle": {"rate": 1, "burst": 2, "per": "table"}}},
                   {"when": {"operations": "GetItem"},
                    "fault": {"throttle": {"rate": 1, "burst": 1, "per": "account"}}})
        for table in ("Things", "Others"):
            self.put(table, pk="a")
            self.put(table, pk="b")
            answer = self.refused("ProvisionedThroughputExceededException", "PutItem",
                                  TableName=table, Item=item(pk="c"))
            self.assertEqual(answer.json()["ThrottlingReasons"][0]["reason"],
                             "TableWriteProvisionedThroughputExceeded")
        self.call("GetItem", TableName="Things", Key=item(pk="a"))
        answer = self.refused("RequestLimitExceeded", "GetItem", TableName="Others",
                              Key=item(pk="a"))
        self.assertEqual(answer.json()["ThrottlingReasons"][0]["reason"],
                         "TableReadAccountLimitExceeded")

    def test_batches_and_transactions_take_one_token_for_each_element(self):
        self.rules({"fault": {"throttle": {"rate": 1, "burst": 3, "per": "table"}}})
        puts = [{"PutRequest": {"Item": item(pk=str(n))}} for n in range(5)]
        answer = self.call("BatchWriteItem", RequestItems={"Things": puts})
        self.assertEqual(answer["UnprocessedItems"], {"Things": puts[3:]})
        self.clock(advance="1s")
        answer = self.refused("TransactionCanceledException", "TransactWriteItems", TransactItems=[
            {"Put": {"TableName": "Things", "Item": item(pk=pk)}} for pk in ("x", "y")])
        self.assertIn("ProvisionedThroughputExceeded",
                      [reason["Code"] for reason in answer.json()["CancellationReasons"]])
        self.rules()
        self.assertEqual(len(self.scan("Things")), 3)


class Streams(WithRules):
    def setUp(self):
        super().setUp()
        self.create("Things", "pk", StreamSpecification={"StreamEnabled": True,
                                                    "StreamViewType": "KEYS_ONLY"})
        self.arn = self.call("DescribeTable", TableName="Things")["Table"]["LatestStreamArn"]
        for n in range(6):
            self.put("Things", pk=str(n))

    def shards(self):
        return self.call("DescribeStream", StreamArn=self.arn)["StreamDescription"]["Shards"]

    def iterator(self, shard=None):
        return self.call("GetShardIterator", StreamArn=self.arn,
                         ShardId=(shard or self.shards()[0])["ShardId"],
                         ShardIteratorType="TRIM_HORIZON")["ShardIterator"]

    def read(self, iterator, **more):
        answer = self.call("GetRecords", ShardIterator=iterator, **more)
        return [record["dynamodb"]["Keys"]["pk"]["S"] for record in answer["Records"]], answer.get(
            "NextShardIterator")

    def all_records(self):
        """What a consumer reads that follows its iterators to the end of all shards, by shard."""
        found = {}
        for shard in self.shards():
            keys, iterator, idle = [], self.iterator(shard), 0
            while iterator and idle < 5:
                more, iterator = self.read(iterator, Limit=2)
                keys, idle = keys + more, 0 if more else idle + 1
            found[shard["ShardId"]] = keys
        return found

    def test_empty_reads_lose_nothing(self):
        self.rules({"when": {"operations": "GetRecords"},
                    "schedule": {"every": 2}, "fault": {"records": "empty"}})
        keys = [key for of_shard in self.all_records().values() for key in of_shard]
        self.assertEqual(sorted(keys), [str(n) for n in range(6)])
        self.assertTrue(self.journal("rule=rule-1"))

    def test_repeated_delivery_comes_in_order_and_again(self):
        iterator = self.iterator()
        whole, _ = self.read(iterator)
        self.rules({"schedule": {"first": 1}, "fault": {"records": "repeat"}})
        first, again = self.read(iterator)
        second, _ = self.read(again)
        self.assertEqual((first, second), (whole, whole))

    def test_iterators_expire_and_data_is_trimmed(self):
        self.rules(
            {"when": {"operations": "GetRecords"}, "schedule": {"first": 1},
             "fault": {"error": "ExpiredIteratorException"}},
            {"when": {"operations": "GetShardIterator"}, "schedule": {"after": 1, "first": 1},
             "fault": {"error": "TrimmedDataAccessException"}})
        shard = self.shards()[0]
        iterator = self.iterator(shard)
        self.refused("ExpiredIteratorException", "GetRecords", ShardIterator=iterator)
        self.refused("TrimmedDataAccessException", "GetShardIterator", StreamArn=self.arn,
                     ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
        self.read(iterator)
        client = self.boto3("dynamodbstreams")
        self.rules({"fault": {"error": "ExpiredIteratorException"}})
        with self.assertRaises(client.exceptions.ExpiredIteratorException):
            client.get_records(ShardIterator=iterator)

    def test_reads_are_throttled_per_shard(self):
        self.admin("POST", f"/_dynadeck/streams/roll?table=Things&account={self.account}")
        self.put("Things", pk="after the roll")
        old, new = (self.iterator(shard) for shard in self.shards()[:2])
        self.clock(frozen=True)
        self.rules({"when": {"operations": "GetRecords"},
                    "fault": {"throttle": {"rate": 5, "burst": 2, "per": "shard"}}})
        for iterator in (old, new):
            self.read(iterator)
            self.read(iterator)
            self.refused("LimitExceededException", "GetRecords", ShardIterator=iterator)
        self.clock(advance="200ms")
        self.read(old)

    def test_shards_roll_under_a_writer(self):
        before = len(self.shards())
        self.rules({"name": "rolled", "when": {"operations": "write"}, "schedule": {"every": 5},
                    "fault": {"roll": "shards"}})
        for n in range(6, 26):
            self.put("Things", pk=str(n))
        self.rules()
        shards = self.shards()
        self.assertEqual(len(shards), before + 4)
        known = {shard["ShardId"] for shard in shards}
        children = [shard for shard in shards if shard.get("ParentShardId") in known]
        self.assertEqual(len(children), 4)
        self.assertEqual(sum("EndingSequenceNumber" in shard["SequenceNumberRange"]
                             for shard in shards), 4)
        keys = [key for of_shard in self.all_records().values() for key in of_shard]
        self.assertEqual(keys, [str(n) for n in range(26)])
        self.assertEqual(self.outcomes("rule=rolled"), ["ok"] * 4)

    def test_another_accounts_stream_does_not_roll(self):
        before = len(self.shards())
        self.rules({"fault": {"roll": "shards"}})
        self.client.account = "999999999999"
        self.create("Things", "pk")
        self.put("Things", pk="x")
        self.client.account = self.account
        self.rules()
        self.assertEqual(len(self.shards()), before)


class Connections(WithRules):
    def setUp(self):
        super().setUp()
        self.create("Things", "pk")

    def broken(self, fault, at=None):
        """What happens to a connection that sends a PutItem, and whether the item is there."""
        pk = f"{fault}{at}"
        self.rules({"when": {"operations": "PutItem"}, "schedule": {"first": 1}, "fault": fault,
                    **({"at": at} if at else {})})
        fresh = type(self.client)(self.endpoint, account=self.account, timeout=0.7)
        try:
            answer = fresh.call("PutItem", {"TableName": "Things", "Item": item(pk=pk)})
            result = answer.status, len(answer.body)
        except OSError as error:
            result = type(error).__name__
        except Exception as error:  # http.client's own have no common base but Exception
            result = type(error).__name__
        finally:
            fresh.close()
        found = self.call("GetItem", TableName="Things", Key=item(pk=pk), ConsistentRead=True)
        return result, "Item" in found

    def test_a_connection_breaks_before_or_after_the_operation(self):
        for fault, at, result, stored in (
                ({"connection": "reset"}, "before", "ConnectionResetError", False),
                ({"connection": "reset"}, "after", "ConnectionResetError", True),
                ({"connection": "close"}, "before", "RemoteDisconnected", False),
                ({"connection": "close"}, "after", "RemoteDisconnected", True),
                ({"connection": "hang"}, "before", "TimeoutError", False),
                ({"connection": "hang"}, "after", "TimeoutError", True),
                ({"connection": {"end": "close", "bytes": 30}}, "after", "BadStatusLine", True),
                ({"truncate": {"body_bytes": 1}}, None, "IncompleteRead", True),
                ({"corrupt": "content_length"}, None, "IncompleteRead", True),
                ({"html": 502}, "before", (502, None), False),
                ({"html": 504}, "after", (504, None), True)):
            with self.subTest(fault=fault, at=at):
                seen, happened = self.broken(fault, at)
                if isinstance(result, tuple):
                    self.assertEqual(seen[0], result[0])
                elif result == "BadStatusLine":  # a head cut short ends in one of several ways
                    self.assertIsInstance(seen, (str, tuple))
                else:
                    self.assertEqual(seen, result)
                self.assertEqual(happened, stored)

    def test_new_connections_are_refused_and_open_ones_stay(self):
        self.rules({"schedule": {"first": 2}, "fault": {"refuse": "connections"}})
        for _ in range(2):
            fresh = type(self.client)(self.endpoint, account=self.account)
            with self.assertRaises(OSError):
                fresh.call("ListTables", {})
        self.call("ListTables")
        with type(self.client)(self.endpoint, account=self.account) as fresh:
            self.assertEqual(fresh.call("ListTables", {}).status, 200)

    def test_a_wrong_checksum_and_a_body_that_is_no_json(self):
        self.rules({"schedule": {"first": 1}, "fault": {"corrupt": "crc32"}},
                   {"schedule": {"after": 1}, "fault": {"corrupt": "json"}})
        from proof.wire import crc32_fits
        answer = self.client.call("ListTables", {})
        self.assertFalse(crc32_fits(answer))
        self.assertIsNotNone(answer.json())
        answer = self.client.call("ListTables", {})
        self.assertTrue(crc32_fits(answer))
        self.assertIsNone(answer.json())

    def test_a_client_that_gives_up_finds_that_nothing_was_done(self):
        _, stored = self.broken({"latency": "2s"}, "before")
        self.assertFalse(stored)
        found = self.admin("GET", "/_dynadeck/requests?outcome=abandoned&wait=1&timeout=5s")
        self.assertTrue(found["reached"])
        _, stored = self.broken({"latency": "2s"}, "after")
        self.assertTrue(stored)


class Counted(WithRules):
    def test_metrics_and_journal_count_the_same_faults(self):
        self.create("Things", "pk")
        before = self.injected()
        self.rules(
            {"name": "count-error", "when": {"operations": "PutItem"},
             "schedule": {"probability": 0.3}, "fault": {"error": "InternalServerError"}},
            {"name": "count-after", "when": {"operations": "PutItem"},
             "schedule": {"probability": 0.3}, "fault": {"error": "InternalServerError"},
             "at": "after"},
            {"name": "count-latency", "schedule": {"every": 7}, "fault": {"latency": "1ms"}},
            {"name": "count-page", "when": {"operations": "Scan"}, "fault": {"page": {"items": 1}}},
            {"name": "count-throttle", "when": {"operations": "GetItem"},
             "fault": {"throttle": {"rate": 0.001, "burst": 5}}})
        for n in range(60):
            self.client.call("PutItem", {"TableName": "Things", "Item": item(pk=str(n))})
            self.client.call("GetItem", {"TableName": "Things", "Key": item(pk=str(n))})
        self.call("Scan", TableName="Things")
        counted = {}
        for entry in self.journal("limit=10000"):
            for fault in entry["faults"]:
                key = fault["rule"], fault["kind"]
                counted[key] = counted.get(key, 0) + 1
        self.assertEqual({rule for rule, _ in counted},
                         {f"count-{name}" for name in ("error", "after", "latency", "page",
                                                       "throttle")})
        after = self.injected()
        self.assertEqual({key: after[key] - before.get(key, 0) for key in counted}, counted)
        self.assertEqual(counted["count-throttle", "throttle"], 55)

    def calls_by_kind(self):
        """{kind: (its fault, what it strikes)}; on a table with an index, a stream and items."""
        self.create("Things", "pk", indexes={"by-owner": "owner"},
                    StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
        for n in range(3):
            self.put("Things", pk=str(n), owner="o")
        stream = self.call("DescribeTable", TableName="Things")["Table"]["LatestStreamArn"]
        shard = self.call("DescribeStream", StreamArn=stream)["StreamDescription"]["Shards"][0]
        iterator = self.call("GetShardIterator", StreamArn=stream, ShardId=shard["ShardId"],
                             ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        get = ("GetItem", {"TableName": "Things", "Key": item(pk="1")})
        put = ("PutItem", {"TableName": "Things", "Item": item(pk="1", owner="o")})
        query = ("Query", {"TableName": "Things", "IndexName": "by-owner",
                           "KeyConditionExpression": "#o = :o",
                           "ExpressionAttributeNames": {"#o": "owner"},
                           "ExpressionAttributeValues": item(**{":o": "o"})})
        batch = ("BatchWriteItem", {"RequestItems": {"Things": [
            {"PutRequest": {"Item": item(pk=pk)}} for pk in "ab"]}})
        transact = ("TransactWriteItems", {"TransactItems": [
            {"Put": {"TableName": "Things", "Item": item(pk="c")}}]})
        records = ("GetRecords", {"ShardIterator": iterator})
        return {
            "cancel": ("TransactionConflict", transact), "connection": ("close", get),
            "corrupt": ({"bytes": 1}, get), "error": ("InternalServerError", get),
            "html": (502, get), "index_lag": ({"by": "1s"}, query), "latency": ("1ms", get),
            "page": ({"items": 1}, ("Scan", {"TableName": "Things"})),
            "records": ("repeat", records), "stale": ({"by": "1s"}, get),
            "throttle": ({"rate": 0.001, "burst": 1}, get),
            "trickle": ({"chunk_bytes": 10, "interval": "1ms"}, get),
            "truncate": ({"body_bytes": 3}, get), "unprocessed": ({"count": 1}, batch),
            "roll": ("shards", put)}

    def test_each_kind_is_in_the_metrics_and_the_journal(self):
        cases = self.calls_by_kind()
        unknown = self.admin("PUT", "/_dynadeck/faults", {"fault": {"unknown": 1}}, status=400)
        known = set(unknown["error"].partition("known are ")[2].split(", "))
        self.assertEqual(known - set(cases), {"header", "refuse"})  # have tests of their own
        for kind, (fault, (operation, request)) in cases.items():
            with self.subTest(kind):
                # The bucket's first token is not refused.
                rule, times = f"kind-{kind}", 3 if kind == "throttle" else 2
                self.rules({"name": rule, "when": {"operations": operation},
                            "schedule": {"first": times}, "fault": {kind: fault}})
                for _ in range(times + 2):
                    self.client.close()  # a used connection that breaks is tried again
                    try:
                        self.client.call(operation, request)
                    except (OSError, HTTPException):
                        pass
                struck = self.journal(f"rule={rule}")
                self.assertEqual([entry["faults"] for entry in struck],
                                 2 * [[{"rule": rule, "kind": kind}]])
                self.assertEqual(len(self.journal(f"kind={kind}")), 2)
                self.assertEqual(self.injected()[rule, kind], 2)
                state = self.admin("GET", "/_dynadeck/faults")["state"][rule]
                self.assertEqual(state, {"matched": times + 2, "struck": times})

    def test_a_client_chooses_its_fault_by_a_header(self):
        self.rules({"name": "chosen", "when": {"headers": {"x-fault": "*"}},
                    "fault": {"header": "x-fault"}})
        for fault, status, code in (
                ("error: ThrottlingException", 400, "ThrottlingException"),
                ('{"html": 504, "delay": "50ms"}', 504, None), ("latency: 1ms", 200, None),
                ("nonsense", 400, "ValidationException")):
            with self.subTest(fault):
                answer = self.client.call("ListTables", {}, {"X-Fault": fault})
                self.assertEqual((answer.status, answer.error), (status, code))
        self.call("ListTables")
        kinds = [[fault["kind"] for fault in entry["faults"]] for entry in self.journal()]
        self.assertEqual(kinds, [["error"], ["html"], ["latency"], ["header"], []])

    def injected(self):
        """{(rule, kind): how often}, from /metrics."""
        text = self.client.exchange("GET", "/metrics", {}, b"").body.decode()
        found = {}
        for labels, value in re.findall(
                r"^dynadeck_faults_injected_total\{([^}]*)\} (\S+)$", text, re.MULTILINE):
            label = dict(re.findall(r'(\w+)="([^"]*)"', labels))
            found[label["rule"], label["kind"]] = int(float(value))
        return found


class Changed(WithRules):
    """Rules while the server runs."""

    def test_a_change_is_whole_or_nothing_and_versions_keep_writers_apart(self):
        self.rules({"name": "kept", "when": {"operations": "control"},
                    "fault": {"latency": "1ms"}})
        version = self.client.exchange("GET", "/_dynadeck/faults", {}, b"").headers["etag"]
        wrong = {"rules": [{"name": "new", "fault": {"latency": "1ms"}},
                           {"name": "bad", "fault": {"error": "NoSuchError"}}]}
        refused = self.admin("PATCH", "/_dynadeck/faults", wrong, status=400)
        self.assertIn("NoSuchError", json.dumps(refused))
        self.admin("PATCH", "/_dynadeck/faults", {"remove": ["kept", "unknown"]}, status=404)
        rules = self.admin("GET", "/_dynadeck/faults")["rules"]
        self.assertEqual([rule["name"] for rule in rules], ["kept"])
        body = json.dumps({"disable": ["kept"]}).encode()
        for status in (200, 412):  # the second writer knows an old version
            answer = self.client.exchange("PATCH", "/_dynadeck/faults", {"If-Match": version}, body)
            self.assertEqual(answer.status, status, answer.body)

    def test_a_rule_retires_when_its_time_is_over(self):
        self.clock(frozen=True)
        self.rules({"fault": {"error": "ThrottlingException"}, "ttl": "10s"})
        self.refused("ThrottlingException", "ListTables")
        self.clock(advance="10s")
        self.call("ListTables")

    def test_a_test_waits_until_its_requests_are_there(self):
        self.call("ListTables")
        found = self.admin("GET", f"/_dynadeck/requests?account={self.account}"
                                  "&operation=ListTables&wait=2&timeout=50ms")
        self.assertEqual((found["reached"], found["count"]), (False, 1))
        self.call("ListTables")
        found = self.admin("GET", f"/_dynadeck/requests?account={self.account}"
                                  "&operation=ListTables&wait=2&timeout=5s")
        self.assertEqual((found["reached"], found["count"]), (True, 2))

    def test_localstacks_chaos_tests_run_here(self):
        outage = [{"service": "dynamodb", "operation": "PutItem", "region": "us-east-1",
                   "error": {"code": "Busy", "statusCode": 429}}]
        self.assertEqual(self.admin("POST", "/_localstack/chaos/faults", outage), outage)
        client = self.boto3()
        with self.assertRaises(client.exceptions.ClientError) as raised:
            client.put_item(TableName="Things", Item=item(pk="a"))
        self.assertEqual(raised.exception.response["Error"]["Code"], "Busy")
        self.assertEqual(raised.exception.response["ResponseMetadata"]["HTTPStatusCode"], 429)
        client.list_tables()
        self.assertEqual(self.admin("DELETE", "/_localstack/chaos/faults", outage), [])
        self.create("Things", "pk")
        client.put_item(TableName="Things", Item=item(pk="a"))


if __name__ == "__main__":
    unittest.main()
