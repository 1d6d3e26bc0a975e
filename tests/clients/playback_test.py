"""Tapes over HTTP, with nothing behind them: sessions beside each other, chains of pages under
every order and repeat, archives, taped time, ids, and faults that were taped or come afresh."""
import concurrent.futures
import itertools
import json
import pathlib
import random
import subprocess
import tempfile
import time
import unittest

import support  # noqa: F401  where `proof` is
from proof import servers, wire

TABLE = {"BillingMode": "PAY_PER_REQUEST",
         "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"},
                                  {"AttributeName": "sk", "AttributeType": "N"}],
         "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"},
                       {"AttributeName": "sk", "KeyType": "RANGE"}],
         "StreamSpecification": {"StreamEnabled": True,
                                 "StreamViewType": "NEW_AND_OLD_IMAGES"}}
UNMATCHED = "CassetteUnmatchedException"


class WithTape(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.tape = self.folder / "a.tape"

    def recorder(self, *options):
        return servers.dynadeck("--record", self.tape, *options)

    def player(self, *options, tape=None):
        return servers.Server("replay", [servers.BINARY, "serve", "--port", "0", "--replay",
                                         tape or self.tape, *options])

    def lines(self):
        """What stands on the tape, by other people's tools."""
        text = subprocess.run(["zstdcat", self.tape], check=True, capture_output=True).stdout
        return [json.loads(line) for line in text.splitlines()]

    def exchanges(self):
        return [line for line in self.lines() if line["type"] == "exchange"]

    def write_tape(self, lines, tape):
        """A tape that dynadeck did not write."""
        text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
        subprocess.run(["zstd", "-q", "-o", tape], input=text.encode(), check=True)

    def tool(self, *arguments):
        return subprocess.run([servers.BINARY, "cassette", *arguments], check=True,
                              capture_output=True, text=True).stdout


def must(answer):
    if answer.status != 200:
        raise AssertionError(f"{answer.status} {answer.body}")
    return answer.json()


def put(number, partition="list"):
    return {"TableName": "Pages", "Item": {"pk": {"S": partition}, "sk": {"N": str(number)},
                                           "text": {"S": f"{partition} {number}"}}}


class Sessions(WithTape):
    """Three tests share an item's name, and each sees its own, however it says who it is."""

    NAMES = ("by-url", "by-header", "by-key")
    ROUNDS = 15

    def call(self, client, name, operation, request):
        headers = client.default_headers(operation)
        path = "/"
        if name == "by-url":
            path = "/_session/by-url/"
        elif name == "by-header":
            headers["X-Dynadeck-Session"] = name
        else:
            headers["Authorization"] = wire.authorization(f"session-{name}")
        return client.exchange("POST", path, headers, json.dumps(request).encode())

    def play(self, endpoint, name, partition=None):
        """What one test gets to see."""
        seen = []
        with wire.Client(endpoint) as client:
            for number in range(self.ROUNDS):
                item = {"pk": {"S": partition or "shared"}, "sk": {"N": "1"}}
                written = {**item, "count": {"N": str(number)}, "who": {"S": name}}
                for operation, request in (
                        ("PutItem", {"TableName": "Pages", "Item": written}),
                        ("GetItem", {"TableName": "Pages", "Key": item})):
                    answer = self.call(client, name, operation, request)
                    seen.append((answer.status, answer.body))
        return seen

    def record(self):
        with self.recorder() as server:
            with wire.Client(server.endpoint) as client:
                must(client.call("CreateTable", {"TableName": "Pages", **TABLE}))
            # One after the other: what they did to the item of the same name is not mixed.
            return {name: self.play(server.endpoint, name) for name in self.NAMES}

    def test_sessions_play_beside_each_other(self):
        recorded = self.record()
        for name, seen in recorded.items():
            self.assertEqual([status for status, _ in seen], [200] * len(seen))
            self.assertTrue(all(name.encode() in body for _, body in seen[1::2]))
        sections = {line.get("section") for line in self.exchanges()}
        self.assertEqual(sections, {None, *self.NAMES})
        for order in ("strict", "item", "free"):
            with self.subTest(order=order), self.player("--order", order) as player:
                with concurrent.futures.ThreadPoolExecutor(3) as workers:
                    played = dict(zip(self.NAMES, workers.map(
                        lambda name: self.play(player.endpoint, name), self.NAMES)))
                self.assertEqual(played, recorded)

    def test_a_session_does_not_get_anothers_answers(self):
        self.record()
        with self.player() as player, wire.Client(player.endpoint) as client:
            item = {"pk": {"S": "shared"}, "sk": {"N": "1"}, "count": {"N": "0"},
                    "who": {"S": "by-url"}}
            request = {"TableName": "Pages", "Item": item}
            self.assertEqual(self.call(client, "by-key", "PutItem", request).error, UNMATCHED)
            self.assertEqual(self.call(client, "by-url", "PutItem", request).status, 200)

    def test_a_session_can_be_played_again_from_its_start(self):
        recorded = self.record()
        with self.player("--order", "strict") as player, wire.Client(player.endpoint) as client:
            for _ in range(2):
                self.assertEqual(self.play(player.endpoint, "by-header"), recorded["by-header"])
                answer = client.exchange(
                    "POST", "/_dynadeck/cassette/mark?name=by-header&session=by-header", {}, b"")
                self.assertEqual(answer.status, 200, answer.body)


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
                    if repeat == "once":
                        with self.assertRaisesRegex(AssertionError, UNMATCHED):
                            chain(client)
                    else:
                        self.assertEqual(chain(client), self.found[name])


class Archives(WithTape):
    def record(self):
        self.answers = []
        with self.recorder() as server, wire.Client(server.endpoint) as client:
            for operation, request in self.requests():
                self.answers.append(client.call(operation, request))

    def requests(self):
        yield "CreateTable", {"TableName": "Pages", **TABLE}
        for number in range(5):
            yield "PutItem", put(number, "é 日本 \u0001")
        yield "GetItem", {"TableName": "Pages", "Key": {"pk": {"S": "list"}}}
        yield "Scan", {"TableName": "Pages"}
        yield "PutItem", b"{no json"

    def plays(self, tape):
        with self.player("--order", "strict", tape=tape) as player, \
                wire.Client(player.endpoint) as client:
            return [client.call(operation, request) for operation, request in self.requests()]

    def archive(self):
        target = self.folder / "a.har"
        self.tool("export", self.tape, "--format", "har", "-o", target)
        return json.loads(target.read_text())

    def test_an_archive_says_what_was_said(self):
        self.record()
        entries = self.archive()["log"]["entries"]
        self.assertEqual(len(entries), len(self.answers))
        for entry, answer, (operation, request) in zip(entries, self.answers, self.requests()):
            self.assertEqual(entry["request"]["method"], "POST")
            headers = {header["name"].lower(): header["value"]
                       for header in entry["request"]["headers"]}
            self.assertEqual(headers["x-amz-target"], wire.target(operation))
            self.assertEqual(entry["response"]["status"], answer.status)
            self.assertEqual(entry["response"]["content"]["text"].encode(), answer.body)
            if isinstance(request, dict):
                self.assertEqual(json.loads(entry["request"]["postData"]["text"]), request)

    def test_an_archive_becomes_the_tape_again(self):
        self.record()
        document = self.archive()
        self.tool("import", self.folder / "a.har", "-o", self.folder / "own.tape")
        # As a browser or another tool would have written it.
        for entry in document["log"]["entries"]:
            del entry["_dynadeck"]
        (self.folder / "b.har").write_text(json.dumps(document))
        self.tool("import", self.folder / "b.har", "-o", self.folder / "foreign.tape")
        for name, ids in (("own.tape", True), ("foreign.tape", False)):
            with self.subTest(tape=name):
                played = self.plays(self.folder / name)
                self.assertEqual([(answer.status, answer.body) for answer in played],
                                 [(answer.status, answer.body) for answer in self.answers])
                if ids:
                    self.assertEqual(ids_of(played), ids_of(self.answers))

    def test_json_lines_become_the_tape_again(self):
        self.record()
        self.tool("export", self.tape, "-o", self.folder / "a.jsonl")
        self.tool("import", self.folder / "a.jsonl", "-o", self.folder / "b.tape")
        played = self.plays(self.folder / "b.tape")
        self.assertEqual([(answer.status, answer.body) for answer in played],
                         [(answer.status, answer.body) for answer in self.answers])
        self.assertEqual(ids_of(played), ids_of(self.answers))


MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


def mix(bits):
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 & MASK
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EB & MASK
    return bits ^ bits >> 31


def id_of(seed, number):
    """A request id as docs/formats/cassette.md says it follows from a tape's seed."""
    stream = mix(seed + GOLDEN & MASK) ^ 0x01632E299ACA9FB5
    bits, characters = mix(mix(stream + GOLDEN * number & MASK) ^ stream), []
    for place in range(52):
        if place % 8 == 0:
            bits = mix(bits + GOLDEN & MASK)
        characters.append("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[
            (bits >> place % 8 * 8 & 255) % 36])
    return "".join(characters)


