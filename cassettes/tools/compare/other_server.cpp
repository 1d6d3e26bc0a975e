#include "cassettes/tools/compare/other_server.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "cassettes/json/text.h"
#include "cassettes/json/tree.h"

namespace dynadeck::cassettes {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds kFirstPause{20};
constexpr std::chrono::milliseconds kLongestPause{2000};

// Where nothing is signed anew, local DynamoDBs want a signature's form, not a signature. An access
// key that is a 12-digit number is the account where they know accounts.
Request request_of(const Scope& scope, const std::string& operation, const std::string& body) {
  const bool streams = find_operation(Api::kStreams, operation) != Operation::kUnknown;
  Request request;
  request.operation = find_operation(streams ? Api::kStreams : Api::kDynamoDb, operation);
  request.scope = scope;
  request.body = body;
  HeaderList& headers = request.headers;
  headers.add("X-Amz-Target",
              (streams ? "DynamoDBStreams_20120810." : "DynamoDB_20120810.") + operation);
  headers.add("Content-Type", "application/x-amz-json-1.0");
  headers.add("X-Amz-Date", "20260101T000000Z");
  headers.add("Authorization", "AWS4-HMAC-SHA256 Credential=" + scope.account + "/20260101/" +
                                   scope.region +
                                   "/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, "
                                   "Signature=0000000000000000000000000000000000000000000000000000"
                                   "000000000000");
  return request;
}

bool is_on_its_way(std::string_view status) {
  return status == "CREATING" || status == "UPDATING" || status == "DELETING";
}

// Of a table's description: the table, or one of its indexes.
bool is_on_its_way(std::string_view table, const char* indexes) {
  bool any = is_on_its_way(string_value(find_member(table, "TableStatus")));
  (void)for_each_element(find_member(table, indexes), [&](std::string_view index) {
    any = any || is_on_its_way(string_value(find_member(index, "IndexStatus")));
    return true;
  });
  return any;
}

// Where it stands, by an answer to DescribeTable; nothing while it is on its way.
std::optional<OtherServer::Waited> state_of(const Answer& answer, bool deleted) {
  using Waited = OtherServer::Waited;
  if (is_error(answer, "ResourceNotFoundException")) {
    // [doc] DescribeTable is eventually consistent: it may not know a new table at once.
    return deleted ? std::optional(Waited::kSettled) : std::nullopt;
  }
  if (answer.status != 200) return Waited::kNotTold;
  const std::string_view table = find_member(answer.body, "Table");
  if (deleted || is_on_its_way(table, "GlobalSecondaryIndexes")) return std::nullopt;
  return Waited::kSettled;
}

}  // namespace

Outcome<Answer, std::string> OtherServer::ask(const Scope& scope, const std::string& operation,
                                              const std::string& body) {
  auto response = database_->ask(request_of(scope, operation, body));
  if (!response) return response.error();
  return Answer{response->status, std::move(response->body)};
}

template <typename Step>
bool OtherServer::repeat(Step step) {
  std::chrono::milliseconds waited{0};
  for (auto next = kFirstPause; !step(); next = std::min(2 * next, kLongestPause)) {
    if (waited >= patience_) return false;
    pause_(next);
    waited += next;
  }
  return true;
}

Outcome<OtherServer::Waited, std::string> OtherServer::await_table(const Scope& scope,
                                                                   std::string_view operation,
                                                                   std::string_view request) {
  const bool deleted = operation == "DeleteTable";
  if (!deleted && operation != "CreateTable" && operation != "UpdateTable") return Waited::kSettled;
  if (patience_.count() == 0) return Waited::kSettled;
  std::string body = "{\"TableName\":";
  body.append(find_member(request, "TableName")).append("}");
  std::optional<Outcome<Waited, std::string>> found;
  const bool in_time = repeat([&] {
    const auto answer = ask(scope, "DescribeTable", body);
    if (!answer) {
      found = answer.error();
    } else if (const auto state = state_of(*answer, deleted)) {
      found = *state;
    }
    return found.has_value();
  });
  return in_time ? *found : Waited::kTooLong;
}

Outcome<Answer, std::string> OtherServer::await_records(const Scope& scope,
                                                        const std::string& request, Answer first,
                                                        std::size_t count) {
  if (patience_.count() == 0) return first;
  json page = parse_tree(first.body);
  json more = parse_tree(request);
  std::string wrong;
  const auto is_complete = [&] {
    const auto records = page.find("Records");
    const auto iterator = page.find("NextShardIterator");
    if (records == page.end() || iterator == page.end() || !iterator->is_string()) return true;
    return records->size() >= count;
  };
  (void)repeat([&] {
    if (is_complete() || !more.is_object()) return true;
    more["ShardIterator"] = page["NextShardIterator"];
    more["Limit"] = count - page["Records"].size();
    const auto answer = ask(scope, "GetRecords", print_tree(more));
    if (!answer) return wrong = answer.error(), true;
    json next = parse_tree(answer->body);
    if (answer->status != 200 || !next.is_object() || !next["Records"].is_array()) return true;
    for (json& record : next["Records"]) page["Records"].push_back(std::move(record));
    next["Records"] = std::move(page["Records"]);
    page = std::move(next);
    first.body = print_tree(page);
    return is_complete();
  });
  if (!wrong.empty()) return wrong;
  return first;
}

std::size_t count_records(const Answer& answer) {
  std::size_t count = 0;
  (void)for_each_element(find_member(answer.body, "Records"), [&](std::string_view) {
    ++count;
    return true;
  });
  return count;
}

}  // namespace dynadeck::cassettes
