"""The scenarios of examples/scenarios, each against a short workload that shows what its page says.
Time is the server's: it is moved, not waited for."""
import collections
import pathlib
import unittest

from faulted import WithRules, item
from proof import servers, wire

SCENARIOS = servers.ROOT / "examples/scenarios"


class Scenario(WithRules):
    """A server of its own for each scenario: its rules and its seed as a user would give them."""

    scenario = None

    @classmethod
    def setUpClass(cls):
        cls.options = ("--seed", "7", "--faults", str(SCENARIOS / f"{cls.scenario}.yaml"))
        super().setUpClass()

    def setUp(self):
        self.account = "111111111111"
        self.client = wire.Client(self.endpoint, account=self.account)
        self.addCleanup(self.client.close)
        self.scenario_rules = self.admin("GET", "/_dynadeck/faults")
        self.clock(frozen=True)

    def clean(self):
        """Takes the rules down, to set up or to look at what is there."""
        self.admin("DELETE", "/_dynadeck/faults")

    def begin(self):
        """Puts them up again, from their beginning, with an empty journal."""
        self.admin("PUT", "/_dynadeck/faults", {
            name: self.scenario_rules[name] for name in ("seed", "count", "rules")})
        self.admin("DELETE", "/_dynadeck/requests")

    def attempt(self, operation, request):
        """The error's code, None for a success, "broken" for a connection that was. On a connection
        of its own: the client would ask again on another one than an idle one that was closed."""
        self.client.close()
        try:
            answer = self.client.call(operation, request)
        except Exception:  # http.client's errors have no common base
            self.client.close()
            return "broken"
        return None if answer.status == 200 else answer.error or "error"

    def struck(self):
        state = self.admin("GET", "/_dynadeck/faults")["state"]
        return {name: counts["struck"] for name, counts in state.items()}


class ThrottlingStorm(Scenario):
    scenario = "throttling-storm"

    def test_half_of_everything_is_throttled_and_retries_get_through(self):
        self.clean()
        self.create("Things", "pk")
        self.begin()
        outcomes = collections.Counter()
        hints = 0
        for n in range(200):
            while True:
                answer = self.client.call("PutItem", {"TableName": "Things",
                                                      "Item": item(pk=str(n))})
                outcomes[answer.error] += 1
                hints += answer.headers.get("x-amz-retry-after") == "1500"
                if answer.status == 200:
                    break
                self.assertTrue(answer.json().get("ThrottlingReasons")
                                or answer.json().get("throttlingReasons"))
        total = sum(outcomes.values())
        self.assertTrue(0.2 < outcomes[None] / total < 0.5, outcomes)
        self.assertGreater(hints, 0)
        rest = {"Things": [{"PutRequest": {"Item": item(pk=f"batch-{n}")}} for n in range(25)]}
        partly = 0
        while rest:
            answer = self.client.call("BatchWriteItem", {"RequestItems": rest})
            if answer.status == 200:
                partly += bool(answer.json()["UnprocessedItems"])
                rest = answer.json()["UnprocessedItems"]
        self.assertGreater(partly, 0)
        struck = self.struck()
        self.assertTrue(all(struck[name] for name in (
            "write-storm", "storm-with-a-hint", "half-done-batches")), struck)
        counted = self.admin("GET", "/_dynadeck/requests?rule=write-storm&limit=0")
        self.assertGreater(counted["count"], 50)
        self.clean()
        self.assertEqual(len(self.scan("Things")), 225)


class HotPartition(Scenario):
    scenario = "hot-partition"

    def test_one_key_is_throttled_and_the_others_notice_nothing(self):
        self.create("Things", "pk")
        outcomes = collections.defaultdict(collections.Counter)
        for tick in range(50):  # ten seconds: the hot key is asked 50 times a second
            self.clock(advance="200ms")
            for pk in ["hot"] * 10 + [f"cool-{tick % 10}"]:
                outcomes[pk[:3]][self.attempt("GetItem", {"TableName": "Things",
                                                          "Key": item(pk=pk)})] += 1
        self.assertEqual(set(outcomes["coo"]), {None})
        # A burst of 40, and 20 a second after the first step.
        self.assertAlmostEqual(outcomes["hot"][None], 40 + 20 * 9.8, delta=3)
        self.assertEqual(outcomes["hot"]["ThrottlingException"],
                         500 - outcomes["hot"][None])
        answer = self.client.call("PutItem", {"TableName": "Things", "Item": item(pk="hot")})
        self.assertEqual(answer.json()["throttlingReasons"][0]["reason"],
                         "TableWriteKeyRangeThroughputExceeded")
        self.assertEqual(answer.headers["x-amz-retry-after"], "50")


