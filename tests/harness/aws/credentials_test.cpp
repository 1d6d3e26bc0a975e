#include "harness/aws/credentials.h"

#include <catch2/catch.hpp>
#include <map>

#include "harness/aws/credential_chain.h"
#include "harness/aws/profiles.h"

using namespace dynadeck;
using namespace std::chrono_literals;

namespace {

using Texts = std::map<std::string, std::string>;

// What a machine would have. Its sources borrow it.
struct World {
  Texts variables = {{"HOME", "/home/me"}};
  Texts files;
  Texts commands;  // their outputs
  Texts pages;     // by method, URL and the headers' values
  std::vector<std::string> asked;

  CredentialSources sources() {
    const auto look_up = [](const Texts& texts, const std::string& name) {
      const auto found = texts.find(name);
      return found == texts.end() ? std::nullopt : std::optional(found->second);
    };
    CredentialSources sources;
    sources.variable = [=, this](const char* name) { return look_up(variables, name); };
    sources.read_file = [=, this](const std::string& path) { return look_up(files, path); };
    sources.run = [=, this](const std::string& command) -> Outcome<std::string, SourceFailure> {
      const auto output = look_up(commands, command);
      if (!output) return SourceFailure{"ended with status 1"};
      return *output;
    };
    sources.fetch = [=, this](const HttpFetch& fetch) -> Outcome<std::string, SourceFailure> {
      std::string name = fetch.method + " " + fetch.url;
      for (const auto& [header, value] : fetch.headers) name += " " + value;
      asked.push_back(name);
      const auto page = look_up(pages, name);
      if (!page) return SourceFailure{"answered status 404"};
      return *page;
    };
    return sources;
  }

  AwsCredentials find() {
    auto found = find_credentials(sources());
    if (!found.ok()) FAIL(found.error().reason);
    return std::move(found).value();
  }

  CredentialError fail() {
    auto found = find_credentials(sources());
    REQUIRE_FALSE(found.ok());
    return found.error();
  }
};

std::string json(const std::string& key, const std::string& token_name,
                 const std::string& expiration = "2030-01-02T03:04:05Z") {
  return R"({"Version":1,"Code":"Success","AccessKeyId":")" + key +
         R"(","SecretAccessKey":"secret",")" + token_name + R"(":"token","Expiration":")" +
         expiration + R"("})";
}

const Clock::WallTime kExpiration = *parse_expiration("2030-01-02T03:04:05Z");

}  // namespace

TEST_CASE("credentials in the environment come first", "[credentials]") {
  World world;
  world.variables["AWS_ACCESS_KEY_ID"] = "A";
  world.variables["AWS_SECRET_ACCESS_KEY"] = "S";
  world.files["/home/me/.aws/credentials"] =
      "[default]\naws_access_key_id = B\naws_secret_access_key = T\n";
  SECTION("without a token") { CHECK(world.find().session_token.empty()); }
  SECTION("with one") {
    world.variables["AWS_SESSION_TOKEN"] = "token";
    CHECK(world.find().session_token == "token");
  }
  SECTION("and half of them is a mistake, not a reason to look further") {
    world.variables.erase("AWS_SECRET_ACCESS_KEY");
    CHECK(world.fail().reason.find("AWS_SECRET_ACCESS_KEY is not") != std::string::npos);
    return;
  }
  CHECK(world.find().access_key == "A");
  CHECK(world.find().secret_key == "S");
  CHECK_FALSE(world.find().expires);
}

TEST_CASE("a profile may be in either file, and the credentials file wins", "[credentials]") {
  World world;
  world.files["/home/me/.aws/credentials"] =
      "[default]\naws_access_key_id=A1\naws_secret_access_key=S1\n"
      "[both]\naws_access_key_id=A2\naws_secret_access_key=S2 # theirs\n";
  world.files["/home/me/.aws/config"] =
      "[profile both]\naws_access_key_id=OTHER\nregion = us-west-2\n"
      "[profile \"in config\"]\n# a comment\naws_access_key_id = A3\n"
      "aws_secret_access_key = S3\naws_session_token = t#3\ns3 =\n  aws_access_key_id = nested\n";
  struct Row {
    std::string name, key, secret, token;
  };
  const Row row = GENERATE(Row{"", "A1", "S1", ""}, Row{"default", "A1", "S1", ""},
                           Row{"both", "A2", "S2", ""}, Row{"in config", "A3", "S3", "t#3"});
  CAPTURE(row.name);
  if (!row.name.empty()) world.variables["AWS_PROFILE"] = row.name;
  const AwsCredentials found = world.find();
  CHECK(found.access_key == row.key);
  CHECK(found.secret_key == row.secret);
  CHECK(found.session_token == row.token);
}

TEST_CASE("files may be elsewhere", "[credentials]") {
  World world;
  world.variables["AWS_SHARED_CREDENTIALS_FILE"] = "/etc/keys";
  world.files["/etc/keys"] = "[default]\naws_access_key_id=A\naws_secret_access_key=S\n";
  CHECK(world.find().access_key == "A");
}

