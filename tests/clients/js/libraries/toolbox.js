// A shop on one table, with DynamoDB Toolbox: schemas, updates of every kind, pages, batches and
// transactions.
const assert = require('node:assert/strict')
const { randomUUID } = require('node:crypto')
const { DynamoDBDocumentClient } = require('@aws-sdk/lib-dynamodb')
const {
  Table, Entity, item, string, number, list, map, set, any,
  GetItemCommand, PutItemCommand, UpdateItemCommand, DeleteItemCommand, QueryCommand,
  BatchWriteCommand, BatchPutRequest, BatchDeleteRequest, executeBatchWrite,
  BatchGetCommand, BatchGetRequest, executeBatchGet,
  PutTransaction, UpdateTransaction, ConditionCheck, executeTransactWrite,
  GetTransaction, executeTransactGet, $add, $append, $remove, $get, $set
} = require('dynamodb-toolbox')

const text = name => ({ AttributeName: name, AttributeType: 'S' })

exports.table = {
  TableName: 'shop',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [text('customer'), text('order')],
  KeySchema: [{ AttributeName: 'customer', KeyType: 'HASH' }, { AttributeName: 'order', KeyType: 'RANGE' }]
}

function model (client) {
  const table = new Table({
    name: 'shop',
    partitionKey: { name: 'customer', type: 'string' },
    sortKey: { name: 'order', type: 'string' },
    documentClient: DynamoDBDocumentClient.from(client)
  })
  const order = new Entity({
    name: 'Order',
    table,
    timestamps: false,
    schema: item({
      customer: string().key(),
      order: string().key(),
      status: string().enum('new', 'paid', 'sent').default('new'),
      total: number().optional(),
      lines: list(map({ article: string(), count: number() })).optional(),
      labels: set(string()).optional(),
      more: any().optional()
    })
  })
  return { table, order }
}

const orders = (customer, count) => Array.from({ length: count }, (_, n) => ({
  customer, order: `o-${String(n).padStart(3, '0')}`, total: n * 1.5
}))

