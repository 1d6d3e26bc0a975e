// One call for each error that the packages model, with an access key that is called like it. Prints
// JSON: what was thrown, by package and error.
const dynamodb = require('@aws-sdk/client-dynamodb')
const streams = require('@aws-sdk/client-dynamodb-streams')

const packages = {
  'client-dynamodb': {
    module: dynamodb,
    base: dynamodb.DynamoDBServiceException,
    Client: dynamodb.DynamoDBClient,
    command: () => new dynamodb.GetItemCommand({ TableName: 'Table', Key: { pk: { S: '1' } } })
  },
  'client-dynamodb-streams': {
    module: streams,
    base: streams.DynamoDBStreamsServiceException,
    Client: streams.DynamoDBStreamsClient,
    command: () => new streams.GetRecordsCommand({ ShardIterator: 'x'.repeat(20) })
  }
}

async function thrown ({ module, Client, command }, code) {
  const client = new Client({ maxAttempts: 1, credentials: { accessKeyId: code, secretAccessKey: 'secret' } })
  try {
    await client.send(command())
    return 'nothing'
  } catch (error) {
    return {
      name: error.name,
      instance: error instanceof module[code],
      message: error.message,
      status: error.$metadata.httpStatusCode
    }
  } finally {
    client.destroy()
  }
}

async function main () {
  const seen = {}
  for (const [name, each] of Object.entries(packages)) {
    const codes = Object.keys(each.module).filter(key => each.module[key]?.prototype instanceof each.base)
    const results = await Promise.all(codes.map(async code => [code, await thrown(each, code)]))
    seen[name] = Object.fromEntries(results)
  }
  console.log(JSON.stringify(seen))
}

main().catch(error => { console.error(error); process.exit(1) })
