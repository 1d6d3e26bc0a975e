#include "cassettes/redaction/redactor.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "cassettes/json/path.h"
#include "cassettes/matching/pattern.h"
#include "cassettes/replay/report.h"
#include "cassettes/tape/interaction.h"
#include "cassettes/tape/reader.h"
#include "harness/seam/error.h"
#include "tests/cassettes/doubles.h"

using namespace dynadeck;
using namespace dynadeck::cassettes;
using namespace dynadeck::cassettes::testing;

namespace {

Redactor redactor(std::vector<RedactionRule> rules) {
  auto made = Redactor::make(rules, "00");
  REQUIRE(made);
  return std::move(made).value();
}

RedactionRule path(std::string text) { return {std::move(text), {}, {}}; }
RedactionRule attribute(std::string text) { return {{}, std::move(text), {}}; }
RedactionRule pattern(std::string text) { return {{}, {}, std::move(text)}; }

}  // namespace

TEST_CASE("a path names places, with or without the wrappers of values", "[cassettes]") {
  const std::string document =
      R"({"Item":{"a":{"M":{"b":{"S":"x"}}},"l":{"L":[{"S":"y"}]}},"Items":[{"a":1},{"a":2}]})";
  const auto hits = [&](const std::string& text) {
    const auto parsed = JsonPath::parse(text);
    REQUIRE(parsed);
    int count = 0;
    std::string out;
    REQUIRE(rewrite_json(
        document,
        [&](Places places, std::string_view, std::string&) {
          if (parsed->matches(places)) ++count;
          return Rewrite::kKeep;
        },
        out));
    CHECK(out == document);
    return count;
  };
  CHECK(hits("$.Item.a.b") == 1);
  CHECK(hits("$.Item.a.M.b.S") == 1);
  CHECK(hits("$.Item.l[0]") == 1);
  CHECK(hits("$.Items[*].a") == 2);
  CHECK(hits("$.Items[1].a") == 1);
  CHECK(hits("$..a") == 3);
  CHECK(hits("$.Item['a']") == 1);
  CHECK(hits("$.Item[\"a\"]") == 1);
  CHECK(hits("$..['a']") == 3);
  CHECK(hits("$.Items..['a']") == 2);
  CHECK(hits("$.Other") == 0);
  for (const char* wrong : {"Item", "$.", "$[", "$['a", "$['", "$[x]", "$..", "$..[a"}) {
    CHECK_FALSE(JsonPath::parse(wrong));
  }
}

TEST_CASE("patterns find every match", "[cassettes]") {
  const auto replaced = [](const std::string& expression, const std::string& text) {
    const auto parsed = Pattern::parse(expression);
    REQUIRE(parsed);
    std::string out;
    parsed->replace_all(
        text, [](std::string_view) { return "!"; }, out);
    return out;
  };
  CHECK(replaced("[0-9]+", "a1b22c") == "a!b!c");
  CHECK(replaced("x*", "axb") == "a!b");
  CHECK(replaced("^a", "aa") == "!a");
  CHECK(replaced("uuid", "U#0a1b2c3d-0000-4000-8000-0123456789ab#") == "U#!#");
  CHECK(replaced("timestamp", "at 2026-01-01T00:00:00.123Z.") == "at !.");
  CHECK(replaced("b", std::string("a\0b", 3)) == std::string("a\0!", 3));
  CHECK_FALSE(Pattern::parse("(("));
}

