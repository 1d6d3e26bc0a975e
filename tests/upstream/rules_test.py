"""Fault rules that are kept at a URL: --faults http://..., asked again while the server runs."""
import json
import re
import subprocess
import tempfile
import time
import unittest

from support import Upstream, admin, servers, wire

INTERVAL = ("--faults-poll-interval", "20ms")


def rule(name, error="ThrottlingException", **more):
    return {"name": name, "fault": {"error": error}, "at": "before", **more}


class Document:
    """What the URL answers; `version`, where there is one, is its ETag."""

    def __init__(self, text, version=None, status=200):
        self.say(text, version, status)
        self.asked, self.not_modified = 0, 0

    def say(self, text, version=None, status=200):
        self.text = text if isinstance(text, str) else json.dumps(text)
        self.version, self.status = version, status

    def answer(self, headers, _):
        self.asked += 1
        if self.version and headers.get("If-None-Match") == self.version:
            self.not_modified += 1
            return 304, {}, b""
        headers = {"ETag": self.version} if self.version else {}
        # Each fetch on a connection of its own: else the last one outlives the source.
        return self.status, {**headers, "Connection": "close"}, self.text.encode()


class RulesFromAUrl(unittest.TestCase):
    maxDiff = None

    def serve(self, document, *options):
        """A dynadeck that follows the document, and a client of it."""
        self.source = Upstream(document.answer)
        self.addCleanup(self.source.__exit__)
        self.log = tempfile.NamedTemporaryFile("r", suffix=".log")
        self.addCleanup(self.log.close)
        url = f"http://127.0.0.1:{self.source.port}/rules.yaml?day=bad"
        self.server = servers.dynadeck("--faults", url, *INTERVAL, *options, log=self.log.name)
        self.addCleanup(self.server.stop)
        self.client = wire.Client(self.server.endpoint)
        self.addCleanup(self.client.close)

    def names(self):
        return [each["name"] for each in admin(self.client, "GET", "/_dynadeck/faults")["rules"]]

    def polls(self, outcome):
        text = self.client.exchange("GET", "/metrics", {}, None).body.decode()
        return int(re.search(rf'^dynadeck_faults_polls_total\{{outcome="{outcome}"\}} (\d+)', text,
                             re.MULTILINE)[1])

    def until(self, condition):
        deadline = time.monotonic() + 10
        while not condition():
            self.assertLess(time.monotonic(), deadline, self.log_text())
            time.sleep(0.005)

    def log_text(self):
        with open(self.log.name) as log:
            return log.read()

    def outcome(self):
        return self.client.call("ListTables", {}).error

    def test_the_rules_are_up_before_the_first_request_and_follow_the_document(self):
        document = Document({"seed": 3, "rules": [rule("one")]})
        self.serve(document)
        self.assertEqual(self.outcome(), "ThrottlingException")
        self.assertEqual(admin(self.client, "GET", "/_dynadeck/faults")["seed"], 3)
        document.say("rules:\n- {name: two, fault: {error: InternalServerError}}\n")
        self.until(lambda: self.names() == ["two"])
        self.assertEqual(self.outcome(), "InternalServerError")
        document.say({"rules": []})
        self.until(lambda: self.names() == [])
        self.assertIsNone(self.outcome())
        self.assertEqual(self.polls("applied"), 3)

    def test_rules_of_others_stay(self):
        document = Document({"rules": [rule("theirs")]})
        self.serve(document, "--read-error-probability", "0.5")
        self.client.exchange("POST", "/_dynadeck/faults", {}, json.dumps(rule("mine")).encode())
        document.say({"rules": [rule("other")]})
        self.until(lambda: "other" in self.names())
        self.assertEqual(sorted(self.names()), ["mine", "other", "read-error-probability"])

    def test_what_has_not_changed_keeps_its_counts(self):
        document = Document({"rules": [rule("third", schedule={"every": 3})]})
        self.serve(document)
        self.assertEqual([self.outcome(), self.outcome()], [None, None])
        document.say({"rules": [rule("new", when={"tables": "T"}),
                                rule("third", schedule={"every": 3})]})
        self.until(lambda: "new" in self.names())
        self.assertEqual(self.outcome(), "ThrottlingException")

    def test_a_wrong_version_changes_nothing_and_is_told(self):
        document = Document({"rules": [rule("one")]})
        self.serve(document)
        document.say("rules:\n- {name: two, fault: {error: Nope}}\n")
        self.until(lambda: self.polls("refused") > 2)
        self.assertEqual(self.names(), ["one"])
        document.say("Bad Gateway", status=502)
        self.until(lambda: self.polls("failed") > 2)
        document.say("")
        refused = self.polls("refused")
        self.until(lambda: self.polls("refused") > refused)
        self.assertEqual(self.names(), ["one"])
        document.say({"rules": [rule("two")]})
        self.until(lambda: self.names() == ["two"])
        told = self.log_text()
        self.assertEqual(told.count("line 2: rules[0].fault.error: 'Nope' is no error"), 1)
        self.assertEqual(told.count("it answers with status 502"), 1)
        self.assertIn("the fault rules have changed", told)

    def test_an_etag_spares_the_document(self):
        document = Document({"rules": [rule("one")]}, version='"1"')
        self.serve(document)
        self.until(lambda: document.not_modified > 2)
        self.assertGreater(self.polls("unchanged"), 2)
        document.say({"rules": [rule("two")]}, version='"2"')
        self.until(lambda: self.names() == ["two"])

    def test_a_source_that_goes_away_leaves_the_rules(self):
        self.serve(Document({"rules": [rule("one")]}))
        self.source.__exit__()
        self.until(lambda: self.polls("failed") > 0)
        self.assertEqual(self.outcome(), "ThrottlingException")

    def test_a_start_without_right_rules_fails_and_says_why(self):
        wrong = Document("rules: [{fault: {error: Nope}}]")
        lost = Document("", status=404)
        slow = f"http://127.0.0.1:{servers.free_port()}/rules"
        for url, reason in (
                (slow, "refused"), ("http://", "--faults http://"),
                ("http://127.0.0.1:1/a b", "without spaces"),
                ("https://dynamodb.{region}.example/", "one server")):
            self.fails(url, reason)
        for document, reason in ((wrong, "line 1: rules[0].fault.error: 'Nope' is no error"),
                                 (lost, "status 404")):
            with Upstream(document.answer) as source:
                self.fails(f"http://127.0.0.1:{source.port}/", reason)

    def fails(self, url, reason):
        finished = subprocess.run([str(servers.BINARY), "serve", "--in-memory", "--port", "0",
                                   "--faults", url], capture_output=True, text=True, timeout=30,
                                  check=False)
        self.assertNotEqual(finished.returncode, 0)
        self.assertIn(url, finished.stderr)
        self.assertIn(reason, finished.stderr)

    def test_one_dynadeck_can_be_the_source_of_others(self):
        with servers.dynadeck("--seed", "11") as source, wire.Client(source.endpoint) as first:
            url = f"{source.endpoint}/_dynadeck/faults"
            with servers.dynadeck("--faults", url, *INTERVAL) as one, \
                    servers.dynadeck("--faults", url, *INTERVAL) as two:
                document = {"count": "request", "rules": [rule("some", schedule={
                    "probability": 0.5})]}
                first.exchange("PUT", "/_dynadeck/faults", {}, json.dumps(document).encode())
                histories = []
                for server in (one, two):
                    with wire.Client(server.endpoint) as client:
                        self.client, self.log = client, tempfile.NamedTemporaryFile()
                        self.until(lambda: self.names() == ["some"])
                        histories.append([client.call("ListTables", {"Limit": 1 + n % 9}).error
                                          for n in range(200)])
                self.assertEqual(*histories)
                self.assertIn(None, histories[0])
                self.assertIn("ThrottlingException", histories[0])


if __name__ == "__main__":
    unittest.main()
