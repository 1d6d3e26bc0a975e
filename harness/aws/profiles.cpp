#include "harness/aws/profiles.h"

#include <algorithm>
#include <optional>

namespace dynadeck {
namespace {

constexpr std::string_view kSpace = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// A comment begins a line, or follows white space.
std::string_view without_comment(std::string_view text) {
  for (std::size_t index = 0; index < text.size(); ++index) {
    const bool marks = text[index] == '#' || text[index] == ';';
    if (marks && (index == 0 || kSpace.find(text[index - 1]) != std::string_view::npos)) {
      return text.substr(0, index);
    }
  }
  return text;
}

// The profile that a section is about; nothing for sections of other kinds (sso-session, services).
std::optional<std::string> profile_name(std::string_view section, AwsFile file) {
  section = trimmed(section);
  constexpr std::string_view kPrefix = "profile";
  if (file == AwsFile::kCredentials || section == "default") return std::string(section);
  if (!section.starts_with(kPrefix)) return std::nullopt;
  const std::string_view rest = section.substr(kPrefix.size());
  const std::string_view name = trimmed(rest);
  if (name.empty() || name.size() == rest.size()) return std::nullopt;
  const bool quoted = name.size() > 2 && name.front() == '"' && name.back() == '"';
  return std::string(quoted ? name.substr(1, name.size() - 2) : name);
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
  return result;
}

}  // namespace

AwsProfiles parse_profiles(std::string_view text, AwsFile file) {
  AwsProfiles profiles;
  AwsProfile* profile = nullptr;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view content = trimmed(without_comment(line));
    if (content.empty()) continue;
    if (content.front() == '[') {
      const auto name = profile_name(content.substr(1, content.find(']') - 1), file);
      profile = name ? &profiles[*name] : nullptr;
      continue;
    }
    const std::size_t equals = content.find('=');
    const bool indented = kSpace.find(line.front()) != std::string_view::npos;
    if (profile == nullptr || indented || equals == std::string_view::npos) continue;
    (*profile)[lower(trimmed(content.substr(0, equals)))] = trimmed(content.substr(equals + 1));
  }
  return profiles;
}

}  // namespace dynadeck
