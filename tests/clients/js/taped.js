// A session for the tape, as taped.py: a line per answer to the file named by the argument, and one
// request that differs with CHANGED=1.
const crypto = require('node:crypto')
const fs = require('node:fs')
const { Readable } = require('node:stream')
const {
  DynamoDBClient, CreateTableCommand, DeleteTableCommand, GetItemCommand, PutItemCommand,
  TransactWriteItemsCommand, UpdateItemCommand, paginateQuery, waitUntilTableExists
} = require('@aws-sdk/client-dynamodb')

const log = fs.createWriteStream(process.argv[2])
const client = new DynamoDBClient({})

// Reads every answer's bytes before the SDK does.
client.middlewareStack.add(next => async args => {
  const result = await next(args)
  const chunks = []
  for await (const chunk of result.response.body) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  log.write(`${result.response.statusCode} ${crypto.createHash('sha256').update(body).digest('hex')}\n`)
  result.response.body = Readable.from([body])
  return result
}, { step: 'deserialize', priority: 'low', name: 'hashes' })

async function main () {
  const TableName = 'JsTape'
  const Key = { id: { S: 'one' }, n: { N: '0' } }
  await client.send(new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }, { AttributeName: 'n', AttributeType: 'N' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }, { AttributeName: 'n', KeyType: 'RANGE' }]
  }))
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName })
  for (let n = 0; n < 20; n++) {
    await client.send(new PutItemCommand({
      TableName, Item: { id: { S: 'one' }, n: { N: `${n}` }, b: { B: new Uint8Array([0, 255]) }, t: { S: 'é 日本' } }
    }))
  }
  let count = 0
  for await (const page of paginateQuery({ client, pageSize: 6 }, {
    TableName, KeyConditionExpression: 'id = :i', ExpressionAttributeValues: { ':i': { S: 'one' } }
  })) count += page.Count
  if (count !== 20) throw new Error(`${count} items`)
  for (let turn = 0; turn < 5; turn++) {
    await client.send(new UpdateItemCommand({
      TableName, Key, UpdateExpression: 'ADD c :one', ExpressionAttributeValues: { ':one': { N: '1' } }, ReturnValues: 'ALL_NEW'
    }))
    await client.send(new GetItemCommand({ TableName, Key }))
  }
  if (!process.env.WITHOUT_TRANSACTIONS) {
    // The SDK draws a token for it, another one each time.
    await client.send(new TransactWriteItemsCommand({
      TransactItems: [{ Put: { TableName, Item: { id: { S: 'two' }, n: { N: '1' } } } }]
    }))
  }
  const wanted = process.env.CHANGED ? 'other' : 'one'
  await client.send(new GetItemCommand({ TableName, Key: { id: { S: wanted }, n: { N: '3' } } }))
  await client.send(new DeleteTableCommand({ TableName }))
  client.destroy()
  console.log('session done')
}

main().catch(error => { console.error(error); process.exit(1) })
