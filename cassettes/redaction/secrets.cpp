#include "cassettes/redaction/secrets.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "cassettes/json/base64.h"
#include "cassettes/json/path.h"
#include "cassettes/json/text.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::size_t kAccessKeyBytes = 20;
constexpr std::size_t kSecretKeyBytes = 40;
// How far from a value the name may stand that says what it is.
constexpr std::size_t kNameDistance = 48;

using Found = std::vector<std::string>;

bool is_key_character(char byte) {
  return (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
}

bool is_word(char byte) { return std::isalnum(static_cast<unsigned char>(byte)) != 0; }

bool is_base64url(char byte) { return is_word(byte) || byte == '-' || byte == '_'; }

bool is_base64(char byte) { return is_word(byte) || byte == '/' || byte == '+'; }

void add(Found& found, std::string what) {
  if (std::find(found.begin(), found.end(), what) == found.end()) found.push_back(std::move(what));
}

// How many bytes from there are of a kind.
std::size_t run_length(std::string_view text, std::size_t at, bool (*kind)(char)) {
  std::size_t end = at;
  while (end < text.size() && kind(text[end])) ++end;
  return end - at;
}

// Calls visit(place) for each occurrence until it returns true; whether it did.
template <typename Visit>
bool any_of(std::string_view text, std::string_view what, Visit visit) {
  for (std::size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + 1)) {
    if (visit(at)) return true;
  }
  return false;
}

// Four letters, then sixteen of [A-Z0-9]. Source: [doc] IAM, "Unique identifiers".
bool has_access_key(std::string_view text, std::string_view prefix) {
  return any_of(text, prefix, [&](std::size_t at) {
    const bool starts_word = at == 0 || !is_word(text[at - 1]);
    const std::size_t end = at + kAccessKeyBytes;
    return starts_word && run_length(text, at, is_key_character) == kAccessKeyBytes &&
           (end >= text.size() || !is_word(text[end]));
  });
}

// Three parts, the first two of which are JSON. Source: [doc] RFC 7519
bool has_web_token(std::string_view text) {
  constexpr std::string_view kJson = "eyJ";  // {" in base64
  constexpr std::size_t kLeastPart = 10;
  return any_of(text, kJson, [&](std::size_t at) {
    if (at > 0 && is_base64url(text[at - 1])) return false;
    const std::size_t head = run_length(text, at, is_base64url);
    const std::string_view claims = text.substr(std::min(text.size(), at + head + 1));
    const std::size_t length = run_length(claims, 0, is_base64url);
    return head >= kLeastPart && length >= kLeastPart && text[at + head] == '.' &&
           claims.starts_with(kJson) && length < claims.size() && claims[length] == '.';
  });
}

bool has_private_key(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  return any_of(text, kBegin, [&](std::size_t at) {
    return text.substr(at + kBegin.size(), 32).find("PRIVATE KEY-") != std::string_view::npos;
  });
}

// Forty bytes of base64 that something near calls secret: alone they could be any 30 bytes.
// Source: [peer] git-secrets
bool has_secret_key(std::string_view text) {
  for (const std::string_view name : {"secret", "Secret", "SECRET"}) {
    const bool found = any_of(text, name, [&](std::size_t at) {
      const std::size_t end = std::min(text.size(), at + kNameDistance);
      for (std::size_t start = at + name.size(); start < end;) {
        const std::size_t length = run_length(text, start, is_base64);
        if (length == kSecretKeyBytes) return true;
        start += length + 1;
      }
      return false;
    });
    if (found) return true;
  }
  return false;
}

struct Token {
  std::string_view prefix;
  std::size_t bytes;  // at least, of letters, digits and underscores behind it
  std::string_view what;
};

