// A rule document is refused with reasons, or parses to rules that print as they parse; and
// whatever the rules are, a request passes through them.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "faults/fault_service.h"
#include "faults/requests/body_scan.h"
#include "faults/rules/board.h"
#include "faults/rules/rule.h"
#include "harness/seam/clock.h"

namespace {

using namespace dynadeck;
using namespace dynadeck::faults;

void require(bool condition) {
  if (!condition) std::abort();
}

class Nothing : public Service {
 public:
  Response handle(const Request&) override {
    Response response;
    response.body = R"({"Items":[{}],"LastEvaluatedKey":{}})";
    return response;
  }
};

std::string print(const Rule& rule) {
  return print_rule(rule).dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void check_printing(const RuleFile& file) {
  for (const Rule& rule : file.rules) {
    const std::string printed = print(rule);
    const Outcome<RuleFile, Problems> again = parse_rules(printed);
    require(again.ok() && again->rules.size() == 1);
    require(print(again->rules[0]) == printed);
  }
}

void check_requests(RuleFile file, std::string_view body) {
  ManualClock clock;
  Abilities abilities;
  abilities.snapshots = true;
  abilities.roll_shards = [](const Scope&, std::string_view) { return true; };
  RuleBoard board(clock, 1, abilities);
  if (!board.add(std::move(file)).ok()) return;
  FaultService service(std::make_unique<Nothing>(), board);
  for (const Operation operation :
       {Operation::kBatchWriteItem, Operation::kBatchGetItem, Operation::kTransactWriteItems,
        Operation::kQuery, Operation::kGetRecords, Operation::kCreateTable}) {
    Request request;
    request.operation = operation;
    request.body = body;
    Response response = service.handle(request);
    for (int waits = 0; response.deferred && waits < 100; ++waits) {
      response = Response(response.deferred->resume());
    }
  }
}

}  // namespace

// The document, and after a NUL a request's body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\0');
  const std::string_view document = input.substr(0, end);
  const std::string_view body =
      end == std::string_view::npos ? std::string_view("{}") : input.substr(end + 1);

  const BodyScan scan(body);
  for (const std::string_view table : scan.tables()) require(table.size() <= body.size());

  Outcome<RuleFile, Problems> file = parse_rules(document);
  if (file.ok()) {
    check_printing(*file);
    check_requests(std::move(file).value(), body);
  } else {
    require(!file.error().empty());
    for (const Problem& problem : file.error()) require(!problem.text.empty());
  }
  const Outcome<RulePatch, Problems> patch = parse_patch(document);
  require(patch.ok() || !patch.error().empty());
  return 0;
}
