#include "faults/rules/index.h"

#include "faults/rules/set.h"
#include "harness/seam/random.h"
#include "tests/faults/support.h"

using namespace dynadeck;
using namespace dynadeck::faults;
using namespace dynadeck::faults::testing;

namespace {

// One of the texts, by the seed.
class Picker {
 public:
  explicit Picker(std::uint64_t seed) : seed_(seed) {}
  bool coin() { return draw_bits(seed_, "coin", ++drawn_) % 2 == 0; }
  std::string pick(const std::vector<std::string>& texts) {
    return texts[draw_bits(seed_, "pick", ++drawn_) % texts.size()];
  }

 private:
  const std::uint64_t seed_;
  std::uint64_t drawn_ = 0;
};

const std::vector<std::string> kPatterns = {"a", "b", "a*", "*", "?", "ab", "*b", "c"};
const std::vector<std::string> kTexts = {"a", "b", "ab", "", "c"};

std::string some_conditions(Picker& picker) {
  std::string when;
  const auto add = [&](const std::string& condition) {
    if (picker.coin()) return;
    when += (when.empty() ? "" : ", ") + condition;
  };
  const auto pattern = [&] { return "'" + picker.pick(kPatterns) + "'"; };
  add("tables: [" + pattern() + ", " + pattern() + "]");
  add("key: {pk: [" + pattern() + ", " + pattern() + "], sk: " + pattern() + "}");
  add("headers: {x-one: " + pattern() + "}");
  add("headers: {x-two: [" + pattern() + "], x-one: " + pattern() + "}");
  add("sessions: " + pattern());
  add("access_keys: [" + pattern() + "]");
  add("accounts: " + pattern());
  add("regions: [" + pattern() + ", " + pattern() + "]");
  add("attempts: [1, 3]");
  return when;
}

Request some_request(Picker& picker) {
  Request request = make_request(
      Operation::kBatchWriteItem,
      R"({"RequestItems":{")" + picker.pick(kTexts) + R"(":[{"PutRequest":{"Item":{"pk":{"S":")" +
          picker.pick(kTexts) + R"("},"sk":{"S":")" + picker.pick(kTexts) +
          R"("}}}},{"DeleteRequest":{"Key":{"pk":{"S":")" + picker.pick(kTexts) + R"("}}}}]}})");
  request.scope = {picker.pick(kTexts), picker.pick(kTexts)};
  request.access_key = picker.pick(kTexts);
  request.session = picker.pick(kTexts);
  if (picker.coin()) request.headers.add("X-One", picker.pick(kTexts));
  if (picker.coin()) request.headers.add("X-Two", picker.pick(kTexts));
  if (picker.coin()) request.headers.add("amz-sdk-request", "attempt=2");
  return request;
}

}  // namespace

TEST_CASE("the index leaves out no rule that matches", "[faults]") {
  Picker picker(7);
  std::size_t matched = 0;
  std::size_t left_out = 0;
  for (int round = 0; round < 20; ++round) {
    std::string text = "rules:\n";
    for (int at = 0; at < 30; ++at) {
      const std::string when = some_conditions(picker);
      // A header condition that is given twice is refused: one of them is enough here.
      if (when.find("x-two") != std::string::npos && when.find("headers") != when.rfind("headers"))
        continue;
      text += "  - {when: {" + when + "}, fault: {error: InternalServerError}}\n";
    }
    Bench bench(text);
    const RuleFile file = rules_of(text);
    std::vector<const When*> conditions;
    for (const Rule& rule : file.rules) conditions.push_back(&rule.when);
    const RuleIndex index(conditions);
    for (int at = 0; at < 50; ++at) {
      const Request request = some_request(picker);
      Facts facts(request);
      const RuleIndex::Places places = index.candidates(facts);
      CHECK(std::is_sorted(places.begin(), places.end()));
      std::vector<std::string> expected;
      for (std::uint32_t place = 0; place < file.rules.size(); ++place) {
        const bool found = std::count(places.begin(), places.end(), place) == 1;
        if (file.rules[place].when.matches(request, BodyScan(request))) {
          CHECK(found);
          expected.push_back(file.rules[place].name);
        } else if (!found) {
          ++left_out;
        }
      }
      matched += expected.size();
      std::vector<std::string> struck;
      for (const Strike& strike : bench.board.current()->strikes_on(request, bench.clock, {})) {
        struck.push_back(strike.rule);
      }
      CHECK(struck == expected);
    }
  }
  CHECK(matched > 500);
  CHECK(left_out > 5'000);
}
