// Sends what it reads, a line of JSON each, {account, operation, request}, and writes what the SDK
// made of the answer: {result} or {status, code, message, members}. Binary values are base64 on
// both sides of the pipe, bytes in between.
const readline = require('node:readline')
const dynamodb = require('@aws-sdk/client-dynamodb')

const clients = new Map()

function clientOf(account) {
  if (!clients.has(account)) {
    clients.set(account, new dynamodb.DynamoDBClient({
      credentials: { accessKeyId: account, secretAccessKey: 'secret' }, maxAttempts: 1
    }))
  }
  return clients.get(account)
}

function walk(value, convert) {
  if (Array.isArray(value)) return value.map(element => walk(element, convert))
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Uint8Array || value instanceof Date) return value
  const names = Object.keys(value)
  if (names.length === 1 && names[0] === 'B' && !isMap(value.B)) return { B: convert(value.B) }
  if (names.length === 1 && names[0] === 'BS' && Array.isArray(value.BS)) return { BS: value.BS.map(convert) }
  return Object.fromEntries(names.map(name => [name, walk(value[name], convert)]))
}

const isMap = value => typeof value === 'object' && !(value instanceof Uint8Array)
const toBytes = request => walk(request, text => new Uint8Array(Buffer.from(text, 'base64')))
const toBase64 = answer => walk(answer, bytes => Buffer.from(bytes).toString('base64'))
const seconds = (name, value) => value instanceof Date ? value.getTime() / 1000 : value
// JSON.stringify asks toJSON first, which makes text of a Date.
Date.prototype.toJSON = function () { return this.getTime() / 1000 }

async function answer({ account, operation, request }) {
  try {
    const { $metadata, ...result } = await clientOf(account).send(new dynamodb[`${operation}Command`](toBytes(request)))
    return { result: toBase64(result) }
  } catch (error) {
    if (!error.$metadata?.httpStatusCode) return { refused: `${error}` }
    const { name, message, $fault, $metadata, $response, $service, $retryable, stack, Message, __type, code, ...members } = error
    return { status: $metadata.httpStatusCode, code: name, message, members: toBase64(members) }
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const written = JSON.stringify(await answer(JSON.parse(line)), seconds)
    process.stdout.write(written + '\n')
  }
}

main()
