"""What real clients do with each fault: how often they ask, and what their application gets. The
expectations are in behaviours.json, as first observed; `--approve` rewrites them and the
table in docs/faults.md, to be read as a difference."""
import json
import pathlib
import sys
import tempfile
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from behaviour_cases import CASES, calls, rules  # noqa: E402
from support import HERE, PYTHON, run, servers  # noqa: E402

from proof import wire  # noqa: E402

GOLDEN = HERE / "faults/behaviours.json"
DOCS = HERE.parent.parent / "docs/faults.md"
BEGIN, END = "<!-- clients: begin -->\n", "<!-- clients: end -->\n"

CLIENTS = {
    "boto3-legacy": [PYTHON, HERE / "faults/boto3_behaviour.py", "legacy"],
    "boto3-standard": [PYTHON, HERE / "faults/boto3_behaviour.py", "standard"],
    "boto3-adaptive": [PYTHON, HERE / "faults/boto3_behaviour.py", "adaptive"],
    "js-standard": ["node", HERE / "js/behaviour.js", "standard"],
    "js-adaptive": ["node", HERE / "js/behaviour.js", "adaptive"],
}


def attempts(endpoint, access_key):
    with urllib.request.urlopen(
            f"{endpoint}/_dynadeck/requests?limit=0&access_key={access_key}") as answer:
        return json.load(answer)["count"]


def observe(*options):
    """{case: {client: [attempts, outcome]}}"""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(rules(), file)
        file.flush()
        server = servers.dynadeck("--faults", file.name, *options)
    with server:
        with wire.Client(server.endpoint) as client:  # what a batch is validated against
            client.call("CreateTable", {
                "TableName": "Table", "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]})
        seen = {case: {} for case in CASES}
        for client, command in CLIENTS.items():
            finished = run([*command, json.dumps(calls())], server.endpoint)
            if finished.returncode != 0:
                raise AssertionError(f"{client}: {finished.stdout}\n{finished.stderr}")
            for case, outcome in json.loads(finished.stdout).items():
                seen[case][client] = [attempts(server.endpoint, f"{client}.{case}"), outcome]
        return seen


def table(seen):
    lines = ["| fault | " + " | ".join(CLIENTS) + " |", "|---" * (len(CLIENTS) + 1) + "|"]
    for case, clients in seen.items():
        cells = [f"{count} {outcome}" for count, outcome in clients.values()]
        lines.append(f"| {case} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


class FaultBehaviour(unittest.TestCase):
    maxDiff = None

    def test_clients_do_what_they_were_seen_to_do(self):
        self.assertEqual(observe(), json.loads(GOLDEN.read_text()))

    def test_the_docs_show_it(self):
        self.assertIn(BEGIN + table(json.loads(GOLDEN.read_text())) + END, DOCS.read_text())


def approve(options):
    seen = observe(*options)
    GOLDEN.write_text(json.dumps(seen, indent=1) + "\n")
    before, _, rest = DOCS.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCS.write_text(before + BEGIN + table(seen) + END + after)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--approve"]:
        approve(sys.argv[2:])
    else:
        unittest.main()
