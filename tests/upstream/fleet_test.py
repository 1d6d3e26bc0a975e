"""Two dynadecks behind the load balancer of docs/upstream.md, in front of one database."""
import concurrent.futures
import json
import pathlib
import re
import tempfile
import unittest

from support import HERE, admin, front, servers, wire

PAGE = HERE.parents[1] / "docs/upstream.md"
TABLE = {"TableName": "table", "BillingMode": "PAY_PER_REQUEST",
         "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
         "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}


def balancer(folder, endpoints):
    """nginx with the page's own configuration, at these addresses."""
    text = re.search(r"```\n(upstream dynadecks.*?)```", PAGE.read_text(), re.S)[1]
    addresses = iter(endpoint.removeprefix("http://") for endpoint in endpoints)
    text = re.sub(r"10\.0\.0\.\d+:8000", lambda _: next(addresses), text)
    port = servers.free_port()
    text = text.replace("listen 8000;", f"listen 127.0.0.1:{port};")
    paths = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in
                     ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    config = pathlib.Path(folder, "nginx.conf")
    config.write_text(f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
                      f"events {{}}\nhttp {{ access_log off; {paths}\n{text}\n}}\n")
    return servers.Server("nginx", ["/usr/sbin/nginx", "-p", folder, "-c", config],
                          endpoint=f"http://127.0.0.1:{port}")


class Fleet(unittest.TestCase):
    def test_many_processes_in_front_of_one_cluster(self):
        rules = {"rules": [{"name": "some", "schedule": {"probability": 0.2},
                            "when": {"operations": ["GetItem"]},
                            "fault": {"error": "ThrottlingException"}}]}
        with tempfile.TemporaryDirectory() as folder, servers.dynadeck() as cluster, \
                front(cluster.endpoint, "--seed", "5") as one, \
                front(cluster.endpoint, "--seed", "5") as two, \
                balancer(folder, [one.endpoint, two.endpoint]) as nginx:
            with wire.Client(nginx.endpoint) as client:
                self.assertEqual(client.call("CreateTable", TABLE).status, 200)

            def write_and_read(number):
                with wire.Client(nginx.endpoint) as client:
                    key = {"id": {"S": str(number)}}
                    put = client.call("PutItem", {"TableName": "table", "Item": key})
                    got = client.call("GetItem", {"TableName": "table", "Key": key,
                                                  "ConsistentRead": True})
                return put.status, got.json().get("Item"), got.error, key

            with concurrent.futures.ThreadPoolExecutor(20) as pool:
                for put, item, _, key in pool.map(write_and_read, range(200)):
                    self.assertEqual((put, item), (200, key))
                # One call each, as the page says.
                for server in (one, two):
                    with wire.Client(server.endpoint) as client:
                        answer = client.exchange("PUT", "/_dynadeck/faults", {},
                                                 json.dumps(rules).encode())
                        self.assertEqual(answer.status, 200, answer.body)
                answers = list(pool.map(write_and_read, range(200)))
            errors = [error for _, _, error, _ in answers if error]
            self.assertEqual(set(errors), {"ThrottlingException"})
            self.assertTrue(20 <= len(errors) <= 60, len(errors))  # a probability holds over both
            for server in (one, two):
                with wire.Client(server.endpoint) as client:
                    self.assertGreater(admin(client, "GET", "/_dynadeck/upstream")["replies"], 50)


if __name__ == "__main__":
    unittest.main()
