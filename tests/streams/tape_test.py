#!/usr/bin/env python3
"""Sessions that write are taped; replays with no engine serve the Streams API from the tape, to
consumers that ask as they did when it was recorded, and to others. Every one sees the records that
were made, in their order."""
import base64
import collections
import contextlib
import http.server
import json
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

import botocore.auth
import botocore.awsrequest
import botocore.credentials

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from clients import support  # noqa: E402
from proof import servers, tapes, wire  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
SESSION = [support.PYTHON, HERE / "taped.py"]
RECORDS = 28
EVENTS = {"PutItem": "INSERT", "UpdateItem": "MODIFY", "DeleteItem": "REMOVE"}


def lines_of(tape):
    """No tool of ours is needed."""
    text = subprocess.run(["zstd", "-dcq", tape], check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in text.splitlines()]


def records_of(tape):
    return [line for line in lines_of(tape) if line["type"] == "stream_record"]


class Taping(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tapes.folder(self)
        self.tape, self.seen = self.folder / "session.tape", self.folder / "seen"

    def dynadeck(self, *arguments, status=0, **environment):
        finished = support.run([servers.BINARY, *arguments], **environment)
        self.assertEqual(finished.returncode, status, finished.stdout + finished.stderr)
        return finished.stdout + finished.stderr

    def record(self, way="tailing", *options):
        self.dynadeck("record", self.tape, "--in-memory", *options, "--", *SESSION, self.seen, way)
        return self.seen.read_text().splitlines()

    def replay(self, way, *options):
        again = self.folder / "again"
        self.dynadeck("replay", self.tape, *options, "--", *SESSION, again, way)
        return again.read_text().splitlines()


class TapedStream(Taping):
    def test_a_consumer_sees_the_taped_records_without_an_engine(self):
        recorded = self.record()
        self.assertEqual(len(recorded), RECORDS)
        for order in ("strict", "item", "free"):
            for way in ("tailing", "patient", "late", "checkpoints"):
                with self.subTest(order=order, way=way):
                    self.assertEqual(self.replay(way, "--order", order, "--verify"), recorded)
        self.assertEqual(self.replay("alone", "--streams", "all"), recorded)
        played = self.dynadeck("cassette", "play-stream", self.tape, "--to-stdout").splitlines()
        self.assertEqual([json.loads(line)["eventID"] for line in played if line.startswith("{")],
                         [json.loads(line)["eventID"] for line in recorded])
        self.assertIn("all good", self.dynadeck("cassette", "verify", self.tape))

    def test_a_session_that_nobody_tailed_can_be_tailed(self):
        self.record("silent")
        numbers = [line["record"]["dynamodb"]["SequenceNumber"] for line in records_of(self.tape)]
        self.assertEqual(len(numbers), RECORDS)
        for way in ("tailing", "patient", "late", "checkpoints"):
            with self.subTest(way=way):
                seen = [json.loads(line)["dynamodb"]["SequenceNumber"] for line in self.replay(way)]
                self.assertEqual(seen, numbers)

    def test_every_record_names_what_caused_it(self):
        self.record("silent")
        causes = {line["sequence"]: line for line in lines_of(self.tape)
                  if line["type"] == "exchange"}
        records = records_of(self.tape)
        self.assertEqual(len(records), RECORDS)
        for line in records:
            cause = causes[line["exchange"]]
            self.assertEqual(EVENTS[cause["operation"]], line["record"]["eventName"])
            body = cause["request"]["body"]
            self.assertEqual((body.get("Key") or body["Item"])["id"],
                             line["record"]["dynamodb"]["Keys"]["id"])

    def test_a_tape_without_records_has_none(self):
        self.record("silent", "--no-stream-records")
        self.assertEqual(records_of(self.tape), [])

    def test_secrets_of_items_stand_in_no_record(self):
        for rule in ("$.Item.id", "attribute:id", "pattern:item-[0-9]+"):
            with self.subTest(rule=rule):
                recorded = self.record("tailing", "--overwrite", "--redact", rule,
                                       *(["--redact", "$.Key.id"] if rule[0] == "$" else []))
                self.assertNotIn("item-", json.dumps(lines_of(self.tape)).replace(rule[8:], ""))
                self.assertEqual(self.replay("late"), recorded)


class Writer:
    """Writes of every kind, with rolled shards and expiries between them."""

    def __init__(self, endpoint, ends):
        self.endpoint, self.client, self.ends = endpoint, wire.Client(endpoint), ends

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.close()

    def call(self, operation, body):
        answer = self.client.call(operation, body)
        assert answer.status == 200, answer.body
        return answer.json()

    def create(self):
        table = self.call("CreateTable", {
            "TableName": "History", "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "StreamSpecification": {"StreamEnabled": True,
                                    "StreamViewType": "NEW_AND_OLD_IMAGES"}})
        self.call("UpdateTimeToLive", {"TableName": "History", "TimeToLiveSpecification": {
            "Enabled": True, "AttributeName": "ends"}})
        return table["TableDescription"]["LatestStreamArn"]

    def write(self, round_number):
        def item(number):
            return {"id": {"S": f"{number}"}, "version": {"N": f"{round_number}"}}
        for number in range(5):
            self.call("PutItem", {"TableName": "History", "Item": item(number)})
        self.call("BatchWriteItem", {"RequestItems": {"History": [
            {"PutRequest": {"Item": item(number)}} for number in range(5, 20)]}})
        self.call("TransactWriteItems", {"TransactItems": [
            {"Put": {"TableName": "History", "Item": item(number)}} for number in range(20, 25)]})
        self.call("PutItem", {"TableName": "History", "Item": {
            **item(100 + round_number), "ends": {"N": str(self.ends)}}})

    def admin(self, method, path):
        urllib.request.urlopen(urllib.request.Request(self.endpoint + path, method=method)).close()