constexpr std::array kTokens = {
    Token{"ghp_", 36, "a GitHub token"},
    Token{"gho_", 36, "a GitHub token"},
    Token{"ghu_", 36, "a GitHub token"},
    Token{"ghs_", 36, "a GitHub token"},
    Token{"ghr_", 36, "a GitHub token"},
    Token{"github_pat_", 22, "a GitHub token"},
    Token{"glpat-", 20, "a GitLab token"},
    Token{"npm_", 36, "an npm token"},
    Token{"xoxb-", 3, "a Slack token"},
    Token{"xoxp-", 3, "a Slack token"},
    Token{"sk_live_", 10, "a Stripe key"},
    Token{"rk_live_", 10, "a Stripe key"},
    Token{"AIza", 35, "a Google API key"},
    Token{"IQoJb3JpZ2lu", 20, "an AWS session token"},
    Token{"FwoGZXIvYXdz", 8, "an AWS session token"},
    Token{"FQoGZXIvYXdz", 8, "an AWS session token"},
};

struct Sign {
  std::string_view text;
  std::string_view what;
};

constexpr std::array kSigns = {
    Sign{"AWS4-HMAC-SHA256", "an AWS signature"},
    Sign{"X-Amz-Signature=", "a presigned URL"},
    Sign{"X-Amz-Security-Token", "an AWS session token"},
    Sign{"x-amz-security-token", "an AWS session token"},
    Sign{"aws_secret_access_key", "an AWS secret key"},
    Sign{"aws_session_token", "an AWS session token"},
    Sign{"AWS_SECRET_ACCESS_KEY", "an AWS secret key"},
    Sign{"AWS_SESSION_TOKEN", "an AWS session token"},
    Sign{"Authorization: Bearer ", "a bearer token"},
    Sign{"\"Authorization\":", "an Authorization header"},
    Sign{"\"authorization\":", "an Authorization header"},
    Sign{"\"Set-Cookie\":", "a cookie"},
};

bool has_token(std::string_view text, const Token& token) {
  return any_of(text, token.prefix, [&](std::size_t at) {
    const bool starts_word = at == 0 || !is_base64url(text[at - 1]);
    return starts_word && run_length(text, at + token.prefix.size(), is_base64url) >= token.bytes;
  });
}

// The name stays when its value is redacted.
bool has_sign(std::string_view text, std::string_view sign) {
  return any_of(text, sign, [&](std::size_t at) {
    const std::string_view behind = text.substr(at + sign.size(), kNameDistance);
    return behind.find("redacted-") == std::string_view::npos;
  });
}

}  // namespace

std::vector<std::string> find_secrets(std::string_view text) {
  Found found;
  for (const std::string_view prefix : {"AKIA", "ASIA"}) {
    if (has_access_key(text, prefix)) {
      add(found, "an AWS access key id (" + std::string(prefix) + "...)");
    }
  }
  if (has_secret_key(text)) add(found, "an AWS secret key");
  if (has_web_token(text)) add(found, "a JSON web token");
  if (has_private_key(text)) add(found, "a private key");
  for (const Token& token : kTokens) {
    if (has_token(text, token)) add(found, std::string(token.what));
  }
  for (const Sign& sign : kSigns) {
    if (has_sign(text, sign.text)) add(found, std::string(sign.what));
  }
  return found;
}

std::vector<std::string> find_secrets_of_line(std::string_view line) {
  Found found = find_secrets(line);
  const auto add_all = [&](std::string_view text) {
    for (std::string& what : find_secrets(text)) add(found, std::move(what));
  };
  const Visit look = [&](Places places, std::string_view raw, std::string&) {
    if (!raw.starts_with('"')) return Rewrite::kKeep;
    const bool element = !places.empty() && places.back().index >= 0;
    const std::string_view name = places.size() < (element ? 2 : 1)
                                      ? std::string_view()
                                      : places[places.size() - (element ? 2 : 1)].name;
    const bool encoded = name == "B" || name == "BS" || name == "base64";
    if (!encoded && raw.find('\\') == std::string_view::npos) return Rewrite::kKeep;
    const std::string text = string_value(raw);
    std::string bytes;
    add_all(encoded && append_from_base64(bytes, text) ? bytes : text);
    return Rewrite::kKeep;
  };
  std::string unchanged;
  (void)rewrite_json(line, look, unchanged);
  return found;
}

}  // namespace dynadeck::cassettes