def ids_of(answers):
    return [answer.headers["x-amzn-requestid"] for answer in answers]


class Identity(WithTape):
    def test_request_ids_are_those_of_the_recording(self):
        """A number on the tape; the tape's seed makes it the id again."""
        with self.recorder() as server, wire.Client(server.endpoint) as client:
            recorded = [client.call("ListTables", {"Limit": limit}) for limit in range(1, 30)]
        with self.player() as player, wire.Client(player.endpoint) as client:
            # What is not on the tape draws ids of its own.
            client.exchange("GET", "/_dynadeck/status", {}, b"")
            played = [client.call("ListTables", {"Limit": limit}) for limit in range(1, 30)]
        self.assertEqual(ids_of(played), ids_of(recorded))
        self.assertEqual(len(set(ids_of(recorded))), 29)
        shown = self.tool("show", self.tape, "--id", ids_of(recorded)[6])
        self.assertIn('{"Limit":7}', shown)
        self.assertNotIn('{"Limit":8}', shown)
        seed = self.lines()[0]["seed"]
        self.assertEqual([id_of(seed, line["response"]["id"]) for line in self.exchanges()],
                         ids_of(recorded))

    def test_an_upstreams_ids_are_taped_as_they_are(self):
        with servers.dynadeck("--seed", "5") as database:
            with self.recorder("--upstream", database.endpoint, "--sign", "none") as server, \
                    wire.Client(server.endpoint) as client:
                recorded = [client.call("ListTables", {"Limit": limit}) for limit in range(1, 5)]
        with self.player() as player, wire.Client(player.endpoint) as client:
            played = [client.call("ListTables", {"Limit": limit}) for limit in range(1, 5)]
        self.assertEqual(ids_of(played), ids_of(recorded))