TEST_CASE("an attribute is replaced wherever it stands", "[cassettes]") {
  const Redactor by_name = redactor({attribute("email")});
  const std::string secret = "jane@example.com";
  const std::vector<std::string> bodies = {
      R"j({"Item":{"email":{"S":"jane@example.com"}}})j",
      R"j({"Item":{"user":{"M":{"email":{"S":"jane@example.com"}}}}})j",
      R"j({"Item":{"email":{"L":[{"S":"jane@example.com"}]}}})j",
      R"j({"Item":{"email":{"SS":["jane@example.com","b"]}}})j",
      R"j({"UpdateExpression":"SET email = :e",
           "ExpressionAttributeValues":{":e":{"S":"jane@example.com"}}})j",
      R"j({"UpdateExpression":"SET #e = if_not_exists(#e, :e)",
           "ExpressionAttributeNames":{"#e":"email"},
           "ExpressionAttributeValues":{":e":{"S":"jane@example.com"}}})j",
      R"j({"FilterExpression":"a = :a AND email BETWEEN :b AND :c","ExpressionAttributeValues":
           {":b":{"S":"jane@example.com"},":c":{"S":"jane@example.com"}}})j",
      R"j({"TransactItems":[{"Put":{"Item":{},"ConditionExpression":"email IN (:a, :b)",
           "ExpressionAttributeValues":{":b":{"S":"jane@example.com"}}}}]})j",
      R"j({"Statement":"SELECT * FROM t WHERE email = 'jane@example.com'"})j",
      R"j({"Statement":"SELECT * FROM t WHERE email = ?","Parameters":
           [{"S":"jane@example.com"}]})j",
      R"j({"AttributeUpdates":{"email":{"Action":"PUT","Value":{"S":"jane@example.com"}}}})j",
      R"j({"UpdateExpression":"SET email=email-:e",
           "ExpressionAttributeValues":{":e":{"S":"jane@example.com"}}})j",
      R"j({"UpdateExpression":"SET email=:d-:e",
           "ExpressionAttributeValues":{":e":{"S":"jane@example.com"}}})j",
      R"j({"Item":{"em\u0061il":{"\u0053":"jane@ex\u0061mple.com"}}})j"};
  for (const std::string& body : bodies) {
    Redactor::Found found;
    const std::string redacted = by_name.request(body, found);
    INFO(redacted);
    CHECK_FALSE(contains(redacted, secret));
    CHECK_FALSE(found.empty());
    // What the request held does not come back in an answer either.
    const std::string response = by_name.response(R"({"message":"no jane@example.com"})", found);
    CHECK_FALSE(contains(response, secret));
  }
}

TEST_CASE("only what is named is replaced", "[cassettes]") {
  Redactor::Found found;
  const Redactor by_name = redactor({attribute("email")});
  const std::string kept = by_name.request(
      R"({"UpdateExpression":"SET a = :a, email = :b",
          "ExpressionAttributeValues":{":a":{"S":"keep"},":b":{"S":"hide"}}})",
      found);
  CHECK(contains(kept, "keep"));
  CHECK_FALSE(contains(kept, "hide"));
}

TEST_CASE("equal values have equal pseudonyms, of the type they had", "[cassettes]") {
  Redactor::Found found;
  const Redactor by_path = redactor({path("$.Item.a"), path("$.Key.a")});
  const std::string item = by_path.request(R"({"Item":{"a":{"S":"x"}}})", found);
  const std::string key = by_path.request(R"({"Key":{"a":{"S":"x"}}})", found);
  CHECK(item.substr(item.find("redacted-")) == key.substr(key.find("redacted-")));
  const std::string number = by_path.request(R"({"Item":{"a":{"N":"12"}}})", found);
  CHECK_FALSE(contains(number, "redacted"));
  CHECK_FALSE(contains(number, "\"12\""));
  auto other = Redactor::make({path("$.Item.a")}, "01");
  REQUIRE(other);
  CHECK(other->request(R"({"Item":{"a":{"S":"x"}}})", found) != item);
}

TEST_CASE("a pattern is replaced inside texts", "[cassettes]") {
  Redactor::Found found;
  const Redactor by_pattern = redactor({pattern("email")});
  const std::string redacted =
      by_pattern.request(R"({"Item":{"note":{"S":"mail to jane@example.com now"}}})", found);
  CHECK_FALSE(contains(redacted, "jane"));
  CHECK(contains(redacted, "mail to redacted-"));
}

