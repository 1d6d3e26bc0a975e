// A session full of secrets, as secretive.py: what was sent to say who asks goes, as JSON, to the
// file named by the argument.
const fs = require('node:fs')
const {
  BatchGetItemCommand, BatchWriteItemCommand, CreateTableCommand, DeleteItemCommand, DynamoDBClient,
  ExecuteStatementCommand, GetItemCommand, PutItemCommand, QueryCommand, ScanCommand,
  TransactWriteItemsCommand, UpdateItemCommand, waitUntilTableExists
} = require('@aws-sdk/client-dynamodb')

const secrets = JSON.parse(process.env.SECRETS)
const sent = new Set()
const client = new DynamoDBClient({})
client.middlewareStack.add(next => args => {
  args.request.headers.cookie = `session=${secrets.cookie}`
  return next(args)
}, { step: 'build' })
client.middlewareStack.addRelativeTo(next => args => {
  for (const [name, value] of Object.entries(args.request.headers)) {
    if (['authorization', 'x-amz-security-token', 'cookie'].includes(name.toLowerCase())) sent.add(value)
  }
  return next(args)
}, { relation: 'after', toMiddleware: 'httpSigningMiddleware', name: 'watch' })

const TableName = 'Vault'
const Key = { id: { S: 'one' } }
const bytes = text => new Uint8Array(Buffer.from(text, 'hex'))
const item = id => ({
  id: { S: id },
  password: { S: secrets.password },
  email: { S: secrets.email },
  token: { S: secrets.token },
  key: { B: bytes(secrets.key) },
  card: { N: secrets.card },
  aliases: { SS: [secrets.alias, 'open'] },
  blobs: { BS: [bytes(secrets.blob)] },
  nested: { M: { deep: { L: [{ M: { password: { S: secrets.nested } } }] } } },
  note: { S: `see ${secrets.pattern} for more` }
})

async function main () {
  await client.send(new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }]
  }))
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName })
  await client.send(new PutItemCommand({ TableName, Item: item('one') }))
  await client.send(new PutItemCommand({ TableName, Item: item('one'), ReturnValues: 'ALL_OLD' }))
  await client.send(new GetItemCommand({ TableName, Key }))
  await client.send(new UpdateItemCommand({
    TableName,
    Key,
    UpdateExpression: 'SET password = :p, #e = :e',
    ExpressionAttributeNames: { '#e': 'email' },
    ExpressionAttributeValues: { ':p': { S: secrets.password }, ':e': { S: secrets.email } },
    ReturnValues: 'ALL_NEW'
  }))
  await client.send(new PutItemCommand({
    TableName,
    Item: item('one'),
    ConditionExpression: 'attribute_not_exists(id)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD'
  })).then(() => { throw new Error('the condition should have failed') }, error => {
    if (!error.Item) throw error
  })
  await client.send(new QueryCommand({
    TableName, KeyConditionExpression: 'id = :i', ExpressionAttributeValues: { ':i': { S: 'one' } }
  }))
  await client.send(new ScanCommand({
    TableName, FilterExpression: 'card = :c', ExpressionAttributeValues: { ':c': { N: secrets.card } }
  }))
  await client.send(new TransactWriteItemsCommand({
    ClientRequestToken: 'fixed-token', TransactItems: [{ Put: { TableName, Item: item('two') } }]
  }))
  await client.send(new BatchWriteItemCommand({ RequestItems: { Vault: [{ PutRequest: { Item: item('three') } }] } }))
  await client.send(new BatchGetItemCommand({ RequestItems: { Vault: { Keys: [Key, { id: { S: 'three' } }] } } }))
  // Whatever the answer is: the statement was asked.
  await client.send(new ExecuteStatementCommand({
    Statement: `SELECT * FROM Vault WHERE id = 'one' AND password = '${secrets.password}'`
  })).catch(() => {})
  await client.send(new DeleteItemCommand({ TableName, Key, ReturnValues: 'ALL_OLD' }))
  client.destroy()
  fs.writeFileSync(process.argv[2], JSON.stringify([...sent]))
  console.log('session done')
}

main().catch(error => { console.error(error); process.exit(1) })
