"""Writes 200 items against a server that throttles some writes. Prints JSON: how often each attempt
was refused. Argument: how many attempts the SDK may make per write."""
import json
import os
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ATTEMPTS = int(sys.argv[1])
dynamodb = boto3.client("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL"],
                        config=Config(retries={"total_max_attempts": ATTEMPTS, "mode": "standard"}))
if ATTEMPTS > 1:
    import time
    time.sleep = lambda seconds: None  # the SDK's back-off is not what is tested
table = f"Faulty{ATTEMPTS}"
dynamodb.create_table(TableName=table, BillingMode="PAY_PER_REQUEST",
                      AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "N"}],
                      KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}])
refused, retries = [], 0
for number in range(200):
    try:
        answer = dynamodb.put_item(TableName=table, Item={"id": {"N": str(number)}})
        retries += answer["ResponseMetadata"]["RetryAttempts"]
    except ClientError as error:
        assert error.response["Error"]["Code"] == "ProvisionedThroughputExceededException", error
        refused.append(number)
written = dynamodb.scan(TableName=table, Select="COUNT", ConsistentRead=True)["Count"]
print(json.dumps({"refused": refused, "retries": retries, "written": written}))
