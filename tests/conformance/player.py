"""Plays one case: its tables, its setup, its steps."""
import base64
import hashlib
import json
import secrets
import time

from conformance.case import repetitions, write_out
from conformance.matching import compare, difference
from proof import wire

DYNAMODB = "com.amazonaws.dynamodb.v20120810#"
CORAL = "com.amazon.coral.service#"
NAMESPACES = {  # [doc] the wire forms of errors; what is not listed is DynamoDB's own
    "ValidationException": "com.amazon.coral.validate#",
    "AccessDeniedException": CORAL,
    "ExpiredTokenException": CORAL,
    "IncompleteSignatureException": CORAL,
    "InvalidSignatureException": CORAL,
    "MissingAuthenticationTokenException": CORAL,
    "SerializationException": CORAL,
    "UnknownOperationException": CORAL,
    "UnrecognizedClientException": CORAL,
}
STATUSES = {"InternalServerError": 500, "ServiceUnavailable": 503, "InvalidEndpointException": 421}
CAPITAL_MESSAGE = {"TransactionCanceledException", "TransactionInProgressException",
                   "IdempotentParameterMismatchException", "InvalidEndpointException",
                   "AccessDeniedException", "SerializationException"}
READS = {"BatchGetItem", "DescribeTable", "GetItem", "ListTables", "Query", "Scan"}


class SetupFailed(Exception):
    pass


class Player:
    """Immutable: one serves all threads.

    shared_namespace: the server does not keep accounts apart, so that each case clears up.
    patience_seconds: how long a read may differ before it counts (eventual consistency).
    """

    def __init__(self, endpoint, shared_namespace=False, patience_seconds=0):
        self.endpoint = endpoint
        self.shared_namespace = shared_namespace
        self.patience_seconds = patience_seconds
        self.run = secrets.token_hex(8)

    def account(self, name):
        digest = hashlib.sha256(f"{self.run}/{name}".encode()).hexdigest()
        return f"{int(digest, 16) % 10**12:012}"

    def play(self, case):
        """What differed, as text; empty if nothing did."""
        with wire.Client(self.endpoint, account=self.account(case.name)) as client:
            bound = {}
            try:
                if self.shared_namespace:
                    remove_tables(client)
                for step in case.setup:
                    self.prepare(client, step, bound)
                for number, step in enumerate(case.steps, 1):
                    for counter in repetitions(step):
                        diff = self.check(client, step, counter, bound)
                        if diff:
                            sent = describe(step, counter, bound)
                            return f"step {number}, {sent}\nwhy: {case.why}\n{diff}"
                return ""
            except SetupFailed as failure:
                return f"setup: {failure}"
            except OSError as error:
                return f"connection: {error!r}"

    def prepare(self, client, step, bound):
        for counter in repetitions(step):
            answer = send(client, step, counter, bound)
            if answer.status != 200:
                text = answer.body.decode(errors="replace")
                raise SetupFailed(f"{step['operation']}: {answer.status} {text}")
            compare(step.get("keep", {}), answer.json(), bound, partial=True)
        if step["operation"] in ("CreateTable", "UpdateTable"):
            await_active(client, write_out(step["request"], None, bound)["TableName"])

    def check(self, client, step, counter, bound):
        """The diff between one answer and what the step expects of it."""
        deadline = time.monotonic() + self.patience_seconds
        while True:
            answer = send(client, step, counter, bound)
            diff = judge(step, answer, bound)
            if not diff or step.get("operation") not in READS or time.monotonic() >= deadline:
                break
            time.sleep(0.5)
        if not diff and step.get("operation") in ("CreateTable", "UpdateTable") and (
                answer.status == 200 and step.get("await", True)):
            await_active(client, write_out(step["request"], counter, bound)["TableName"])
        if not diff and step.get("operation") == "DeleteTable" and answer.status == 200 and (
                step.get("await", True)):
            await_gone(client, write_out(step["request"], counter, bound)["TableName"])
        return diff


def send(client, step, counter, bound):
    if "http" in step:
        return send_raw(client, step)
    return client.call(step["operation"], write_out(step["request"], counter, bound),
                       headers=step.get("headers"))


