"""boto3 end to end: what an application does with its low-level client and its resources."""
import decimal
import os
import time
import unittest

import boto3
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]


def client(account="111111111111", **config):
    return boto3.client("dynamodb", endpoint_url=ENDPOINT, aws_access_key_id=account,
                        aws_secret_access_key="secret",
                        config=Config(**config) if config else None)


class Boto3(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dynamodb = client()
        cls.dynamodb.create_table(
            TableName="Albums", BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "artist", "AttributeType": "S"},
                                  {"AttributeName": "year", "AttributeType": "N"}],
            KeySchema=[{"AttributeName": "artist", "KeyType": "HASH"},
                       {"AttributeName": "year", "KeyType": "RANGE"}])
        cls.dynamodb.get_waiter("table_exists").wait(TableName="Albums")
        cls.table = boto3.resource("dynamodb", endpoint_url=ENDPOINT,
                                   aws_access_key_id="111111111111",
                                   aws_secret_access_key="secret").Table("Albums")

    def test_an_item_lives(self):
        key = {"artist": "Nina Simone", "year": 1965}
        self.table.put_item(Item={**key, "title": "Pastel Blues", "rating": decimal.Decimal("4.75"),
                                  "tags": {"jazz", "soul"}, "cover": Binary(b"\x00\xff\x00"),
                                  "tracks": [{"name": "Sinnerman", "seconds": 622}], "live": False,
                                  "producer": None})
        item = self.table.get_item(Key=key)["Item"]
        self.assertEqual(item["rating"], decimal.Decimal("4.75"))
        self.assertEqual(item["tags"], {"jazz", "soul"})
        self.assertEqual(item["cover"].value, b"\x00\xff\x00")
        self.assertEqual(item["tracks"][0]["seconds"], 622)
        self.assertIs(item["live"], False)
        self.assertIsNone(item["producer"])
        updated = self.table.update_item(
            Key=key, UpdateExpression="SET rating = rating + :more, #t[1] = :track ADD tags :tag",
            ExpressionAttributeNames={"#t": "tracks"},
            ExpressionAttributeValues={":more": decimal.Decimal("0.25"), ":tag": {"blues"},
                                       ":track": {"name": "Be My"}},
            ReturnValues="ALL_NEW")["Attributes"]
        self.assertEqual(updated["rating"], 5)
        self.assertEqual(updated["tags"], {"jazz", "soul", "blues"})
        self.assertEqual(len(updated["tracks"]), 2)
        old = self.table.delete_item(Key=key, ReturnValues="ALL_OLD")["Attributes"]
        self.assertEqual(old["title"], "Pastel Blues")
        self.assertNotIn("Item", self.table.get_item(Key=key))

    def test_a_failed_condition_is_an_exception_of_its_own(self):
        key = {"artist": {"S": "Once"}, "year": {"N": "1"}}
        put = lambda: self.dynamodb.put_item(  # noqa: E731
            TableName="Albums", Item=key, ConditionExpression="attribute_not_exists(artist)")
        put()
        with self.assertRaises(self.dynamodb.exceptions.ConditionalCheckFailedException) as raised:
            put()
        self.assertEqual(raised.exception.response["Error"]["Message"],
                         "The conditional request failed")
        self.assertEqual(raised.exception.response["ResponseMetadata"]["HTTPStatusCode"], 400)

    def test_a_missing_table_is_an_exception_of_its_own(self):
        with self.assertRaises(self.dynamodb.exceptions.ResourceNotFoundException):
            self.dynamodb.describe_table(TableName="Nowhere")

    def test_paginators_see_every_item_once(self):
        for number in range(57):
            self.table.put_item(Item={"artist": "Many", "year": number, "even": number % 2 == 0})
        pages = list(self.dynamodb.get_paginator("query").paginate(
            TableName="Albums", KeyConditionExpression="artist = :a",
            ExpressionAttributeValues={":a": {"S": "Many"}}, PaginationConfig={"PageSize": 10}))
        years = [int(item["year"]["N"]) for page in pages for item in page["Items"]]
        self.assertEqual(years, list(range(57)))
        self.assertEqual(len(pages), 6)
        scanned = self.dynamodb.get_paginator("scan").paginate(
            TableName="Albums", FilterExpression="artist = :a AND even = :t",
            ExpressionAttributeValues={":a": {"S": "Many"}, ":t": {"BOOL": True}},
            PaginationConfig={"PageSize": 7}).build_full_result()
        self.assertEqual(len(scanned["Items"]), 29)
        found = self.table.query(KeyConditionExpression=Key("artist").eq("Many")
                                 & Key("year").between(5, 50),
                                 FilterExpression=Attr("even").eq(False), ScanIndexForward=False)
        self.assertEqual([int(item["year"]) for item in found["Items"]], list(range(49, 4, -2)))

    def test_tables_are_listed_in_pages_and_accounts_are_apart(self):
        other = client("222222222222")
        for number in range(5):
            other.create_table(
                TableName=f"Table{number}", BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}])
        names = other.get_paginator("list_tables").paginate(
            PaginationConfig={"PageSize": 2}).build_full_result()["TableNames"]
        self.assertEqual(names, [f"Table{number}" for number in range(5)])
        self.assertEqual(self.dynamodb.list_tables()["TableNames"], ["Albums"])
        other.delete_table(TableName="Table0")
        other.get_waiter("table_not_exists").wait(TableName="Table0",
                                                  WaiterConfig={"Delay": 1, "MaxAttempts": 5})

    def test_every_byte_survives(self):
        every = bytes(range(256)) * 100
        key = {"artist": {"S": "bytes"}, "year": {"N": "1"}}
        self.dynamodb.put_item(TableName="Albums", Item={**key, "b": {"B": every},
                                                         "bs": {"BS": [b"\x00", b"\xff"]}})
        item = self.dynamodb.get_item(TableName="Albums", Key=key)["Item"]
        self.assertEqual(item["b"]["B"], every)
        self.assertEqual(sorted(item["bs"]["BS"]), [b"\x00", b"\xff"])

    def test_every_text_survives(self):
        text = "é 日本 \U0001F600 \u0000 \" \\ / \u2028 \x7f"
        key = {"artist": {"S": text}, "year": {"N": "-0.5"}}
        self.dynamodb.put_item(TableName="Albums", Item=key)
        self.assertEqual(self.dynamodb.get_item(TableName="Albums", Key=key)["Item"], key)

    def test_large_answers_fit_their_checksum(self):
        # botocore compares x-amz-crc32 with every body, and raises where they differ.
        for number in range(10):
            self.dynamodb.put_item(TableName="Albums", Item={
                "artist": {"S": "large"}, "year": {"N": str(number)}, "v": {"S": "x" * 50000}})
        answer = self.dynamodb.query(TableName="Albums", KeyConditionExpression="artist = :a",
                                     ExpressionAttributeValues={":a": {"S": "large"}})
        self.assertEqual(answer["Count"], 10)
        self.assertIn("x-amz-crc32", answer["ResponseMetadata"]["HTTPHeaders"])

    def test_many_connections_at_once(self):
        import concurrent.futures
        shared = client(max_pool_connections=50)

        def add(_):
            shared.update_item(TableName="Albums", Key={"artist": {"S": "sum"}, "year": {"N": "1"}},
                               UpdateExpression="ADD hits :one",
                               ExpressionAttributeValues={":one": {"N": "1"}})

        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            list(pool.map(add, range(500)))
        item = self.dynamodb.get_item(TableName="Albums", ConsistentRead=True,
                                      Key={"artist": {"S": "sum"}, "year": {"N": "1"}})["Item"]
        self.assertEqual(item["hits"]["N"], "500")

    def test_validation_is_the_services(self):
        with self.assertRaises(ClientError) as raised:
            self.dynamodb.put_item(TableName="Albums", Item={"artist": {"S": "x"}})
        self.assertEqual(raised.exception.response["Error"]["Code"], "ValidationException")
        self.assertEqual(raised.exception.response["Error"]["Message"],
                         "One or more parameter values were invalid: "
                         "Missing the key year in the item")

    def test_the_clock_is_now(self):
        created = self.dynamodb.describe_table(TableName="Albums")["Table"]["CreationDateTime"]
        self.assertLess(abs(created.timestamp() - time.time()), 300)


if __name__ == "__main__":
    unittest.main()
