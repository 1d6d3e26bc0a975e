"""The conformance cases through a dynadeck to dynalite and DynamoDB Local, sent by hand, by boto3
and by the AWS SDK for JavaScript v3. One tap stands before dynadeck and one behind it: the upstream
is sent what the client sent, and the client gets the upstream's own bytes, in every exchange.

What a peer fails it fails through dynadeck, too, and where its chance decides, that is its own: the
bytes say whether dynadeck had a part in it."""
import contextlib
import subprocess
import sys
import unittest

from support import HERE, front, sdk_environment, servers, wire
from proof.tap import Tap, changes

CLIENTS = HERE.parent / "clients"
sys.path.append(str(CLIENTS / "cases"))

from conformance.case import create_table, load_cases  # noqa: E402
from conformance.player import CAPITAL_MESSAGE, NAMESPACES, Player  # noqa: E402
from sdk_answers import Boto3, Piped, Unsendable  # noqa: E402
from sdk_player import SdkPlayer, sendable  # noqa: E402

PEERS = {"dynalite": servers.dynalite, "local": servers.dynamodb_local}
CASES = load_cases(HERE.parent / "conformance")
# What applications do all day.
SDK_GROUPS = ("batch_", "get_item/", "put_item/", "query/", "scan/", "transact_", "update_item/")
SDK_CASES = [case for case in CASES if sendable(case) and case.name.startswith(SDK_GROUPS)]


@contextlib.contextmanager
def tapped(start):
    """A peer, a dynadeck in front of it, and the taps on both sides of dynadeck."""
    with start() as peer, Tap(peer.endpoint) as behind, front(behind.endpoint) as server, \
            Tap(server.endpoint, marking=True) as before:
        yield before, behind


class Bytes(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        subprocess.run([HERE.parent / "peers/install"], check=True, stdout=subprocess.DEVNULL)

    def play(self, cases, player, taps):
        """Plays one case after another: peers have one namespace. {name: whether it passed} of the
        cases in which dynadeck answered for itself, and the number of the upstream's exchanges."""
        before, behind = taps
        refused, passed_on, changed = {}, 0, {}
        for case in cases:
            try:
                diff = player.play(case)
            except Unsendable:
                diff = "the SDK does not say this"
            seen, arrived = before.taken(), behind.taken()
            self.assertLessEqual(set(arrived), set(seen), "the upstream was asked on its own")
            passed_on += len(arrived)
            lines = [line for mark, exchange in arrived.items()
                     for line in changes(seen[mark], exchange)]
            if lines:
                changed[case.name] = lines
            if len(arrived) < len(seen):
                refused[case.name] = not diff
        self.assertEqual(changed, {})
        return refused, passed_on

    def test_the_taps_see_what_is_changed(self):
        """So that their silence means something."""
        faults = {"crc32": b'{"name":"a","fault":{"corrupt":"crc32"}}',
                  "body": b'{"name":"b","fault":{"unprocessed":{"items":[0]}}}'}
        keys = {"RequestItems": {"t": {"Keys": [{"id": {"S": "a"}}, {"id": {"S": "b"}}]}}}
        with tapped(servers.dynadeck) as (before, behind), wire.Client(before.endpoint) as client:
            client.call("CreateTable", create_table("t", "id:S"))
            for what, rule in faults.items():
                self.assertEqual(self.seen(client, before, behind, keys), [])
                client.exchange("PUT", "/_dynadeck/faults", {}, b'{"rules":[%s]}' % rule)
                found = self.seen(client, before, behind, keys)
                self.assertTrue(any(what in line for line in found), found)
                client.exchange("DELETE", "/_dynadeck/faults", {}, b"")

    def seen(self, client, before, behind, keys):
        before.taken(), behind.taken()
        client.call("BatchGetItem", keys)
        (mark, exchange), = behind.taken().items()
        return changes(before.taken()[mark], exchange)

    def test_every_case_byte_for_byte(self):
        for peer, start in PEERS.items():
            with self.subTest(peer=peer):
                with tapped(start) as taps:
                    player = Player(taps[0].endpoint, shared_namespace=True)
                    refused, passed_on = self.play(CASES, player, taps)
                print(f"{peer}: {passed_on} exchanges of {len(CASES)} cases, {len(refused)} cases "
                      "answered by dynadeck", flush=True)
                self.assertGreater(passed_on, 4 * len(CASES))
                self.of_its_own(start, refused)

    def of_its_own(self, start, refused):
        """Refusals of the protocol itself, and the health check: in dynadeck's words, which are not
        compared with the peer's. Where the peer passes such a case dynadeck does, too."""
        self.assertEqual({name.partition("/")[0] for name in refused}, {"wire"})
        cases = [case for case in CASES if case.name in refused]
        with start() as peer, Tap(peer.endpoint, marking=True) as alone:
            player = Player(alone.endpoint, shared_namespace=True)
            passing = {case.name for case in cases if not player.play(case)}
        self.assertEqual(passing - {name for name, passed in refused.items() if passed}, set())

    def test_sdks_byte_for_byte(self):
        for peer, start in PEERS.items():
            with self.subTest(peer=peer, sdk="boto3"), tapped(start) as taps, \
                    contextlib.closing(Accounts(taps[0].endpoint)) as clients:
                self.through_sdk(clients.of, taps)
            with self.subTest(peer=peer, sdk="javascript"), tapped(start) as taps:
                client = Piped(["node", CLIENTS / "js/conformance.js"],
                               sdk_environment(taps[0].endpoint), NAMESPACES,
                               CAPITAL_MESSAGE)

                def client_of(account, client=client):
                    client.account = account
                    return client

                with contextlib.closing(client):
                    self.through_sdk(client_of, taps)

    def through_sdk(self, client_of, taps):
        player = SdkPlayer(taps[0].endpoint, client_of, shared_namespace=True)
        refused, passed_on = self.play(SDK_CASES, player, taps)
        print(f"{passed_on} exchanges of {len(SDK_CASES)} cases", flush=True)
        self.assertEqual(refused, {})
        self.assertGreater(passed_on, 4 * len(SDK_CASES))


class Accounts:
    """boto3's client for the account that asks now. *One thread.*"""

    def __init__(self, endpoint):
        self.endpoint, self.account, self.client = endpoint, None, None

    def of(self, account):
        if account != self.account:
            self.close()
            self.account = account
            self.client = Boto3(self.endpoint, account, NAMESPACES, CAPITAL_MESSAGE)
        return self.client

    def close(self):
        if self.client:
            self.client.close()


if __name__ == "__main__":
    unittest.main()
