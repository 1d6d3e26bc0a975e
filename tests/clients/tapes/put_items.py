"""Makes a table, puts an item for each argument into it, and reads the last one."""
import os
import sys

import boto3

dynamodb = boto3.client("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL_DYNAMODB"],
                        region_name="us-east-1")
dynamodb.create_table(TableName="Words", BillingMode="PAY_PER_REQUEST",
                      AttributeDefinitions=[{"AttributeName": "word", "AttributeType": "S"}],
                      KeySchema=[{"AttributeName": "word", "KeyType": "HASH"}])
for word in sys.argv[1:]:
    dynamodb.put_item(TableName="Words", Item={"word": {"S": word}})
last = {"word": {"S": sys.argv[-1]}}
dynamodb.get_item(TableName="Words", Key=last, ConsistentRead=True)["Item"]
print(*sys.argv[1:])
