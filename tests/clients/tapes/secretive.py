"""A boto3 session full of secrets. What was sent to say who asks goes, as JSON, to the file named
by the argument: the tape of this session must know none of it. The values are those of
secrets_test.py."""
import json
import os
import sys

import boto3
from botocore.exceptions import ClientError

secrets = json.loads(os.environ["SECRETS"])
sent = set()


def add_cookie(request, **_):
    request.headers["Cookie"] = f"session={secrets['cookie']}"


def note_credentials(request, **_):
    for name in ("Authorization", "X-Amz-Security-Token", "Cookie"):
        value = request.headers[name]
        sent.add(value.decode() if isinstance(value, bytes) else value)


def watched(service):
    client = boto3.client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL_DYNAMODB"])
    client.meta.events.register("before-sign", add_cookie)
    client.meta.events.register("before-send", note_credentials)
    return client


dynamodb, streams = watched("dynamodb"), watched("dynamodbstreams")
table = {"TableName": "Vault"}
dynamodb.create_table(
    **table, BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"},
                          {"AttributeName": "token", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    GlobalSecondaryIndexes=[{"IndexName": "by-token", "Projection": {"ProjectionType": "ALL"},
                             "KeySchema": [{"AttributeName": "token", "KeyType": "HASH"}]}],
    StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
dynamodb.get_waiter("table_exists").wait(**table)


def item(identity):
    return {"id": {"S": identity}, "password": {"S": secrets["password"]},
            "email": {"S": secrets["email"]}, "token": {"S": secrets["token"]},
            "key": {"B": bytes.fromhex(secrets["key"])}, "card": {"N": secrets["card"]},
            "aliases": {"SS": [secrets["alias"], "open"]},
            "blobs": {"BS": [bytes.fromhex(secrets["blob"])]},
            "nested": {"M": {"deep": {"L": [{"M": {"password": {"S": secrets["nested"]}}}]}}},
            "note": {"S": f"see {secrets['pattern']} for more"}}


key = {"id": {"S": "one"}}
dynamodb.put_item(**table, Item=item("one"))
dynamodb.put_item(**table, Item=item("one"), ReturnValues="ALL_OLD")
dynamodb.get_item(**table, Key=key)
dynamodb.update_item(**table, Key=key, UpdateExpression="SET password = :p, #e = :e",
                     ConditionExpression="password = :p",
                     ExpressionAttributeNames={"#e": "email"}, ReturnValues="ALL_NEW",
                     ExpressionAttributeValues={":p": {"S": secrets["password"]},
                                                ":e": {"S": secrets["email"]}})
dynamodb.query(**table, IndexName="by-token", KeyConditionExpression="#t = :t",
               ExpressionAttributeNames={"#t": "token"},
               ExpressionAttributeValues={":t": {"S": secrets["token"]}})
dynamodb.scan(**table, FilterExpression="card = :c",
              ExpressionAttributeValues={":c": {"N": secrets["card"]}})
try:
    dynamodb.transact_write_items(ClientRequestToken="another-token", TransactItems=[
        {"Put": {**table, "Item": item("one"), "ConditionExpression": "attribute_not_exists(id)",
                 "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}}])
    raise SystemExit("the condition should have failed")
except ClientError as error:
    assert error.response["CancellationReasons"][0]["Item"], error.response
dynamodb.transact_write_items(ClientRequestToken="fixed-token", TransactItems=[
    {"Put": {**table, "Item": item("two")}}])
dynamodb.batch_write_item(RequestItems={"Vault": [{"PutRequest": {"Item": item("three")}}]})
dynamodb.batch_get_item(RequestItems={"Vault": {"Keys": [key, {"id": {"S": "three"}}]}})
try:
    # Whatever the answer is: the statement was asked.
    dynamodb.execute_statement(
        Statement=f"SELECT * FROM Vault WHERE id = 'one' AND password = '{secrets['password']}'")
except ClientError:
    pass
dynamodb.delete_item(**table, Key=key, ReturnValues="ALL_OLD")
stream = streams.list_streams(TableName="Vault")["Streams"][0]["StreamArn"]
shard = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
iterator = streams.get_shard_iterator(StreamArn=stream, ShardId=shard,
                                      ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
assert len(streams.get_records(ShardIterator=iterator)["Records"]) >= 4
with open(sys.argv[1], "w", encoding="utf-8") as log:
    json.dump(sorted(sent), log)
print("session done")
