"""What the suites share that put up fault rules: tables, rules, the journal and the clock."""
import json
import pathlib
import sys
import time

import boto3
import botocore.config

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import WithServer  # noqa: E402
from proof import wire  # noqa: E402


class WithRules(WithServer):
    """Each test has an account of its own, no rules, an empty journal and the machine's clock."""

    options = ("--seed", "7")
    accounts = 0

    def setUp(self):
        WithRules.accounts += 1
        self.account = f"{WithRules.accounts:012}"
        self.client = wire.Client(self.endpoint, account=self.account)
        self.addCleanup(self.client.close)
        self.admin("DELETE", "/_dynadeck/faults")
        self.admin("DELETE", "/_dynadeck/requests")
        self.clock(reset=True)

    def admin(self, method, path, document=None, status=200):
        body = b"" if document is None else json.dumps(document).encode()
        answer = self.client.exchange(method, path, {}, body)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json()

    def rules(self, *rules, **more):
        """Puts up these rules and no others; those without a name get one by their place."""
        self.admin("PUT", "/_dynadeck/faults", {**more, "rules": [
            {"name": f"rule-{at}", **rule} for at, rule in enumerate(rules, 1)]})

    def clock(self, **change):
        self.admin("PUT", "/_dynadeck/clock", change)

    def journal(self, query=""):
        """The requests of this test's account that fit, oldest first."""
        return self.admin("GET", f"/_dynadeck/requests?account={self.account}&{query}")["requests"]

    def outcomes(self, query=""):
        return [request["outcome"] for request in self.journal(query)]

    def call(self, operation, **request):
        """The answer to what has to succeed."""
        answer = self.client.call(operation, request)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def refused(self, code, operation, **request):
        """The whole answer to what has to fail with that code."""
        answer = self.client.call(operation, request)
        self.assertEqual(answer.error, code, answer.body)
        return answer

    def create(self, table, *keys, indexes=None, **more):
        """keys: hash and range, of type S; indexes: {name: hash key}."""
        attributes = {*keys, *(indexes or {}).values()}
        request = {"TableName": table, "BillingMode": "PAY_PER_REQUEST",
                   "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"}
                                            for name in sorted(attributes)],
                   "KeySchema": [{"AttributeName": name, "KeyType": role}
                                 for name, role in zip(keys, ("HASH", "RANGE"))], **more}
        if indexes:
            request["GlobalSecondaryIndexes"] = [
                {"IndexName": name, "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
                 "Projection": {"ProjectionType": "ALL"}} for name, key in indexes.items()]
        self.call("CreateTable", **request)
        while self.call("DescribeTable", TableName=table)["Table"]["TableStatus"] != "ACTIVE":
            time.sleep(0.01)

    def put(self, table, **attributes):
        self.call("PutItem", TableName=table, Item=item(**attributes))

    def scan(self, table):
        """{first attribute by name: item}, strongly consistent, past all rules."""
        found, request = [], {"TableName": table, "ConsistentRead": True}
        while True:
            page = self.call("Scan", **request)
            found += page["Items"]
            if "LastEvaluatedKey" not in page:
                return found
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def boto3(self, service="dynamodb", attempts=1, **more):
        client = boto3.client(
            service, endpoint_url=self.endpoint, region_name="us-east-1",
            aws_access_key_id=self.account, aws_secret_access_key="secret",
            config=botocore.config.Config(
                retries={"total_max_attempts": attempts, "mode": "standard"}, **more))
        self.addCleanup(client.close)
        return client


def item(**attributes):
    """Texts as S, integers as N."""
    return {name: {"N": str(value)} if isinstance(value, int) else {"S": value}
            for name, value in attributes.items()}
