"""A session whose ids, times and names of tables are drawn anew in every run is replayed beside an
engine that is asked the same: both have to give the same answers.

Times are coarse, and stand still here in one run and there in another, so that items and attributes
that have one time on the tape have two in the replay, and the other way round."""
import concurrent.futures
import datetime
import json
import os
import random
import unittest
import uuid

from on_tape import WithTape
from proof import servers, wire

NORMALISED = ("--normalise", "uuid", "--normalise", "timestamp", "--normalise",
              "pattern:orders-[0-9a-f]{8}")
# By hand, with more of them: DYNADECK_SESSIONS=200.
SESSIONS = int(os.environ.get("DYNADECK_SESSIONS", "6"))
STEPS = 120


class Draws:
    """What a run draws: none of it is the same in another run."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.now = datetime.datetime(2026, 1, 1) + datetime.timedelta(
            days=self.chance.randrange(300))

    def id(self):
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def suffix(self):
        return f"{self.chance.getrandbits(32):08x}"

    def time(self):
        """Never goes back, and often stands still."""
        self.now += datetime.timedelta(seconds=self.chance.choice((0, 0, 0, 1)))
        return self.now.isoformat() + "Z"


class Session:
    """A script that is the same in each run, filled with what the run draws."""

    def __init__(self, script, run, table=None):
        self.chance, self.draws = random.Random(script), Draws(run)
        self.table = table or f"orders-{self.draws.suffix()}"
        self.alone = table is None
        self.user = f"user {script}"
        self.ids, self.times, self.asked = [], [], 0

    def create_table(self):
        return "CreateTable", {
            "TableName": self.table, "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"}
                                     for name in ("user", "id", "status", "createdAt")],
            "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"},
                          {"AttributeName": "id", "KeyType": "RANGE"}],
            "GlobalSecondaryIndexes": [{
                "IndexName": "by-status", "Projection": {"ProjectionType": "ALL"},
                "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"},
                              {"AttributeName": "createdAt", "KeyType": "RANGE"}]}]}

    def steps(self, count):
        for _ in range(count):
            choices = [self.put] if len(self.ids) < 3 else [
                self.put, self.put, self.put_again, self.update, self.update, self.update, self.get,
                self.get, self.batch_write, self.batch_get, self.delete, self.transact,
                self.transact_get, self.query, self.query_index, self.find]
            if self.alone and len(self.ids) >= 3:
                choices.append(self.scan)  # looks at what others write
            self.asked += 1
            yield self.chance.choice(choices)()

    # ---------------------------------------------------------------- what it speaks of

    def time(self):
        self.times.append(self.draws.time())
        return {"S": self.times[-1]}

    def known(self):
        return self.chance.choice(self.ids)

    def key(self, id):
        return {"user": {"S": self.user}, "id": {"S": id}}

    def item(self, id):
        time = self.time()
        item = {**self.key(id), "createdAt": time, "updatedAt": time, "n": {"N": str(self.asked)},
                "status": {"S": f"{self.user} {self.chance.choice(('open', 'paid'))}"}}
        if self.chance.random() < 0.3:
            item["log"] = {"L": [{"M": {"at": self.time(), "of": {"S": str(self.asked)}}}]}
        if self.ids and self.chance.random() < 0.3:
            item["before"] = {"S": self.known()}
            item["seen"] = {"M": {self.known(): self.time()}}
        return item

    def new_item(self):
        self.ids.append(self.draws.id())
        return self.item(self.ids[-1])

    def returning(self, *kinds):
        return {"ReturnValues": self.chance.choice(("NONE", *kinds))}

    # ---------------------------------------------------------------- what it asks

    def put(self):
        return "PutItem", {"TableName": self.table, "Item": self.new_item()}

    def put_again(self):
        request = {"TableName": self.table, "Item": self.item(self.known()),
                   **self.returning("ALL_OLD")}
        if self.chance.random() < 0.5:
            request |= {"ConditionExpression": "attribute_not_exists(id)",
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        return "PutItem", request

    def update(self):
        sets, names, values = ["updatedAt = :now"], {}, {":now": self.time()}
        if self.chance.random() < 0.5:
            sets.append("#n = if_not_exists(#n, :zero) + :one")
            names["#n"] = "n"
            values |= {":zero": {"N": "0"}, ":one": {"N": "1"}}
        if self.chance.random() < 0.4:
            sets.append("log = list_append(if_not_exists(log, :none), :more)")
            values |= {":none": {"L": []}, ":more": {"L": [
                {"M": {"at": self.time(), "of": {"S": str(self.asked)}}}]}}
        return "UpdateItem", {
            "TableName": self.table, "Key": self.key(self.known()),
            "UpdateExpression": "SET " + ", ".join(sets), "ExpressionAttributeValues": values,
            **({"ExpressionAttributeNames": names} if names else {}),
            **self.returning("ALL_NEW", "ALL_OLD", "UPDATED_NEW", "UPDATED_OLD")}

    def delete(self):
        return "DeleteItem", {"TableName": self.table, "Key": self.key(self.known()),
                              **self.returning("ALL_OLD")}

    def get(self):
        return "GetItem", {"TableName": self.table, "Key": self.key(self.known()),
                           "ConsistentRead": True}

    def some_keys(self):
        some = self.chance.sample(self.ids, min(len(self.ids), self.chance.randint(1, 5)))
        return [self.key(id) for id in some]

    def batch_get(self):
        return "BatchGetItem", {"RequestItems": {self.table: {"Keys": self.some_keys()}}}

    def batch_write(self):
        items = [self.new_item() for _ in range(self.chance.randint(1, 4))]
        actions = [{"PutRequest": {"Item": item}} for item in items]
        if self.chance.random() < 0.3:
            old = [id for id in self.ids if all(item["id"]["S"] != id for item in items)]
            actions += [{"DeleteRequest": {"Key": self.key(self.chance.choice(old))}}]
        return "BatchWriteItem", {"RequestItems": {self.table: actions}}

    def transact(self):
        key = self.key(self.known())
        return "TransactWriteItems", {"ClientRequestToken": self.draws.id(), "TransactItems": [
            {"Put": {"TableName": self.table, "Item": self.new_item()}},
            {"Update": {"TableName": self.table, "Key": key,
                        "UpdateExpression": "SET updatedAt = :now",
                        "ConditionExpression": "n > :n",
                        "ExpressionAttributeValues": {
                            ":now": self.time(), ":n": {"N": str(self.chance.randrange(60))}},
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}}]}

    def transact_get(self):
        return "TransactGetItems", {"TransactItems": [
            {"Get": {"TableName": self.table, "Key": key}} for key in self.some_keys()]}

    def query(self):
        return "Query", {"TableName": self.table, "KeyConditionExpression": "#u = :u",
                         "ExpressionAttributeNames": {"#u": "user"},
                         "ExpressionAttributeValues": {":u": {"S": self.user}}}

    def query_index(self):
        return "Query", {"TableName": self.table, "IndexName": "by-status",
                         "KeyConditionExpression": "#s = :s",
                         "ExpressionAttributeNames": {"#s": "status"},
                         "ExpressionAttributeValues": {":s": {"S": f"{self.user} open"}}}

    def find(self):
        return "ExecuteStatement", {
            "Statement": f'SELECT * FROM "{self.table}" WHERE "user" = ? AND "id" = ?',
            "Parameters": [{"S": self.user}, {"S": self.known()}]}

    def scan(self):
        return "Scan", {"TableName": self.table, "FilterExpression": "#u = :u AND n >= :n",
                        "ExpressionAttributeNames": {"#u": "user"},
                        "ExpressionAttributeValues": {
                            ":u": {"S": self.user}, ":n": {"N": str(self.chance.randrange(60))}}}


def comparable(answer):
    """Without the order of what a database may give in any: ids that differ are sorted otherwise,
    and so are items of one time."""
    document = answer.json()
    for holder in (document, document.get("Responses", {})):
        if not isinstance(holder, dict):
            continue
        for name, value in holder.items():
            if isinstance(value, list):
                holder[name] = sorted(value, key=lambda item: json.dumps(item, sort_keys=True))
    return answer.status, document


class DrawnValues(WithTape):
    """Every answer of a replay is what a database had answered."""

    def tell(self, endpoint, session, steps=STEPS):
        with wire.Client(endpoint) as client:
            for operation, request in session.steps(steps):
                client.call(operation, request)

    def record(self, sessions):
        """Into a tape; the sessions one beside the other, in the table of the first."""
        with self.recorder(*NORMALISED) as server:
            with wire.Client(server.endpoint) as client:
                client.call(*sessions[0].create_table())
            with concurrent.futures.ThreadPoolExecutor(len(sessions)) as workers:
                list(workers.map(lambda session: self.tell(server.endpoint, session), sessions))

    def compare(self, replay, engine, session, steps=STEPS):
        with wire.Client(replay) as played, wire.Client(engine) as alive:
            for number, (operation, request) in enumerate(session.steps(steps)):
                with self.subTest(step=number, operation=operation, request=request):
                    self.assertEqual(comparable(played.call(operation, request)),
                                     comparable(alive.call(operation, request)))

    def replay(self, sessions, *options):
        with self.player("--verify", *options) as player, servers.dynadeck() as engine:
            for endpoint in (player.endpoint, engine.endpoint):
                with wire.Client(endpoint) as client:
                    self.assertEqual(client.call(*sessions[0].create_table()).status, 200)
            with concurrent.futures.ThreadPoolExecutor(len(sessions)) as workers:
                list(workers.map(
                    lambda session: self.compare(player.endpoint, engine.endpoint, session),
                    sessions))
            self.assertEqual(player.stop(), 0)

    def test_sessions_one_by_one(self):
        for number in range(SESSIONS):
            with self.subTest(session=number):
                self.tape = self.folder / f"{number}.tape"
                self.record([Session(number, 1000 + number)])
                for order in ("strict", "item", "free"):
                    with self.subTest(order=order):
                        self.replay([Session(number, 2000 + number)], "--order", order)

    def test_sessions_beside_each_other(self):
        def sessions(run):
            table = f"orders-{Draws(run).suffix()}"
            return [Session(number, run + number, table) for number in range(8)]
        self.record(sessions(3000))
        for run in (4000, 5000):
            with self.subTest(run=run):
                self.replay(sessions(run), "--order", "item")


if __name__ == "__main__":
    unittest.main()
