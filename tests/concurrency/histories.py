"""Whether what many clients saw can be put into one order that everybody could have lived through.

Clients append their own name to lists, one list at a time or several in a transaction, and read
lists, one or several at a time. A list tells in which order its writers came, and a read tells
between which two of them it stood. Every operation is a node; "came before" is an edge: by the
order within a list, and by the clock where one had been answered before the other was sent. The
history is strictly serialisable if there is no circle."""
import bisect
import collections
import dataclasses
import itertools


@dataclasses.dataclass
class Seen:
    """One operation that took effect."""
    name: str
    sent: float  # seconds of a monotonic clock
    answered: float
    appended: tuple = ()  # the lists that it put its name at the end of
    read: dict = dataclasses.field(default_factory=dict)  # {list: the names in it}


class NotSerialisable(AssertionError):
    pass


def check(history, final):
    """final: {list: the names in it} once everybody had stopped."""
    _check_writers(history, final)
    after = collections.defaultdict(set)
    for key, names in final.items():
        for first, second in itertools.pairwise(names):
            after[first].add(second)
    for seen in history:
        for key, names in seen.read.items():
            _place_read(seen, key, names, final[key], after)
    _add_clock(history, after)
    _check_no_circle(after)


def _check_writers(history, final):
    written = collections.Counter((key, name) for key, names in final.items() for name in names)
    expected = collections.Counter((key, seen.name) for seen in history for key in seen.appended)
    if written != expected:
        raise NotSerialisable(f"lost: {list((expected - written))[:3]}, "
                              f"not acknowledged or doubled: {list((written - expected))[:3]}")


def _place_read(seen, key, names, order, after):
    if names != order[:len(names)]:
        raise NotSerialisable(f"{seen.name} read {names[-3:]} in {key}, which was never its end")
    # A writer that reads what it wrote stands at its own place.
    before = [name for name in names[-2:] if name != seen.name]
    if before:
        after[before[-1]].add(seen.name)
    if len(names) < len(order):
        after[seen.name].add(order[len(names)])


def _add_clock(history, after):
    """Instants stand between operations, so that the edges are few: an operation comes before the
    instant of its answer, and after the last instant before it was sent."""
    by_answer = sorted(history, key=lambda seen: seen.answered)
    instants = [seen.answered for seen in by_answer]
    for number, seen in enumerate(by_answer):
        after[seen.name].add(("instant", number))
        after[("instant", number)].add(("instant", number + 1))
        earlier = bisect.bisect_left(instants, seen.sent) - 1
        if earlier >= 0:
            after[("instant", earlier)].add(seen.name)


def _check_no_circle(after):
    waits_for = collections.Counter(later for laters in after.values() for later in laters)
    nodes = set(after) | set(waits_for)
    ready = [node for node in nodes if not waits_for[node]]
    done = 0
    while ready:
        node = ready.pop()
        done += 1
        for later in after.get(node, ()):
            waits_for[later] -= 1
            if not waits_for[later]:
                ready.append(later)
    if done != len(nodes):
        caught = sorted(str(node) for node in nodes if waits_for[node] and isinstance(node, str))
        raise NotSerialisable(f"a circle goes through some of {caught[:8]}")
