#!/usr/bin/env python3
"""What a table's Kinesis destination gets, read by boto3 from kinesalite.

Between dynadeck and kinesalite stands a relay that checks every signature and refuses a part of
every call, or all of it. In spite of it every item's changes have to arrive once and in order."""
import contextlib
import http.server
import json
import pathlib
import sys
import threading
import time
import unittest
import urllib.error
import urllib.request

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from proof import servers, wire  # noqa: E402

STREAM = "changes"
ARN = f"arn:aws:kinesis:us-east-1:000000000000:stream/{STREAM}"
TABLE = "History"
THROTTLED = {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "slow down"}


def signature_of(headers, body, url):
    """What botocore signs such a request with."""
    request = botocore.awsrequest.AWSRequest("POST", url, headers={
        name: headers[name] for name in ("Host", "Content-Type", "X-Amz-Target")}, data=body)
    signer = botocore.auth.SigV4Auth(
        botocore.credentials.Credentials("dynadeck", "dynadeck"), "kinesis", "us-east-1")
    request.context["timestamp"] = headers["X-Amz-Date"]
    request.headers["X-Amz-Date"] = headers["X-Amz-Date"]
    canonical = signer.canonical_request(request)
    return signer.signature(signer.string_to_sign(request, canonical), request)


class Relay(http.server.BaseHTTPRequestHandler):
    """Passes PutRecords on, but for every nth record; answers 503 during an outage."""

    protocol_version = "HTTP/1.1"
    upstream = ""
    refuses_every = 3
    outage = False
    seen = 0
    refused = 0
    wrong_signatures = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        url = f"http://{self.headers['Host']}/"
        if not self.headers["Authorization"].endswith(signature_of(self.headers, body, url)):
            Relay.wrong_signatures.append(self.headers["Authorization"])
        if Relay.outage:
            return self.answer(503, b"{}")
        request = json.loads(body)
        taken, results = [], []
        for record in request["Records"]:
            Relay.seen += 1
            refused = Relay.seen % Relay.refuses_every == 0
            results.append(THROTTLED if refused else None)
            Relay.refused += refused
            if not refused:
                taken.append(record)
        try:
            answers = iter(self.put({**request, "Records": taken}) if taken else [])
        except urllib.error.HTTPError as error:
            return self.answer(error.code, error.read())
        records = [result or next(answers) for result in results]
        failed = sum(result is not None for result in results)
        return self.answer(200, json.dumps(
            {"FailedRecordCount": failed, "Records": records}).encode())

    def put(self, request):
        headers = {name: self.headers[name] for name in
                   ("Content-Type", "X-Amz-Date", "X-Amz-Target", "Authorization")}
        forwarded = urllib.request.Request(
            Relay.upstream, json.dumps(request).encode(), headers, method="POST")
        with urllib.request.urlopen(forwarded) as answer:
            return json.load(answer)["Records"]

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def relay(upstream):
    Relay.upstream = upstream
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Consumer:
    """Reads all shards from their beginning; keeps the changes by item."""

    def __init__(self, endpoint):
        self.client = boto3.client(
            "kinesis", endpoint_url=endpoint, region_name="us-east-1",
            aws_access_key_id="dynadeck", aws_secret_access_key="dynadeck",
            config=botocore.config.Config(retries={"total_max_attempts": 1}))
        self.client.create_stream(StreamName=STREAM, ShardCount=2)
        self.client.get_waiter("stream_exists").wait(
            StreamName=STREAM, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
        shards = self.client.describe_stream(StreamName=STREAM)["StreamDescription"]["Shards"]
        self.iterators = [self.client.get_shard_iterator(
            StreamName=STREAM, ShardId=shard["ShardId"],
            ShardIteratorType="TRIM_HORIZON")["ShardIterator"] for shard in shards]
        self.changes, self.keys, self.shards_used = [], {}, set()

    def poll(self):
        for number, iterator in enumerate(self.iterators):
            page = self.client.get_records(ShardIterator=iterator, Limit=10000)
            self.iterators[number] = page["NextShardIterator"]
            for record in page["Records"]:
                change = json.loads(record["Data"])
                self.shards_used.add(number)
                key = change["dynamodb"]["Keys"]["id"]["S"]
                self.keys.setdefault(key, set()).add(record["PartitionKey"])
                self.changes.append(change)

    def wait_for(self, count, patience_seconds=60):
        deadline = time.monotonic() + patience_seconds
        while len(self.changes) < count and time.monotonic() < deadline:
            self.poll()
            time.sleep(0.05)
        return self.changes

    def versions(self, key):
        return [int(change["dynamodb"]["NewImage"]["version"]["N"]) for change in self.changes
                if change["dynamodb"]["Keys"]["id"]["S"] == key and
                "NewImage" in change["dynamodb"]]


class KinesisDestination(unittest.TestCase):
    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        Relay.refuses_every, Relay.outage, Relay.seen, Relay.refused = 3, False, 0, 0
        Relay.wrong_signatures = []
        kinesalite = stack.enter_context(servers.kinesalite())
        self.consumer = Consumer(kinesalite.endpoint)
        stack.callback(self.consumer.client.close)
        endpoint = stack.enter_context(relay(kinesalite.endpoint))
        self.deck = stack.enter_context(servers.dynadeck("--kinesis-endpoint", endpoint))
        self.client = stack.enter_context(wire.Client(self.deck.endpoint))
        self.call("CreateTable", TableName=TABLE, BillingMode="PAY_PER_REQUEST",
                  AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                  KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}])

    def call(self, operation, **request):
        answer = self.client.call(operation, request)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def turn(self, operation, **more):
        return self.call(f"{operation}KinesisStreamingDestination", TableName=TABLE, StreamArn=ARN,
                         **more)["DestinationStatus"]

    def status(self):
        return self.call("DescribeKinesisStreamingDestination",
                         TableName=TABLE)["KinesisDataStreamDestinations"]

    def put(self, key, version, **more):
        self.call("PutItem", TableName=TABLE, Item=self.item(key, version, **more))

    @staticmethod
    def item(key, version, **more):
        return {"id": {"S": key}, "version": {"N": str(version)}, **more}

    def metric(self, name):
        text = self.client.exchange("GET", "/metrics", {}, b"").body.decode()
        return sum(float(line.rpartition(" ")[2]) for line in text.splitlines()
                   if line.partition("{")[0].partition(" ")[0] == name)

    def write_versions(self, key, count):
        """Single writes, batches and transactions in turn."""
        with wire.Client(self.deck.endpoint) as client:
            for version in range(1, count + 1):
                item = self.item(key, version)
                turn = version % 3
                if turn == 0:
                    client.call("PutItem", {"TableName": TABLE, "Item": item})
                elif turn == 1:
                    client.call("BatchWriteItem", {"RequestItems": {
                        TABLE: [{"PutRequest": {"Item": item}}]}})
                else:
                    client.call("TransactWriteItems", {"TransactItems": [
                        {"Put": {"TableName": TABLE, "Item": item}}]})

    def test_every_change_arrives_once_and_in_order(self):
        self.assertEqual(self.turn("Enable"), "ENABLING")
        self.assertEqual(self.status(), [{"StreamArn": ARN, "DestinationStatus": "ACTIVE"}])
        keys, count = [f"key-{number}" for number in range(8)], 60
        writers = [threading.Thread(target=self.write_versions, args=(key, count)) for key in keys]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        self.assertEqual(len(self.consumer.wait_for(len(keys) * count)), len(keys) * count)
        for key in keys:
            self.assertEqual(self.consumer.versions(key), list(range(1, count + 1)), key)
            self.assertEqual(len(self.consumer.keys[key]), 1, "an item has one partition key")
        self.assertEqual(self.consumer.shards_used, {0, 1})
        self.assertGreater(Relay.refused, 0)
        self.assertEqual(Relay.wrong_signatures, [])
        self.assertEqual(self.metric("dynadeck_kinesis_records_delivered_total"),
                         len(keys) * count)
        self.assertEqual(self.metric("dynadeck_kinesis_records_retried_total"), Relay.refused)
        self.assertEqual(self.metric("dynadeck_kinesis_records_dropped_total"), 0)

    def test_a_record_has_the_form_of_the_service(self):
        self.turn("Enable")
        self.call("UpdateTimeToLive", TableName=TABLE,
                  TimeToLiveSpecification={"AttributeName": "ttl", "Enabled": True})
        before = time.time()
        self.put("a", 1, ttl={"N": "1700000000"})
        self.put("a", 1, ttl={"N": "1700000000"})  # changes nothing
        self.put("a", 2, ttl={"N": "1700000000"})
        expired = self.client.exchange("DELETE", "/_aws/dynamodb/expired", {}, b"").json()
        self.assertEqual(expired, {"ExpiredItems": 1})
        insert, modify, remove = self.consumer.wait_for(3)
        self.assertEqual(
            {name: insert[name] for name in insert if name not in ("dynamodb", "eventID")},
            {"awsRegion": "us-east-1", "eventName": "INSERT", "eventSource": "aws:dynamodb",
             "recordFormat": "application/json", "tableName": TABLE, "userIdentity": None})
        created = insert["dynamodb"].pop("ApproximateCreationDateTime")
        self.assertLess(abs(created / 1000 - before), 5)
        first = self.item("a", 1, ttl={"N": "1700000000"})
        second = self.item("a", 2, ttl={"N": "1700000000"})
        self.assertEqual(insert["dynamodb"], {
            "Keys": {"id": {"S": "a"}}, "NewImage": first, "SizeBytes": 20})
        self.assertEqual((modify["dynamodb"]["OldImage"], modify["dynamodb"]["NewImage"]),
                         (first, second))
        self.assertEqual(remove["eventName"], "REMOVE")
        self.assertEqual(remove["dynamodb"]["OldImage"], second)
        self.assertNotIn("NewImage", remove["dynamodb"])
        self.assertEqual(remove["userIdentity"],
                         {"type": "Service", "principalId": "dynamodb.amazonaws.com"})
        self.assertRegex(next(iter(self.consumer.keys["a"])), "^[0-9a-f]{32}$")

    def test_precision_is_what_was_asked_for_last(self):
        self.turn("Enable", EnableKinesisStreamingConfiguration={
            "ApproximateCreationDateTimePrecision": "MILLISECOND"})
        self.put("a", 1)
        self.assertEqual(self.turn("Update", UpdateKinesisStreamingConfiguration={
            "ApproximateCreationDateTimePrecision": "MICROSECOND"}), "UPDATING")
        self.assertEqual(self.status(), [{
            "StreamArn": ARN, "DestinationStatus": "ACTIVE",
            "ApproximateCreationDateTimePrecision": "MICROSECOND"}])
        self.put("a", 2)
        coarse, fine = (change["dynamodb"] for change in self.consumer.wait_for(2))
        self.assertEqual(len(str(coarse["ApproximateCreationDateTime"])), 13)
        self.assertEqual(len(str(fine["ApproximateCreationDateTime"])), 16)
        self.assertEqual(fine["ApproximateCreationDateTimePrecision"], "MICROSECOND")

    def test_a_disabled_destination_gets_nothing(self):
        self.turn("Enable")
        self.put("a", 1)
        self.assertEqual(self.turn("Disable"), "DISABLING")
        self.assertEqual(self.status(), [{"StreamArn": ARN, "DestinationStatus": "DISABLED"}])
        self.put("a", 2)
        self.assertEqual(self.turn("Enable"), "ENABLING")
        self.put("a", 3)
        self.consumer.wait_for(2)
        self.assertEqual(self.consumer.versions("a"), [1, 3])

    def test_an_outage_slows_no_writer_and_loses_nothing(self):
        self.turn("Enable")
        Relay.outage = True
        began = time.monotonic()
        for version in range(1, 301):
            self.put("a" if version % 2 else "b", version)
        self.assertLess(time.monotonic() - began, 5)
        self.assertGreater(self.metric("dynadeck_kinesis_queued_records"), 0)
        Relay.outage = False
        self.consumer.wait_for(300)
        self.assertEqual(self.consumer.versions("a"), list(range(1, 301, 2)))
        self.assertEqual(self.consumer.versions("b"), list(range(2, 301, 2)))

    def test_what_kinesis_refuses_for_good_is_counted(self):
        other = ARN.replace(STREAM, "missing")
        self.call("EnableKinesisStreamingDestination", TableName=TABLE, StreamArn=other)
        Relay.refuses_every = 10**9
        self.put("a", 1)
        deadline = time.monotonic() + 20
        while (self.metric("dynadeck_kinesis_records_dropped_total") == 0 and
               time.monotonic() < deadline):
            time.sleep(0.02)
        self.assertEqual(self.metric("dynadeck_kinesis_records_dropped_total"), 1)


if __name__ == "__main__":
    unittest.main()
