#!/usr/bin/env python3
"""Tails a stream with boto3 until it is stopped: python3 consumer.py ENDPOINT STREAM_ARN FILE.

Writes one JSON line per record. Keeps the iterator that GetRecords gave through whatever happens to
the server, as a consumer without checkpoints does."""
import json
import sys
import time

import boto3
import botocore.config
import botocore.exceptions


def shards_of(client, arn):
    request = {"StreamArn": arn}
    while True:
        stream = client.describe_stream(**request)["StreamDescription"]
        yield from stream["Shards"]
        if "LastEvaluatedShardId" not in stream:
            return
        request["ExclusiveStartShardId"] = stream["LastEvaluatedShardId"]


class Consumer:
    def __init__(self, client, arn, out):
        self.client, self.arn, self.out = client, arn, out
        self.iterators, self.parents = {}, {}  # by shard; an iterator that is None is at its end

    def discover(self):
        for shard in list(shards_of(self.client, self.arn)):
            shard_id = shard["ShardId"]
            if shard_id not in self.iterators:
                iterator = self.client.get_shard_iterator(
                    StreamArn=self.arn, ShardId=shard_id, ShardIteratorType="TRIM_HORIZON")
                self.parents[shard_id] = shard.get("ParentShardId")
                self.iterators[shard_id] = iterator["ShardIterator"]

    def is_ready(self, shard_id):
        """Parents come before their children."""
        parent = self.parents[shard_id]
        return self.iterators[shard_id] and (parent is None or self.iterators[parent] is None)

    def poll(self):
        """How many records came."""
        self.discover()
        count = 0
        for shard_id in [shard_id for shard_id in self.iterators if self.is_ready(shard_id)]:
            page = self.client.get_records(ShardIterator=self.iterators[shard_id])
            for record in page["Records"]:
                change = record["dynamodb"]
                print(json.dumps({
                    "shard": shard_id, "sequence": change["SequenceNumber"],
                    "key": change["Keys"]["id"]["S"],
                    "new": change.get("NewImage", {}).get("version", {}).get("N"),
                    "old": change.get("OldImage", {}).get("version", {}).get("N")}), file=self.out)
            self.iterators[shard_id] = page.get("NextShardIterator")
            count += len(page["Records"])
        self.out.flush()
        return count


def main():
    endpoint, arn, path = sys.argv[1:]
    client = boto3.client(
        "dynamodbstreams", endpoint_url=endpoint, region_name="us-east-1",
        aws_access_key_id="000000000000", aws_secret_access_key="secret",
        config=botocore.config.Config(retries={"total_max_attempts": 1}, connect_timeout=2))
    with open(path, "w", encoding="utf-8") as out:
        consumer = Consumer(client, arn, out)
        while True:
            try:
                if consumer.poll() == 0:
                    time.sleep(0.02)
            except (botocore.exceptions.ConnectionError, botocore.exceptions.HTTPClientError):
                time.sleep(0.02)  # the server was killed: it comes back


if __name__ == "__main__":
    main()
