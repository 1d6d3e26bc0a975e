#include "cassettes/redaction/redactor.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "cassettes/json/base64.h"
#include "cassettes/json/text.h"
#include "cassettes/matching/expression_clauses.h"

namespace dynadeck::cassettes {
namespace {

// Shorter values are not looked for inside other texts: they would be found everywhere.
constexpr std::size_t kLeastSubstring = 4;
constexpr std::size_t kLongestPseudonym = 25;
// What the service made and a replay relies on: no rule but a path that leads here means it.
constexpr std::array<std::string_view, 18> kStructure = {"__type",
                                                         "SequenceNumber",
                                                         "StartingSequenceNumber",
                                                         "EndingSequenceNumber",
                                                         "eventID",
                                                         "ShardId",
                                                         "ParentShardId",
                                                         "ExclusiveStartShardId",
                                                         "LastEvaluatedShardId",
                                                         "ShardIterator",
                                                         "NextShardIterator",
                                                         "StreamArn",
                                                         "LatestStreamArn",
                                                         "ExclusiveStartStreamArn",
                                                         "LastEvaluatedStreamArn",
                                                         "StreamLabel",
                                                         "LatestStreamLabel",
                                                         "TableId"};

bool is_type(std::string_view name) {
  constexpr std::array<std::string_view, 10> kTypes = {"S",  "N",  "B",  "M",    "L",
                                                       "SS", "NS", "BS", "BOOL", "NULL"};
  return std::find(kTypes.begin(), kTypes.end(), name) != kTypes.end();
}

// "S", "N" or "B" if the last place makes the value a scalar attribute value or a member of a set.
std::string_view attribute_type(Places places) {
  if (places.empty()) return {};
  const Place& last = places.back();
  if (last.index < 0) {
    if (last.name == "S" || last.name == "N" || last.name == "B") return last.name;
    return {};
  }
  if (places.size() < 2) return {};
  const std::string& set = places[places.size() - 2].name;
  if (set == "SS") return "S";
  if (set == "NS") return "N";
  if (set == "BS") return "B";
  return {};
}

bool is_structure(Places places) {
  return !places.empty() && places.back().index < 0 &&
         std::find(kStructure.begin(), kStructure.end(), places.back().name) != kStructure.end();
}

// Behind how many places an item begins that a stream record shows; 0 where none does.
std::size_t image_start(Places places) {
  for (std::size_t i = 1; i < places.size(); ++i) {
    const std::string& name = places[i].name;
    const bool image = name == "Keys" || name == "NewImage" || name == "OldImage";
    if (image && places[i - 1].name == "dynamodb") return i + 1;
  }
  return 0;
}

// what: not empty. Leaves pseudonyms alone: what stands in one by chance would make it grow with
// each replacement.
bool replace_every(std::string& text, std::string_view what, std::string_view by) {
  bool any = false;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    std::size_t from = at < kLongestPseudonym ? 0 : at - kLongestPseudonym;
    Pseudonyms::Range taken = Pseudonyms::find(text, from);
    while (taken.end <= at) taken = Pseudonyms::find(text, taken.end);
    if (taken.begin < at + what.size()) {
      at = taken.end;
      continue;
    }
    text.replace(at, what.size(), by);
    at += by.size();
    any = true;
  }
  return any;
}

bool is_json(std::string_view body) {
  JsonCursor cursor(body);
  std::string_view raw;
  if (!cursor.value(raw)) return false;
  cursor.skip_space();
  return cursor.at_end();
}

}  // namespace

// One walk through a body.
class Redactor::Rewriting {
 public:
  // found_before: of the request, for its response; null otherwise. found: what is replaced now is
  // added; null where nobody asks.
  Rewriting(const Redactor& rules, std::vector<std::string> placeholders, const Found* found_before,
            Found* found)
      : rules_(rules),
        placeholders_(std::move(placeholders)),
        found_before_(found_before),
        found_(found) {}

  // The body without secrets; nothing where it is not JSON.
  std::optional<std::string> run(std::string_view body) {
    const Visit visit = [this](Places places, std::string_view raw, std::string& replacement) {
      if (!replace(places, raw, replacement)) return Rewrite::kKeep;
      changed_ = true;
      return Rewrite::kReplace;
    };
    const VisitName visit_name = [this](Places places, std::string_view name,
                                        std::string& replacement) {
      return rename(places, name, replacement);
    };
    std::string out;
    const bool walked = rules_.patterns_.empty() ? rewrite_json(body, visit, out)
                                                 : rewrite_json(body, visit, visit_name, out);
    if (!walked) return std::nullopt;
    return changed_ ? out : std::string(body);
  }

 private:
  bool replace(Places places, std::string_view raw, std::string& replacement) {
    const bool quoted = raw.starts_with('"');
    const bool scalar = quoted || (!raw.empty() && std::isalpha(raw[0]) == 0);
    if (!scalar) return false;
    const std::string_view type = attribute_type(places);
    const bool exact = std::any_of(rules_.paths_.begin(), rules_.paths_.end(),
                                   [&](const JsonPath& path) { return path.matches(places); });
    if (exact || (!type.empty() && (rules_.named(places) || is_placeholder(places)))) {
      replacement = rules_.replacement_of(raw, type, found_);
      return true;
    }
    if (!quoted || is_structure(places)) return false;
    if (type == "N") return replace_number(raw, replacement);
    if (type == "B") return replace_bytes(raw, replacement);
    return replace_inside(raw, replacement);
  }

