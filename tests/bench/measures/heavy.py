"""Large pages, batches, large tables, and an index built under load."""
import json
import random
import statistics
import threading
import time

from contenders import CONTENDERS, create, must, text
from load import Load, drive
from proof import wire


def with_tables(names, fill, loads, seconds, rounds, unit):
    """{load: {contender: figure}} for contenders that have tables; interleaved, medians."""
    names = [name for name in names if CONTENDERS[name][1]]
    started = {name: CONTENDERS[name][0]() for name in names}
    seen = {}
    try:
        for server in started.values():
            with wire.Client(server.endpoint) as client:
                fill(client)
        for _ in range(rounds):
            for label, load in loads.items():
                for name, server in started.items():
                    speed = drive(server.endpoint, load, 16, seconds)
                    seen.setdefault(label, {}).setdefault(name, []).append(getattr(speed, unit))
    finally:
        for server in started.values():
            server.stop()
    results = {}
    for label, figures in seen.items():
        middle = {name: statistics.median(values) for name, values in figures.items()}
        results[label] = {name: round(value, 1) for name, value in middle.items()}
        for other in ("dynalite", "local"):
            if "dynadeck" in middle and other in middle:
                results[label][f"x {other}"] = round(middle["dynadeck"] / middle[other], 1)
    return results


def pages(names, seconds, rounds):
    """Query and Scan pages of 1 MB: 1 KB items, requests a second."""
    def fill(client):
        create(client, "Pages", ("p", "S"), ("s", "N"))
        for first in range(0, 1300, 25):
            must(client, "BatchWriteItem", {"RequestItems": {"Pages": [
                {"PutRequest": {"Item": {"p": {"S": "one"}, "s": {"N": str(first + offset)},
                                         "v": {"S": "x" * 1000}}}} for offset in range(25)]}})
    loads = {
        "Query of 1 MB": Load("Query", (text({
            "TableName": "Pages", "KeyConditionExpression": "p = :p",
            "ExpressionAttributeValues": {":p": {"S": "one"}}}),)),
        "Scan of 1 MB": Load("Scan", (text({"TableName": "Pages"}),)),
    }
    return with_tables(names, fill, loads, seconds, rounds, "requests_per_second")


def batches(names, seconds, rounds):
    """BatchWriteItem of 25 puts and TransactWriteItems of 10, requests a second. The keys of
    requests are apart, so that transactions do not meet."""
    def fill(client):
        create(client, "Batch", ("id", "S"))

    def key(request, position):
        return {"id": {"S": f"{request:05}-{position:02}"}, "v": {"S": "x" * 100}}

    batch = Load("BatchWriteItem", tuple(text({"RequestItems": {"Batch": [
        {"PutRequest": {"Item": key(request, position)}} for position in range(25)]}})
        for request in range(200)))
    transaction = Load("TransactWriteItems", tuple(text({"TransactItems": [
        {"Put": {"TableName": "Batch", "Item": key(request, position)}}
        for position in range(10)]}) for request in range(1000)))
    results = with_tables(names, fill, {"BatchWriteItem of 25": batch}, seconds, rounds,
                          "requests_per_second")
    without = [name for name in names if name != "dynalite"]  # which has no transactions
    results.update(with_tables(without, fill, {"TransactWriteItems of 10": transaction}, seconds,
                               rounds, "requests_per_second"))
    return results


