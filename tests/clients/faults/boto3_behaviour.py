"""One call per case with one of boto3's retry modes. Arguments: the mode; a JSON map of cases and
their calls. Prints JSON: what the application got from each."""
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

MODE, CALLS = sys.argv[1], json.loads(sys.argv[2])
time.sleep = lambda seconds: None  # the SDK's back-off is not what is tested

SEND = {
    "list": lambda client: client.list_tables(),
    "batch": lambda client: client.batch_write_item(
        RequestItems={"Table": [{"PutRequest": {"Item": {"pk": {"S": "1"}}}}]}),
    "transact": lambda client: client.transact_write_items(
        TransactItems=[{"Put": {"TableName": "Table", "Item": {"pk": {"S": "1"}}}}]),
    "records": lambda client: client.get_records(ShardIterator="x" * 20),
}


def client_for(case):
    session = boto3.session.Session(aws_access_key_id=f"boto3-{MODE}.{case}",
                                    aws_secret_access_key="secret", region_name="us-east-1")
    service = "dynamodbstreams" if CALLS[case] == "records" else "dynamodb"
    return session.client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"],
                          config=Config(retries={"mode": MODE}, read_timeout=1))


def outcome(client, case):
    try:
        answer = SEND[CALLS[case]](client)
    except ClientError as error:
        return error.response["Error"]["Code"]
    except Exception as error:  # whatever an application would see
        return type(error).__name__
    answer.pop("ResponseMetadata")
    return "success" if answer else "success, empty"


clients = {case: client_for(case) for case in CALLS}
with ThreadPoolExecutor(8) as pool:
    outcomes = pool.map(lambda case: outcome(clients[case], case), clients)
    print(json.dumps(dict(zip(clients, outcomes))))