@contextlib.contextmanager
def consumers(endpoint, arn, folder):
    """boto3's and the SDK for JavaScript's; where they write to."""
    commands = {folder / "python": [support.PYTHON, HERE / "consumer.py"],
                folder / "node": ["node", HERE / "consumer.js"]}
    processes = [subprocess.Popen([str(part) for part in (*command, endpoint, arn, path)],
                                  env=support.environment())
                 for path, command in commands.items() if shutil.which(command[0])]
    try:
        yield list(commands)[:len(processes)]
    finally:
        for process in processes:
            process.terminate()
            process.wait()


def seen_by(path, count, patience_seconds=30):
    """What a consumer saw of each shard, once it has seen so much."""
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline:
        lines = path.read_text().splitlines() if path.exists() else []
        if len(lines) >= count:
            break
        time.sleep(0.02)
    shards = collections.defaultdict(list)
    for line in map(json.loads, lines):
        shards[line["shard"]].append(
            (line["sequence"], line["key"], line.get("new"), line.get("old")))
    return shards


class TapedShards(unittest.TestCase):
    maxDiff = None
    ROUNDS = 4

    def test_shards_batches_transactions_and_expiries_are_replayed_to_two_consumers(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        folder = pathlib.Path(folder.name)
        tape, ends = folder / "a.tape", int(time.time()) - 5
        with servers.Server("dynadeck", [servers.BINARY, "--in-memory", "--port", "0", "--record",
                                         tape, "--stream-shards", "2",
                                         "--ttl-sweep-interval", "0"]) as server, \
                Writer(server.endpoint, ends) as writer:
            arn = writer.create()
            (folder / "recorded").mkdir()
            with consumers(server.endpoint, arn, folder / "recorded") as paths:
                for number in range(1, self.ROUNDS + 1):
                    writer.write(number)
                    writer.admin("DELETE", "/_aws/dynamodb/expired")
                    writer.admin("POST", "/_dynadeck/streams/roll?children=" + str(1 + number % 2))
                recorded = [seen_by(path, 27 * self.ROUNDS) for path in paths]
        own = collections.defaultdict(list)
        for line in records_of(tape):
            change = line["record"]["dynamodb"]
            own[line["shard"]].append((
                change["SequenceNumber"], change["Keys"]["id"]["S"],
                change.get("NewImage", {}).get("version", {}).get("N"),
                change.get("OldImage", {}).get("version", {}).get("N")))
            expired = line["record"].get("userIdentity") is not None
            self.assertEqual((line.get("expired", False), "exchange" in line),
                             (expired, not expired))
        self.assertEqual(sum(map(len, own.values())), 27 * self.ROUNDS)
        self.assertGreater(len(own), 4)
        for shard, records in own.items():
            self.assertEqual(records, sorted(records), shard)
        for seen in recorded:
            self.assertEqual(seen, own)

        with servers.Server("dynadeck", [servers.BINARY, "--port", "0", "--replay", tape,
                                         "--order", "item"]) as server, \
                Writer(server.endpoint, ends) as writer:
            self.assertEqual(writer.create(), arn)
            (folder / "replayed").mkdir()
            with consumers(server.endpoint, arn, folder / "replayed") as paths:
                for number in range(1, self.ROUNDS + 1):
                    writer.write(number)
                for path in paths:
                    with self.subTest(consumer=path.name):
                        self.assertEqual(seen_by(path, 27 * self.ROUNDS), own)


class Endpoint(http.server.BaseHTTPRequestHandler):
    """A Kinesis or a DynamoDB behind TLS that believes no signature but botocore's."""

    protocol_version = "HTTP/1.1"
    calls = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Endpoint.calls.append((self.headers["X-Amz-Target"], json.loads(body)))
        service = "kinesis" if "Kinesis" in self.headers["X-Amz-Target"] else "dynamodb"
        signed = self.headers["Authorization"].endswith(self.signature(body, service))
        records = json.loads(body).get("Records", [])
        self.answer(200 if signed else 403,
                    {"FailedRecordCount": 0, "Records": [{"SequenceNumber": "1"}] * len(records)})

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def signature(self, body, service):
        request = botocore.awsrequest.AWSRequest(
            "POST", f"https://{self.headers['Host']}/", headers={
                name: self.headers[name] for name in ("Host", "Content-Type", "X-Amz-Target")},
            data=body)
        signer = botocore.auth.SigV4Auth(
            botocore.credentials.Credentials("key", "secret"), service, "us-east-1")
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        request.headers["X-Amz-Date"] = self.headers["X-Amz-Date"]
        return signer.signature(
            signer.string_to_sign(request, signer.canonical_request(request)), request)

    def log_message(self, *_):
        pass


class ToolsOverTls(Taping):
    """Tools ask servers as an upstream is asked: over TLS, signed from the credential chain."""

    def setUp(self):
        super().setUp()
        self.certificate, key = self.folder / "certificate.pem", self.folder / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                        "-keyout", key, "-out", self.certificate], check=True, capture_output=True)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.url = f"https://localhost:{server.server_port}"
        Endpoint.calls.clear()

    def test_records_are_fed_to_kinesis(self):
        self.record("silent")
        play = ["cassette", "play-stream", self.tape, "--kinesis-stream", "changes"]
        told = self.dynadeck(*play, "--kinesis-endpoint", self.url, "--ca", self.certificate)
        self.assertIn(f"{RECORDS} stream records played", told)
        sent = [json.loads(base64.b64decode(record["Data"]))
                for target, body in Endpoint.calls for record in body["Records"]]
        self.assertEqual({target for target, _ in Endpoint.calls}, {"Kinesis_20131202.PutRecords"})
        self.assertEqual([record["eventID"] for record in sent],
                         [line["record"]["eventID"] for line in records_of(self.tape)])
        self.assertEqual({record["tableName"] for record in sent}, {"Taped"})

        self.assertIn("certificate",
                      self.dynadeck(*play, "--kinesis-endpoint", self.url, status=2))
        self.assertIn("403", self.dynadeck(*play, "--kinesis-endpoint", self.url, "--ca",
                                           self.certificate, status=2,
                                           AWS_SECRET_ACCESS_KEY="wrong"))
        self.assertIn("refused", self.dynadeck(*play, "--kinesis-endpoint", "http://127.0.0.1:1",
                                               status=2))

    def test_requests_are_asked_of_another_endpoint(self):
        self.record("silent")
        run = ["cassette", "run-against", self.tape]
        told = self.dynadeck(*run, self.url, "--ca", self.certificate, status=1)
        self.assertNotIn("status: answered 403", told)
        self.assertIn("asked of " + self.url, told)
        self.assertIn("status: answered 403", self.dynadeck(
            *run, self.url, "--ca", self.certificate, "--unsigned", status=1))
        self.assertIn("refused", self.dynadeck(*run, "http://127.0.0.1:1", status=2))
        with servers.Server("dynadeck", [servers.BINARY, "--in-memory", "--port", "0"]) as server:
            self.assertIn(" 0 otherwise", self.dynadeck(*run, server.endpoint))


if __name__ == "__main__":
    unittest.main()
