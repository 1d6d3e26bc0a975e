"""boto3 and the AWS SDK for JavaScript v3 through a dynadeck to dynalite and DynamoDB Local: whole
sessions, taped on the way, and played again when the upstream is gone; and the upstream's own bytes
in every answer."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from support import HERE, admin, front, servers, wire

CLIENTS = HERE.parent / "clients"
JS = pathlib.Path(os.environ.get("DYNADECK_JS", servers.ROOT / "build/clients/js"))
SESSIONS = {"boto3": ["/usr/bin/python3", "-B", CLIENTS / "taped.py"],
            "js": ["node", CLIENTS / "js/taped.js"]}
PEERS = {"dynalite": servers.dynalite, "local": servers.dynamodb_local}

TABLE = {"TableName": "table", "BillingMode": "PAY_PER_REQUEST",
         "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"},
                                  {"AttributeName": "n", "AttributeType": "N"}],
         "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"},
                       {"AttributeName": "n", "KeyType": "RANGE"}]}
KEY = {"id": {"S": "a"}, "n": {"N": "1"}}
# Asked of the upstream alone and through dynadeck: what answers the same twice.
READS = [
    ("DescribeTable", {"TableName": "table"}),
    ("ListTables", {}),
    ("GetItem", {"TableName": "table", "Key": KEY, "ReturnConsumedCapacity": "TOTAL"}),
    ("GetItem", {"TableName": "table", "Key": {**KEY, "n": {"N": "77"}}}),
    ("Query", {"TableName": "table", "KeyConditionExpression": "id = :i", "Limit": 3,
               "ExpressionAttributeValues": {":i": {"S": "a"}}}),
    ("Scan", {"TableName": "table"}),
    ("BatchGetItem", {"RequestItems": {"table": {"Keys": [KEY]}}}),
    ("PutItem", {"TableName": "table", "Item": KEY,
                 "ConditionExpression": "attribute_not_exists(id)"}),
    ("GetItem", {"TableName": "missing", "Key": KEY}),
    ("GetItem", {"TableName": "table", "Key": {"id": {"S": "a"}}}),
    ("PutItem", {"TableName": "table", "Item": {"id": {"N": "1"}}}),
    ("Query", {"TableName": "table", "KeyConditionExpression": "nonsense"}),
]
# Of this very exchange, or of dynadeck's own connection.
OWN_HEADERS = {"date", "connection", "keep-alive", "x-amzn-requestid", "x-amz-request-id",
               "transfer-encoding", "content-length", "server", "x-amz-crc32", "content-encoding"}


def run(client, endpoint, log):
    names = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "AWS_CONFIG_FILE": "/nonexistent",
             "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true",
             "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
             "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret",
             "AWS_ENDPOINT_URL": endpoint, "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
             "NODE_PATH": str(JS / "node_modules"), "NODE_NO_WARNINGS": "1"}
    finished = subprocess.run([str(part) for part in [*SESSIONS[client], log]], env=names,
                              capture_output=True, text=True, timeout=120, check=False)
    if finished.returncode:
        raise AssertionError(f"{client}: {finished.stdout}\n{finished.stderr}")
    return pathlib.Path(log).read_text()


class Sessions(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        subprocess.run([HERE.parent / "peers/install"], check=True, stdout=subprocess.DEVNULL)

    def test_a_session_is_taped_on_its_way_and_played_without_the_upstream(self):
        for peer, start in PEERS.items():
            for client in SESSIONS:
                with self.subTest(peer=peer, client=client), \
                        tempfile.TemporaryDirectory() as folder:
                    tape, log = os.path.join(folder, "session.tape"), os.path.join(folder, "log")
                    with start() as back, front(back.endpoint, "--record", tape) as server:
                        taped = run(client, server.endpoint, log)
                        with wire.Client(server.endpoint) as asking:
                            stats = admin(asking, "GET", "/_dynadeck/upstream")
                        self.assertEqual(stats["replies"], taped.count("\n"))
                    with servers.dynadeck("--replay", tape) as server:
                        self.assertEqual(run(client, server.endpoint, log), taped)

    def test_the_upstreams_own_bytes(self):
        for peer, start in PEERS.items():
            with self.subTest(peer=peer), start() as back, front(back.endpoint) as server, \
                    wire.Client(back.endpoint) as alone, wire.Client(server.endpoint) as through:
                through.call("CreateTable", TABLE)
                while b"ACTIVE" not in alone.call("DescribeTable", {"TableName": "table"}).body:
                    pass
                for n in range(10):
                    item = {**KEY, "n": {"N": str(n)}, "text": {"S": "é \U0001F600 \\ \""},
                            "bytes": {"B": wire.binary(bytes(range(256)))}}
                    answer = through.call("PutItem", {"TableName": "table", "Item": item})
                    self.assertEqual(answer.status, 200, answer.body)
                for operation, body in READS:
                    with self.subTest(operation=operation, body=json.dumps(body)):
                        self.same(alone.call(operation, body), through.call(operation, body))

    def same(self, alone, through):
        self.assertEqual(through.status, alone.status)
        self.assertEqual(through.body, alone.body)
        self.assertTrue(wire.crc32_fits(through))
        kept = {name: value for name, value in alone.headers.items()
                if name not in OWN_HEADERS and not name.startswith("access-control-")}
        self.assertEqual(kept, {**kept, **{name: through.headers.get(name) for name in kept}})


if __name__ == "__main__":
    unittest.main()