class AmbiguousCommits(Scenario):
    scenario = "ambiguous-commits"

    def test_writes_happen_whose_client_hears_of_failure(self):
        self.create("Things", "pk")
        outcomes = collections.Counter()
        for n in range(200):
            outcomes[self.attempt("PutItem", {"TableName": "Things", "Item": item(pk=str(n))})] += 1
        self.assertTrue(30 < outcomes["InternalServerError"] < 60, outcomes)
        self.assertTrue(5 < outcomes["broken"] < 40, outcomes)
        self.assertEqual(len(self.scan("Things")), 200)
        lost = self.admin(
            "GET", "/_dynadeck/requests?rule=lost-answer&rule=lost-connection&limit=0")
        self.assertEqual(lost["count"], 200 - outcomes[None])


class BrownOut(Scenario):
    scenario = "brown-out"

    def test_answers_become_slow_then_slower_and_then_recover(self):
        self.create("Things", "pk")
        self.begin()
        impatient = wire.Client(self.endpoint, account=self.account, timeout=0.1)
        self.addCleanup(impatient.close)
        patience = []
        for minute in range(4):
            left = 0
            for _ in range(12):
                try:
                    if impatient.call("GetItem", {"TableName": "Things",
                                                  "Key": item(pk="a")}).status != 200:
                        continue
                except OSError:
                    impatient.close()
                    left += 1
            patience.append(left)
            self.clock(advance="60s")
        self.assertEqual((patience[0], patience[3]), (0, 0))
        self.assertLess(patience[1], patience[2])
        self.assertGreater(patience[2], 5)
        found = self.admin(
            "GET", f"/_dynadeck/requests?outcome=abandoned&wait={sum(patience)}&timeout=5s&limit=0")
        self.assertEqual(found["count"], sum(patience))


class RegionFailure(Scenario):
    scenario = "region-failure"

    def test_one_region_fails_and_comes_back_while_the_other_serves(self):
        away = wire.Client(self.endpoint, account=self.account, region="eu-west-1")
        self.addCleanup(away.close)
        self.begin()
        self.client.timeout = 0.3
        seen = []
        for _ in range(8):  # half-minutes; the windows are [30, 90), [90, 150), [150, 180)
            seen.append(self.attempt("ListTables", {}))
            self.assertEqual(away.call("ListTables", {}).status, 200)
            self.clock(advance="30s")
        self.assertEqual(seen[0], None)
        self.assertEqual(seen[1:3], ["ServiceUnavailable"] * 2)
        self.assertEqual(seen[3:5], ["broken"] * 2)  # it hangs until the client gives up
        self.assertEqual(seen[6:], [None] * 2)
        self.assertGreaterEqual(self.struck()["coming-back"], 1)
        failed = self.admin("GET", "/_dynadeck/requests?region=us-east-1&limit=0")["counts"]
        self.assertEqual(failed["outcome"]["ServiceUnavailable"], 2)
        away_counts = self.admin("GET", "/_dynadeck/requests?region=eu-west-1&limit=0")["counts"]
        self.assertEqual(away_counts["outcome"], {"ok": 8})


class FlakyNetwork(Scenario):
    scenario = "flaky-network"

    def test_every_write_arrives_in_the_end_and_every_fault_is_met(self):
        self.clean()
        self.create("Things", "pk")
        self.begin()
        outcomes = collections.Counter()
        for n in range(250):
            while True:
                try:
                    # A connection for each attempt: some are refused.
                    with wire.Client(self.endpoint, account=self.account, timeout=5) as fresh:
                        answer = fresh.call("PutItem", {"TableName": "Things",
                                                        "Item": item(pk=str(n))})
                except Exception:
                    outcomes["broken"] += 1
                    continue
                good = answer.status == 200 and answer.json() is not None
                outcomes["ok" if good and wire.crc32_fits(answer) else "damaged"] += 1
                if good and wire.crc32_fits(answer):
                    break
        struck = self.struck()
        self.assertTrue(all(struck.values()), struck)
        self.assertGreater(outcomes["broken"], 20)
        self.assertGreater(outcomes["damaged"], 5)
        for outcome in ("ConnectionReset", "ConnectionClosed"):
            found = self.admin("GET", f"/_dynadeck/requests?outcome={outcome}&limit=0")
            self.assertGreater(found["count"], 0)
        self.clean()
        self.assertEqual(len(self.scan("Things")), 250)