  bool is_placeholder(Places places) const {
    return !placeholders_.empty() &&
           std::any_of(places.begin(), places.end(), [this](const Place& place) {
             return std::find(placeholders_.begin(), placeholders_.end(), place.name) !=
                    placeholders_.end();
           });
  }

  // A number that a pattern finds something in, or that is one of those found, as a whole: parts of
  // it could not be replaced by anything that leaves it a number.
  bool replace_number(std::string_view raw, std::string& replacement) {
    if (rules_.patterns_.empty() && !has_found()) return false;
    const std::string value = string_value(raw);
    bool secret = found_as(plain_number(value)) != nullptr;
    if (!secret && !rules_.pseudonyms_.is_number(value)) {
      (void)rules_.without_patterns(value, nullptr, secret);
    }
    if (!secret) return false;
    replacement = rules_.replacement_of(raw, "N", found_);
    return true;
  }

  // Patterns look at the bytes, not at their base64.
  bool replace_bytes(std::string_view raw, std::string& replacement) {
    if (rules_.patterns_.empty() && !has_found()) return false;
    const std::string value = string_value(raw);
    if (const std::string* const by = found_as(value); by != nullptr) {
      append_quoted(replacement, *by);
      return true;
    }
    std::string bytes;
    if (rules_.patterns_.empty() || !append_from_base64(bytes, value)) return false;
    bool changed = false;
    const std::string redacted = rules_.without_patterns(bytes, found_, changed);
    if (!changed) return false;
    std::string encoded;
    append_base64(encoded, redacted);
    if (found_ != nullptr) found_->emplace_back(value, encoded);
    append_quoted(replacement, encoded);
    return true;
  }

  // Inside other texts: patterns, and what the request was found to hold.
  bool replace_inside(std::string_view raw, std::string& replacement) {
    if (rules_.patterns_.empty() && !has_found()) return false;
    bool changed = false;
    const std::string value = string_value(raw);
    std::string text = rules_.without_patterns(value, found_, changed);
    if (changed && found_ != nullptr) found_->emplace_back(value, text);
    if (has_found()) changed = replace_found(text) || changed;
    if (changed) append_quoted(replacement, text);
    return changed;
  }

  // Names of attributes, too, can be what a pattern looks for: keys of maps often are data.
  bool rename(Places places, std::string_view name, std::string& replacement) {
    if (places.empty() || is_type(name)) return false;
    bool changed = false;
    replacement = rules_.without_patterns(name, found_, changed);
    changed_ = changed_ || changed;
    return changed;
  }

  bool has_found() const { return found_before_ != nullptr && !found_before_->empty(); }

  const std::string* found_as(const std::string& value) const {
    if (!has_found()) return nullptr;
    const auto same = std::find_if(found_before_->begin(), found_before_->end(),
                                   [&](const auto& pair) { return pair.first == value; });
    return same == found_before_->end() ? nullptr : &same->second;
  }

  bool replace_found(std::string& text) const {
    bool changed = false;
    for (const auto& [original, by] : *found_before_) {
      if (text == original) {
        text = by;
        changed = true;
      } else if (original.size() >= kLeastSubstring) {
        changed = replace_every(text, original, by) || changed;
      }
    }
    return changed;
  }

  const Redactor& rules_;
  const std::vector<std::string> placeholders_;
  const Found* const found_before_;
  Found* const found_;
  bool changed_ = false;
};

Outcome<Redactor, std::string> Redactor::make(const std::vector<RedactionRule>& rules,
                                              const std::string& salt) {
  Redactor redactor;
  redactor.pseudonyms_ = Pseudonyms(salt);
  redactor.any_ = !rules.empty();
  for (const RedactionRule& rule : rules) {
    if (!rule.path.empty()) {
      auto path = JsonPath::parse(rule.path);
      if (!path) return "redact: " + rule.path + " is no path such as $.Item.email";
      if (path->last_name().empty()) {
        redactor.names_tell_ = false;
      } else {
        redactor.expression_names_.push_back(path->last_name());
      }
      if (auto rest = path->within_item()) {
        // "$.Item" alone: whatever is in an image, and an image has no such name.
        if (rest->last_name().empty()) redactor.names_tell_ = false;
        redactor.item_paths_.push_back(std::move(*rest));
      }
      redactor.paths_.push_back(std::move(*path));
    } else if (!rule.attribute.empty()) {
      redactor.attributes_.push_back(rule.attribute);
      redactor.expression_names_.push_back(rule.attribute);
    } else {
      auto pattern = Pattern::parse(rule.pattern);
      if (!pattern) return "redact: " + rule.pattern + " is no regular expression";
      redactor.patterns_.push_back(std::move(*pattern));
      redactor.names_tell_ = false;
    }
  }
  return redactor;
}

