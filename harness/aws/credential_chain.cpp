#include "harness/aws/credential_chain.h"

#include <array>
#include <charconv>
#include <ctime>
#include <nlohmann/json.hpp>

#include "harness/aws/profiles.h"

namespace dynadeck {
namespace {

using Found = Outcome<AwsCredentials, CredentialError>;
using Maybe = std::optional<Found>;  // nothing: this source is not there, ask the next

Found refuse(std::string reason) { return CredentialError{true, std::move(reason)}; }

std::string variable(const CredentialSources& sources, const char* name) {
  return sources.variable(name).value_or("");
}

std::string member(const nlohmann::json& document, const char* name) {
  const auto found = document.find(name);
  return found != document.end() && found->is_string() ? found->get<std::string>() : "";
}

// What credential_process and both kinds of endpoint answer.
Found from_json(const std::string& text, const char* token_name, const std::string& source) {
  const auto document = nlohmann::json::parse(text, nullptr, false);
  if (!document.is_object()) return refuse(source + " answered no JSON object");
  AwsCredentials credentials;
  credentials.access_key = member(document, "AccessKeyId");
  credentials.secret_key = member(document, "SecretAccessKey");
  credentials.session_token = member(document, token_name);
  credentials.source = source;
  if (credentials.access_key.empty() || credentials.secret_key.empty()) {
    return refuse(source + " answered without AccessKeyId and SecretAccessKey");
  }
  const std::string expiration = member(document, "Expiration");
  if (!expiration.empty()) {
    credentials.expires = parse_expiration(expiration);
    if (!credentials.expires) {
      return refuse(source + " answered with Expiration '" + expiration + "', which is no date");
    }
  }
  return credentials;
}

// ---- Environment ----

Maybe from_environment(const CredentialSources& sources) {
  AwsCredentials credentials;
  credentials.access_key = variable(sources, "AWS_ACCESS_KEY_ID");
  credentials.secret_key = variable(sources, "AWS_SECRET_ACCESS_KEY");
  credentials.session_token = variable(sources, "AWS_SESSION_TOKEN");
  credentials.source = "the environment";
  if (credentials.access_key.empty()) return std::nullopt;
  if (credentials.secret_key.empty()) {
    return refuse("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
  }
  return credentials;
}

// ---- Profiles ----

std::string path_of(const CredentialSources& sources, const char* name, const char* in_home) {
  const std::string path = variable(sources, name);
  return path.empty() ? variable(sources, "HOME") + in_home : path;
}

// One profile of both files; the credentials file wins.
std::optional<AwsProfile> read_profile(const CredentialSources& sources, const std::string& name) {
  const auto config = sources.read_file(path_of(sources, "AWS_CONFIG_FILE", "/.aws/config"));
  const auto secret =
      sources.read_file(path_of(sources, "AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials"));
  AwsProfiles configs = parse_profiles(config.value_or(""), AwsFile::kConfig);
  AwsProfiles secrets = parse_profiles(secret.value_or(""), AwsFile::kCredentials);
  if (!configs.contains(name) && !secrets.contains(name)) return std::nullopt;
  AwsProfile profile = std::move(secrets[name]);
  profile.merge(configs[name]);
  return profile;
}

std::string setting(const AwsProfile& profile, const char* name) {
  const auto found = profile.find(name);
  return found == profile.end() ? "" : found->second;
}

Found from_process(const CredentialSources& sources, const std::string& command,
                   const std::string& source) {
  auto output = sources.run(command);
  if (!output.ok()) return refuse(source + ": credential_process " + output.error().reason);
  const auto document = nlohmann::json::parse(output.value(), nullptr, false);
  if (!document.is_object() || document.value("Version", nlohmann::json()) != 1) {
    return refuse(source + ": credential_process did not answer JSON with \"Version\": 1");
  }
  return from_json(output.value(), "SessionToken", source + "'s credential_process");
}

Maybe from_profile(const CredentialSources& sources) {
  std::string name = variable(sources, "AWS_PROFILE");
  if (name.empty()) name = variable(sources, "AWS_DEFAULT_PROFILE");
  const bool chosen = !name.empty();
  if (!chosen) name = "default";
  const std::string source = "profile '" + name + "'";
  const std::optional<AwsProfile> profile = read_profile(sources, name);
  if (!profile) {
    if (!chosen) return std::nullopt;
    return refuse(source + " is neither in the config file nor in the credentials file");
  }
  // What stands before static keys in the SDKs' order, and needs another service of AWS.
  constexpr std::array kIndirect = {"role_arn", "sso_session", "sso_start_url",
                                    "web_identity_token_file", "login_session"};
  for (const char* const indirect : kIndirect) {
    if (profile->contains(indirect)) {
      return refuse(source + " uses " + indirect +
                    "; give dynadeck a profile with credential_process = aws configure "
                    "export-credentials --profile " +
                    name + " --format process");
    }
  }
  AwsCredentials credentials;
  credentials.access_key = setting(*profile, "aws_access_key_id");
  credentials.secret_key = setting(*profile, "aws_secret_access_key");
  credentials.session_token = setting(*profile, "aws_session_token");
  credentials.source = source;
  if (!credentials.access_key.empty()) {
    if (!credentials.secret_key.empty()) return credentials;
    return refuse(source + " has aws_access_key_id, but no aws_secret_access_key");
  }
  const std::string command = setting(*profile, "credential_process");
  if (!command.empty()) return from_process(sources, command, source);
  return std::nullopt;
}

// ---- Containers ----

// Plain HTTP only to this machine and to the addresses where ECS and EKS answer: the token in the
// request is a secret.
bool may_be_asked(std::string_view url) {
  if (url.starts_with("https://")) return true;
  constexpr std::array<std::string_view, 6> kHosts = {
      "127.0.0.1", "localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};
  if (!url.starts_with("http://")) return false;
  const std::string_view rest = url.substr(7);
  for (const std::string_view host : kHosts) {
    if (!rest.starts_with(host)) continue;
    const std::string_view after = rest.substr(host.size());
    if (after.empty() || after.front() == '/' || after.front() == ':') return true;
  }
  return false;
}

Maybe from_container(const CredentialSources& sources) {
  HttpFetch fetch;
  fetch.method = "GET";
  fetch.timeout = std::chrono::seconds(2);
  const std::string relative = variable(sources, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  fetch.url = relative.empty() ? variable(sources, "AWS_CONTAINER_CREDENTIALS_FULL_URI")
                               : "http://169.254.170.2" + relative;
  if (fetch.url.empty()) return std::nullopt;
  const std::string source = "the container's endpoint " + fetch.url;
  if (!may_be_asked(fetch.url)) {
    return refuse(source + " is neither https nor on this machine");
  }
  std::string token = variable(sources, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
  const std::string token_file = variable(sources, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (!token_file.empty()) {
    const auto read = sources.read_file(token_file);
    if (!read) return refuse("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names no readable file");
    token = *read;
  }
  token.erase(token.find_last_not_of(" \r\n") + 1);
  if (token.find_first_of("\r\n") != std::string::npos) {
    return refuse("the container's authorization token has more than one line");
  }
  if (!token.empty()) fetch.headers.add("Authorization", token);
  auto answer = sources.fetch(fetch);
  if (!answer.ok()) return refuse(source + ": " + answer.error().reason);
  return from_json(answer.value(), "Token", source);
}

// ---- Instances ----

// Version 2 only: a token first, then the role's name, then its credentials.
// Source: [doc] EC2 user guide, "Use the Instance Metadata Service".
Maybe from_instance(const CredentialSources& sources) {
  std::string origin = variable(sources, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
  const bool chosen = !origin.empty();
  const bool disabled = variable(sources, "AWS_EC2_METADATA_DISABLED") == "true";
  if (disabled || (!chosen && !sources.instance_metadata)) return std::nullopt;
  if (!chosen) origin = "http://169.254.169.254";
  while (origin.ends_with('/')) origin.pop_back();
  const std::string source = "the instance's metadata";

  HttpFetch fetch;
  fetch.method = "PUT";
  fetch.url = origin + "/latest/api/token";
  fetch.headers.add("x-aws-ec2-metadata-token-ttl-seconds", "21600");
  const auto token = sources.fetch(fetch);
  // No answer at all is what happens on every machine that is no instance.
  if (!token.ok())
    return chosen ? Maybe(refuse(source + ": " + token.error().reason)) : std::nullopt;

  fetch.method = "GET";
  fetch.headers = HeaderList();
  fetch.headers.add("x-aws-ec2-metadata-token", token.value());
  fetch.url = origin + "/latest/meta-data/iam/security-credentials/";
  const auto role = sources.fetch(fetch);
  if (!role.ok()) return refuse(source + ", role: " + role.error().reason);
  fetch.url += role->substr(0, role->find_first_of("\r\n"));
  const auto answer = sources.fetch(fetch);
  if (!answer.ok()) return refuse(source + ", credentials: " + answer.error().reason);
  return from_json(answer.value(), "Token", source);
}

}  // namespace

Outcome<AwsCredentials, CredentialError> find_credentials(const CredentialSources& sources) {
  for (const auto source : {from_environment, from_profile, from_container, from_instance}) {
    Maybe found = source(sources);
    if (found) return *std::move(found);
  }
  return CredentialError{
      false,
      "no AWS credentials in the environment, the shared config and credentials files, a "
      "container's endpoint or an instance's metadata"};
}

std::optional<Clock::WallTime> parse_expiration(std::string_view text) {
  std::tm date{};
  const std::string copy(text);
  const char* rest = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &date);
  if (rest == nullptr) return std::nullopt;
  if (*rest == '.') {
    do ++rest;
    while (*rest >= '0' && *rest <= '9');
  }
  std::chrono::seconds offset{0};
  if (*rest == '+' || *rest == '-') {
    std::tm parsed{};
    const char* const end = strptime(rest, "%z", &parsed);
    if (end == nullptr || *end != '\0') return std::nullopt;
    offset = std::chrono::seconds(parsed.tm_gmtoff);
  } else if (std::string_view(rest) != "Z") {
    return std::nullopt;
  }
  return Clock::WallTime(std::chrono::seconds(timegm(&date)) - offset);
}

}  // namespace dynadeck
