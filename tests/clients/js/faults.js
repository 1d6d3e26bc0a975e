// Writes 200 items against a server that throttles some writes. Prints JSON, as boto3_faults.py does.
const { ConfiguredRetryStrategy } = require('@smithy/core/retry')
const {
  DynamoDBClient, CreateTableCommand, PutItemCommand, ScanCommand, ProvisionedThroughputExceededException
} = require('@aws-sdk/client-dynamodb')

const attempts = Number(process.argv[2])
// A millisecond between attempts: the SDK's own back-off is not what is tested.
const client = new DynamoDBClient({ retryStrategy: new ConfiguredRetryStrategy(attempts, () => 1) })
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
  const put = async number => {
    try {
      const { $metadata } = await client.send(new PutItemCommand({ TableName, Item: { id: { N: `${number}` } } }))
      retries += $metadata.attempts - 1
    } catch (error) {
      if (!(error instanceof ProvisionedThroughputExceededException)) throw error
      refused.push(number)
    }
  }
  for (let number = 0; number < 200; number++) await put(number)
  const { Count } = await client.send(new ScanCommand({ TableName, Select: 'COUNT', ConsistentRead: true }))
  console.log(JSON.stringify({ refused, retries, written: Count }))
}

main().catch(error => { console.error(error); process.exit(1) })
