"""A session to be taped: one thread writes, one tails the stream: python3 taped.py FILE.

The endpoint comes from the environment. FILE gets the records that were seen, one JSON line
each."""
import json
import os
import sys
import threading

import boto3

TABLE = "Taped"
ITEMS = 12


def write(dynamodb):
    for number in range(ITEMS):
        key = {"id": {"S": f"item-{number}"}}
        dynamodb.put_item(TableName=TABLE, Item={**key, "version": {"N": "1"}})
        dynamodb.update_item(TableName=TABLE, Key=key, UpdateExpression="ADD version :one",
                             ExpressionAttributeValues={":one": {"N": "1"}})
        if number % 3 == 0:
            dynamodb.delete_item(TableName=TABLE, Key=key)


def tail(streams, arn, wanted, records):
    """Until so many records have come."""
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    while len(records) < wanted:
        page = streams.get_records(ShardIterator=iterator, Limit=7)
        records += page["Records"]
        iterator = page["NextShardIterator"]


def main():
    dynamodb, streams = (boto3.client(api, endpoint_url=os.environ["AWS_ENDPOINT_URL"])
                         for api in ("dynamodb", "dynamodbstreams"))
    table = dynamodb.create_table(
        TableName=TABLE, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
    arn = table["TableDescription"]["LatestStreamArn"]
    dynamodb.get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1})
    records = []
    consumer = threading.Thread(
        target=tail, args=(streams, arn, 2 * ITEMS + ITEMS // 3, records))
    consumer.start()
    write(dynamodb)
    consumer.join()
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        for record in records:
            print(json.dumps(record, sort_keys=True, default=str), file=out)


if __name__ == "__main__":
    main()
