"""A DynamoDB of its own for every test: paste this into your conftest.py.

One dynadeck serves the whole run; each test gets an account of its own (an access key of 12 digits
is an account), so tests may run in parallel and never see each other's tables. The account follows
from the test's name, so that a recorded run replays in any order.
"""

import json
import os
import subprocess
import zlib

import boto3
import pytest

@pytest.fixture(scope="session")
def dynadeck_url():
    """The address of a running dynadeck; under `dynadeck record|replay -- pytest`, of that one."""
    if url := os.environ.get("DYNADECK_URL"):
        yield url
        return
    binary = os.environ.get("DYNADECK", "dynadeck")
    server = subprocess.Popen(
        [binary, "serve", "--in-memory", "--port", "0", "--log-level", "warn"],
        stdout=subprocess.PIPE,
        text=True,
    )
    yield json.loads(server.stdout.readline())["url"]
    server.terminate()
    server.wait(timeout=10)


@pytest.fixture
def dynamodb(request, dynadeck_url):
    """A boto3 resource that sees an empty DynamoDB."""
    return boto3.resource(
        "dynamodb",
        endpoint_url=dynadeck_url,
        region_name="us-east-1",
        aws_access_key_id=f"{zlib.crc32(request.node.nodeid.encode()):012d}",
        aws_secret_access_key="any",
    )
