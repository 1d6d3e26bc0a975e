"""Creates the tables that are named; prints id and date of each."""
import datetime
import os
import sys

import boto3

dynamodb = boto3.client("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL_DYNAMODB"])
for name in sys.argv[1:]:
    table = dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}])["TableDescription"]
    date = table["CreationDateTime"].astimezone(datetime.timezone.utc)
    print(name, table["TableId"], date.isoformat())
