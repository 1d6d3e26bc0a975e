// A project tracker on one table, with ElectroDB: entities, a service with collections, cursors,
// batches, transactions and conditions.
const assert = require('node:assert/strict')
const { Entity, Service } = require('electrodb')
const { randomUUID } = require('node:crypto')

const table = 'tracker'
const text = name => ({ AttributeName: name, AttributeType: 'S' })

exports.table = {
  TableName: table,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [text('pk'), text('sk'), text('gsi1pk'), text('gsi1sk')],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }],
  GlobalSecondaryIndexes: [{
    IndexName: 'gsi1',
    KeySchema: [{ AttributeName: 'gsi1pk', KeyType: 'HASH' }, { AttributeName: 'gsi1sk', KeyType: 'RANGE' }],
    Projection: { ProjectionType: 'ALL' }
  }]
}

function model (client) {
  const task = new Entity({
    model: { entity: 'task', version: '1', service: 'tracker' },
    attributes: {
      project: { type: 'string', required: true },
      task: { type: 'string', required: true },
      employee: { type: 'string', required: true },
      status: { type: ['open', 'doing', 'done'], required: true, default: 'open' },
      points: { type: 'number' },
      tags: { type: 'set', items: 'string' },
      notes: { type: 'list', items: { type: 'map', properties: { by: { type: 'string' }, text: { type: 'string' } } } }
    },
    indexes: {
      byProject: { collection: 'work', pk: { field: 'pk', composite: ['project'] }, sk: { field: 'sk', composite: ['task'] } },
      byEmployee: { index: 'gsi1', pk: { field: 'gsi1pk', composite: ['employee'] }, sk: { field: 'gsi1sk', composite: ['project', 'task'] } }
    }
  }, { client, table })
  const milestone = new Entity({
    model: { entity: 'milestone', version: '1', service: 'tracker' },
    attributes: { project: { type: 'string', required: true }, name: { type: 'string', required: true }, due: { type: 'string' } },
    indexes: { byProject: { collection: 'work', pk: { field: 'pk', composite: ['project'] }, sk: { field: 'sk', composite: ['name'] } } }
  }, { client, table })
  return { task, milestone, tracker: new Service({ task, milestone }, { client, table }) }
}

const many = (project, count) => Array.from({ length: count }, (_, n) => ({
  project, task: `task-${String(n).padStart(3, '0')}`, employee: `${project}-${n % 3}`, points: n
}))

