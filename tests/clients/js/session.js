// The AWS SDK for JavaScript v3 end to end.
const assert = require('node:assert/strict')
const test = require('node:test')
const {
  DynamoDBClient, CreateTableCommand, DeleteTableCommand, DescribeTableCommand, GetItemCommand,
  PutItemCommand, UpdateItemCommand, ConditionalCheckFailedException, ResourceNotFoundException,
  paginateQuery, paginateScan, waitUntilTableExists, waitUntilTableNotExists
} = require('@aws-sdk/client-dynamodb')
const { DynamoDBDocumentClient, PutCommand, GetCommand, QueryCommand } = require('@aws-sdk/lib-dynamodb')

const client = new DynamoDBClient({})
const documents = DynamoDBDocumentClient.from(client)
const TableName = 'JsAlbums'

test.before(async () => {
  await client.send(new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'artist', AttributeType: 'S' }, { AttributeName: 'year', AttributeType: 'N' }],
    KeySchema: [{ AttributeName: 'artist', KeyType: 'HASH' }, { AttributeName: 'year', KeyType: 'RANGE' }]
  }))
  const waited = await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName })
  assert.equal(waited.state, 'SUCCESS')
})

test('an item lives', async () => {
  const Key = { artist: 'Nina Simone', year: 1965 }
  const Item = {
    ...Key, title: 'Pastel Blues', tags: new Set(['jazz', 'soul']), cover: new Uint8Array([0, 255, 0]),
    tracks: [{ name: 'Sinnerman', seconds: 622 }], live: false, producer: null, empty: ''
  }
  await documents.send(new PutCommand({ TableName, Item }))
  const { Item: got } = await documents.send(new GetCommand({ TableName, Key, ConsistentRead: true }))
  assert.deepEqual({ ...got, cover: Buffer.from(got.cover) }, { ...Item, cover: Buffer.from(Item.cover) })
})

test('an update returns what it changed', async () => {
  const Key = { artist: { S: 'x' }, year: { N: '1' } }
  const { Attributes } = await client.send(new UpdateItemCommand({
    TableName, Key, UpdateExpression: 'SET a = if_not_exists(a, :z) + :one',
    ExpressionAttributeValues: { ':z': { N: '41' }, ':one': { N: '1' } }, ReturnValues: 'UPDATED_NEW'
  }))
  assert.deepEqual(Attributes, { a: { N: '42' } })
})

test('a failed condition is an exception of its own, with the item if it was asked for', async () => {
  const Item = { artist: { S: 'once' }, year: { N: '1' }, v: { S: 'first' } }
  await client.send(new PutItemCommand({ TableName, Item }))
  await assert.rejects(
    client.send(new PutItemCommand({
      TableName, Item, ConditionExpression: 'attribute_not_exists(artist)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD'
    })),
    error => {
      assert.ok(error instanceof ConditionalCheckFailedException)
      assert.equal(error.message, 'The conditional request failed')
      assert.deepEqual(error.Item, Item)
      assert.equal(error.$metadata.attempts, 1)
      assert.match(error.$metadata.requestId, /^[0-9A-Z]{52}$/)
      return true
    })
})

test('a missing table is an exception of its own', async () => {
  await assert.rejects(client.send(new DescribeTableCommand({ TableName: 'Nowhere' })),
    ResourceNotFoundException)
})

test('paginators see every item once', async () => {
  for (let year = 0; year < 57; year++) {
    await client.send(new PutItemCommand({ TableName, Item: { artist: { S: 'many' }, year: { N: `${year}` } } }))
  }
  const years = []
  for await (const page of paginateQuery({ client, pageSize: 10 }, {
    TableName, KeyConditionExpression: 'artist = :a', ExpressionAttributeValues: { ':a': { S: 'many' } }
  })) years.push(...page.Items.map(item => Number(item.year.N)))
  assert.deepEqual(years, Array.from({ length: 57 }, (_, year) => year))
  let scanned = 0
  for await (const page of paginateScan({ client, pageSize: 9 }, {
    TableName, FilterExpression: 'artist = :a', ExpressionAttributeValues: { ':a': { S: 'many' } }
  })) scanned += page.Count
  assert.equal(scanned, 57)
  const { Items } = await documents.send(new QueryCommand({
    TableName, KeyConditionExpression: 'artist = :a AND #y BETWEEN :from AND :to', ScanIndexForward: false,
    ExpressionAttributeNames: { '#y': 'year' }, ExpressionAttributeValues: { ':a': 'many', ':from': 3, ':to': 6 }
  }))
  assert.deepEqual(Items.map(item => item.year), [6, 5, 4, 3])
})

test('many requests at once', async () => {
  const Key = { artist: { S: 'sum' }, year: { N: '1' } }
  await Promise.all(Array.from({ length: 500 }, () => client.send(new UpdateItemCommand({
    TableName, Key, UpdateExpression: 'ADD hits :one', ExpressionAttributeValues: { ':one': { N: '1' } }
  }))))
  const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))
  assert.equal(Item.hits.N, '500')
})

test('a deleted table is waited for', async () => {
  await client.send(new DeleteTableCommand({ TableName }))
  const waited = await waitUntilTableNotExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName })
  assert.equal(waited.state, 'SUCCESS')
  client.destroy()
})
