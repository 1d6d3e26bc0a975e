// One call per case with one of the SDK's retry modes. Arguments: the mode; a JSON map of cases and
// their calls. Prints JSON: what the application got from each.
const {
  DynamoDBClient, ListTablesCommand, BatchWriteItemCommand, TransactWriteItemsCommand
} = require('@aws-sdk/client-dynamodb')
const { DynamoDBStreamsClient, GetRecordsCommand } = require('@aws-sdk/client-dynamodb-streams')

const retryMode = process.argv[2]
const calls = JSON.parse(process.argv[3])
const Item = { pk: { S: '1' } }
const commands = {
  list: () => new ListTablesCommand({}),
  batch: () => new BatchWriteItemCommand({ RequestItems: { Table: [{ PutRequest: { Item } }] } }),
  transact: () => new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: 'Table', Item } }] }),
  records: () => new GetRecordsCommand({ ShardIterator: 'x'.repeat(20) })
}

async function outcome (name, call) {
  const Client = call === 'records' ? DynamoDBStreamsClient : DynamoDBClient
  const client = new Client({
    retryMode,
    credentials: { accessKeyId: name, secretAccessKey: 'secret' },
    requestHandler: { requestTimeout: 1000, throwOnRequestTimeout: true }
  })
  try {
    const { $metadata, ...answer } = await client.send(commands[call]())
    return Object.keys(answer).length ? 'success' : 'success, empty'
  } catch (error) {
    return error.name === 'Error' && error.code ? error.code : error.name
  } finally {
    client.destroy()
  }
}

Promise.all(Object.entries(calls).map(async ([key, call]) => [key, await outcome(`js-${retryMode}.${key}`, call)]))
  .then(results => console.log(JSON.stringify(Object.fromEntries(results))))
  .catch(error => { console.error(error); process.exit(1) })
