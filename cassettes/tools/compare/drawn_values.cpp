#include "cassettes/tools/compare/drawn_values.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cassettes/json/path.h"
#include "cassettes/json/text.h"
#include "cassettes/json/tree.h"
#include "cassettes/matching/placed_items.h"
#include "cassettes/tools/compare/drawn_members.h"
#include "cassettes/tools/compare/settled.h"
#include "cassettes/tools/compare/taped_order.h"
#include "cassettes/tools/tool.h"
#include "harness/seam/operation.h"

namespace dynadeck::cassettes {
namespace {

using nlohmann::json;

OperationClass class_of(std::string_view operation) {
  const Operation streams = find_operation(Api::kStreams, operation);
  return streams != Operation::kUnknown
             ? OperationClass::kStreams
             : info(find_operation(Api::kDynamoDb, operation)).operation_class;
}

// Whether a description says that there is no such table, or soon will be none.
bool is_gone(const Answer& answer, const json& document) {
  return answer.status == 200 ? status_of_table(document) == "DELETING"
                              : is_error(answer, "ResourceNotFoundException");
}

// Data plane answers that are more than the user's own.
bool is_more_than_data(std::string_view operation) {
  return operation == "Scan" || operation == "BatchGetItem" || operation == "BatchWriteItem" ||
         operation == "ExecuteStatement";
}

}  // namespace

// One walk through two answers to one request.
class DrawnValues::Pairing {
 public:
  // on_the_way: the table has got there in one of them only.
  Pairing(DrawnValues& values, std::string_view taped_request, std::string stream, bool on_the_way)
      : values_(values),
        taped_request_(taped_request),
        stream_(std::move(stream)),
        on_the_way_(on_the_way) {}

  // Makes the members of `other` those of `taped` where they stand for them.
  void objects(json& taped, json& other) {
    for (auto& [name, value] : taped.items()) {
      const auto partner = other.find(name);
      if (partner != other.end() && !is_user_data(name)) pair(name, value, *partner);
    }
    if (on_the_way_) drop_dates_of_one(taped, other);
    if (on_the_way_) drop_dates_of_one(other, taped);
  }

 private:
  void pair(std::string_view name, json& taped, json& other) {
    const std::optional<std::size_t> row = row_of_answered(name);
    if (row && taped.is_primitive()) {
      if (stands_for(*row, taped, other)) other = taped;
    } else if (taped.is_object() && other.is_object()) {
      objects(taped, other);
    } else if (taped.is_array() && other.is_array()) {
      arrays(name, taped, other);
    }
  }

  void arrays(std::string_view name, json& taped, json& other) {
    if (const auto identity = identity_in(name)) {
      other = in_order_of(taped, std::move(other), *identity);
    }
    for (std::size_t i = 0; i < std::min(taped.size(), other.size()); ++i) {
      if (taped[i].is_object() && other[i].is_object()) objects(taped[i], other[i]);
    }
  }

  bool stands_for(std::size_t row, const json& taped, const json& other) {
    const Compared compared = drawn_members()[row].compared;
    if (compared == Compared::kPresence) {
      return taped.is_number() ? other.is_number() : taped.type() == other.type();
    }
    if (!taped.is_string() || !other.is_string()) return false;
    const std::string& was = taped.get_ref<const std::string&>();
    const std::string& is = other.get_ref<const std::string&>();
    const std::string stream = compared == Compared::kPerStream ? stream_ : std::string();
    const std::string was_key = key(row, stream, was);
    // What the client came with is not the server's.
    if (compared == Compared::kRenamed && !values_.others_.contains(was_key) && is_asked(was)) {
      return false;
    }
    if (compared == Compared::kCarried && !stream_.empty()) values_.streams_[was] = stream_;
    if (!drawn_members()[row].asked.empty()) values_.taped_words_[is] = was;
    if (compared != Compared::kCarried) return values_.bind(was_key, was, key(row, stream, is), is);
    values_.others_[was_key] = is;
    return true;
  }

  bool is_asked(const std::string& value) const {
    return taped_request_.find('"' + value + '"') != std::string_view::npos;
  }

  // [doc] some dates are there only once a table is.
  static void drop_dates_of_one(json& from, const json& where_not) {
    for (auto member = from.begin(); member != from.end();) {
      const auto row = row_of_answered(member.key());
      const bool date = row && drawn_members()[*row].compared == Compared::kPresence;
      member = date && !where_not.contains(member.key()) ? from.erase(member) : std::next(member);
    }
  }

