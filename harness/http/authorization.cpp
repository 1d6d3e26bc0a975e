#include "harness/http/authorization.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>

#include "harness/aws/sigv4.h"
#include "harness/http/framing.h"

namespace dynadeck {
namespace {

constexpr std::string_view kIncomplete = "IncompleteSignatureException";
constexpr std::string_view kInvalid = "InvalidSignatureException";
constexpr std::string_view kMissing = "MissingAuthenticationTokenException";
constexpr std::string_view kUnrecognized = "UnrecognizedClientException";

constexpr std::string_view kMismatch =
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details.";

constexpr std::string_view kService = "dynamodb";
constexpr std::string_view kTerminator = "aws4_request";
constexpr std::size_t kCredentialParts = 5;
constexpr auto kTolerance = std::chrono::minutes(15);

std::string in_quotes(std::string_view text) { return std::string("'").append(text).append("'"); }

// Not find_first_of, which looks every single byte up by a call: this is run for each request.
std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  parts.reserve(8);
  while (true) {
    std::size_t end = 0;
    while (end < text.size() && text[end] != separators.front() && text[end] != separators.back()) {
      ++end;
    }
    if (end == text.size()) end = std::string_view::npos;
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string_view query_value(const HttpRequest& request, const std::string& name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::string_view() : found->second;
}

// The access key may itself hold slashes; the scope is the last four parts.
void read_credential(Authorization& authorization) {
  std::string_view rest = authorization.credential;
  while (rest.ends_with('/')) rest.remove_suffix(1);
  std::string_view key = rest;
  std::array<std::string_view, kCredentialParts - 1> scope;  // from the terminator to the date
  for (std::string_view& part : scope) {
    const std::size_t slash = key.rfind('/');
    if (slash == std::string_view::npos) {
      const std::vector<std::string_view> parts = split(rest, "/");
      authorization.access_key = parts.front();
      if (parts.size() > 2) authorization.region = parts[2];
      return;
    }
    part = key.substr(slash + 1);
    key = key.substr(0, slash);
  }
  authorization.access_key = key;
  authorization.region = scope[2];
}

// AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...
Outcome<Authorization, Refusal> read_header(const HttpRequest& request, std::string_view header) {
  Authorization authorization;
  const std::vector<std::string_view> parts = split(header, ", ");
  authorization.algorithm = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].empty()) continue;
    const std::size_t equals = parts[i].find('=');
    if (equals == std::string_view::npos) {
      return Refusal{kIncomplete,
                     in_quotes(parts[i]) +
                         " not a valid key=value pair (missing equal-sign) in Authorization "
                         "header: " +
                         in_quotes(header) + "."};
    }
    const std::string_view name = parts[i].substr(0, equals);
    const std::string_view value = parts[i].substr(equals + 1);
    if (name == "Credential") authorization.credential = value;
    if (name == "SignedHeaders") authorization.signed_headers = value;
    if (name == "Signature") authorization.signature = value;
  }
  const auto amz_date = request.headers.find("x-amz-date");
  authorization.date = amz_date ? *amz_date : request.headers.find("date").value_or("");

  std::string message;
  const auto require = [&message](bool there, std::string_view name) {
    if (!there) message += "Authorization header requires " + in_quotes(name) + " parameter. ";
  };
  require(!authorization.credential.empty(), "Credential");
  require(!authorization.signature.empty(), "Signature");
  require(!authorization.signed_headers.empty(), "SignedHeaders");
  if (authorization.date.empty()) {
    message +=
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  }
  if (!message.empty()) {
    return Refusal{kIncomplete, message + "Authorization=" + std::string(header)};
  }
  return authorization;
}