exports.tests = {
  async 'an order is put, read and deleted' (client) {
    const { order } = model(client)
    const key = { customer: 'ann', order: 'first' }
    await order.build(PutItemCommand).item({ ...key, total: 12.34, labels: new Set(['x', 'y']), lines: [{ article: 'tea', count: 2 }] }).send()
    const { Item } = await order.build(GetItemCommand).key(key).options({ consistent: true }).send()
    assert.deepEqual([Item.status, Item.total, Item.lines[0].count], ['new', 12.34, 2])
    await order.build(DeleteItemCommand).key(key).options({ returnValues: 'ALL_OLD' }).send()
    assert.equal((await order.build(GetItemCommand).key(key).send()).Item, undefined)
  },

  async 'updates of every kind' (client) {
    const { order } = model(client)
    const key = { customer: 'updates', order: 'first' }
    await order.build(PutItemCommand).item({ ...key, total: 1, lines: [{ article: 'tea', count: 1 }] }).send()
    const update = changes => order.build(UpdateItemCommand).item({ ...key, ...changes }).options({ returnValues: 'ALL_NEW' }).send()
    assert.equal((await update({ total: $add(4) })).Attributes.total, 5)
    assert.equal((await update({ lines: $append([{ article: 'cup', count: 3 }]) })).Attributes.lines.length, 2)
    assert.equal((await update({ lines: { 0: { count: 7 } } })).Attributes.lines[0].count, 7)
    assert.equal((await update({ status: 'paid', more: $set({ deep: [1, 'two', null, { three: true }] }) })).Attributes.status, 'paid')
    assert.equal((await update({ total: $remove() })).Attributes.total, undefined)
    assert.equal((await update({ total: $get('total', 9) })).Attributes.total, 9)
  },

  async 'conditions hold' (client) {
    const { order } = model(client)
    const key = { customer: 'conditions', order: 'first' }
    const create = () => order.build(PutItemCommand).item(key).options({ condition: { attr: 'order', exists: false } }).send()
    await create()
    await assert.rejects(create(), { name: 'ConditionalCheckFailedException' })
    const pay = () => order.build(UpdateItemCommand).item({ ...key, status: 'paid' }).options({ condition: { attr: 'status', eq: 'new' } }).send()
    await pay()
    await assert.rejects(pay(), { name: 'ConditionalCheckFailedException' })
  },

  async 'pages follow their key' (client) {
    const { table, order } = model(client)
    for (const each of orders('pages', 12)) await order.build(PutItemCommand).item(each).send()
    const seen = []
    let exclusiveStartKey
    do {
      const page = await table.build(QueryCommand).query({ partition: 'pages' }).entities(order)
        .options({ limit: 5, exclusiveStartKey }).send()
      seen.push(...page.Items.map(each => each.order))
      exclusiveStartKey = page.LastEvaluatedKey
    } while (exclusiveStartKey)
    assert.equal(seen.length, 12)
  },

  async 'ranges, filters and projections' (client) {
    const { table, order } = model(client)
    for (const each of orders('ranges', 10)) await order.build(PutItemCommand).item(each).send()
    const query = (range, options) => table.build(QueryCommand).query({ partition: 'ranges', range }).entities(order).options(options).send()
    assert.equal((await query({ between: ['o-002', 'o-005'] }, {})).Items.length, 4)
    assert.equal((await query({ beginsWith: 'o-00' }, { filters: { Order: { attr: 'total', gte: 9 } } })).Items.length, 4)
    const backward = await query({ gt: 'o-006' }, { reverse: true, attributes: ['order'] })
    assert.deepEqual(backward.Items.map(each => each.order), ['o-009', 'o-008', 'o-007'])
  },

  async 'the same question between writes' (client) {
    const { table, order } = model(client)
    for (let count = 0; count < 5; count++) {
      const page = await table.build(QueryCommand).query({ partition: 'growing' }).entities(order).send()
      assert.equal(page.Items.length, count)
      await order.build(PutItemCommand).item({ customer: 'growing', order: `o-${count}` }).send()
    }
  },

  async 'batches' (client) {
    const { table, order } = model(client)
    const items = orders('batches', 20)
    await executeBatchWrite(table.build(BatchWriteCommand).requests(...items.map(each => order.build(BatchPutRequest).item(each))))
    const { Responses } = await executeBatchGet(table.build(BatchGetCommand).requests(
      ...items.slice(5, 15).map(({ customer, order: name }) => order.build(BatchGetRequest).key({ customer, order: name }))))
    assert.equal(Responses[0].length, 10)
    await executeBatchWrite(table.build(BatchWriteCommand).requests(
      ...items.slice(0, 10).map(({ customer, order: name }) => order.build(BatchDeleteRequest).key({ customer, order: name }))))
    const left = await table.build(QueryCommand).query({ partition: 'batches' }).entities(order).send()
    assert.equal(left.Items.length, 10)
  },

  async 'transactions' (client) {
    const { order } = model(client)
    const stock = { customer: 'transactions', order: 'stock' }
    await order.build(PutItemCommand).item({ ...stock, total: 1 }).send()
    const buy = number => executeTransactWrite(
      { clientRequestToken: `buy-${number}` },
      order.build(UpdateTransaction).item({ ...stock, total: $add(-1) }).options({ condition: { attr: 'total', gt: 0 } }),
      order.build(PutTransaction).item({ customer: 'transactions', order: `order-${number}` }),
      order.build(ConditionCheck).key({ customer: 'transactions', order: 'closed' }).condition({ attr: 'order', exists: false }))
    await buy(1)
    await assert.rejects(buy(2), { name: 'TransactionCanceledException' })
    const { Responses } = await executeTransactGet(
      order.build(GetTransaction).key(stock), order.build(GetTransaction).key({ customer: 'transactions', order: 'order-1' }))
    assert.equal(Responses[0].Item.total, 0)
  },

  // Random, so that it differs in every run.
  async 'an id that is drawn comes back' (client) {
    const { order } = model(client)
    const key = { customer: 'random', order: randomUUID() }
    await order.build(PutItemCommand).item({ ...key, more: { at: new Date().toISOString() } }).send()
    const { Item } = await order.build(GetItemCommand).key(key).send()
    assert.equal(Item.order, key.order)
  }
}
