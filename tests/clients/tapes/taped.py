"""A boto3 session for the tape. Writes a line per answer to the file named by its argument: status
and SHA-256 of the body's bytes. With CHANGED=1 one request differs from the taped one."""
import hashlib
import os
import sys

import boto3
import botocore.httpsession
from botocore.exceptions import ClientError

log = open(sys.argv[1], "w", encoding="utf-8")
plain_send = botocore.httpsession.URLLib3Session.send


def send(session, request):
    answer = plain_send(session, request)
    log.write(f"{answer.status_code} {hashlib.sha256(answer.content).hexdigest()}\n")
    return answer


botocore.httpsession.URLLib3Session.send = send
dynamodb = boto3.client("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL_DYNAMODB"],
                        region_name="us-east-1")
dynamodb.create_table(TableName="Tape", BillingMode="PAY_PER_REQUEST",
                      AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"},
                                            {"AttributeName": "n", "AttributeType": "N"}],
                      KeySchema=[{"AttributeName": "id", "KeyType": "HASH"},
                                 {"AttributeName": "n", "KeyType": "RANGE"}])
dynamodb.get_waiter("table_exists").wait(TableName="Tape")
for number in range(20):
    dynamodb.put_item(TableName="Tape", Item={
        "id": {"S": "one"}, "n": {"N": str(number)}, "b": {"B": bytes(range(256))},
        "m": {"M": {"x": {"L": [{"SS": ["a", "b"]}, {"NULL": True}]}}}})
for page in dynamodb.get_paginator("query").paginate(
        TableName="Tape", KeyConditionExpression="id = :i",
        ExpressionAttributeValues={":i": {"S": "one"}}, PaginationConfig={"PageSize": 6}):
    assert page["Items"]
# The same request again and again, and other answers each time.
for _ in range(5):
    dynamodb.update_item(TableName="Tape", Key={"id": {"S": "one"}, "n": {"N": "0"}},
                         UpdateExpression="ADD c :one", ReturnValues="UPDATED_NEW",
                         ExpressionAttributeValues={":one": {"N": "1"}})
    dynamodb.get_item(TableName="Tape", Key={"id": {"S": "one"}, "n": {"N": "0"}})
try:
    dynamodb.put_item(TableName="Tape", Item={"id": {"S": "one"}, "n": {"N": "0"}},
                      ConditionExpression="attribute_not_exists(id)")
    raise SystemExit("the condition should have failed")
except ClientError as error:
    assert error.response["Error"]["Code"] == "ConditionalCheckFailedException", error
if not os.environ.get("WITHOUT_TRANSACTIONS"):
    # boto3 draws a token for it, another one each time.
    dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": "Tape", "Item": {
        "id": {"S": "two"}, "n": {"N": "1"}}}}])
wanted = "other" if os.environ.get("CHANGED") else "one"
dynamodb.get_item(TableName="Tape", Key={"id": {"S": wanted}, "n": {"N": "3"}})
dynamodb.delete_table(TableName="Tape")
print("session done")
