"""Random operations that look like an application's: small domains, so that items meet."""
import base64
import random

TABLES = {
    "Simple": {"Keys": "a:S"},
    "Indexed": {"Keys": "a:S, b:N",
                "LocalSecondaryIndexes": [{"IndexName": "local", "Keys": "a:S, s:S"}],
                "GlobalSecondaryIndexes": [
                    {"IndexName": "global", "Keys": "s:S, n:N"},
                    {"IndexName": "keys", "Keys": "n:N",
                     "Projection": {"ProjectionType": "KEYS_ONLY"}},
                    {"IndexName": "some", "Keys": "s:S",
                     "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["m"]}}]},
    "Binary": {"Keys": "a:B, b:B"},
}
KEYS = {"Simple": (("a", "S"),), "Indexed": (("a", "S"), ("b", "N")),
        "Binary": (("a", "B"), ("b", "B"))}
NUMBERS = ["0", "1", "-1", "2", "10", "1.5", "-1.5", "0.001", "100", "1e5", "-1e-5", "123456789",
           "99999999999999999999999999999999999999"]
STRINGS = ["x", "y", "xy", "xyz", "é", "日本", "Z", "a b", "#", "10"]
BINARIES = [base64.b64encode(value).decode()
            for value in (b"\x00", b"\x00\x01", b"\xff", b"ab", b"b")]
ATTRIBUTES = ["s", "n", "m", "l", "flag", "ss", "ns", "bs", "bin", "free"]


class Generator:
    """A stream of (operation, request). One seed, one stream."""

    def __init__(self, seed, transactions):
        self.chance = random.Random(seed)
        self.writes = [self.put, self.put, self.put, self.update, self.update, self.update,
                       self.delete, self.batch_write]
        self.reads = [self.get, self.get, self.query, self.query, self.query_index, self.scan,
                      self.batch_get]
        if transactions:
            self.writes.append(self.transact_write)
            self.reads.append(self.transact_get)

    def next(self):
        return self.pick(self.pick([self.writes, self.reads]))()

    def pick(self, choices):
        return self.chance.choice(choices)

    def often(self, share):
        return self.chance.random() < share

    # ------------------------------------------------------------------ values

    def scalar(self, kind):
        return {kind: self.pick({"S": STRINGS, "N": NUMBERS, "B": BINARIES}[kind])}

    def key_value(self, kind):
        few = {"S": ["p", "q", "r"], "N": ["1", "2", "3", "4.5", "-1"], "B": BINARIES[:4]}
        return {kind: self.pick(few[kind])}

    def key(self, table):
        return {name: self.key_value(kind) for name, kind in KEYS[table]}

    def members(self, values):
        return self.chance.sample(values, self.chance.randint(1, 3))

    def value(self, name, depth=0):
        """Mostly of the type that the attribute's name says."""
        if name == "s":
            return {"S": self.pick(STRINGS)}
        if name == "n":
            return {"N": self.pick(NUMBERS)}
        if name == "m":
            return {"M": {key: self.value("free", depth + 1)
                          for key in self.members(["x", "y", "z"])}}
        if name == "l":
            return {"L": [self.value("free", depth + 1)
                          for _ in range(self.chance.randint(0, 3))]}
        if name == "flag":
            return {"BOOL": self.often(0.5)}
        if name == "ss":
            return {"SS": self.members(STRINGS)}
        if name == "ns":
            return {"NS": self.members(NUMBERS)}
        if name == "bs":
            return {"BS": self.members(BINARIES)}
        if name == "bin":
            return {"B": self.pick(BINARIES)}
        kinds = ["s", "n", "n", "flag", "ss", "bin"] + (["m", "l"] if depth < 2 else [])
        return {"NULL": True} if self.often(0.1) else self.value(self.pick(kinds), depth)

    def item(self, table):
        item = self.key(table)
        for name in self.members(ATTRIBUTES):
            item[name] = self.value(name)
        return item

    # ------------------------------------------------------------------ expressions

    def path(self):
        return self.pick(["s", "n", "m", "l", "flag", "ss", "ns", "bs", "bin", "free", "m.x", "m.y",
                          "l[0]", "l[1]", "m.x.y", "#r", "absent"])

    def operand(self, values):
        if self.often(0.2):
            return self.path()
        name = f":v{len(values)}"
        values[name] = self.value(self.pick(["s", "n", "free"]))
        return name

    def typed(self, values, kind):
        name = f":v{len(values)}"
        values[name] = self.scalar(kind)
        return name

    def condition(self, values, depth=0):
        if depth < 2 and self.often(0.25):
            left, right = self.condition(values, depth + 1), self.condition(values, depth + 1)
            return f"({left}) {self.pick(['AND', 'OR'])} ({right})" if self.often(0.5) \
                else f"{left} {self.pick(['AND', 'OR'])} {right}"
        if depth < 2 and self.often(0.1):
            return f"NOT {self.condition(values, depth + 1)}"
        path = self.path()
        kind = self.pick(["S", "N"])
        return self.pick([
            lambda: f"attribute_exists({path})",
            lambda: f"attribute_not_exists({path})",
            lambda: f"{path} = {self.operand(values)}",
            lambda: f"{path} <> {self.operand(values)}",
            lambda: f"{path} {self.pick(['<', '<=', '>', '>='])} {self.typed(values, kind)}",
            lambda: f"{path} IN ({self.operand(values)}, {self.operand(values)})",
            lambda: f"begins_with({path}, {self.typed(values, 'S')})",
            lambda: f"contains({path}, {self.typed(values, kind)})",
            lambda: f"size({path}) {self.pick(['<', '>', '='])} {self.typed(values, 'N')}",
            lambda: f"attribute_type({path}, {self.type_name(values)})",
        ])()

    def type_name(self, values):
        name = f":v{len(values)}"
        values[name] = {"S": self.pick(["S", "N", "M", "L", "SS", "BOOL", "NULL"])}
        return name

    def target(self):
        return self.pick(["s", "n", "m.x", "l[0]", "l[5]", "free", "m", "l", "#r", "n", "n"])

    def assignment(self, values):
        target, path = self.target(), self.pick(["n", "m.x", "free", "l[0]"])
        return self.pick([
            lambda: f"{target} = {self.operand(values)}",
            lambda: f"{target} = {path} {self.pick('+-')} {self.typed(values, 'N')}",
            lambda: f"{target} = if_not_exists({path}, {self.operand(values)})",
            lambda: f"l = list_append(l, {self.list_value(values)})",
            lambda: f"n = if_not_exists(n, {self.typed(values, 'N')}) + {self.typed(values, 'N')}",
        ])()

    def list_value(self, values):
        name = f":v{len(values)}"
        values[name] = self.value("l")
        return name

    def set_value(self, values, name):
        placeholder = f":v{len(values)}"
        values[placeholder] = self.value(name)
        return placeholder

    def update_expression(self, values):
        sections = {
            "SET": lambda: self.assignment(values),
            "REMOVE": lambda: self.target(),
            "ADD": lambda: self.pick([lambda: f"n {self.typed(values, 'N')}",
                                      lambda: f"ss {self.set_value(values, 'ss')}",
                                      lambda: f"ns {self.set_value(values, 'ns')}"])(),
            "DELETE": lambda: self.pick([lambda: f"ss {self.set_value(values, 'ss')}",
                                         lambda: f"ns {self.set_value(values, 'ns')}"])(),
        }
        chosen = self.chance.sample(list(sections), self.pick([1, 1, 1, 2]))
        return " ".join(f"{name} " + ", ".join(
            sections[name]() for _ in range(self.pick([1, 1, 2]) if name == "SET" else 1))
            for name in chosen)

    def with_names(self, request, expressions, values):
        if any("#r" in expression for expression in expressions):
            request["ExpressionAttributeNames"] = {"#r": "range"}
        if values:
            request["ExpressionAttributeValues"] = values
        return request

    # ------------------------------------------------------------------ operations

    def table(self):
        return self.pick(["Simple", "Indexed", "Indexed", "Binary"])

    def put(self):
        table, values, expressions = self.table(), {}, []
        request = {"TableName": table, "Item": self.item(table)}
        if self.often(0.3):
            expressions.append(self.condition(values))
            request["ConditionExpression"] = expressions[0]
        if self.often(0.3):
            request["ReturnValues"] = "ALL_OLD"
        return "PutItem", self.with_names(request, expressions, values)

    def update(self):
        table, values = self.table(), {}
        expressions = [self.update_expression(values)]
        request = {"TableName": table, "Key": self.key(table), "UpdateExpression": expressions[0]}
        if self.often(0.3):
            expressions.append(self.condition(values))
            request["ConditionExpression"] = expressions[1]
        if self.often(0.6):
            request["ReturnValues"] = self.pick(["ALL_OLD", "ALL_NEW", "UPDATED_OLD",
                                                 "UPDATED_NEW"])
        return "UpdateItem", self.with_names(request, expressions, values)

    def delete(self):
        table, values, expressions = self.table(), {}, []
        request = {"TableName": table, "Key": self.key(table)}
        if self.often(0.3):
            expressions.append(self.condition(values))
            request["ConditionExpression"] = expressions[0]
        if self.often(0.5):
            request["ReturnValues"] = "ALL_OLD"
        return "DeleteItem", self.with_names(request, expressions, values)

    def projection(self):
        return ", ".join(self.chance.sample(["a", "s", "n", "m.x", "l[0]", "l[1]", "ss", "#r"],
                                            self.chance.randint(1, 3)))

    def get(self):
        table, expressions = self.table(), []
        request = {"TableName": table, "Key": self.key(table), "ConsistentRead": True}
        if self.often(0.4):
            expressions.append(self.projection())
            request["ProjectionExpression"] = expressions[0]
        return "GetItem", self.with_names(request, expressions, {})

    def query(self):
        table = self.pick(["Indexed", "Binary"])
        (partition, kind), (sort, sort_kind) = KEYS[table]
        values = {":p": self.key_value(kind)}
        condition, expressions = f"{partition} = :p", []
        if self.often(0.6):
            values[":s"] = self.key_value(sort_kind)
            condition += f" AND {sort} {self.pick(['=', '<', '<=', '>', '>='])} :s"
        request = {"TableName": table, "KeyConditionExpression": condition, "ConsistentRead": True}
        if self.often(0.3):
            expressions.append(self.condition(values))
            request["FilterExpression"] = expressions[-1]
        if self.often(0.2):
            expressions.append(self.projection())
            request["ProjectionExpression"] = expressions[-1]
        if self.often(0.3):
            request["ScanIndexForward"] = False
        if self.often(0.3):
            request["Limit"] = self.chance.randint(1, 4)
        if self.often(0.1) and "ProjectionExpression" not in request:
            request["Select"] = "COUNT"
        return "Query", self.with_names(request, expressions, values)

    def query_index(self):
        index, attribute, kind = self.pick([("local", "a", "S"), ("global", "s", "S"),
                                            ("keys", "n", "N"), ("some", "s", "S")])
        value = self.key_value(kind) if index == "local" else self.value(attribute)
        values, condition = {":p": value}, f"{attribute} = :p"
        if index == "local" and self.often(0.5):
            values[":s"] = {"S": self.pick(["x", "é"])}
            condition += " AND begins_with(s, :s)"
        if index == "global" and self.often(0.5):
            values[":s"], values[":t"] = {"N": "-1"}, {"N": "100"}
            condition += " AND n BETWEEN :s AND :t"
        return "Query", {"TableName": "Indexed", "IndexName": index,
                         "KeyConditionExpression": condition, "ExpressionAttributeValues": values}

    def scan(self):
        values, expressions = {}, []
        request = {"TableName": self.table(), "ConsistentRead": True}
        if self.often(0.6):
            expressions.append(self.condition(values))
            request["FilterExpression"] = expressions[0]
        if self.often(0.2):
            expressions.append(self.projection())
            request["ProjectionExpression"] = expressions[-1]
        return "Scan", self.with_names(request, expressions, values)

    def distinct_keys(self, table, count):
        keys = []
        for _ in range(count):
            key = self.key(table)
            if key not in keys:
                keys.append(key)
        return keys

    def batch_write(self):
        requests = {}
        for table in self.chance.sample(list(TABLES), self.chance.randint(1, 2)):
            requests[table] = [
                {"DeleteRequest": {"Key": key}} if self.often(0.3)
                else {"PutRequest": {"Item": {**self.item(table), **key}}}
                for key in self.distinct_keys(table, self.chance.randint(1, 6))]
        return "BatchWriteItem", {"RequestItems": requests}

    def batch_get(self):
        return "BatchGetItem", {"RequestItems": {
            table: {"Keys": self.distinct_keys(table, self.chance.randint(1, 6)),
                    "ConsistentRead": True}
            for table in self.chance.sample(list(TABLES), self.chance.randint(1, 2))}}

    def transact_write(self):
        actions, table = [], self.table()
        for key in self.distinct_keys(table, self.chance.randint(1, 4)):
            values, expressions = {}, []
            action = self.pick(["Put", "Update", "Delete", "ConditionCheck"])
            request = {"TableName": table}
            if action == "Put":
                request["Item"] = {**self.item(table), **key}
            else:
                request["Key"] = key
            if action == "Update":
                expressions.append(self.update_expression(values))
                request["UpdateExpression"] = expressions[-1]
            if action == "ConditionCheck" or self.often(0.2):
                expressions.append(self.condition(values))
                request["ConditionExpression"] = expressions[-1]
            actions.append({action: self.with_names(request, expressions, values)})
        return "TransactWriteItems", {"TransactItems": actions}

    def transact_get(self):
        table = self.table()
        return "TransactGetItems", {"TransactItems": [
            {"Get": {"TableName": table, "Key": key}}
            for key in self.distinct_keys(table, self.chance.randint(1, 4))]}