TEST_CASE("a pattern finds what is in bytes, in numbers and in names", "[cassettes]") {
  Redactor::Found found;
  const Redactor by_pattern = redactor({pattern("s3cret[a-z]*"), pattern("[0-9]{16}")});
  const auto redacted = [&](const std::string& value) {
    return by_pattern.request(R"({"TableName":"t","Item":{"a":)" + value + "}}", found);
  };
  // "see s3cretvalue."
  const std::string bytes = redacted(R"({"B":"c2VlIHMzY3JldHZhbHVlLg=="})");
  CHECK_FALSE(contains(bytes, "MzY3JldHZhbHVl"));
  // "see redacted-...": what is around it stays, and it stays base64.
  CHECK(contains(bytes, R"({"B":"c2VlIHJlZGFjdGVkL)"));
  CHECK(contains(redacted(R"({"M":{"s3cretname":{"S":"x"}}})"), R"({"M":{"redacted-)"));
  // A number stays one that DynamoDB takes: at most 38 digits.
  const std::string number = redacted(R"({"N":"41111111111111114111111111111111"})");
  const std::size_t start = number.find(R"({"N":")") + 6;
  CHECK(number.find_first_not_of("123456789", start) == start + 23);
  CHECK(found.size() >= 4);
}

TEST_CASE("no pattern touches what the service made", "[cassettes]") {
  const Redactor digits = redactor({pattern("[0-9]{8,}")});
  const std::string record =
      R"({"NextShardIterator":"0123456789","Records":[{"eventID":"0123456789","dynamodb":)"
      R"({"SequenceNumber":"0000000000000000000000001","Keys":{"id":{"S":"0123456789"}}}}]})";
  const std::string kept = digits.response(record, {});
  CHECK(contains(kept, R"("SequenceNumber":"0000000000000000000000001")"));
  CHECK(contains(kept, R"("NextShardIterator":"0123456789")"));
  CHECK(contains(kept, R"("id":{"S":"redacted-)"));
  const std::string error = R"({"__type":"com.amazonaws.dynamodb.v20120810#X","message":"-"})";
  CHECK(digits.response(error, {}) == error);
}

TEST_CASE("what is redacted stays as it is, whatever a pattern looks for", "[cassettes]") {
  Redactor::Found found;
  const auto rule = GENERATE(as<std::string>{}, "[0-9a-f]{8,}", "[a-z]+", "redacted", "[0-9]+");
  const Redactor by_pattern = redactor({pattern(rule), pattern("[0-9a-f]+")});
  const std::string once = by_pattern.request(
      R"({"Item":{"a":{"S":"deadbeef0 and cafecafe12"},"n":{"N":"1234567"},"b":{"B":"YWJjZGVm"}}})",
      found);
  CHECK(by_pattern.request(once, found) == once);
}

TEST_CASE("all spellings of a number are one secret", "[cassettes]") {
  const Redactor by_name = redactor({attribute("n")});
  const auto redacted = [&](const std::string& number) {
    Redactor::Found found;
    return by_name.request(R"({"Item":{"n":{"N":")" + number + R"("}}})", found);
  };
  const std::vector<std::vector<std::string>> numbers = {{"1.5", "1.50", "15e-1", "+1.5", "0.15E1"},
                                                         {"-1200", "-12e2", "-1200.0"},
                                                         {"0", "-0", "0.00"},
                                                         {"0.0025", "25e-4"},
                                                         {"1e100", "10E99"}};
  for (const std::vector<std::string>& spellings : numbers) {
    for (const std::string& spelling : spellings)
      CHECK(redacted(spelling) == redacted(spellings[0]));
  }
  CHECK(redacted("1.5") != redacted("15"));
  // What comes back is replaced, however it was spelled when it was sent.
  Redactor::Found found;
  (void)by_name.request(R"({"Item":{"n":{"N":"4711.50"}}})", found);
  for (const char* response : {R"({"Attributes":{"copy":{"N":"4711.5"}}})",
                               R"({"message":"4711.50"})", R"({"message":"it was 4711.5"})"}) {
    CHECK_FALSE(contains(by_name.response(response, found), "4711.5"));
  }
}

TEST_CASE("answers stay valid: no part of a number or of base64 is replaced", "[cassettes]") {
  Redactor::Found found;
  const Redactor by_name = redactor({attribute("pin")});
  (void)by_name.request(R"({"Item":{"pin":{"N":"4110"},"more":{"S":"x"}}})", found);
  (void)by_name.request(R"({"Item":{"pin":{"S":"test"}}})", found);
  const std::string response =
      R"({"Attributes":{"n":{"N":"4110411041104110"},"b":{"B":"abtestcd"},"ns":{"NS":["41101"]}}})";
  CHECK(by_name.response(response, found) == response);
}

TEST_CASE("a short secret is replaced where it is all there is, an empty one, too", "[cassettes]") {
  const std::string secret = GENERATE("", "x", "abc");
  const Redactor rules = redactor({attribute("pin")});
  Redactor::Found found;
  const std::string request = rules.request(R"({"Item":{"pin":{"S":")" + secret + R"("}}})", found);
  REQUIRE(found.size() == 1);
  const std::string response = rules.response(
      R"({"Attributes":{"other":{"S":")" + secret + R"("},"text":{"S":"an abcx"}}})", found);
  CHECK(response ==
        R"({"Attributes":{"other":{"S":")" + found[0].second + R"("},"text":{"S":"an abcx"}}})");
}

TEST_CASE("a secret that begins like a pseudonym is one", "[cassettes]") {
  const Redactor rules = redactor({attribute("pin")});
  // The last is base64 of the first.
  const auto [type, secret] =
      GENERATE(table<std::string, std::string>({{"S", "redacted-by-hand"},
                                                {"S", "redacted-0123456789abcdef0"},
                                                {"B", "cmVkYWN0ZWQtYnktaGFuZA=="}}));
  Redactor::Found found;
  const std::string once =
      rules.request(R"({"Item":{"pin":{")" + type + R"(":")" + secret + R"("}}})", found);
  CHECK_FALSE(contains(once, secret));
  CHECK(rules.request(once, found) == once);
}

TEST_CASE("a body without secrets stays as it is, to the byte", "[cassettes]") {
  const Redactor any = redactor(GENERATE(std::vector<RedactionRule>{{"", "email", ""}},
                                         std::vector<RedactionRule>{{"$.Item.email", "", ""}},
                                         std::vector<RedactionRule>{{"", "", "email"}}));
  Redactor::Found found;
  for (const char* body : {R"({ "Item" : { "name" : {"S":"x\u0041"} } })", "{}", R"([ 1.50 ])"}) {
    CHECK(any.request(body, found) == body);
    CHECK(any.response(body, found) == body);
  }
  CHECK(found.empty());
}

TEST_CASE("statements lose their literals and keep their names", "[cassettes]") {
  Redactor::Found found;
  const Redactor by_name = redactor({attribute("card"), attribute("due-date")});
  const auto redacted = [&](const std::string& statement) {
    return by_name.request(R"({"Statement":")" + statement + R"("})", found);
  };
  for (const char* statement :
       {"SELECT * FROM t2 WHERE card = 4111111111111111",
        "SELECT * FROM t2 WHERE card=-4111111111111111",
        "INSERT INTO t2 VALUE {'id':'4111111111111111', 'card' : 4111111111111111}",
        R"(UPDATE t2 SET \"due-date\"='4111111111111111' WHERE id='it''s')"}) {
    const std::string text = redacted(statement);
    INFO(text);
    CHECK_FALSE(contains(text, "4111111111111111"));
    CHECK(contains(text, "t2"));
  }
  CHECK(contains(redacted("INSERT INTO t2 VALUE {'card':1.5e3}"), "{'card':"));
}

TEST_CASE("what is not JSON is hidden as a whole", "[cassettes]") {
  Redactor::Found found;
  const Redactor any = redactor({attribute("a")});
  const std::string hidden = any.request("secret, not JSON", found);
  CHECK_FALSE(contains(hidden, "secret"));
  CHECK(any.request(hidden, found) == hidden);
}

TEST_CASE("redaction rules that cannot be used are refused", "[cassettes]") {
  CHECK_FALSE(Redactor::make({path("nonsense")}, ""));
  CHECK_FALSE(Redactor::make({pattern("((")}, ""));
  // And where they are given, before there is a tape.
  for (const char* wrong : {"$..", "pattern:((", "pattern:", "attribute:", ""}) {
    CassetteOptions options;
    CHECK_FALSE(set_option(options, "redact", wrong));
    CHECK(options.redact.empty());
  }
}

TEST_CASE("a tape that is gone on with takes no other redactions", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  CassetteOptions options = recording(path);
  REQUIRE(set_option(options, "redact", "attribute:v"));
  {
    const auto deck = studio.counting_deck();
    REQUIRE(deck->insert(options));
    (void)deck->handle(put("a", "first-secret"));
    REQUIRE(deck->eject());
  }
  const std::string before = read_file(path);
  options.mode = Mode::kNewEpisodes;
  {
    CassetteOptions more = options;
    REQUIRE(set_option(more, "redact", "attribute:other"));
    const auto deck = studio.counting_deck();
    const auto refused = deck->insert(more);
    REQUIRE_FALSE(refused);
    CHECK(contains(refused.error(), R"([{"attribute":"other"}] is none of them)"));
    CHECK(read_file(path) == before);
  }
  // Those it has may be given again, or not.
  if (GENERATE(true, false)) options.redact.clear();
  const auto deck = studio.counting_deck();
  REQUIRE(deck->insert(options));
  (void)deck->handle(put("b", "second-secret"));
  REQUIRE(deck->eject());
  REQUIRE(system(("zstd -dcqf " + path + " > " + folder.file("text")).c_str()) == 0);
  CHECK_FALSE(contains(read_file(folder.file("text")), "second-secret"));
}

TEST_CASE("a redacted tape holds no secret, and replays", "[cassettes]") {
  const Folder folder;
  const std::string tape = folder.file("a.tape");
  Studio studio;
  const auto echo = [](const Request& request) {
    return answer(R"({"Attributes":)" + std::string(request.body) + "}");
  };
  CassetteOptions options = recording(tape);
  REQUIRE(set_option(options, "redact", "attribute:v"));
  {
    const auto deck = studio.deck(echo);
    REQUIRE(deck->insert(options));
    Request request = put("a", "s3cret-value");
    request.headers.add("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/x");
    request.headers.add("X-Amz-Security-Token", "session-token-value");
    request.headers.add("Cookie", "cookie-value");
    request.access_key = "AKIDEXAMPLE";
    (void)deck->handle(request);
    REQUIRE(deck->eject());
  }
  REQUIRE(system(("zstd -dcqf " + tape + " > " + folder.file("text")).c_str()) == 0);
  for (const std::string& bytes : {read_file(tape), read_file(folder.file("text"))}) {
    for (const char* secret :
         {"s3cret-value", "AKIDEXAMPLE", "session-token-value", "cookie-value"}) {
      CHECK_FALSE(contains(bytes, secret));
    }
  }
  CHECK(contains(read_file(folder.file("text")), R"("redactions":[{"attribute":"v"}])"));

  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(tape)));
  // Who asks with the secret gets it back, though the tape does not know it.
  CHECK(contains(deck->handle(put("a", "s3cret-value")).body, "s3cret-value"));
  CHECK(deck->report().clean());
}

TEST_CASE("a replay gives secrets back to who sent them, and tells nobody else", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  const auto body = [](const std::string& id) {
    return R"({"TableName":"t","Item":{"id":{"S":")" + id +
           R"("},"v":{"M":{"s3cret-key":{"S":"in s3cret-text."}}}}})";
  };
  Studio studio;
  const std::string said =
      R"({"message":"not s3cret-key: s3cret-text","Attributes":{"s3cret-key":{"S":"s3cret-text"}}})";
  CassetteOptions options = recording(path);
  REQUIRE(set_option(options, "redact", "pattern:s3cret-[a-z]+"));
  {
    const auto deck = studio.deck([&](const Request&) { return answer(said); });
    REQUIRE(deck->insert(options));
    (void)deck->handle(ask(Operation::kPutItem, body("a")));
    REQUIRE(deck->eject());
  }
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path)));
  CHECK(deck->handle(ask(Operation::kPutItem, body("a"))).body == said);
  const Response refused = deck->handle(ask(Operation::kPutItem, body("b")));
  CHECK(refused.error_code == "CassetteUnmatchedException");
  CHECK(contains(refused.body, "redacted-"));
  CHECK_FALSE(contains(refused.body, "s3cret"));
  CHECK_FALSE(contains(to_text(deck->report()), "s3cret"));
  CHECK_FALSE(contains(to_json(deck->report()), "s3cret"));
}

