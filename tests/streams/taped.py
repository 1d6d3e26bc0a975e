"""A session to be taped, and others that ask for the same records otherwise:
python3 taped.py FILE [WAY].

The endpoint comes from the environment. FILE gets the records that were seen, one JSON line
each."""
import json
import os
import sys
import threading

import boto3

TABLE = "Taped"
ITEMS = 12
RECORDS = 2 * ITEMS + ITEMS // 3


def write(dynamodb):
    for number in range(ITEMS):
        key = {"id": {"S": f"item-{number}"}}
        dynamodb.put_item(TableName=TABLE, Item={**key, "version": {"N": "1"}})
        dynamodb.update_item(TableName=TABLE, Key=key, UpdateExpression="ADD version :one",
                             ExpressionAttributeValues={":one": {"N": "1"}})
        if number % 3 == 0:
            dynamodb.delete_item(TableName=TABLE, Key=key)


def create(dynamodb):
    table = dynamodb.create_table(
        TableName=TABLE, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
    dynamodb.get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1})
    return table["TableDescription"]["LatestStreamArn"]


def place(streams, arn, kind="TRIM_HORIZON", **more):
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    return streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard, ShardIteratorType=kind, **more)["ShardIterator"]


def tail(streams, iterator, records, limit=7):
    """Until all records have come."""
    while len(records) < RECORDS:
        page = streams.get_records(ShardIterator=iterator, Limit=limit)
        records += page["Records"]
        iterator = page["NextShardIterator"]


def tailing(dynamodb, streams, records, limit=7):
    """One thread reads while another writes."""
    iterator = place(streams, create(dynamodb))
    consumer = threading.Thread(target=tail, args=(streams, iterator, records, limit))
    consumer.start()
    write(dynamodb)
    consumer.join()


def patient(dynamodb, streams, records):
    """Many empty pages before the first record; then small ones."""
    iterator = place(streams, create(dynamodb), "LATEST")
    for _ in range(20):
        page = streams.get_records(ShardIterator=iterator)
        assert not page["Records"]
        iterator = page["NextShardIterator"]
    write(dynamodb)
    tail(streams, iterator, records, 3)


def late(dynamodb, streams, records):
    """Drains what has been written, until a page is empty."""
    arn = create(dynamodb)
    write(dynamodb)
    iterator = place(streams, arn)
    while True:
        page = streams.get_records(ShardIterator=iterator, Limit=5)
        if not page["Records"]:
            return
        records += page["Records"]
        iterator = page["NextShardIterator"]


def checkpoints(dynamodb, streams, records):
    """A new iterator for every page, behind the last number seen, or at it."""
    arn = create(dynamodb)
    write(dynamodb)
    records += streams.get_records(ShardIterator=place(streams, arn), Limit=1)["Records"]
    while len(records) < RECORDS:
        last = records[-1]["dynamodb"]["SequenceNumber"]
        iterator = place(streams, arn, "AFTER_SEQUENCE_NUMBER", SequenceNumber=last)
        records += streams.get_records(ShardIterator=iterator, Limit=4)["Records"]
        iterator = place(streams, arn, "AT_SEQUENCE_NUMBER", SequenceNumber=last)
        again = streams.get_records(ShardIterator=iterator, Limit=1)["Records"]
        assert again[0]["dynamodb"]["SequenceNumber"] == last


def alone(dynamodb, streams, records):
    """Nobody writes."""
    arn = streams.list_streams(TableName=TABLE)["Streams"][0]["StreamArn"]
    tail(streams, place(streams, arn), records, 1000)


def silent(dynamodb, streams, records):
    """Nobody reads."""
    create(dynamodb)
    write(dynamodb)


WAYS = {way.__name__: way for way in (tailing, patient, late, checkpoints, alone, silent)}


def main():
    dynamodb, streams = (boto3.client(api, endpoint_url=os.environ["AWS_ENDPOINT_URL"])
                         for api in ("dynamodb", "dynamodbstreams"))
    records = []
    WAYS[sys.argv[2] if len(sys.argv) > 2 else "tailing"](dynamodb, streams, records)
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        for record in records:
            print(json.dumps(record, sort_keys=True, default=str), file=out)


if __name__ == "__main__":
    main()
