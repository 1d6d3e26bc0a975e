#include "cassettes/redactor.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "cassettes/expression_clauses.h"
#include "cassettes/json_text.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::string_view kPseudonymStart = "redacted-";
constexpr std::string_view kEncodedStart = "cmVkYWN0ZWQt";  // the same in base64
// Numbers that stand for others end in digits that follow from those before and the salt, so that
// they are recognised. A plain JSON number has to fit a double.
constexpr std::size_t kNumberDigits = 23;
constexpr std::size_t kPlainNumberDigits = 15;
constexpr std::size_t kCheckDigits = 7;
// Shorter values are not looked for inside other texts: they would be found everywhere.
constexpr std::size_t kLeastSubstring = 4;

std::string to_hexadecimal(const unsigned char* bytes, std::size_t count) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
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

// Behind how many places an item begins that a stream record shows; 0 where none does.
std::size_t image_start(Places places) {
  for (std::size_t i = 1; i < places.size(); ++i) {
    const std::string& name = places[i].name;
    const bool image = name == "Keys" || name == "NewImage" || name == "OldImage";
    if (image && places[i - 1].name == "dynamodb") return i + 1;
  }
  return 0;
}

void replace_every(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

// Digits, and none of them zero: a number stays a number, in its one normal form.
std::string to_digits(std::string_view hexadecimal, std::size_t count) {
  std::string digits;
  for (const char digit : hexadecimal.substr(0, count)) {
    digits += static_cast<char>('1' + (digit % 9));
  }
  return digits;
}

}  // namespace

Outcome<Redactor, std::string> Redactor::make(const std::vector<RedactionRule>& rules,
                                              std::string salt) {
  Redactor redactor;
  redactor.salt_ = std::move(salt);
  redactor.any_ = !rules.empty();
  for (const RedactionRule& rule : rules) {
    if (!rule.path.empty()) {
      auto path = JsonPath::parse(rule.path);
      if (!path) return "redact: " + rule.path + " is no path such as $.Item.email";
      if (!path->last_name().empty()) redactor.expression_names_.push_back(path->last_name());
      if (auto rest = path->within_item()) redactor.item_paths_.push_back(std::move(*rest));
      redactor.paths_.push_back(std::move(*path));
    } else if (!rule.attribute.empty()) {
      redactor.attributes_.push_back(rule.attribute);
      redactor.expression_names_.push_back(rule.attribute);
    } else {
      auto pattern = Pattern::parse(rule.pattern);
      if (!pattern) return "redact: " + rule.pattern + " is no regular expression";
      redactor.patterns_.push_back(std::move(*pattern));
    }
  }
  return redactor;
}

std::string Redactor::fresh_salt() {
  std::array<unsigned char, 16> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  return to_hexadecimal(bytes.data(), bytes.size());
}

std::string Redactor::number_for(std::string_view digest, std::size_t digits) const {
  const std::string start = to_digits(digest, digits - kCheckDigits);
  return start + to_digits(pseudonym("check " + start), kCheckDigits);
}

bool Redactor::is_number_pseudonym(std::string_view text) const {
  if (text.size() != kNumberDigits && text.size() != kPlainNumberDigits) return false;
  const std::string_view start = text.substr(0, text.size() - kCheckDigits);
  return text.substr(start.size()) ==
         to_digits(pseudonym("check " + std::string(start)), kCheckDigits);
}

std::string Redactor::pseudonym(std::string_view value) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  HMAC(EVP_sha256(), salt_.data(), static_cast<int>(salt_.size()),
       reinterpret_cast<const unsigned char*>(value.data()), value.size(), digest.data(), &length);
  return to_hexadecimal(digest.data(), 8);
}

