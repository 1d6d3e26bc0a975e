-- wrk's side of a scenario: POSTs the bodies of a file, one per line, round and round.
-- Environment: BENCH_BODIES (path), BENCH_TARGET (X-Amz-Target).
local requests, position, count = {}, 0, 0

function init(args)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/x-amz-json-1.0"
  wrk.headers["X-Amz-Target"] = os.getenv("BENCH_TARGET")
  wrk.headers["X-Amz-Date"] = "20260101T000000Z"
  wrk.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=0000000000000000000000000000000000000000000000000000000000000000"
  for line in io.lines(os.getenv("BENCH_BODIES")) do
    count = count + 1
    requests[count] = wrk.format(nil, "/", nil, line)
  end
end

function request()
  position = position % count + 1
  return requests[position]
end

-- One line that the caller reads.
function done(summary, latency, _)
  io.write(string.format(
    "BENCH {\"requests\":%d,\"microseconds\":%d,\"bytes\":%d,\"status\":%d,\"socket\":%d,\"p50\":%d,\"p99\":%d}\n",
    summary.requests, summary.duration, summary.bytes, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
