// Tails a stream with the SDK for JavaScript until it is stopped:
// node consumer.js ENDPOINT STREAM_ARN FILE
//
// Writes one JSON line per record. After every failure it asks for new iterators behind the last
// sequence number that it has seen, as a consumer with checkpoints does.
const fs = require("node:fs");
const {
  DynamoDBStreamsClient, DescribeStreamCommand, GetRecordsCommand, GetShardIteratorCommand,
} = require("@aws-sdk/client-dynamodb-streams");

const [endpoint, arn, path] = process.argv.slice(2);
const client = new DynamoDBStreamsClient({
  endpoint, region: "us-east-1", maxAttempts: 1,
  credentials: {accessKeyId: "000000000000", secretAccessKey: "secret"},
});
const out = fs.openSync(path, "w");
const shards = new Map();  // by id: {parent, iterator, last, ended}

async function discover() {
  let start;
  do {
    const {StreamDescription: stream} = await client.send(
      new DescribeStreamCommand({StreamArn: arn, ExclusiveStartShardId: start}));
    for (const shard of stream.Shards) {
      if (!shards.has(shard.ShardId)) shards.set(shard.ShardId, {parent: shard.ParentShardId});
    }
    start = stream.LastEvaluatedShardId;
  } while (start);
}

async function iteratorOf(id, shard) {
  if (shard.iterator) return shard.iterator;
  const where = shard.last
    ? {ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: shard.last}
    : {ShardIteratorType: "TRIM_HORIZON"};
  const answer = await client.send(
    new GetShardIteratorCommand({StreamArn: arn, ShardId: id, ...where}));
  return answer.ShardIterator;
}

async function poll() {
  await discover();
  let count = 0;
  for (const [id, shard] of shards) {
    if (shard.ended || (shard.parent && !shards.get(shard.parent)?.ended)) continue;
    const page = await client.send(
      new GetRecordsCommand({ShardIterator: await iteratorOf(id, shard), Limit: 500}));
    const lines = page.Records.map(({dynamodb: change}) => JSON.stringify({
      shard: id, sequence: change.SequenceNumber, key: change.Keys.id.S,
      new: change.NewImage?.version?.N, old: change.OldImage?.version?.N}) + "\n");
    fs.writeSync(out, lines.join(""));
    if (page.Records.length > 0) shard.last = page.Records.at(-1).dynamodb.SequenceNumber;
    shard.iterator = page.NextShardIterator;
    shard.ended = !page.NextShardIterator;
    count += page.Records.length;
  }
  return count;
}

async function main() {
  for (;;) {
    let count = 0;
    try {
      count = await poll();
    } catch (error) {
      // The server was killed: it comes back. What the service itself says is a finding.
      if (error.$metadata?.httpStatusCode) throw error;
      for (const shard of shards.values()) shard.iterator = undefined;
    }
    if (count === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

main().catch((error) => { console.error(error); process.exit(1); });
