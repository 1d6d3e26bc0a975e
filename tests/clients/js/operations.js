// Prints every operation that the packages know, as JSON: {"DynamoDB_20120810": ["BatchGetItem", ...]}.
const names = module => Object.keys(module).filter(name => /^[A-Z].*Command$/.test(name) && name !== '$Command')
  .map(name => name.replace(/Command$/, '')).sort()

console.log(JSON.stringify({
  DynamoDB_20120810: names(require('@aws-sdk/client-dynamodb')),
  DynamoDBStreams_20120810: names(require('@aws-sdk/client-dynamodb-streams'))
}))
