"""A table comes and goes, and boto3's waiters see it; what is asked too early is refused."""
import os

import boto3

dynamodb = boto3.client("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL_DYNAMODB"])
patience = {"WaiterConfig": {"Delay": 1, "MaxAttempts": 20}}


def status():
    return dynamodb.describe_table(TableName="Boto3")["Table"]["TableStatus"]


dynamodb.create_table(TableName="Boto3", BillingMode="PAY_PER_REQUEST",
                      AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                      KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}])
assert status() == "CREATING"
for early in (lambda: dynamodb.delete_table(TableName="Boto3"),
              lambda: dynamodb.update_table(TableName="Boto3", BillingMode="PROVISIONED",
                                            ProvisionedThroughput={"ReadCapacityUnits": 1,
                                                                   "WriteCapacityUnits": 1})):
    try:
        early()
        raise AssertionError("a table that is being made was changed")
    except dynamodb.exceptions.ResourceInUseException:
        pass
try:
    dynamodb.put_item(TableName="Boto3", Item={"id": {"S": "1"}})
    raise AssertionError("a table that is being made took an item")
except dynamodb.exceptions.ResourceNotFoundException:
    pass
dynamodb.get_waiter("table_exists").wait(TableName="Boto3", **patience)
assert status() == "ACTIVE"
dynamodb.put_item(TableName="Boto3", Item={"id": {"S": "1"}})
dynamodb.delete_table(TableName="Boto3")
assert status() == "DELETING"
dynamodb.get_waiter("table_not_exists").wait(TableName="Boto3", **patience)