Outcome<Authorization, Refusal> read_query(const HttpRequest& request) {
  Authorization authorization;
  authorization.presigned = true;
  std::string message;
  const auto take = [&](const std::string& name) {
    const std::string_view value = query_value(request, name);
    if (value.empty())
      message += "AWS query-string parameters must include " + in_quotes(name) + ". ";
    return value;
  };
  authorization.algorithm = take("X-Amz-Algorithm");
  authorization.credential = take("X-Amz-Credential");
  authorization.signature = take("X-Amz-Signature");
  authorization.signed_headers = take("X-Amz-SignedHeaders");
  authorization.date = take("X-Amz-Date");
  if (!message.empty()) {
    return Refusal{kIncomplete, message + "Re-examine the query-string parameters."};
  }
  return authorization;
}

// "20150830T123600Z"
std::optional<std::chrono::sys_seconds> parse_basic_date(std::string_view text) {
  constexpr std::string_view kShape = "ddddddddTddddddZ";
  if (text.size() != kShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = std::isdigit(static_cast<unsigned char>(text[i])) != 0;
    if (kShape[i] == 'd' ? !digit : text[i] != kShape[i]) return std::nullopt;
  }
  const auto number = [&](std::size_t begin, std::size_t size) {
    int value = 0;
    for (const char c : text.substr(begin, size)) value = value * 10 + (c - '0');
    return value;
  };
  const std::chrono::year_month_day day{std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(4, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(6, 2)))};
  const int hour = number(9, 2);
  const int minute = number(11, 2);
  const int second = number(13, 2);
  if (!day.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return std::chrono::sys_days(day) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

std::string basic_date(std::chrono::sys_seconds time) {
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day day(midnight);
  const std::chrono::hh_mm_ss clock(time - midnight);
  std::array<char, 40> text;
  std::snprintf(text.data(), text.size(), "%04d%02u%02uT%02dZ", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()), 0);
  std::snprintf(text.data() + 9, text.size() - 9, "%02d%02d%02dZ",
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

std::optional<Refusal> check_date(std::string_view text, std::chrono::sys_seconds signed_at,
                                  std::chrono::seconds valid_for, std::chrono::sys_seconds now) {
  if (signed_at + valid_for < now) {
    return Refusal{kInvalid, "Signature expired: " + std::string(text) + " is now earlier than " +
                                 basic_date(now - valid_for) + " (" + basic_date(now) + " - " +
                                 std::to_string(valid_for / std::chrono::minutes(1)) + " min.)"};
  }
  if (signed_at > now + kTolerance) {
    return Refusal{kInvalid, "Signature not yet current: " + std::string(text) +
                                 " is still later than " + basic_date(now + kTolerance) + " (" +
                                 basic_date(now) + " + " +
                                 std::to_string(kTolerance / std::chrono::minutes(1)) + " min.)"};
  }
  return std::nullopt;
}

std::optional<Refusal> check_scope(const std::vector<std::string_view>& parts,
                                   std::string_view date) {
  std::string message;
  const std::string_view region = parts[parts.size() - 3];
  const bool plausible = !region.empty() && std::all_of(region.begin(), region.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-';
  });
  if (!plausible) {
    message += "Credential should be scoped to a valid region, not " + in_quotes(region) + ". ";
  }
  if (parts[parts.size() - 2] != kService) {
    message += "Credential should be scoped to correct service: " + in_quotes(kService) + ". ";
  }
  if (parts.back() != kTerminator) {
    message += "Credential should be scoped with a valid terminator: " + in_quotes(kTerminator) +
               ", not " + in_quotes(parts.back()) + ". ";
  }
  if (parts[parts.size() - 4] != date.substr(0, 8)) {
    message +=
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
        "HTTP: " +
        in_quotes(parts[parts.size() - 4]) + " != " + in_quotes(date.substr(0, 8)) + ", from " +
        in_quotes(date) + ".";
  }
  if (message.empty()) return std::nullopt;
  return Refusal{kInvalid, std::move(message)};
}

std::vector<std::string> lower_case_names(std::string_view signed_headers) {
  std::vector<std::string> names;
  for (const std::string_view name : split(signed_headers, ";")) {
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    names.push_back(std::move(lower));
  }
  return names;
}

}  // namespace