class Speed(WithTape):
    """How long a replay takes: at once, as it was taped, or a tenth of that."""

    def seconds(self, *options):
        with self.player(*options) as player, wire.Client(player.endpoint) as client:
            must(client.call("ListTables", {"Limit": 1}))
            started = time.monotonic()
            must(client.call("ListTables", {"Limit": 2}))
            return time.monotonic() - started

    def test_speeds(self):
        with self.recorder() as server, wire.Client(server.endpoint) as client:
            for limit in (1, 2):
                must(client.call("ListTables", {"Limit": limit}))
        lines = self.lines()
        lines[-1]["duration_us"] = 2_000_000
        self.tape.unlink()
        self.write_tape(lines, self.tape)
        self.assertLess(self.seconds(), 0.2)
        self.assertLess(self.seconds("--speed", "0"), 0.2)
        self.assertGreaterEqual(self.seconds("--speed", "taped"), 2)
        tenth = self.seconds("--speed", "10x")
        self.assertGreaterEqual(tenth, 0.2)
        self.assertLess(tenth, 1.5)


FAULTS = {"rules": [
    {"name": "throttled", "when": {"operations": ["GetItem"]}, "schedule": {"probability": 0.4},
     "fault": {"error": "ProvisionedThroughputExceededException"}},
    {"name": "cut", "when": {"operations": ["Scan"]}, "fault": {"connection": "reset"}},
    {"name": "slow", "when": {"operations": ["Query"]}, "fault": {"latency": "400ms"}},
    {"name": "broken", "when": {"operations": ["DescribeTable"]}, "fault": {"corrupt": "json"}}]}