TEST_CASE("an upstream that repeats what was signed does not put it on the tape", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  const std::string token = "FwoGZXIvYXdzEJr//////////wEaDexample+token=";
  const std::string signature(64, 'a');
  const std::string authorization =
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/dynamodb/aws4_request, "
      "SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=" +
      signature;
  Studio studio;
  {
    const auto deck = studio.deck([&](const Request&) {
      return error_response("InvalidSignatureException",
                            "The Canonical String should have been 'POST\n/\nhost:x\n"
                            "x-amz-security-token:" +
                                token + "\n' for AKIAIOSFODNN7EXAMPLE, not " + signature +
                                ". Authorization=" + authorization);
    });
    REQUIRE(deck->insert(recording(path)));
    Request request = get("a");
    request.headers.add("Authorization", authorization);
    request.headers.add("X-Amz-Security-Token", token);
    request.access_key = "AKIAIOSFODNN7EXAMPLE";
    // The client sees what it was told.
    CHECK(contains(deck->handle(request).body, token));
    REQUIRE(deck->eject());
  }
  const auto tape = TapeReader::open(path);
  REQUIRE(tape);
  REQUIRE(tape->for_each_line([&](std::string_view line, std::size_t) {
    CHECK(parse_interaction(line).ok());
    CHECK(line.find("x-amz-security-token:(not taped)") != std::string_view::npos);
    for (const std::string& secret : {token, signature, std::string("AKIAIOSFODNN7EXAMPLE")}) {
      CHECK(line.find(secret) == std::string_view::npos);
    }
    return true;
  }));
}

TEST_CASE("an answer that is too deep to look into is hidden, and its line can be read",
          "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const auto deck = studio.deck([](const Request&) {
    Response response = answer(std::string(200, '[') + R"("a secret")" + std::string(200, ']'));
    response.one_line_json = true;
    return response;
  });
  CassetteOptions options = recording(path);
  REQUIRE(set_option(options, "redact", "attribute:password"));
  REQUIRE(deck->insert(options));
  (void)deck->handle(get("a"));
  REQUIRE(deck->eject());
  const auto tape = TapeReader::open(path);
  REQUIRE(tape);
  REQUIRE(tape->for_each_line([](std::string_view line, std::size_t) {
    CHECK(parse_interaction(line).ok());
    CHECK(line.find("a secret") == std::string_view::npos);
    return true;
  }));
}