exports.tests = {
  async 'create, read, update, delete' (client) {
    const { task } = model(client)
    const key = { project: 'crud', task: 'one' }
    await task.create({ ...key, employee: 'ann', points: 3, tags: ['a', 'b'] }).go()
    assert.equal((await task.get(key).go()).data.status, 'open')
    await task.update(key).set({ status: 'doing' }).add({ points: 2, tags: ['c'] }).go()
    const read = (await task.get(key).go()).data
    assert.deepEqual([read.status, read.points, [...read.tags].sort()], ['doing', 5, ['a', 'b', 'c']])
    await task.patch(key).append({ notes: [{ by: 'bob', text: 'é 日本' }] }).go().catch(error => {
      // A list that is not there cannot grow.
      assert.match(error.message, /attribute/)
    })
    await task.update(key).set({ notes: [{ by: 'bob', text: 'é 日本' }] }).go()
    await task.remove(key).go()
    assert.equal((await task.get(key).go()).data, null)
  },

  async 'an item is created once' (client) {
    const { task } = model(client)
    const item = { project: 'once', task: 'one', employee: 'ann' }
    await task.create(item).go()
    await assert.rejects(task.create(item).go(), /conditional request failed/)
    await assert.rejects(task.patch({ project: 'once', task: 'two' }).set({ points: 1 }).go(), /conditional request failed/)
  },

  async 'a counter counts' (client) {
    const { task } = model(client)
    const key = { project: 'count', task: 'one' }
    await task.create({ ...key, employee: 'ann', points: 0 }).go()
    for (let turn = 1; turn <= 6; turn++) {
      await task.update(key).add({ points: 1 }).go()
      assert.equal((await task.get(key).go()).data.points, turn)
    }
  },

  async 'a list grows between equal queries' (client) {
    const { task } = model(client)
    for (let count = 0; count < 4; count++) {
      assert.equal((await task.query.byProject({ project: 'grow' }).go()).data.length, count)
      await task.put({ project: 'grow', task: `t${count}`, employee: 'ann' }).go()
    }
  },

  async 'pages follow their cursor' (client) {
    const { task } = model(client)
    await task.put(many('pages', 30)).go()
    let cursor = null
    const seen = []
    do {
      const page = await task.query.byProject({ project: 'pages' }).go({ cursor, limit: 7 })
      seen.push(...page.data.map(each => each.task))
      cursor = page.cursor
    } while (cursor !== null)
    assert.equal(new Set(seen).size, 30)
    const all = await task.query.byProject({ project: 'pages' }).go({ pages: 'all', limit: 4 })
    assert.equal(all.data.length, 30)
  },

  async 'an index answers, with ranges and filters' (client) {
    const { task } = model(client)
    await task.put(many('ranges', 20)).go()
    const mine = await task.query.byEmployee({ employee: 'ranges-1' }).go()
    assert.equal(mine.data.length, 7)
    const few = await task.query.byProject({ project: 'ranges' }).between({ task: 'task-003' }, { task: 'task-008' }).go()
    assert.equal(few.data.length, 6)
    const heavy = await task.query.byProject({ project: 'ranges' })
      .where(({ points }, { gte }) => gte(points, 15)).go({ order: 'desc' })
    assert.deepEqual(heavy.data.map(each => each.points), [19, 18, 17, 16, 15])
  },

  async 'a collection holds both entities' (client) {
    const { task, milestone, tracker } = model(client)
    await task.put(many('both', 5)).go()
    await milestone.put([{ project: 'both', name: 'alpha', due: '2026-12-01' }, { project: 'both', name: 'beta' }]).go()
    const { data } = await tracker.collections.work({ project: 'both' }).go()
    assert.deepEqual([data.task.length, data.milestone.length], [5, 2])
  },

  async 'batches are written, read and deleted' (client) {
    const { task } = model(client)
    const items = many('batch', 40)
    const { unprocessed } = await task.put(items).go({ concurrency: 1 })
    assert.equal(unprocessed.length, 0)
    const keys = items.map(({ project, task }) => ({ project, task }))
    const read = await task.get(keys).go()
    assert.equal(read.data.length, 40)
    await task.delete(keys.slice(0, 30)).go()
    assert.equal((await task.query.byProject({ project: 'batch' }).go()).data.length, 10)
  },

  async 'a transaction is all or nothing' (client) {
    const { task, milestone, tracker } = model(client)
    const move = await tracker.transaction.write(({ task, milestone }) => [
      task.create({ project: 'tx', task: 'one', employee: 'ann' }).commit(),
      milestone.create({ project: 'tx', name: 'alpha' }).commit()
    ]).go({ token: 'tx-first' })
    assert.equal(move.canceled, false)
    const again = await tracker.transaction.write(({ task, milestone }) => [
      task.create({ project: 'tx', task: 'two', employee: 'ann' }).commit(),
      milestone.create({ project: 'tx', name: 'alpha' }).commit({ response: 'all_old' })
    ]).go({ token: 'tx-second' })
    assert.equal(again.canceled, true)
    assert.equal((await task.get({ project: 'tx', task: 'two' }).go()).data, null)
    const read = await tracker.transaction.get(({ task, milestone }) => [
      task.get({ project: 'tx', task: 'one' }).commit(), milestone.get({ project: 'tx', name: 'alpha' }).commit()
    ]).go()
    assert.equal(read.data.length, 2)
  },

  async 'upserts keep what they do not name' (client) {
    const { task } = model(client)
    const key = { project: 'upsert', task: 'one' }
    await task.upsert({ ...key, employee: 'ann', points: 1 }).go()
    await task.upsert({ ...key, employee: 'bob' }).go()
    const { data } = await task.get(key).go()
    assert.deepEqual([data.employee, data.points], ['bob', 1])
  },

  // Random, so that it differs in every run.
  async 'an id that is drawn comes back' (client) {
    const { task } = model(client)
    const id = randomUUID()
    await task.put({ project: 'random', task: id, employee: 'ann' }).go()
    assert.equal((await task.get({ project: 'random', task: id }).go()).data.task, id)
    assert.equal((await task.query.byProject({ project: 'random' }).begins({ task: id }).go()).data[0].task, id)
  }
}
