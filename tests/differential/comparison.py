"""Whether two answers say the same, and which differences have an explanation."""
import decimal
import json
import re

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


# (peer, title of a paragraph in docs/peers.md, when it may apply). A rule is as narrow as
# it can be: what it lets through is not compared. ours and theirs are summaries; text is the
# message of our error, or empty.
EXPLAINED = []
PATH = r"(?!:)[#a-z][\w.\[\]]*"


def explained(peer, title):
    def register(rule):
        EXPLAINED.append((peer, title, rule))
        return rule
    return register


def explanation(peer, operation, request, first, second):
    """The title of the paragraph that explains a difference of two answers, or None."""
    ours, theirs = summary(operation, request, first), summary(operation, request, second)
    text = (first.json() or {}).get("message", "") if first.status != 200 else ""
    for name, title, rule in EXPLAINED:
        if name == peer and rule(operation, request, ours, theirs, text):
            return title
    return None


def expressions(request):
    """All condition, filter and update expressions of a request, as one text."""
    found = []

    def walk(value):
        if isinstance(value, dict):
            for key, member in value.items():
                if key.endswith("Expression") and isinstance(member, str):
                    found.append(member)
                else:
                    walk(member)
        elif isinstance(value, list):
            for member in value:
                walk(member)

    walk(request)
    return " ; ".join(found)


@explained("local", "Mistakes that show in a transaction")
def _(operation, request, ours, theirs, text):
    return (operation == "TransactWriteItems" and "ValidationError" in ours.get("reasons", [])
            and theirs.get("error") in ("ValidationException", "InternalFailure"))


@explained("local", "An index key of another type")
def _(operation, request, ours, theirs, text):
    reasons = ours.get("reasons", [])
    if reasons and "reasons" in theirs:
        return (operation == "TransactWriteItems" and "ValidationError" in reasons
                and len(theirs["reasons"]) == len(reasons)
                and all(mine in ("None", "ValidationError") or mine == other
                        for mine, other in zip(reasons, theirs["reasons"])))
    if "Type mismatch for Index Key" in text and operation == "UpdateItem":
        return theirs.get("error") in (None, "InternalFailure", "ConditionalCheckFailedException")
    return (("secondary index key to unsupported type" in text or "ValidationError" in reasons)
            and ("error" not in theirs or theirs["error"] == "InternalFailure"))


@explained("local", "Operands that are not needed")
def _(operation, request, ours, theirs, text):
    return ("if_not_exists" in expressions(request) and "error" not in ours
            and theirs.get("error") == "ValidationException")


@explained("local", "What an update of a part returns")
def _(operation, request, ours, theirs, text):
    if operation != "UpdateItem" or not str(request.get("ReturnValues")).startswith("UPDATED"):
        return False
    paths = re.search(r"[a-z]\w*(\[|\.)", request.get("UpdateExpression", ""))
    return paths is not None and "Attributes" in ours and "Attributes" in theirs


@explained("dynalite", "NOT NOT")
def _(operation, request, ours, theirs, text):
    return "NOT NOT" in expressions(request) and theirs.get("error") == "ValidationException"


@explained("dynalite", "Two missing attributes")
def _(operation, request, ours, theirs, text):
    return re.search(rf"{PATH} (=|<>|IN \(|IN \(:\w+,) ?{PATH}", expressions(request)) is not None


@explained("dynalite", "Equality of documents and sets")
def _(operation, request, ours, theirs, text):
    return (re.search(r"(=|<>|IN|contains)", expressions(request)) is not None
            and uses(request, '{"M":', '{"L":', '{"SS":', '{"NS":', '{"BS":', '{"M":'))


@explained("dynalite", "One operand twice")
def _(operation, request, ours, theirs, text):
    return ("The first operand must be distinct" in text
            and theirs.get("error") in (None, "ConditionalCheckFailedException"))


@explained("dynalite", "Sums of more than 38 digits")
def _(operation, request, ours, theirs, text):
    return "more than 38 significant digits" in text and "error" not in theirs


@explained("local", "The last page of a limited Query")
def _(operation, request, ours, theirs, text):
    if operation != "Query" or "Limit" not in request or "LastEvaluatedKey" in theirs:
        return False
    return {key: value for key, value in ours.items() if key != "LastEvaluatedKey"} == theirs
