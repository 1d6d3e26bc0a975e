// Writes 200 items against a server that throttles some writes. Prints JSON, as boto3_faults.py does.
const {
  DynamoDBClient, CreateTableCommand, PutItemCommand, ScanCommand, ProvisionedThroughputExceededException
} = require('@aws-sdk/client-dynamodb')

const attempts = Number(process.argv[2])
const client = new DynamoDBClient({ maxAttempts: attempts })
const TableName = `JsFaulty${attempts}`

async function main () {
  await client.send(new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }]
  }))
  const refused = []
  let retries = 0
  // One after another where the order matters; at once where the SDK's back-off would take minutes.
  const put = async number => {
    try {
      const { $metadata } = await client.send(new PutItemCommand({ TableName, Item: { id: { N: `${number}` } } }))
      retries += $metadata.attempts - 1
    } catch (error) {
      if (!(error instanceof ProvisionedThroughputExceededException)) throw error
      refused.push(number)
    }
  }
  const numbers = Array.from({ length: 200 }, (_, number) => number)
  if (attempts === 1) for (const number of numbers) await put(number)
  else await Promise.all(numbers.map(put))
  const { Count } = await client.send(new ScanCommand({ TableName, Select: 'COUNT', ConsistentRead: true }))
  console.log(JSON.stringify({ refused, retries, written: Count }))
}

main().catch(error => { console.error(error); process.exit(1) })
