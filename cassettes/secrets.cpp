#include "cassettes/secrets.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace dynadeck::cassettes {
namespace {

bool is_key_character(char byte) {
  return (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
}

bool is_word(char byte) { return std::isalnum(static_cast<unsigned char>(byte)) != 0; }

// Four letters, then sixteen of [A-Z0-9]. Source: [doc] IAM, "Unique identifiers".
bool has_access_key(std::string_view text, std::string_view prefix) {
  constexpr std::size_t kBytes = 20;
  for (std::size_t at = text.find(prefix); at != std::string_view::npos;
       at = text.find(prefix, at + 1)) {
    const std::string_view key = text.substr(at, kBytes);
    const bool starts_word = at == 0 || !is_word(text[at - 1]);
    const bool ends_word = at + kBytes >= text.size() || !is_word(text[at + kBytes]);
    if (key.size() == kBytes && starts_word && ends_word &&
        std::all_of(key.begin(), key.end(), is_key_character)) {
      return true;
    }
  }
  return false;
}

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
    Sign{"-----BEGIN RSA PRIVATE KEY", "a private key"},
    Sign{"-----BEGIN PRIVATE KEY", "a private key"},
    Sign{"-----BEGIN EC PRIVATE KEY", "a private key"},
    Sign{"-----BEGIN OPENSSH PRIVATE KEY", "a private key"},
    Sign{"Authorization: Bearer ", "a bearer token"},
    Sign{"\"Authorization\":", "an Authorization header"},
    Sign{"\"authorization\":", "an Authorization header"},
    Sign{"\"Set-Cookie\":", "a cookie"},
    Sign{"ghp_", "a GitHub token"},
    Sign{"github_pat_", "a GitHub token"},
    Sign{"xoxb-", "a Slack token"},
    Sign{"sk_live_", "a Stripe key"},
};

}  // namespace

std::vector<std::string> find_secrets(std::string_view text) {
  std::vector<std::string> found;
  for (const std::string_view prefix : {"AKIA", "ASIA"}) {
    if (has_access_key(text, prefix)) {
      found.push_back("an AWS access key id (" + std::string(prefix) + "...)");
    }
  }
  for (const Sign& sign : kSigns) {
    const bool known = std::find(found.begin(), found.end(), sign.what) != found.end();
    if (!known && text.find(sign.text) != std::string_view::npos) found.emplace_back(sign.what);
  }
  return found;
}

}  // namespace dynadeck::cassettes