TEST_CASE("a profile may name a process", "[credentials]") {
  World world;
  world.files["/home/me/.aws/config"] = "[default]\ncredential_process = get --keys \"a b\"\n";
  const std::string command = "get --keys \"a b\"";
  SECTION("that answers") {
    world.commands[command] = json("P", "SessionToken");
    CHECK(world.find().access_key == "P");
    CHECK(world.find().session_token == "token");
    CHECK(world.find().expires == kExpiration);
  }
  SECTION("that answers what it should not") {
    world.commands[command] = GENERATE("", "{}", R"({"Version":2,"AccessKeyId":"A"})",
                                       R"({"Version":1,"AccessKeyId":"A"})", "[1]");
    CHECK(world.fail().configured);
  }
  SECTION("that fails") {
    CHECK(world.fail().reason == "profile 'default': credential_process ended with status 1");
  }
}

TEST_CASE("a profile that needs another service says what to do instead", "[credentials]") {
  World world;
  world.variables["AWS_PROFILE"] = "p";
  const std::string setting =
      GENERATE("role_arn", "sso_session", "sso_start_url", "web_identity_token_file");
  world.files["/home/me/.aws/config"] =
      "[profile p]\n" + setting + " = x\naws_access_key_id=A\naws_secret_access_key=S\n";
  CHECK(world.fail().reason.find("export-credentials --profile p") != std::string::npos);
}

TEST_CASE("a profile that is not there is a mistake only if it was asked for", "[credentials]") {
  World world;
  CHECK_FALSE(world.fail().configured);
  world.variables["AWS_PROFILE"] = "missing";
  CHECK(world.fail().configured);
  CHECK(world.fail().reason.find("'missing'") != std::string::npos);
}

TEST_CASE("a container's endpoint is asked as it wants to be", "[credentials]") {
  World world;
  SECTION("at ECS") {
    world.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/x";
    world.pages["GET http://169.254.170.2/v2/x"] = json("C", "Token");
  }
  SECTION("at EKS, with a token in a file") {
    world.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://169.254.170.23/v1";
    world.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/token";
    world.files["/token"] = "let me in\n";
    world.pages["GET http://169.254.170.23/v1 let me in"] = json("C", "Token");
  }
  CHECK(world.find().access_key == "C");
  CHECK(world.find().expires == kExpiration);
}

TEST_CASE("a container's token goes to nobody else", "[credentials]") {
  World world;
  world.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] =
      GENERATE("http://evil.example/", "http://127.0.0.1.evil.example/", "ftp://localhost/");
  CHECK(world.fail().configured);
  CHECK(world.asked.empty());
}

TEST_CASE("an instance is asked in three steps, after everybody else", "[credentials]") {
  World world;
  const std::string origin = "http://169.254.169.254/latest/";
  const std::string roles = origin + "meta-data/iam/security-credentials/";
  world.pages["PUT " + origin + "api/token 21600"] = "T";
  world.pages["GET " + roles + " T"] = "role\n";
  world.pages["GET " + roles + "role T"] = json("I", "Token");
  SECTION("and answers") {
    CHECK(world.find().access_key == "I");
    CHECK(world.find().expires == kExpiration);
  }
  SECTION("unless it is switched off") {
    world.variables["AWS_EC2_METADATA_DISABLED"] = "true";
    CHECK_FALSE(world.fail().configured);
    CHECK(world.asked.empty());
  }
  SECTION("or is none") {
    world.pages.clear();
    CHECK_FALSE(world.fail().configured);
  }
}

TEST_CASE("dates of expiry", "[credentials]") {
  CHECK(parse_expiration("2030-01-02T03:04:05.123Z") == kExpiration);
  CHECK(parse_expiration("2030-01-02T04:04:05+01:00") == kExpiration);
  CHECK_FALSE(parse_expiration(GENERATE("", "tomorrow", "2030-01-02", "2030-01-02T03:04:05")));
}

TEST_CASE("credentials are replaced before they expire", "[credentials]") {
  World world;
  world.files["/home/me/.aws/config"] = "[default]\ncredential_process = get\n";
  world.commands["get"] = json("first", "SessionToken");
  std::atomic<Clock::WallTime> now = kExpiration - 1h;
  std::vector<std::string> log;
  auto opened = AwsCredentialProvider::open(
      world.sources(),
      {[&now] { return now.load(); }, [&log](const std::string& line) { log.push_back(line); }});
  REQUIRE(opened.ok());
  AwsCredentialProvider& provider = **opened;
  const auto held = provider.current();
  CHECK(held->access_key == "first");

  world.commands["get"] = json("second", "SessionToken", "2030-01-02T04:04:05Z");
  SECTION("not while there is time") {
    now = kExpiration - 11min;
    provider.renew_if_due();
    CHECK(provider.current()->access_key == "first");
  }
  SECTION("when the time has come, while others still hold the old ones") {
    now = kExpiration - 9min;
    provider.renew_if_due();
    CHECK(provider.current()->access_key == "second");
    CHECK(held->access_key == "first");
  }
  SECTION("and kept where nobody has newer ones, which is said") {
    world.commands.clear();
    now = kExpiration - 9min;
    provider.renew_if_due();
    CHECK(provider.current()->access_key == "first");
    REQUIRE(log.size() == 1);
    CHECK(log[0].find("not renewed") != std::string::npos);
  }
}

TEST_CASE("credentials that live shortly are renewed at half of their life", "[credentials]") {
  const Clock::WallTime now = kExpiration - 4min;
  CHECK(AwsCredentialProvider::renewal_time(now, kExpiration) == kExpiration - 2min);
  CHECK(AwsCredentialProvider::renewal_time(kExpiration - 1h, kExpiration) == kExpiration - 10min);
}