class TransactionContention(Scenario):
    scenario = "transaction-contention"

    def test_conflicts_are_told_from_conditions_and_everything_happens_once(self):
        self.create("Things", "pk")
        codes = collections.Counter()
        for n in range(100):
            request = {"ClientRequestToken": f"token-{n}", "TransactItems": [
                {"Update": {"TableName": "Things", "Key": item(pk=pk),
                            "UpdateExpression": "ADD n :one",
                            "ExpressionAttributeValues": item(**{":one": 1})}}
                for pk in ("a", "b")]}
            while (answer := self.client.call("TransactWriteItems", request)).status != 200:
                codes[answer.error] += 1
                for reason in answer.json().get("CancellationReasons", []):
                    codes[reason["Code"]] += 1
        for code in ("TransactionConflict", "ThrottlingError", "TransactionInProgressException",
                     "None"):
            self.assertGreater(codes[code], 0, codes)
        found = {each["pk"]["S"]: each["n"]["N"] for each in self.scan("Things")}
        self.assertEqual(found, {"a": "100", "b": "100"})
        single = [self.attempt("PutItem", {"TableName": "Things", "Item": item(pk=str(n))})
                  for n in range(100)]
        self.assertTrue(3 < single.count("TransactionConflictException") < 22)


class StreamsBadDay(Scenario):
    scenario = "streams-bad-day"

    def test_a_careful_consumer_applies_every_record_once_and_in_order(self):
        self.clean()
        self.create("Things", "pk", StreamSpecification={
            "StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
        self.begin()
        self.stream = self.call("DescribeTable", TableName="Things")["Table"]["LatestStreamArn"]
        self.places, self.parents, self.applied, self.met = {}, {}, [], collections.Counter()
        for n in range(120):
            self.put("Things", pk=str(n % 7), n=n)
            if n % 4 == 0:
                self.poll()
        for _ in range(60):
            self.poll()
        self.assertEqual([n for _, n in sorted(self.applied)], list(range(120)))
        for code in ("ExpiredIteratorException", "TrimmedDataAccessException",
                     "LimitExceededException", "again"):
            self.assertGreater(self.met[code], 0, self.met)
        struck = self.struck()
        self.assertTrue(all(struck.values()), struck)
        self.assertGreater(len(self.parents), 2)  # shards were rolled

    def poll(self):
        self.clock(advance="100ms")
        stream = self.call("DescribeStream", StreamArn=self.stream)["StreamDescription"]
        for shard in stream["Shards"]:
            self.parents.setdefault(shard["ShardId"], shard.get("ParentShardId"))
            self.places.setdefault(shard["ShardId"],
                                   {"iterator": None, "last": None, "done": False})
        for shard, place in self.places.items():
            parent = self.places.get(self.parents[shard])
            if not place["done"] and (parent is None or parent["done"]):
                self.read(shard, place)

    def read(self, shard, place):
        if place["iterator"] is None:
            request = {"StreamArn": self.stream, "ShardId": shard}
            if place["last"] is None:
                request["ShardIteratorType"] = "TRIM_HORIZON"
            else:
                request |= {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                            "SequenceNumber": place["last"]}
            answer = self.client.call("GetShardIterator", request)
            if answer.status != 200:
                self.met[answer.error] += 1
                return
            place["iterator"] = answer.json()["ShardIterator"]
        answer = self.client.call("GetRecords", {"ShardIterator": place["iterator"]})
        if answer.status != 200:
            self.met[answer.error] += 1
            if answer.error != "LimitExceededException":
                place["iterator"] = None  # a new one, after what has been applied
            return
        page = answer.json()
        for record in page["Records"]:
            number = record["dynamodb"]["SequenceNumber"]
            if place["last"] is not None and int(number) <= int(place["last"]):
                self.met["again"] += 1
                continue
            place["last"] = number
            self.applied.append((int(number), int(record["dynamodb"]["NewImage"]["n"]["N"])))
        place["iterator"] = page.get("NextShardIterator")
        place["done"] = place["iterator"] is None


class All(unittest.TestCase):
    def test_each_scenario_has_a_workload_here(self):
        covered = {each.scenario for each in Scenario.__subclasses__()}
        self.assertEqual(covered, {path.stem for path in pathlib.Path(SCENARIOS).glob("*.yaml")})


if __name__ == "__main__":
    unittest.main()