// raw: the JSON text of a scalar. type: "S", "N", "B", or empty for a plain JSON value.
std::string Redactor::replacement_of(std::string_view raw, std::string_view type,
                                     Found* found) const {
  const bool quoted = raw.starts_with('"');
  const std::string value = quoted ? string_value(raw) : std::string(raw);
  // What was redacted once stays as it is: tapes can be redacted again.
  const bool number = type == "N" || !quoted;
  if (value.starts_with(type == "B" ? kEncodedStart : kPseudonymStart) ||
      (number && is_number_pseudonym(value))) {
    return std::string(raw);
  }
  const std::string digest = pseudonym(value);
  std::string text;
  if (number) {
    text = number_for(digest, quoted ? kNumberDigits : kPlainNumberDigits);
  } else if (type == "B") {
    append_base64(text, std::string(kPseudonymStart) + digest);
  } else {
    text.append(kPseudonymStart).append(digest);
  }
  if (found != nullptr) found->emplace_back(value, text);
  return quoted ? '"' + text + '"' : text;
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

bool Redactor::rewrite(std::string_view body, const std::vector<std::string>& placeholders,
                       const Found* found_before, Found* found, std::string& out) const {
  const auto is_secret_placeholder = [&](Places places) {
    return std::any_of(places.begin(), places.end(), [&](const Place& place) {
      return std::find(placeholders.begin(), placeholders.end(), place.name) != placeholders.end();
    });
  };
  const Visit visit = [&](Places places, std::string_view raw, std::string& replacement) {
    const bool scalar = raw.starts_with('"') || (!raw.empty() && std::isalpha(raw[0]) == 0);
    if (!scalar) return Rewrite::kKeep;
    const std::string_view type = attribute_type(places);
    const bool exact = std::any_of(paths_.begin(), paths_.end(),
                                   [&](const JsonPath& path) { return path.matches(places); });
    if (exact || (!type.empty() && (named(places) || is_secret_placeholder(places)))) {
      replacement = replacement_of(raw, type, found);
      return Rewrite::kReplace;
    }
    if (!raw.starts_with('"')) return Rewrite::kKeep;
    if (type == "N" && is_number_pseudonym(string_value(raw))) return Rewrite::kKeep;
    // Inside other texts: patterns, and what the request was found to hold.
    std::string text = string_value(raw);
    bool changed = false;
    for (const Pattern& pattern : patterns_) {
      std::string replaced;
      const auto replace = [&](std::string_view match) {
        const std::string digest = pseudonym(match);
        const std::string by =
            type == "N" ? number_for(digest, kNumberDigits) : std::string(kPseudonymStart) + digest;
        if (found != nullptr) found->emplace_back(std::string(match), by);
        return by;
      };
      if (!pattern.replace_all(text, replace, replaced)) continue;
      text = std::move(replaced);
      changed = true;
    }
    if (found_before != nullptr) {
      for (const auto& [original, by] : *found_before) {
        const bool inside = original.size() >= kLeastSubstring
                                ? text.find(original) != std::string::npos
                                : text == original;
        if (!inside) continue;
        replace_every(text, original, by);
        changed = true;
      }
    }
    if (!changed) return Rewrite::kKeep;
    append_quoted(replacement, text);
    return Rewrite::kReplace;
  };
  return rewrite_json(body, visit, out);
}

std::vector<std::string> Redactor::secret_placeholders(std::string_view body) const {
  std::vector<std::string> placeholders;
  if (expression_names_.empty()) return placeholders;
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

std::string Redactor::request(std::string_view body, Found& found) const {
  std::string out;
  if (body.empty()) return out;
  std::string statements;
  if (rewrite_statements(
          body, expression_names_,
          [&](std::string_view raw, std::string_view type) {
            return replacement_of(raw, type, &found);
          },
          statements)) {
    body = statements;
  }
  if (rewrite(body, secret_placeholders(body), nullptr, &found, out)) return out;
  return std::string(kPseudonymStart) + pseudonym(body);
}

std::string Redactor::response(std::string_view body, const Found& found_in_request) const {
  std::string out;
  if (body.empty()) return out;
  if (rewrite(body, {}, &found_in_request, nullptr, out)) return out;
  return std::string(kPseudonymStart) + pseudonym(body);
}

}  // namespace dynadeck::cassettes
