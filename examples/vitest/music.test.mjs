import { createHash } from "node:crypto";
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";

// Each test is an account of its own: an access key of 12 digits. It follows from the test's name, so
// that a recorded run replays in any order.
function emptyDynamoDB() {
  const name = createHash("sha256").update(expect.getState().currentTestName).digest();
  return new DynamoDBClient({
    endpoint: process.env.DYNADECK_URL,
    region: "us-east-1",
    credentials: {
      accessKeyId: String(name.readUInt32BE()).padStart(12, "0"),
      secretAccessKey: "any",
    },
  });
}

test("an item comes back", async () => {
  const client = emptyDynamoDB();
  await client.send(
    new CreateTableCommand({
      TableName: "music",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "artist", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "artist", KeyType: "HASH" }],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName: "music" });
  const Item = { artist: { S: "Nina Simone" }, albums: { N: "40" } };
  await client.send(new PutItemCommand({ TableName: "music", Item }));
  const found = await client.send(
    new GetItemCommand({ TableName: "music", Key: { artist: { S: "Nina Simone" } } }),
  );
  expect(found.Item).toEqual(Item);
});
