// What an application sees of a table without throughput: a named exception with its reasons, and
// success once the SDK has waited.
const assert = require('node:assert/strict')
const test = require('node:test')
const {
  DynamoDBClient, CreateTableCommand, PutItemCommand, BatchWriteItemCommand,
  ProvisionedThroughputExceededException
} = require('@aws-sdk/client-dynamodb')

const TableName = 'Narrow'
const put = id => new PutItemCommand({ TableName, Item: { id: { S: id } } })

test('a throttled write names its reason, and its retry comes through', async () => {
  const impatient = new DynamoDBClient({ maxAttempts: 1 })
  await impatient.send(new CreateTableCommand({
    TableName,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 }
  }))
  let refusal = null
  for (let written = 0; written < 400 && !refusal; written++) {
    try {
      await impatient.send(put(`${written}`))
    } catch (error) {
      refusal = error
    }
  }
  assert.ok(refusal instanceof ProvisionedThroughputExceededException, `${refusal}`)
  assert.equal(refusal.ThrottlingReasons.length, 1)
  assert.equal(refusal.ThrottlingReasons[0].reason, 'TableWriteProvisionedThroughputExceeded')
  assert.match(refusal.ThrottlingReasons[0].resource, /:table\/Narrow$/)

  const answer = await new DynamoDBClient({ maxAttempts: 6 }).send(put('patient'))
  assert.ok(answer.$metadata.attempts >= 1)

  // As many as a batch takes: a machine would have to stand still for as many seconds.
  const requests = Array.from({ length: 25 }, (_, n) => ({ PutRequest: { Item: { id: { S: `${n}` } } } }))
  const batch = await new DynamoDBClient({ maxAttempts: 6 }).send(
    new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }))
  assert.ok(batch.UnprocessedItems[TableName].length >= 1)
})