def send_raw(client, step):
    """A step that is about HTTP itself. Its headers stand beside the usual ones; null removes."""
    http = step["http"]
    body = http.get("body", "")
    content = base64.b64decode(body["base64"]) if isinstance(body, dict) and "base64" in body \
        else write_out(body, None, {}).encode()
    headers = {**client.default_headers(step.get("operation")), **http.get("headers", {})}
    return client.exchange(http.get("method", "POST"), http.get("path", "/"), headers, content)


def judge(step, answer, bound):
    expect = step["expect"]
    status = expect.get("status", STATUSES.get(expect.get("error"), 400 if "error" in expect
                                               else 200))
    wanted, seen = {"status": status}, {"status": answer.status}
    if "error" in expect:
        wanted["body"] = error_body(expect)
    elif "body" in expect:
        wanted["body"] = expect["body"]
    elif "partial" in expect:
        wanted["body"] = {"$partial": expect["partial"]}
    if "text" in expect:
        wanted["text"] = expect["text"]
        seen["text"] = answer.body.decode(errors="replace")
    if "body" in wanted or answer.status != status:
        document = answer.json()
        seen["body"] = answer.body.decode(errors="replace") if document is None else document
        wanted.setdefault("body", {"$any": True} if answer.status == status else "(not checked)")
    if "headers" in expect:
        wanted["headers"] = {name.lower(): value for name, value in expect["headers"].items()}
        seen["headers"] = {name: value for name, value in answer.headers.items()
                           if name in wanted["headers"]}
    return difference(*compare(wanted, seen, bound)) or wire_fault(step, answer)


def wire_fault(step, answer):
    """What every answer of DynamoDB's has to have, whatever it says."""
    if "http" in step and step["expect"].get("headers") is not None or (
            "http" in step and "error" not in step["expect"]):
        return ""
    if answer.headers.get("content-type") != "application/x-amz-json-1.0":
        return f"Content-Type is {answer.headers.get('content-type')}"
    if "x-amz-crc32" in answer.headers and not wire.crc32_fits(answer):
        return f"x-amz-crc32 {answer.headers['x-amz-crc32']} is not that of the body"
    if "x-amzn-requestid" not in answer.headers:
        return "there is no x-amzn-RequestId"
    return ""


def error_body(expect):
    code = expect["error"]
    body = {"__type": NAMESPACES.get(code, DYNAMODB) + code}
    if "message" in expect:
        body["Message" if code in CAPITAL_MESSAGE else "message"] = expect["message"]
    body.update(expect.get("members", {}))
    # A case that gives no message leaves the text open.
    return body if "message" in expect else {"$partial": body}


def await_active(client, table, patience_seconds=120):
    deadline = time.monotonic() + patience_seconds
    pause = 0.002
    while time.monotonic() < deadline:
        answer = client.call("DescribeTable", {"TableName": table})
        if answer.status != 200:
            return
        description = answer.json()["Table"]
        indexes = description.get("GlobalSecondaryIndexes", [])
        if description["TableStatus"] == "ACTIVE" and all(
                index.get("IndexStatus") == "ACTIVE" for index in indexes):
            return
        time.sleep(pause)
        pause = min(pause * 2, 1)
    raise SetupFailed(f"table {table} does not become ACTIVE")


def await_gone(client, table, patience_seconds=120):
    deadline = time.monotonic() + patience_seconds
    pause = 0.002
    while time.monotonic() < deadline:
        if client.call("DescribeTable", {"TableName": table}).status != 200:
            return
        time.sleep(pause)
        pause = min(pause * 2, 1)
    raise SetupFailed(f"table {table} is never gone")


def remove_tables(client):
    for table in client.call("ListTables", {}).json().get("TableNames", []):
        client.call("UpdateTable", {"TableName": table, "DeletionProtectionEnabled": False})
        client.call("DeleteTable", {"TableName": table})
        await_gone(client, table)


def describe(step, counter, bound):
    if "http" in step:
        text = json.dumps(step["http"])
    else:
        text = f"{step['operation']} {json.dumps(write_out(step['request'], counter, bound))}"
    return text if len(text) < 1500 else text[:1500] + "..."
