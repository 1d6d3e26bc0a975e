"""Writes that happen and are reported as failures: an application that retries with a condition or
a ClientRequestToken stays exact, one that does not is caught. The journal is held against the
database: nothing acknowledged is lost, nothing that failed before it was executed is applied."""
import unittest
import unittest.mock
import uuid
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

from botocore.exceptions import ClientError, HTTPClientError

from faulted import WithRules, item
from proof import wire

WRITES = ["PutItem", "UpdateItem", "TransactWriteItems", "BatchWriteItem"]
PROBLEMS = (ClientError, HTTPClientError)
AFTER = [{"name": "lost-answer", "when": {"operations": WRITES}, "schedule": {"probability": 0.2},
          "fault": {"error": "InternalServerError"}, "at": "after"},
         {"name": "lost-connection", "when": {"operations": WRITES},
          "schedule": {"probability": 0.15}, "fault": {"connection": "reset"}, "at": "after"}]
BEFORE = [{"name": "never-done", "when": {"operations": WRITES}, "schedule": {"probability": 0.15},
           "fault": {"error": "InternalServerError"}, "at": "before"},
          {"name": "never-arrived", "when": {"operations": WRITES},
           "schedule": {"probability": 0.1}, "fault": {"connection": "reset"}, "at": "before"}]
NOTHING_DONE = {"never-done", "never-arrived"}
COUNT = 100
CLIENTS, PER_CLIENT = 8, 250


def rules_of(entry):
    return {fault["rule"] for fault in entry["faults"]}


