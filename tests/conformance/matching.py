"""Compares an answer with what a case expects, and renders the difference."""
import difflib
import json
import re

SETS = ("SS", "NS", "BS")


def compare(expected, actual, bound, partial=False):
    """A pair of JSON values (expected, actual) that are equal exactly if the answer is as
    expected: where a matcher is content, both hold what the server sent.

    bound: values that earlier steps kept under a name; {"$bind": name} adds to it.
    partial: members that `expected` does not mention are left out of the comparison.
    """
    if isinstance(expected, dict) and any(key.startswith("$") for key in expected):
        return matcher(expected, actual, bound)
    if isinstance(expected, dict) and isinstance(actual, dict):
        return compare_objects(expected, actual, bound, partial)
    if isinstance(expected, list) and isinstance(actual, list):
        pairs = [compare(left, right, bound, partial) for left, right in zip(expected, actual)]
        shared = len(pairs)
        return ([left for left, _ in pairs] + [shown(rest) for rest in expected[shared:]],
                [right for _, right in pairs] + actual[shared:])
    return expected, actual


def compare_objects(expected, actual, bound, partial):
    left, right = {}, {} if partial else dict(actual)
    for key, value in expected.items():
        if value == {"$absent": True}:
            if key in actual:
                left[key], right[key] = "(absent)", actual[key]
        elif key not in actual:
            left[key] = shown(value)
        elif key in SETS and unordered(value, actual[key]):
            left[key] = right[key] = actual[key]
        else:
            left[key], right[key] = compare(value, actual[key], bound, partial)
    return left, right


def unordered(expected, actual):
    """Whether both are one set: DynamoDB promises no order of a set's members."""
    return (isinstance(expected, list) and isinstance(actual, list)
            and all(isinstance(member, str) for member in expected + actual)
            and sorted(expected) == sorted(actual))


def matcher(expected, actual, bound):
    if "$partial" in expected:
        return compare(expected["$partial"], actual, bound, partial=True)
    if "$unordered" in expected:
        return compare_unordered(expected["$unordered"], actual, bound)
    if "$repeat" in expected:
        text, times = expected["$repeat"]
        whole = expected.get("$before", "") + text * times + expected.get("$after", "")
        return (actual, actual) if whole == actual else (shown(expected), clipped(actual))
    if "$bind" in expected:
        bound[expected["$bind"]] = actual
    return (actual, actual) if accepts(expected, actual, bound) else (shown(expected), actual)


def accepts(expected, actual, bound):
    """Whether every condition of a matcher holds."""
    for name, wanted in expected.items():
        if name == "$any" or name == "$bind":
            holds = True
        elif name == "$type":
            holds = type_name(actual) == wanted
        elif name == "$regex":
            holds = isinstance(actual, str) and re.fullmatch(wanted, actual, re.S) is not None
        elif name == "$one_of":
            holds = actual in wanted
        elif name == "$bound":
            holds = actual == bound.get(wanted)
        elif name == "$length":
            holds = isinstance(actual, (list, dict, str)) and len(actual) == wanted
        elif name == "$between":
            holds = isinstance(actual, (int, float)) and wanted[0] <= actual <= wanted[1]
        else:
            raise ValueError(f"no matcher is called {name}")
        if not holds:
            return False
    return True


def compare_unordered(expected, actual, bound):
    """Lists that hold the same in any order."""
    if not isinstance(actual, list):
        return shown(expected), actual
    rest, missing, found = list(actual), [], []
    for wanted in expected:
        for index, candidate in enumerate(rest):
            left, right = compare(wanted, candidate, bound)
            if left == right:
                found.append(rest.pop(index))
                break
        else:
            missing.append(shown(wanted))
    return found + missing, found + rest


def type_name(value):
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number",
             float: "number", type(None): "null"}
    return names[type(value)]


def shown(value):
    """An expectation as a diff shows it."""
    return value


def clipped(value, limit=300):
    """Long texts are cut: a person reads the diff."""
    if isinstance(value, str) and len(value) > limit:
        return f"{value[:limit]}... ({len(value)} characters)"
    if isinstance(value, list):
        return [clipped(member, limit) for member in value]
    if isinstance(value, dict):
        return {key: clipped(member, limit) for key, member in value.items()}
    return value


def difference(expected, actual):
    """A unified diff of two JSON values; empty if they are equal."""
    if expected == actual:
        return ""

    def lines(value):
        return json.dumps(clipped(value), indent=1, sort_keys=True,
                          ensure_ascii=False).splitlines()

    return "\n".join(list(difflib.unified_diff(lines(expected), lines(actual), "expected",
                                               "answered", lineterm="", n=2)))
