// Runs the suite of one library: node run.js LIBRARY LOG [SEED [WORKERS]]
//
// The tests go in an order that follows from SEED (0: as written), on WORKERS processes. LOG gets a
// line of JSON per test: its name, and the status and the SHA-256 of the body of every answer.
const crypto = require('node:crypto')
const fs = require('node:fs')
const { fork } = require('node:child_process')
const { Readable } = require('node:stream')
const { DynamoDBClient, CreateTableCommand, waitUntilTableExists } = require('@aws-sdk/client-dynamodb')

const [library, logFile, seed = '0', workers = '1', part] = process.argv.slice(2)
const suite = require(`./${library}.js`)
let answers = []

// Reads every answer's bytes before the SDK does.
function recordingClient () {
  const client = new DynamoDBClient({})
  client.middlewareStack.add(next => async args => {
    const result = await next(args)
    const chunks = []
    for await (const chunk of result.response.body) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    answers.push(`${result.response.statusCode} ${crypto.createHash('sha256').update(body).digest('hex')}`)
    result.response.body = Readable.from([body])
    return result
  }, { step: 'deserialize', priority: 'low', name: 'hashes' })
  return client
}

function inOrder (names) {
  if (seed === '0') return names
  const place = name => crypto.createHash('sha256').update(seed + name).digest('hex')
  return [...names].sort((left, right) => place(left) < place(right) ? -1 : 1)
}

async function runTests (client, names) {
  for (const name of names) {
    answers = []
    try {
      await suite.tests[name](client)
    } catch (error) {
      error.message = `${library}: ${name}: ${error.message}`
      throw error
    }
    // One write per line: workers share the file.
    fs.appendFileSync(logFile, JSON.stringify([name, answers]) + '\n')
  }
}

async function setUp (client) {
  answers = []
  await client.send(new CreateTableCommand(suite.table))
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName: suite.table.TableName })
  fs.writeFileSync(logFile, JSON.stringify(['set up', answers]) + '\n')
}

function runPart (number) {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, [library, logFile, seed, workers, `${number}`])
    child.on('exit', code => code === 0 ? resolve() : reject(new Error(`worker ${number} ended with ${code}`)))
  })
}

async function main () {
  const client = recordingClient()
  const names = inOrder(Object.keys(suite.tests))
  if (part !== undefined) {
    await runTests(client, names.filter((_, index) => index % Number(workers) === Number(part)))
  } else {
    await setUp(client)
    if (workers === '1') {
      await runTests(client, names)
    } else {
      await Promise.all(Array.from({ length: Number(workers) }, (_, number) => runPart(number)))
    }
    console.log(`${names.length} tests of ${library} passed`)
  }
  client.destroy()
}

main().catch(error => { console.error(error); process.exit(1) })