class AmbiguousCommits(WithRules):
    """Each application asks once per attempt and retries by itself until it has an answer."""

    def setUp(self):
        super().setUp()
        self.create("Things", "pk")
        self.dynamodb = self.boto3()
        self.rules(*AFTER, *BEFORE)

    def until_answered(self, attempt, refusals=()):
        """Calls attempt() until it succeeds or is refused; how often it was called, and the
        refusal's code."""
        for number in range(1, 100):
            try:
                attempt()
                return number, None
            except PROBLEMS as problem:
                response = getattr(problem, "response", None) or {}
                code = response.get("Error", {}).get("Code")
                if code in refusals:
                    return number, code
        self.fail("a hundred attempts failed")

    def count_of(self, pk):
        found = self.call("GetItem", TableName="Things", Key=item(pk=pk), ConsistentRead=True)
        return int(found.get("Item", {}).get("n", {"N": "0"})["N"])

    def ambiguous(self):
        """How many writes were done whose client heard of a failure: a connection may also be lost
        on the way back from what was never done."""
        lost = self.journal("rule=lost-answer&rule=lost-connection&limit=10000")
        return sum(not NOTHING_DONE & rules_of(entry) for entry in lost)

    # --- exact -----------------------------------------------------------------------------------

    def test_put_item_with_a_condition_creates_each_thing_once(self):
        own_retry = 0
        for n in range(COUNT):
            owner = str(uuid.UUID(int=n))

            def create():
                self.dynamodb.put_item(TableName="Things", Item=item(pk=str(n), owner=owner),
                                       ConditionExpression="attribute_not_exists(pk)")
            attempts, refusal = self.until_answered(create, ("ConditionalCheckFailedException",))
            if refusal:  # somebody was there: was it us?
                found = self.call("GetItem", TableName="Things", Key=item(pk=str(n)),
                                  ConsistentRead=True)["Item"]
                self.assertEqual(found["owner"]["S"], owner)
                self.assertGreater(attempts, 1)
                own_retry += 1
        self.assertEqual(len(self.scan("Things")), COUNT)
        self.assertGreater(own_retry, COUNT * 0.15)

    def test_update_item_with_a_condition_counts_each_step_once(self):
        self.rules()
        self.put("Things", pk="counter", n=0)
        self.rules(*AFTER, *BEFORE)
        for n in range(COUNT):
            def step():
                self.dynamodb.update_item(
                    TableName="Things", Key=item(pk="counter"),
                    UpdateExpression="SET n = :next", ConditionExpression="n = :known",
                    ExpressionAttributeValues=item(**{":known": n, ":next": n + 1}))
            attempts, refusal = self.until_answered(step, ("ConditionalCheckFailedException",))
            if refusal:
                self.assertGreater(attempts, 1)
                self.assertEqual(self.count_of("counter"), n + 1)
        self.assertEqual(self.count_of("counter"), COUNT)

    def transfer(self, token):
        """One more for each of two counters."""
        self.dynamodb.transact_write_items(**({"ClientRequestToken": token} if token else {}),
                                           TransactItems=[
            {"Update": {"TableName": "Things", "Key": item(pk=pk),
                        "UpdateExpression": "ADD n :one",
                        "ExpressionAttributeValues": item(**{":one": 1})}} for pk in ("a", "b")])

    def test_a_transaction_with_one_token_happens_once(self):
        for n in range(COUNT):
            self.until_answered(lambda: self.transfer(f"token-{n}"))
        self.assertEqual((self.count_of("a"), self.count_of("b")), (COUNT, COUNT))
        self.assertGreater(self.ambiguous(), COUNT * 0.2)

    def test_a_batch_of_whole_items_may_be_sent_again(self):
        self.rules(*AFTER, *BEFORE, {"name": "partly", "when": {"operations": "BatchWriteItem"},
                                     "schedule": {"probability": 0.4},
                                     "fault": {"unprocessed": {"fraction": 0.4}}})
        for n in range(COUNT // 5):
            rest = {"Things": [{"PutRequest": {"Item": item(pk=f"{n}-{at}", n=at)}}
                               for at in range(10)]}
            while rest:
                answers = []
                self.until_answered(lambda: answers.append(
                    self.dynamodb.batch_write_item(RequestItems=rest)))
                rest = answers[0]["UnprocessedItems"]
        self.assertEqual(len(self.scan("Things")), COUNT // 5 * 10)
        self.assertTrue(self.journal("rule=partly"))

    def test_the_sdk_by_itself_keeps_a_transactions_token(self):
        retrying = self.boto3(attempts=20)
        with unittest.mock.patch("time.sleep"):  # the SDK's back-off is not what is tested
            for _ in range(20):  # the SDK makes the token, and its own attempts share it
                retrying.transact_write_items(TransactItems=[
                    {"Update": {"TableName": "Things", "Key": item(pk="a"),
                                "UpdateExpression": "ADD n :one",
                                "ExpressionAttributeValues": item(**{":one": 1})}}])
        self.assertEqual(self.count_of("a"), 20)
        self.assertGreater(self.ambiguous(), 0)

    # --- caught ----------------------------------------------------------------------------------

    def test_add_without_a_condition_counts_too_much(self):
        for _ in range(COUNT):
            self.until_answered(lambda: self.dynamodb.update_item(
                TableName="Things", Key=item(pk="counter"), UpdateExpression="ADD n :one",
                ExpressionAttributeValues=item(**{":one": 1})))
        self.assertEqual(self.count_of("counter"), COUNT + self.ambiguous())
        self.assertGreater(self.ambiguous(), 0)

    def test_a_transaction_with_a_new_token_for_each_attempt_happens_too_often(self):
        tokens = iter(range(10_000))
        for _ in range(COUNT):
            self.until_answered(lambda: self.transfer(f"token-{next(tokens)}"))
        self.assertEqual(self.count_of("a"), COUNT + self.ambiguous())
        self.assertEqual(self.count_of("b"), self.count_of("a"))
        self.assertGreater(self.ambiguous(), 0)

    def test_put_item_that_invents_its_id_anew_makes_doubles(self):
        ids = iter(range(10_000))
        for _ in range(COUNT):
            self.until_answered(lambda: self.dynamodb.put_item(
                TableName="Things", Item=item(pk=f"made-{next(ids)}")))
        self.assertEqual(len(self.scan("Things")), COUNT + self.ambiguous())
        self.assertGreater(self.ambiguous(), 0)

    def test_a_batch_that_invents_its_ids_anew_makes_doubles(self):
        ids = iter(range(10_000))
        for _ in range(COUNT // 5):
            self.until_answered(lambda: self.dynamodb.batch_write_item(RequestItems={"Things": [
                {"PutRequest": {"Item": item(pk=f"made-{next(ids)}")}} for _ in range(10)]}))
        self.assertEqual(len(self.scan("Things")), (COUNT // 5 + self.ambiguous()) * 10)
        self.assertGreater(self.ambiguous(), 0)

    # --- the whole journal -----------------------------------------------------------------------

    def test_the_journal_tells_what_is_in_the_database(self):
        """Each attempt writes an item of its own, named by the order in which it was sent."""
        sent = []

        def one(operation, put):
            pk = f"{len(sent):04}"
            sent.append(pk)
            try:
                put(item(pk=pk))
            except PROBLEMS:
                pass
        for _ in range(COUNT):
            one("PutItem", lambda made: self.dynamodb.put_item(TableName="Things", Item=made))
            one("UpdateItem", lambda made: self.dynamodb.update_item(
                TableName="Things", Key=made, UpdateExpression="SET n = :n",
                ExpressionAttributeValues=item(**{":n": 1})))
            one("TransactWriteItems", lambda made: self.dynamodb.transact_write_items(
                TransactItems=[{"Put": {"TableName": "Things", "Item": made}}]))
            one("BatchWriteItem", lambda made: self.dynamodb.batch_write_item(
                RequestItems={"Things": [{"PutRequest": {"Item": made}}]}))
        stored = {found["pk"]["S"] for found in self.scan("Things")}
        entries = self.journal("limit=10000&" + "&".join(f"operation={name}" for name in WRITES))
        self.assertEqual(len(entries), len(sent))
        kinds = {"acknowledged": 0, "after": 0, "before": 0}
        for pk, entry in zip(sent, entries):
            struck = rules_of(entry)
            if entry["outcome"] == "ok":
                kind = "acknowledged"
            else:
                # A rule that came before the operation kept all others from having an effect.
                kind = "before" if struck & NOTHING_DONE else "after"
                self.assertTrue(struck, entry)
            kinds[kind] += 1
            self.assertEqual(pk in stored, kind != "before", (pk, entry))
        self.assertGreater(min(kinds.values()), COUNT // 2, kinds)

    def test_the_journal_tells_it_of_many_clients_at_once(self):
        """Each write has an item and an invocation of its own; the journal names the invocation."""
        acknowledged = set()

        def write(client, number):
            pk = f"{client}-{number}"
            made = item(pk=pk)
            operation, request = (
                ("PutItem", {"TableName": "Things", "Item": made}),
                ("UpdateItem", {"TableName": "Things", "Key": made}),
                ("TransactWriteItems", {"TransactItems": [
                    {"Put": {"TableName": "Things", "Item": made}}]}),
                ("BatchWriteItem", {"RequestItems": {"Things": [
                    {"PutRequest": {"Item": made}}]}}))[number % 4]
            try:
                # On a connection of its own: a used one that breaks is tried again.
                with wire.Client(self.endpoint, account=self.account) as connection:
                    answer = connection.call(operation, request, {"amz-sdk-invocation-id": pk})
                if answer.status == 200:
                    acknowledged.add(pk)
            except (OSError, HTTPException):
                pass

        def work(client):
            for number in range(PER_CLIENT):
                write(client, number)
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(work, range(CLIENTS)))
        entries = {entry["invocation_id"]: entry for entry in self.journal(
            "limit=10000&" + "&".join(f"operation={name}" for name in WRITES))}
        self.assertEqual(len(entries), CLIENTS * PER_CLIENT)
        stored = {found["pk"]["S"] for found in self.scan("Things")}
        executed = {pk for pk, entry in entries.items()
                    if entry["outcome"] == "ok" or not rules_of(entry) & NOTHING_DONE}
        self.assertEqual(stored, executed)
        self.assertEqual(acknowledged, {pk for pk, entry in entries.items()
                                        if entry["outcome"] == "ok"})
        self.assertGreater(len(executed - acknowledged), 100)
        self.assertGreater(len(entries) - len(executed), 100)


if __name__ == "__main__":
    unittest.main()
