#include "faults/check_command.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "faults/rules/rule.h"

namespace dynadeck::faults {

int check_rules_command(const std::string& path, std::ostream& out, std::ostream& err) {
  const Outcome<RuleFile, Problems> file = load_rules(path);
  if (!file.ok()) {
    for (const Problem& problem : file.error()) err << path << ": " << problem.to_string() << '\n';
    return 1;
  }
  out << path << ": " << file->rules.size() << (file->rules.size() == 1 ? " rule\n" : " rules\n");
  if (file->seed) out << "seed: " << *file->seed << '\n';
  if (file->count) out << print_count(*file->count).dump() << '\n';
  for (const Rule& rule : file->rules) {
    out << print_rule(rule).dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
        << '\n';
  }
  return 0;
}

}  // namespace dynadeck::faults
