// For mocha's --require: the suites name an endpoint of their own; here it is that of this run.
const AWS = require('aws-sdk')

const setEndpoint = AWS.Service.prototype.setEndpoint
AWS.Service.prototype.setEndpoint = function () {
  setEndpoint.call(this, process.env.DYNADECK_URL)
}

// They want items that they put one after the other to have times that differ, which on a fast
// machine is a matter of luck.
const now = Date.now
let last = 0
Date.now = () => {
  last = Math.max(now(), last + 1)
  return last
}