Outcome<Authorization, Refusal> read_authorization(const HttpRequest& request) {
  const std::optional<std::string_view> header = request.headers.find("authorization");
  const bool presigned = request.query.contains("X-Amz-Algorithm");
  if (header && !header->empty() && presigned) {
    return Refusal{kInvalid,
                   "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as "
                   "HTTP header."};
  }
  if (!presigned && (!header || !without_blanks(*header).starts_with("AWS4-"))) {
    return Refusal{kMissing, "Request is missing Authentication Token"};
  }
  auto authorization =
      presigned ? read_query(request) : read_header(request, without_blanks(*header));
  if (authorization.ok()) read_credential(authorization.value());
  return authorization;
}

SignatureVerifier::SignatureVerifier(const std::vector<Credential>& credentials) {
  for (const Credential& credential : credentials) {
    secrets_.emplace(credential.access_key, credential.secret_key);
  }
}

std::optional<Refusal> SignatureVerifier::verify(const HttpRequest& request,
                                                 const Authorization& authorization,
                                                 Clock::WallTime now) const {
  const std::optional<std::chrono::sys_seconds> signed_at = parse_basic_date(authorization.date);
  if (!signed_at) {
    return Refusal{kIncomplete, "Date must be in ISO-8601 'basic format'. Got " +
                                    in_quotes(authorization.date) +
                                    ". See http://en.wikipedia.org/wiki/ISO_8601"};
  }
  std::chrono::seconds valid_for = kTolerance;
  if (authorization.presigned) {
    const int seconds = std::atoi(std::string(query_value(request, "X-Amz-Expires")).c_str());
    if (seconds > 0) valid_for = std::chrono::seconds(std::min(seconds, 7 * 24 * 3600));
  }
  const auto now_seconds = std::chrono::floor<std::chrono::seconds>(now);
  if (auto late = check_date(authorization.date, *signed_at, valid_for, now_seconds)) return late;

  const std::vector<std::string> names = lower_case_names(authorization.signed_headers);
  if (std::find(names.begin(), names.end(), "host") == names.end()) {
    return Refusal{kInvalid, "'Host' must be a 'SignedHeader' in the AWS Authorization."};
  }
  if (authorization.algorithm != sigv4::kAlgorithm) {
    return Refusal{kIncomplete,
                   "Unsupported AWS 'algorithm': " + in_quotes(authorization.algorithm) +
                       " (only AWS4-HMAC-SHA256 for now). "};
  }
  std::string_view credential = authorization.credential;
  while (credential.ends_with('/')) credential.remove_suffix(1);
  const std::vector<std::string_view> parts = split(credential, "/");
  if (parts.size() < kCredentialParts) {
    return Refusal{kIncomplete,
                   "Credential must have exactly 5 slash-delimited elements, e.g. "
                   "keyid/date/region/service/term, got " +
                       in_quotes(authorization.credential)};
  }
  if (auto wrong = check_scope(parts, authorization.date)) return wrong;

  const auto secret = secrets_.find(authorization.access_key);
  if (secret == secrets_.end()) {
    return Refusal{kUnrecognized, "The security token included in the request is invalid."};
  }
  const sigv4::KeyScope scope{parts[parts.size() - 4], parts[parts.size() - 3], kService};
  const std::string payload_hash = sigv4::sha256_hex(request.body);
  const std::string canonical = sigv4::canonical_request(
      {request.method, request.target, &request.headers, names, payload_hash});
  const std::string to_sign = sigv4::string_to_sign(authorization.date, scope.text(), canonical);
  const std::string expected = sigv4::signature(sigv4::signing_key(secret->second, scope), to_sign);
  if (!sigv4::equal_in_constant_time(expected, authorization.signature)) {
    // DynamoDB used to add the canonical request that it had expected; it no longer does.
    return Refusal{kInvalid, std::string(kMismatch)};
  }
  return std::nullopt;
}

}  // namespace dynadeck
