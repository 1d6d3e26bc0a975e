"""Tapes over HTTP, with nothing behind them: sessions beside each other, archives, taped time, ids,
and faults that were taped or come afresh."""
import concurrent.futures
import json
import time
import unittest
import urllib.parse

from on_tape import TABLE, UNMATCHED, WithTape, must, put
from proof import servers, wire


class Sessions(WithTape):
    """Three tests share an item's name, and each sees its own, however it says who it is."""

    NAMES = ("tests/by-url.py::a [1]", "by-header", "by-key")
    ROUNDS = 15

    def call(self, client, name, operation, request):
        headers = client.default_headers(operation)
        path = "/"
        if "by-url" in name:
            path = f"/_session/{urllib.parse.quote(name, safe='')}/"
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
                    "who": {"S": self.NAMES[0]}}
            request = {"TableName": "Pages", "Item": item}
            self.assertEqual(self.call(client, "by-key", "PutItem", request).error, UNMATCHED)
            self.assertEqual(self.call(client, self.NAMES[0], "PutItem", request).status, 200)

    def test_a_session_can_be_played_again_from_its_start(self):
        recorded = self.record()
        with self.player("--order", "strict") as player, wire.Client(player.endpoint) as client:
            for _ in range(2):
                self.assertEqual(self.play(player.endpoint, "by-header"), recorded["by-header"])
                answer = client.exchange(
                    "POST", "/_dynadeck/cassette/mark?name=by-header&session=by-header", {}, b"")
                self.assertEqual(answer.status, 200, answer.body)


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
        self.assertLess(self.seconds(), 1)
        self.assertLess(self.seconds("--speed", "0"), 1)
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
