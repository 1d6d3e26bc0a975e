"""Who is measured, and what each of them is asked."""
import json
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from proof import servers, wire  # noqa: E402

from load import Load, built  # noqa: E402

ITEMS = 1000
NGINX = """
worker_processes 1;
pid {home}/nginx.pid;
error_log {home}/error.log;
daemon off;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {home}/body; proxy_temp_path {home}/proxy;
  fastcgi_temp_path {home}/fastcgi; uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ default_type application/x-amz-json-1.0; return 200 '{body}'; }}
  }}
}}
"""


def text(value):
    return json.dumps(value, separators=(",", ":"))


def item(number):
    return {"id": {"S": f"item-{number:06}"}, "name": {"S": f"name of {number}"},
            "count": {"N": str(number)}, "tags": {"SS": ["red", "green"]}}


def get_item():
    return Load("GetItem", tuple(text({"TableName": "Bench", "Key": {"id": item(n)["id"]}})
                                 for n in range(ITEMS)))


def put_item():
    return Load("PutItem", tuple(text({"TableName": "Bench", "Item": item(n)})
                                 for n in range(ITEMS)))


def query():
    """Ten items of a partition, out of 100 partitions."""
    return Load("Query", tuple(
        text({"TableName": "Lists", "KeyConditionExpression": "#l = :l",
              "ExpressionAttributeNames": {"#l": "list"},
              "ExpressionAttributeValues": {":l": {"S": f"list-{n:03}"}}}) for n in range(100)))


SCENARIOS = {"GetItem": get_item, "PutItem": put_item, "Query": query}


def create(client, table, *keys):
    request = {"TableName": table, "BillingMode": "PAY_PER_REQUEST",
               "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind}
                                        for name, kind in keys],
               "KeySchema": [{"AttributeName": name, "KeyType": role}
                             for (name, _), role in zip(keys, ("HASH", "RANGE"))]}
    must(client, "CreateTable", request)
    while must(client, "DescribeTable",
               {"TableName": table})["Table"]["TableStatus"] != "ACTIVE":
        pass


def must(client, operation, request):
    answer = client.call(operation, request)
    if answer.status != 200:
        raise RuntimeError(f"{operation}: {answer.status} {answer.body[:500]}")
    return answer.json()


def fill(endpoint):
    """The tables that the scenarios read."""
    with wire.Client(endpoint) as client:
        create(client, "Bench", ("id", "S"))
        create(client, "Lists", ("list", "S"), ("position", "N"))
        for number in range(ITEMS):
            must(client, "PutItem", {"TableName": "Bench", "Item": item(number)})
            must(client, "PutItem", {"TableName": "Lists", "Item": {
                "list": {"S": f"list-{number // 10:03}"}, "position": {"N": str(number % 10)},
                **{key: value for key, value in item(number).items() if key != "id"}}})


def nginx():
    home, port = tempfile.mkdtemp(prefix="bench-nginx-"), servers.free_port()
    config = pathlib.Path(home, "nginx.conf")
    config.write_text(NGINX.format(home=home, port=port, body='{"Item":"' + "x" * 89 + '"}'))
    return servers.Server("nginx", ["/usr/sbin/nginx", "-p", home, "-c", config],
                          endpoint=f"http://127.0.0.1:{port}")


def echo():
    return servers.Server("echo", [built("bench_echo_server"), "256"])


def dynadeck():
    """On disk, with the write-ahead log: what a user gets who asks for nothing."""
    return servers.dynadeck("--data-dir", tempfile.mkdtemp(prefix="bench-dynadeck-"))


# Whether a contender has tables; one without answers the same to everything.
CONTENDERS = {"dynadeck": (dynadeck, True), "nginx": (nginx, False), "echo": (echo, False),
              "dynalite": (servers.dynalite, True), "local": (servers.dynamodb_local, True)}
