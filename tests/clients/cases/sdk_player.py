"""Plays conformance cases through an SDK."""
from conformance.player import Player

# Groups that are about the wire, about Streams, or about JSON that SDKs do not write.
LEFT_OUT = {"wire", "streams"}


def sendable(case):
    """Whether an SDK can say what the case says."""
    group = case.name.partition("/")[0]
    return group not in LEFT_OUT and all(
        "http" not in step and "headers" not in step and step.get("operation")
        and isinstance(step["request"], dict) for step in case.steps)


class SdkPlayer(Player):
    """Immutable but for its client, which serves one case at a time."""

    def __init__(self, endpoint, client_of, **options):
        super().__init__(endpoint, **options)
        self.client_of = client_of

    def check(self, client, step, counter, bound):
        return super().check(self.client_of(client.account), step, counter, bound)
