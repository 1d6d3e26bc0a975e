// A table comes and goes, and the SDK's waiters see it.
const {
  DynamoDBClient, CreateTableCommand, DeleteTableCommand, DescribeTableCommand,
  waitUntilTableExists, waitUntilTableNotExists
} = require('@aws-sdk/client-dynamodb')
const assert = require('node:assert')

const client = new DynamoDBClient({})
const TableName = 'Javascript'
const waiter = { client, minDelay: 1, maxDelay: 1, maxWaitTime: 20 }

async function main () {
  await client.send(new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }]
  }))
  const { Table } = await client.send(new DescribeTableCommand({ TableName }))
  assert.equal(Table.TableStatus, 'CREATING')
  assert.equal((await waitUntilTableExists(waiter, { TableName })).state, 'SUCCESS')
  await client.send(new DeleteTableCommand({ TableName }))
  assert.equal((await waitUntilTableNotExists(waiter, { TableName })).state, 'SUCCESS')
}

main()
