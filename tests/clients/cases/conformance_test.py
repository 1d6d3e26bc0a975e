"""The conformance cases, sent through boto3, the AWS SDK for JavaScript v3 and the AWS CLI: what an
application gets is what the wire said. Cases about what no SDK would send are left out."""
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import HERE, PYTHON, WithServer, environment  # noqa: E402

from conformance.case import load_cases  # noqa: E402
from conformance.player import CAPITAL_MESSAGE, NAMESPACES  # noqa: E402
from sdk_answers import Boto3, Piped, Unsendable  # noqa: E402
from sdk_player import SdkPlayer, sendable  # noqa: E402

CASES = HERE.parent / "conformance"


def tellable(case):
    """Whether the CLI can tell what the case expects: of an error it prints code and text."""
    return not any("members" in step["expect"] for step in case.steps)


def play(player, fitting):
    """Case name -> what differed, and how many were played. What an SDK refuses to send, or has
    never heard of, is not played."""
    differing, played = {}, 0
    for case in load_cases(CASES):
        if not sendable(case) or not fitting(case):
            continue
        try:
            diff = player.play(case)
        except Unsendable:
            continue
        played += 1
        if diff:
            differing[case.name] = diff
    return differing, played


class Conformance(WithServer):
    """Each SDK has a list of cases that it cannot play, with the reason."""

    def judge(self, player, sdk, fitting=lambda case: True):
        gaps = json.loads((HERE / "cases/gaps.json").read_text())
        known = {**gaps[sdk], **json.loads((CASES / "known_gaps.json").read_text())}
        differing, played = play(player, fitting)
        print(f"{played} cases through {sdk}, {len(differing)} differ", flush=True)
        new = {name: diff for name, diff in differing.items() if name not in known}
        if new:
            self.fail("\n\n".join(f"{name}\n{diff[:800]}" for name, diff in sorted(new.items())))
        self.assertGreater(played, 500)

    def test_boto3(self):
        clients = {}

        def client_of(account):
            if account not in clients:
                for old in clients.values():
                    old.close()
                clients.clear()
                clients[account] = Boto3(self.endpoint, account, NAMESPACES, CAPITAL_MESSAGE)
            return clients[account]

        self.judge(SdkPlayer(self.endpoint, client_of), "boto3")

    def judge_piped(self, command, client_name, fitting=lambda case: True, **settings):
        client = Piped(command, environment(self.endpoint, **settings), NAMESPACES,
                       CAPITAL_MESSAGE)
        self.addCleanup(client.close)

        def client_of(account):
            client.account = account
            return client

        self.judge(SdkPlayer(self.endpoint, client_of), client_name, fitting)

    def test_javascript(self):
        self.judge_piped(["node", HERE / "js/conformance.js"], "javascript")

    def test_command_line(self):
        with tempfile.TemporaryDirectory() as folder:
            configuration = pathlib.Path(folder) / "config"
            configuration.write_text("[default]\ncli_timestamp_format = wire\ncli_pager =\n")
            self.judge_piped([PYTHON, HERE / "cases/command_line.py"], "command_line", tellable,
                             AWS_CONFIG_FILE=str(configuration), AWS_MAX_ATTEMPTS="1")


if __name__ == "__main__":
    unittest.main()
