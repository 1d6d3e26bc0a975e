#include "faults/language/when.h"

#include <algorithm>

#include "faults/requests/item_keys.h"
#include "faults/requests/sdk_call.h"
#include "harness/seam/request_view.h"

namespace dynadeck::faults {
namespace {

bool any_matches(const When::Globs& globs, std::string_view text) {
  return std::any_of(globs.begin(), globs.end(),
                     [&](const std::string& glob) { return glob_matches(glob, text); });
}

bool given_matches(const When::Globs& globs, std::string_view text) {
  return globs.empty() || any_matches(globs, text);
}

bool tables_match(const When::Globs& globs, const BodyScan& body) {
  if (globs.empty()) return true;
  return std::any_of(body.tables().begin(), body.tables().end(),
                     [&](std::string_view table) { return any_matches(globs, table); });
}

bool headers_match(const When& when, const HeaderList& headers) {
  return std::all_of(when.headers.begin(), when.headers.end(), [&](const auto& wanted) {
    const auto value = headers.find(wanted.first);
    return value && any_matches(wanted.second, *value);
  });
}

bool members_match(const When::Named& members, const Request& request) {
  if (members.empty()) return true;
  const nlohmann::json& document = request.view().document();
  if (!document.is_object()) return false;
  return std::all_of(members.begin(), members.end(), [&](const When::Named::value_type& wanted) {
    const auto found = document.find(wanted.first);
    if (found == document.end()) return false;
    if (found->is_string()) return any_matches(wanted.second, found->get_ref<const std::string&>());
    using Json = nlohmann::json;
    return any_matches(wanted.second, found->dump(-1, ' ', false, Json::error_handler_t::replace));
  });
}

bool key_matches(const When& when, Facts& facts) {
  return std::all_of(when.key.begin(), when.key.end(), [&](const auto& wanted) {
    const std::vector<KeyValue>& values = facts.key(wanted.first);
    return std::any_of(values.begin(), values.end(), [&](const KeyValue& value) {
      return std::any_of(wanted.second.begin(), wanted.second.end(), [&](const ValuePattern& each) {
        return each.matches(value.type, value.text);
      });
    });
  });
}

bool is_of_class(const OperationInfo& operation, std::string_view name) {
  if (name == "all") return true;
  if (name == "transactions") return operation.transactional;
  switch (operation.operation_class) {
    case OperationClass::kRead:
      return name == "read";
    case OperationClass::kWrite:
      return name == "write";
    case OperationClass::kControl:
      return name == "control";
    case OperationClass::kStreams:
      return name == "streams";
  }
  return false;
}

}  // namespace

bool glob_matches(std::string_view glob, std::string_view text) {
  std::size_t at = 0;
  std::size_t in = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (in < text.size()) {
    if (at < glob.size() && glob[at] == '*') {
      star = at++;
      resume = in;
    } else if (at < glob.size() && (glob[at] == '?' || glob[at] == text[in])) {
      ++at;
      ++in;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in = ++resume;
    } else {
      return false;
    }
  }
  while (at < glob.size() && glob[at] == '*') ++at;
  return at == glob.size();
}

OperationSet operations_named(std::string_view name) {
  OperationSet set;
  for (const OperationInfo& operation : all_operations()) {
    if (operation.operation == Operation::kUnknown) continue;
    if (operation.name == name || is_of_class(operation, name)) {
      set.set(static_cast<std::size_t>(operation.operation));
    }
  }
  return set;
}

bool ValuePattern::matches(std::string_view value_type, std::string_view value) const {
  return (type.empty() || type == value_type) && glob_matches(glob, value);
}

OperationSet When::operation_set() const {
  if (operations.empty()) return OperationSet().set();
  OperationSet set;
  for (const std::string& name : operations) set |= operations_named(name);
  return set;
}

const std::vector<KeyValue>& Facts::key(const std::string& attribute) {
  for (const auto& [name, values] : keys_) {
    if (name == attribute) return values;
  }
  // A name or value with an escape is not what it looks like.
  if (request_.body.find('\\') != std::string::npos) {
    return keys_.emplace_back(attribute, key_values(request_.view().document(), attribute)).second;
  }
  if (!scan_) scan_.emplace(request_.body, &memory_);
  return keys_.emplace_back(attribute, scan_->of(attribute)).second;
}

std::uint64_t Facts::attempt() {
  if (!attempt_) attempt_ = sdk_call_of(request_.headers).attempt;
  return *attempt_;
}

bool When::matches_body(const BodyScan& body) const {
  if (!tables_match(tables, body)) return false;
  return indexes.empty() || (!body.index().empty() && any_matches(indexes, body.index()));
}

bool When::matches_rest(Facts& facts) const {
  const Request& request = facts.request();
  if (!given_matches(accounts, request.scope.account)) return false;
  if (!given_matches(regions, request.scope.region)) return false;
  if (!given_matches(access_keys, request.access_key)) return false;
  if (!given_matches(sessions, request.session)) return false;
  if (!headers_match(*this, request.headers)) return false;
  if (!attempts.empty() &&
      std::find(attempts.begin(), attempts.end(), facts.attempt()) == attempts.end()) {
    return false;
  }
  return key_matches(*this, facts) && members_match(members, request);
}

}  // namespace dynadeck::faults
