"""boto3 and the AWS SDK for JavaScript v3 through a dynadeck to dynalite and DynamoDB Local: whole
sessions, taped on the way, and played again when the upstream is gone."""
import os
import pathlib
import subprocess
import tempfile
import unittest

from support import HERE, admin, front, sdk_environment, servers, wire

CLIENTS = HERE.parent / "clients"
SESSIONS = {"boto3": ["/usr/bin/python3", "-B", CLIENTS / "tapes/taped.py"],
            "js": ["node", CLIENTS / "js/taped.js"]}
PEERS = {"dynalite": servers.dynalite, "local": servers.dynamodb_local}


LACKING = {"dynalite": {"WITHOUT_TRANSACTIONS": "1"}}  # what the sessions are told of a peer


def run(client, endpoint, log, peer):
    environment = {**sdk_environment(endpoint), **LACKING.get(peer, {})}
    finished = subprocess.run([str(part) for part in [*SESSIONS[client], log]], env=environment,
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
                        taped = run(client, server.endpoint, log, peer)
                        with wire.Client(server.endpoint) as asking:
                            stats = admin(asking, "GET", "/_dynadeck/upstream")
                        self.assertEqual(stats["replies"], taped.count("\n"))
                    with servers.dynadeck("--replay", tape) as server:
                        self.assertEqual(run(client, server.endpoint, log, peer), taped)


if __name__ == "__main__":
    unittest.main()
