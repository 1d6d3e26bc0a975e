// For mocha's --require: the suites name an endpoint of their own; here it is that of this run.
const AWS = require('aws-sdk')

const setEndpoint = AWS.Service.prototype.setEndpoint
AWS.Service.prototype.setEndpoint = function () {
  setEndpoint.call(this, process.env.DYNADECK_URL)
}