std::string Redactor::fresh_salt() {
  std::array<unsigned char, 16> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  return to_hexadecimal({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// raw: the JSON text of a scalar. type: "S", "N", "B", or empty for a plain JSON value.
std::string Redactor::replacement_of(std::string_view raw, std::string_view type,
                                     Found* found) const {
  const bool quoted = raw.starts_with('"');
  const bool number = type == "N" || !quoted;
  const std::string value = quoted ? string_value(raw) : std::string(raw);
  // What was redacted once stays as it is: tapes can be redacted again.
  const bool done = number        ? pseudonyms_.is_number(value)
                    : type == "B" ? Pseudonyms::is_bytes(value)
                                  : Pseudonyms::is_text(value);
  if (done) return std::string(raw);
  const std::string text = number        ? pseudonyms_.of_number(value, !quoted)
                           : type == "B" ? pseudonyms_.of_bytes(value)
                                         : pseudonyms_.of_text(value);
  if (found != nullptr) {
    found->emplace_back(value, text);
    // As it comes back: the one that a replay shows.
    if (number) found->emplace_back(plain_number(value), text);
  }
  return quoted ? '"' + text + '"' : text;
}

// The text with every match of a pattern replaced. What is a pseudonym already no pattern sees, or
// one of hexadecimal digits would give pseudonyms of pseudonyms.
std::string Redactor::without_patterns(std::string_view text, Found* found, bool& changed) const {
  const auto replace = [&](std::string_view match) {
    std::string by = pseudonyms_.of_text(match);
    if (found != nullptr) found->emplace_back(std::string(match), by);
    return by;
  };
  std::string out(text);
  for (const Pattern& pattern : patterns_) {
    std::string next;
    bool any = false;
    for (std::size_t at = 0; at < out.size();) {
      const auto [begin, end] = Pseudonyms::find(out, at);
      const std::string_view rest = std::string_view(out).substr(at);
      any = pattern.replace_all(rest.substr(0, begin - at), replace, next) || any;
      if (begin == std::string::npos) break;
      next.append(out, begin, end - begin);
      at = end;
    }
    if (!any) continue;
    out = std::move(next);
    changed = true;
  }
  return out;
}

bool Redactor::named(Places places) const {
  const bool by_attribute = std::any_of(places.begin(), places.end(), [&](const Place& place) {
    return place.index < 0 &&
           std::find(attributes_.begin(), attributes_.end(), place.name) != attributes_.end();
  });
  const auto around = [](Places where) {
    return [where](const JsonPath& path) { return path.matches_around(where); };
  };
  if (by_attribute || std::any_of(paths_.begin(), paths_.end(), around(places))) return true;
  const std::size_t image = item_paths_.empty() ? 0 : image_start(places);
  return image > 0 &&
         std::any_of(item_paths_.begin(), item_paths_.end(), around(places.subspan(image)));
}

// False where a body cannot hold what the rules name, which one look at its bytes tells.
bool Redactor::may_concern(std::string_view body) const {
  // Escapes may hide a name.
  if (!names_tell_ || body.find('\\') != std::string_view::npos) return true;
  return std::any_of(
      expression_names_.begin(), expression_names_.end(),
      [&](const std::string& name) { return body.find(name) != std::string_view::npos; });
}

std::vector<std::string> Redactor::secret_placeholders(std::string_view body) const {
  std::vector<std::string> placeholders;
  const bool none = body.find("Expression") == std::string_view::npos &&
                    body.find('\\') == std::string_view::npos;
  if (expression_names_.empty() || none) return placeholders;
  const auto look = [&](std::string_view request) {
    collect_placeholders(request, expression_names_, placeholders);
  };
  look(body);
  for_each_element(find_member(body, "TransactItems"), [&](std::string_view action) {
    for_each_member(action, [&](std::string_view, std::string_view raw) {
      look(raw);
      return true;
    });
    return true;
  });
  return placeholders;
}

// A body that is not JSON, as a whole; once.
std::string Redactor::hidden(std::string_view body) const {
  return Pseudonyms::is_text(body) ? std::string(body) : pseudonyms_.of_text(body);
}

std::string Redactor::request(std::string_view body, Found& found) const {
  if (body.empty() || (!may_concern(body) && is_json(body))) return std::string(body);
  std::string statements;
  if (rewrite_statements(
          body, expression_names_,
          [&](std::string_view raw, std::string_view type) {
            return replacement_of(raw, type, &found);
          },
          statements)) {
    body = statements;
  }
  auto redacted = Rewriting(*this, secret_placeholders(body), nullptr, &found).run(body);
  return redacted ? std::move(*redacted) : hidden(body);
}

std::string Redactor::response(std::string_view body, const Found& found_in_request) const {
  const bool concerns = !found_in_request.empty() || may_concern(body);
  if (body.empty() || (!concerns && is_json(body))) return std::string(body);
  auto redacted = Rewriting(*this, {}, &found_in_request, nullptr).run(body);
  return redacted ? std::move(*redacted) : hidden(body);
}

}  // namespace dynadeck::cassettes
