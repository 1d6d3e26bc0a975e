"""Whether two answers say the same, and which differences have an explanation."""
import decimal
import json

SETS = {"SS", "NS", "BS"}


def number(text):
    """A number's one form: peers keep some that DynamoDB normalises."""
    try:
        value = decimal.Decimal(text).normalize()
    except decimal.InvalidOperation:
        return text
    return format(value if value else abs(value), "f")


def canonical(value):
    """An answer without what carries no meaning: order of sets, forms of numbers."""
    if isinstance(value, dict):
        if len(value) == 1:
            (kind, content), = value.items()
            if kind == "N" and isinstance(content, str):
                return {"N": number(content)}
            if kind in SETS and isinstance(content, list):
                return {kind: sorted(number(member) if kind == "NS" else member
                                     for member in content)}
        return {key: canonical(member) for key, member in value.items()}
    if isinstance(value, list):
        return [canonical(member) for member in value]
    return value


def unordered(items):
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))


def summary(operation, request, answer):
    """What an answer says, in a form that compares."""
    if answer.status != 200:
        # Texts are held by tests/conformance; here an error's code has to be the same.
        reasons = (answer.json() or {}).get("CancellationReasons")
        return {"error": answer.error,
                **({"reasons": [reason["Code"] for reason in reasons]} if reasons else {})}
    body = canonical(answer.json())
    body.pop("UnprocessedItems", None)
    body.pop("UnprocessedKeys", None)
    # The order of items with one index key, and of a scan, is not promised.
    if operation == "Scan" or operation == "Query" and "IndexName" in request:
        body["Items"] = unordered(body["Items"]) if "Items" in body else None
    if operation == "BatchGetItem":
        body["Responses"] = {table: unordered(items)
                             for table, items in body["Responses"].items() if items}
    # Some peers answer an empty object where DynamoDB answers nothing.
    for member in ("Attributes", "Item"):
        if body.get(member) == {} and operation != "GetItem":
            del body[member]
    if operation in ("PutItem", "DeleteItem", "UpdateItem") and "Attributes" not in body:
        body = {}
    return body


def uses(request, *words):
    text = json.dumps(request)
    return any(word in text for word in words)


# (peer, title of the paragraph in docs/compatibility.md, when it may apply). A rule is as narrow as
# it can be: what it lets through is not compared.
EXPLAINED = []


def explained(peer, title):
    def register(rule):
        EXPLAINED.append((peer, title, rule))
        return rule
    return register


def explanation(peer, operation, request, ours, theirs):
    """The title of the paragraph that explains a difference, or None."""
    for name, title, rule in EXPLAINED:
        if name == peer and rule(operation, request, ours, theirs):
            return title
    return None