class Faults(WithTape):
    GETS = 40

    def faults_file(self):
        path = self.folder / "faults.json"
        path.write_text(json.dumps(FAULTS))
        return path

    def session(self, endpoint):
        """What a client met, in words that two runs can be compared by."""
        met = []
        with wire.Client(endpoint) as client:
            must(client.call("CreateTable", {"TableName": "Pages", **TABLE}))
            for number in range(self.GETS):
                answer = client.call("GetItem", {"TableName": "Pages", "Key": {
                    "pk": {"S": "list"}, "sk": {"N": str(number)}}})
                met.append((answer.status, answer.body))
            answer = client.call("DescribeTable", {"TableName": "Pages"})
            met.append((answer.status, answer.body))
            started = time.monotonic()
            must(client.call("Query", {
                "TableName": "Pages", "KeyConditionExpression": "pk = :p",
                "ExpressionAttributeValues": {":p": {"S": "list"}}}))
            met.append("slow" if time.monotonic() - started >= 0.4 else "quick")
            try:
                met.append((client.call("Scan", {"TableName": "Pages"}).status,))
            except (ConnectionError, OSError) as error:
                met.append(type(error).__name__)
        return met

    def statuses(self, met):
        return [status for status, _ in met[:self.GETS]]

    def test_taped_faults_are_replayed_as_they_were(self):
        with self.recorder("--faults", self.faults_file()) as server:
            recorded = self.session(server.endpoint)
        self.assertEqual(set(self.statuses(recorded)), {200, 400})
        self.assertEqual(recorded[-2:], ["slow", "ConnectionResetError"])
        with self.assertRaises(ValueError):
            json.loads(recorded[self.GETS][1])
        kinds = [fault["rule"] for line in self.exchanges() for fault in line.get("faults", [])]
        self.assertEqual(set(kinds), {"throttled", "cut", "slow", "broken"})
        for _ in range(2):
            with self.player() as player:
                self.assertEqual(self.session(player.endpoint), recorded)

    def test_a_clean_tape_is_broken_afresh(self):
        options = ("--faults", self.faults_file())
        with self.recorder(*options, "--faults-clean", "--seed", "11") as server:
            recorded = self.session(server.endpoint)
        self.assertEqual(set(self.statuses(recorded)), {200, 400})
        self.assertEqual(self.lines()[0]["taped"], {"faults": "clean"})
        # Whom a fault answered, or cut off before the operation, the database never heard.
        self.assertFalse(any("faults" in line for line in self.exchanges()))
        self.assertEqual({line["response"]["status"] for line in self.exchanges()}, {200})
        asked = [line["operation"] for line in self.exchanges()]
        self.assertEqual(asked.count("GetItem"), self.statuses(recorded).count(200))
        with self.player(*options, "--seed", "11") as player:
            self.assertEqual(self.session(player.endpoint), recorded)

    def test_faults_over_a_replay_have_new_dice(self):
        with self.recorder() as server:
            clean = self.session(server.endpoint)
        self.assertEqual(set(self.statuses(clean)), {200})
        broken = []
        for seed in ("1", "1", "2"):
            with self.player("--faults", self.faults_file(), "--seed", seed) as player:
                broken.append(self.session(player.endpoint))
        self.assertEqual(set(self.statuses(broken[0])), {200, 400})
        self.assertEqual(broken[0], broken[1])
        self.assertNotEqual(self.statuses(broken[0]), self.statuses(broken[2]))
        with self.player() as player:
            self.assertEqual(self.session(player.endpoint), clean)


if __name__ == "__main__":
    unittest.main()
