#include "cassettes/replay/rules.h"

#include <utility>

#include "cassettes/matching/placed_items.h"
#include "cassettes/redaction/pseudonyms.h"

namespace dynadeck::cassettes {
namespace {

std::vector<Pattern> with_pseudonyms(std::vector<Pattern> patterns) {
  patterns.push_back(*Pattern::parse(Pseudonyms::expression()));
  return patterns;
}

}  // namespace

ReplayRules::ReplayRules(MatchRules match, Redactor redactor)
    : match_(std::move(match)),
      redactor_(std::move(redactor)),
      patterns_(match_.patterns()),
      patterns_and_pseudonyms_(with_pseudonyms(patterns_)) {}

PreparedRequest ReplayRules::prepare(const Request& request) const {
  PreparedRequest prepared;
  prepared.body = request.body;
  if (!redactor_.empty()) {
    prepared.redacted = redactor_.request(request.body, prepared.found);
    prepared.body = prepared.redacted;
  }
  thread_local RequestScan scan;
  scan_request(prepared.body, scan);
  prepared.scan = &scan;
  const std::string_view operation = info(request.operation).name;
  prepared.hash =
      !match_.concern(operation)
          ? match_hash(operation, request.scope.account, request.scope.region, scan.body.hash)
          : match_.hash(operation, request.scope.account, request.scope.region, prepared.body,
                        &prepared.renamed);
  return prepared;
}

Renamed ReplayRules::renamed_of(const Interaction& interaction, const KeySchemas& keys) const {
  Renamed renamed;
  match_.hash(interaction.operation, interaction.scope.account, interaction.scope.region,
              interaction.request, &renamed);
  if (renamed.empty()) return renamed;
  const PlacedItems items = PlacedItems::of_request(interaction.scope, interaction.request, keys);
  for (RenamedValue& value : renamed) {
    value.owner = items.at(value.place);
    value.refused = interaction.status != 200;
  }
  return renamed;
}

}  // namespace dynadeck::cassettes