  DrawnValues& values_;
  const std::string_view taped_request_;
  const std::string stream_;  // as the tape calls it; empty where the request is for none
  const bool on_the_way_;
};

std::string DrawnValues::key(std::size_t kind, std::string_view stream, std::string_view value) {
  std::string key = std::to_string(kind) + " ";
  key.append(stream).append(" ").append(value);
  return key;
}

const std::string* DrawnValues::other(std::size_t kind, std::string_view stream,
                                      std::string_view taped) const {
  const bool within = drawn_members()[kind].compared == Compared::kPerStream;
  const auto found = others_.find(key(kind, within ? stream : std::string_view(), taped));
  return found == others_.end() ? nullptr : &found->second;
}

// After a contradiction, which is reported, the newest hold, so that it is reported once.
bool DrawnValues::bind(const std::string& taped_key, std::string_view taped,
                       const std::string& other_key, std::string_view other) {
  const auto forth = others_.try_emplace(taped_key, other).first;
  const auto back = taped_.try_emplace(other_key, taped).first;
  const bool consistent = forth->second == other && back->second == taped;
  forth->second = other;
  back->second = taped;
  return consistent;
}

std::string DrawnValues::stream_of(std::string_view taped_request) const {
  const std::string arn = string_value(find_member(taped_request, "StreamArn"));
  if (!arn.empty()) return arn;
  const auto found = streams_.find(string_value(find_member(taped_request, "ShardIterator")));
  return found == streams_.end() ? std::string() : found->second;
}

std::string DrawnValues::carried(const std::string& request) const {
  if (others_.empty()) return request;
  const std::string stream = stream_of(request);
  bool changed = false;
  const auto find = [&](std::string_view name, std::string_view value) -> const std::string* {
    for (const std::size_t row : rows_of_asked(name)) {
      const std::string* const found = other(row, stream, value);
      if (found != nullptr && *found != value) return changed = true, found;
    }
    return nullptr;
  };
  const Visit visit = [&](Places places, std::string_view raw, std::string& replacement) {
    if (!raw.starts_with('"') || places.empty() || is_user_data(places)) return Rewrite::kKeep;
    const std::string* const found = find(places.back().name, string_value(raw));
    if (found == nullptr) return Rewrite::kKeep;
    append_quoted(replacement, *found);
    return Rewrite::kReplace;
  };
  const VisitName visit_name = [&](Places places, std::string_view name, std::string& replacement) {
    if (!is_by_table(places)) return false;
    const std::string* const found = find("TableName", name);
    if (found != nullptr) replacement = *found;
    return found != nullptr;
  };
  std::string out;
  return rewrite_json(request, visit, visit_name, out) && changed ? out : request;
}

std::string DrawnValues::with_taped_words(std::string_view text) const {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string word(text.substr(0, end));
    const auto found = taped_words_.find(word);
    out += found == taped_words_.end() ? word : found->second;
    text.remove_prefix(end);
    if (text.starts_with(' ')) {
      out += ' ';
      text.remove_prefix(1);
    }
  }
  return out;
}

// Tables that were asked for by their ARN, items that come in each server's own order, and the
// token of a statement that has more to say.
void DrawnValues::pair_data(std::string_view operation, std::string_view taped_request, json& taped,
                            json& other) {
  for (const std::string_view member : kByTable) {
    const auto tables = other.find(member);
    if (tables == other.end() || !tables->is_object()) continue;
    json renamed = json::object();
    for (auto& [table, value] : tables->items()) {
      const auto found = taped_words_.find(table);
      renamed[found == taped_words_.end() ? table : found->second] = std::move(value);
    }
    *tables = std::move(renamed);
  }
  if (operation == "Scan") reorder("Items", taped, other);
  if (operation == "ExecuteStatement") {
    Pairing(*this, taped_request, "", false).objects(taped, other);
  }
  if (operation != "BatchGetItem" || !taped.contains("Responses") || !other.contains("Responses")) {
    return;
  }
  for (const auto& [table, items] : taped["Responses"].items()) {
    reorder(table, taped["Responses"], other["Responses"]);
  }
}

DrawnValues::Answers DrawnValues::comparable(std::string_view operation,
                                             std::string_view taped_request, Answers answers) {
  const OperationClass kind = class_of(operation);
  const bool described = kind == OperationClass::kControl || kind == OperationClass::kStreams;
  const bool refused = answers.other.status >= 400;
  if (!described && !refused && !is_more_than_data(operation)) return answers;
  json taped = parse_tree(answers.taped.body);
  json other = parse_tree(answers.other.body);
  if (!taped.is_object() || !other.is_object()) return answers;
  if (operation == "DescribeTable" && is_gone(answers.taped, taped) &&
      is_gone(answers.other, other) && answers.taped.status != answers.other.status) {
    return {answers.taped, answers.taped};
  }
  if (described) {
    const std::string before = status_of_table(taped), after = status_of_table(other);
    settle(taped);
    settle(other);
    const bool on_the_way = before != after && status_of_table(taped) == status_of_table(other);
    Pairing(*this, taped_request, stream_of(taped_request), on_the_way).objects(taped, other);
  } else {
    pair_data(operation, taped_request, taped, other);
  }
  for (const char* name : {"message", "Message"}) {
    if (refused && other.contains(name) && other[name].is_string()) {
      other[name] = with_taped_words(other[name].get_ref<const std::string&>());
    }
  }
  return {{answers.taped.status, print_tree(taped)}, {answers.other.status, print_tree(other)}};
}

}  // namespace dynadeck::cassettes
