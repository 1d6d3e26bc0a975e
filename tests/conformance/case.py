"""Reads cases and writes out their shorthands. README.md describes the form."""
import json
import re
from dataclasses import dataclass, field

MEMBERS = {"why", "source", "tables", "setup", "steps", "name"}
SOURCES = ("[doc]", "[seen]", "[peer]", "[chosen]")


@dataclass
class Case:
    name: str  # "put_item/replaces_the_whole_item"
    why: str
    source: str
    setup: list = field(default_factory=list)  # steps that must succeed
    steps: list = field(default_factory=list)


class BadCase(ValueError):
    pass


def load_cases(folder):
    """All cases below a folder, by name. A file holds one case, or {"cases": [...]} that belong
    together, each with a name."""
    cases = []
    for path in sorted(folder.glob("*/*.json")):
        if path.parent.name == "peers":
            continue
        name = f"{path.parent.name}/{path.stem}"
        try:
            document = json.loads(path.read_text())
            if "cases" not in document:
                cases.append(read_case(name, document))
                continue
            shared = {key: value for key, value in document.items() if key != "cases"}
            for part in document["cases"]:
                cases.append(read_case(f"{name}/{part['name']}", {**shared, **part}))
        except (ValueError, KeyError) as error:
            raise BadCase(f"{path}: {error!r}") from error
    names = [case.name for case in cases]
    if doubles := {name for name in names if names.count(name) > 1}:
        raise BadCase(f"more than one case is called {sorted(doubles)}")
    return cases


def read_case(name, document):
    if unknown := set(document) - MEMBERS:
        raise BadCase(f"{name} has unknown members {sorted(unknown)}")
    if not document["source"].startswith(SOURCES):
        raise BadCase(f"the source of {name} starts with none of {SOURCES}")
    if not document["steps"]:
        raise BadCase(f"{name} has no steps")
    tables = [{"operation": "CreateTable", "request": create_table(table, keys)}
              for table, keys in document.get("tables", {}).items()]
    return Case(name, document["why"], document["source"], tables + document.get("setup", []),
                document["steps"])


def create_table(table, keys):
    """"Artist:S, Song:S" -> a CreateTable request, on demand. An object is a request already, its
    Keys in that short form, and those of its indexes too."""
    request = dict(keys) if isinstance(keys, dict) else {"Keys": keys}
    types = {}

    def key_schema(short):
        schema = []
        for role, part in zip(("HASH", "RANGE"), short.split(",")):
            attribute, _, attribute_type = part.strip().partition(":")
            types[attribute] = attribute_type
            schema.append({"AttributeName": attribute, "KeyType": role})
        return schema

    request["KeySchema"] = key_schema(request.pop("Keys"))
    for kind in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        if kind in request:
            request[kind] = [
                {"Projection": {"ProjectionType": "ALL"},
                 **{key: value for key, value in index.items() if key != "Keys"},
                 "KeySchema": key_schema(index["Keys"])} for index in request[kind]]
    if "ProvisionedThroughput" not in request:
        request.setdefault("BillingMode", "PAY_PER_REQUEST")
    request["AttributeDefinitions"] = [{"AttributeName": name, "AttributeType": kind}
                                       for name, kind in types.items()]
    return {"TableName": table, **request}


def repetitions(step):
    """The counters of a step with "repeat": N; one empty set of counters without."""
    return range(step["repeat"]) if "repeat" in step else [None]


COUNTER = re.compile(r"\{i(?::(0\d+))?\}")


def write_out(value, counter, bound):
    """A request as it is sent: shorthands replaced, counters filled in, bound values inserted."""
    if isinstance(value, str):
        if counter is None:
            return value
        return COUNTER.sub(lambda match: format(counter, (match[1] or "") + "d"), value)
    if isinstance(value, list):
        return [write_out(member, counter, bound) for member in value]
    if not isinstance(value, dict):
        return value
    if "$repeat" in value:
        text, times = value["$repeat"]
        return value.get("$before", "") + text * times + value.get("$after", "")
    if "$times" in value:
        return [write_out(value["$value"], index, bound) for index in range(value["$times"])]
    if "$object" in value:  # as many members: {"$object": 300, "$key": "a{i}", "$value": ...}
        return {**write_out(value.get("$with", {}), counter, bound),
                **{write_out(value["$key"], index, bound): write_out(value["$value"], index, bound)
                   for index in range(value["$object"])}}
    if "$nest" in value:  # that many lists or maps around a value
        nested = write_out(value["$value"], counter, bound)
        for _ in range(value["$nest"]):
            nested = {"L": [nested]} if value.get("$as", "L") == "L" else {"M": {"a": nested}}
        return nested
    if "$bound" in value:  # null where an endpoint's earlier answer did not have it: a failing case
        return bound.get(value["$bound"])
    return {write_out(key, counter, bound): write_out(member, counter, bound)
            for key, member in value.items()}