def load_items(endpoint, table, numbers, make, threads=4):
    """Puts make(number) for all numbers, 25 at a time."""
    work = iter(range(0, len(numbers), 25))
    lock = threading.Lock()
    failures = []

    def worker():
        with wire.Client(endpoint) as client:
            while True:
                with lock:
                    first = next(work, None)
                if first is None or failures:
                    return
                try:
                    must(client, "BatchWriteItem", {"RequestItems": {table: [
                        {"PutRequest": {"Item": make(number)}}
                        for number in numbers[first:first + 25]]}})
                except (RuntimeError, OSError) as error:
                    failures.append(error)

    workers = [threading.Thread(target=worker) for _ in range(threads)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    if failures:
        raise failures[0]


def list_item(number):
    return {"list": {"S": f"list-{number // 10:07}"}, "position": {"N": str(number % 10)},
            "v": {"S": f"value of {number}"}}


def flat(items, seconds, rounds):
    """Whether a Query of ten items costs the same in a small and in a large table: p50 at one
    connection, microseconds."""
    with CONTENDERS["dynadeck"][0]() as server:
        tables = {"Small": 1000, "Large": items}
        with wire.Client(server.endpoint) as client:
            for table in tables:
                create(client, table, ("list", "S"), ("position", "N"))
        for table, count in tables.items():
            load_items(server.endpoint, table, range(count), list_item)
        chance = random.Random(1)
        loads = {table: Load("Query", tuple(text({
            "TableName": table, "KeyConditionExpression": "#l = :l",
            "ExpressionAttributeNames": {"#l": "list"},
            "ExpressionAttributeValues": {":l": {"S": f"list-{chance.randrange(count // 10):07}"}}})
            for _ in range(2000))) for table, count in tables.items()}
        seen = {table: [] for table in tables}
        for _ in range(rounds + 1):
            for table, load in loads.items():
                seen[table].append(drive(server.endpoint, load, 1, seconds).p50_microseconds)
        p50 = {table: statistics.median(values[1:]) for table, values in seen.items()}
        return {"items": items, "p50_small_us": p50["Small"], "p50_large_us": p50["Large"],
                "large_to_small": round(p50["Large"] / p50["Small"], 3)}


def big(note, items=20000, item_bytes=100_000):
    """Resident memory while a table of 2 GB is scanned and queried."""
    with CONTENDERS["dynadeck"][0]() as server:
        with wire.Client(server.endpoint) as client:
            create(client, "Big", ("p", "S"), ("s", "N"))
            for number in range(items):
                must(client, "PutItem", {"TableName": "Big", "Item": {
                    "p": {"S": f"p{number % 100}"}, "s": {"N": str(number)},
                    "v": {"S": f"{random.getrandbits(64):016x}" * (item_bytes // 16)}}})
            loaded = server.rss_bytes() / 1e6
            note(f"loaded, {loaded:.0f} MB resident")
            most, count, key, started = loaded, 0, None, time.monotonic()
            while True:
                page = must(client, "Scan", {"TableName": "Big", **(
                    {"ExclusiveStartKey": key} if key else {})})
                count += page["Count"]
                most = max(most, server.rss_bytes() / 1e6)
                key = page.get("LastEvaluatedKey")
                if key is None:
                    break
            scanned = time.monotonic() - started
            for partition in range(100):
                must(client, "Query", {"TableName": "Big", "KeyConditionExpression": "p = :p",
                                       "ExpressionAttributeValues": {":p": {"S": f"p{partition}"}}})
                most = max(most, server.rss_bytes() / 1e6)
        return {"gigabytes": round(items * item_bytes / 1e9, 2), "scanned_items": count,
                "scan_seconds": round(scanned, 1), "rss_loaded_mb": round(loaded, 1),
                "rss_most_mb": round(most, 1)}


def backfill(items, note):
    """A global index added to a table of many items while writes go on; at the end index and table
    are compared in full."""
    with CONTENDERS["dynadeck"][0]() as server:
        with wire.Client(server.endpoint) as client:
            create(client, "Filled", ("id", "S"))

            def make(number):
                return {"id": {"S": f"{number:08}"}, "group": {"S": f"g{number % 1000}"},
                        "v": {"N": str(number)}}

            load_items(server.endpoint, "Filled", range(items), make)
            note("loaded")
            stop, writes = threading.Event(), [0]

            def write():
                chance = random.Random(2)
                with wire.Client(server.endpoint) as other:
                    while not stop.is_set():
                        number = chance.randrange(items + items // 10)
                        if chance.random() < 0.2:
                            must(other, "DeleteItem", {"TableName": "Filled",
                                                       "Key": {"id": {"S": f"{number:08}"}}})
                        else:
                            must(other, "PutItem", {"TableName": "Filled", "Item": {
                                **make(number), "group": {"S": f"g{chance.randrange(1000)}"}}})
                        writes[0] += 1

            writer = threading.Thread(target=write)
            writer.start()
            started = time.monotonic()
            must(client, "UpdateTable", {
                "TableName": "Filled",
                "AttributeDefinitions": [{"AttributeName": "group", "AttributeType": "S"}],
                "GlobalSecondaryIndexUpdates": [{"Create": {
                    "IndexName": "by-group", "Projection": {"ProjectionType": "ALL"},
                    "KeySchema": [{"AttributeName": "group", "KeyType": "HASH"}]}}]})
            while True:
                table = must(client, "DescribeTable", {"TableName": "Filled"})["Table"]
                if all(index["IndexStatus"] == "ACTIVE"
                       for index in table["GlobalSecondaryIndexes"]):
                    break
                time.sleep(0.05)
            took = time.monotonic() - started
            stop.set()
            writer.join()
            base = everything(client, {"TableName": "Filled"})
            index = everything(client, {"TableName": "Filled", "IndexName": "by-group"})
        return {"items": items, "backfill_seconds": round(took, 1), "writes_meanwhile": writes[0],
                "table_items": len(base), "index_entries": len(index),
                "missing_or_wrong": sum(index.get(key) != value for key, value in base.items()),
                "extra": len(set(index) - set(base))}


def everything(client, request):
    found, key = {}, None
    while True:
        page = must(client, "Scan", {**request, **({"ExclusiveStartKey": key} if key else {})})
        for entry in page["Items"]:
            found[entry["id"]["S"]] = json.dumps(entry, sort_keys=True)
        key = page.get("LastEvaluatedKey")
        if key is None:
            return found
