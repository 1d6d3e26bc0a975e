"""A session for a contract test between two DynamoDBs, with what servers draw themselves: tables,
streams, pages, dates. python3 contract.py [WITHOUT...]: parts that the server does not have
(streams, tags). The endpoint comes from the environment."""
import os
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

WITHOUT = set(sys.argv[1:])
ENDPOINT = {"endpoint_url": os.environ["AWS_ENDPOINT_URL"],
            "config": Config(retries={"total_max_attempts": 1})}
dynamodb = boto3.client("dynamodb", **ENDPOINT)


def wait(table, state="table_exists"):
    dynamodb.get_waiter(state).wait(TableName=table, WaiterConfig={"Delay": 1})


def create(table):
    stream = {} if "streams" in WITHOUT else {"StreamSpecification": {
        "StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}}
    made = dynamodb.create_table(
        TableName=table, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind}
                              for name, kind in (("id", "S"), ("n", "N"), ("group", "S"))],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"},
                   {"AttributeName": "n", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[{
            "IndexName": "by-group", "Projection": {"ProjectionType": "ALL"},
            "KeySchema": [{"AttributeName": "group", "KeyType": "HASH"},
                          {"AttributeName": "n", "KeyType": "RANGE"}]}], **stream)
    wait(table)
    return made["TableDescription"]


def read(streams, arn, after=None):
    """Every shard from its start, in pages of four, or from a number on; the last number."""
    shards = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    for shard in shards:
        place = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": after} \
            if after else {"ShardIteratorType": "TRIM_HORIZON"}
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], **place)["ShardIterator"]
        while iterator:
            page = streams.get_records(ShardIterator=iterator, Limit=4)
            if not page["Records"]:
                break
            after = page["Records"][-1]["dynamodb"]["SequenceNumber"]
            iterator = page.get("NextShardIterator")
    return after


def fails(code, call, **request):
    try:
        call(**request)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
    else:
        raise SystemExit(f"{code} was expected")


tables = [create(table) for table in ("Contract", "Contract2")]
for table in ("Contract", "Contract2"):
    for number in range(6):
        # What looks drawn, and is the user's.
        dynamodb.put_item(TableName=table, Item={
            "id": {"S": "one"}, "n": {"N": str(number)}, "group": {"S": f"g{number % 2}"},
            "TableId": {"S": "the user's"}, "SequenceNumber": {"S": "the user's"},
            "CreationDateTime": {"N": "1"}})
for index in ({}, {"IndexName": "by-group"}):
    pages = list(dynamodb.get_paginator("query").paginate(
        TableName="Contract", KeyConditionExpression="#k = :k", **index,
        ExpressionAttributeNames={"#k": "group" if index else "id"},
        ExpressionAttributeValues={":k": {"S": "g1" if index else "one"}},
        PaginationConfig={"PageSize": 2}))
    assert len(pages) > 1
dynamodb.scan(TableName="Contract")
dynamodb.update_item(TableName="Contract", Key={"id": {"S": "one"}, "n": {"N": "0"}},
                     UpdateExpression="ADD seen :one", ReturnValues="ALL_NEW",
                     ExpressionAttributeValues={":one": {"N": "1"}})
fails("ConditionalCheckFailedException", dynamodb.put_item, TableName="Contract",
      Item={"id": {"S": "one"}, "n": {"N": "0"}}, ConditionExpression="attribute_not_exists(id)")
fails("ResourceNotFoundException", dynamodb.get_item, TableName="Nowhere",
      Key={"id": {"S": "one"}})
dynamodb.describe_table(TableName="Contract")
if "tags" not in WITHOUT:
    dynamodb.tag_resource(ResourceArn=tables[0]["TableArn"],
                          Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    dynamodb.list_tags_of_resource(ResourceArn=tables[0]["TableArn"])
if "streams" not in WITHOUT:
    streams = boto3.client("dynamodbstreams", **ENDPOINT)
    # Each table counts on its own: the numbers of one mean nothing in the other.
    last = [read(streams, streams.list_streams(TableName=table["TableName"])["Streams"][0][
        "StreamArn"]) for table in tables]
    dynamodb.delete_item(TableName="Contract2", Key={"id": {"S": "one"}, "n": {"N": "3"}})
    for table, after in zip(tables, last):
        read(streams, table["LatestStreamArn"], after)
dynamodb.update_table(TableName="Contract", GlobalSecondaryIndexUpdates=[
    {"Delete": {"IndexName": "by-group"}}])
wait("Contract")
dynamodb.update_table(
    TableName="Contract", BillingMode="PROVISIONED",
    ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5})
wait("Contract")
dynamodb.describe_table(TableName="Contract")
for table in ("Contract", "Contract2"):
    dynamodb.delete_table(TableName=table)
    wait(table, "table_not_exists")
# It is another one: what stood for the first does not stand for it.
assert create("Contract")["TableId"] != tables[0]["TableId"]
dynamodb.put_item(TableName="Contract", Item={"id": {"S": "two"}, "n": {"N": "1"}})
dynamodb.get_item(TableName="Contract", Key={"id": {"S": "two"}, "n": {"N": "1"}})
dynamodb.delete_table(TableName="Contract")
