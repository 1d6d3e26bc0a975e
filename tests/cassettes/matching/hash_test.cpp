#include "cassettes/matching/hash.h"

#include <catch2/catch.hpp>
#include <string>

using namespace dynadeck::cassettes;

TEST_CASE("what DynamoDB does not tell apart has one hash", "[cassettes]") {
  struct Pair {
    std::string left, right;
  };
  const auto pair = GENERATE(values<Pair>({
      {R"({"a":1,"b":2})", R"({"b":2,"a":1})"},
      {R"({"a":1})", " {\n\"a\" :\t1 } "},
      {R"({"k":{"N":"1"}})", R"({"k":{"N":"1.0"}})"},
      {R"({"k":{"N":"100"}})", R"({"k":{"N":"1e2"}})"},
      {R"({"k":{"N":"-0.05"}})", R"({"k":{"N":"-5E-2"}})"},
      {R"({"k":{"N":"0"}})", R"({"k":{"N":"-0.00"}})"},
      {R"({"k":{"SS":["a","b"]}})", R"({"k":{"SS":["b","a"]}})"},
      {R"({"k":{"NS":["1","2.0"]}})", R"({"k":{"NS":["2","1e0"]}})"},
      {R"({"Limit":10})", R"({"Limit":10.0})"},
      {R"({"k":{"S":"é"}})", R"({"k":{"S":"\u00e9"}})"},
      {R"({"n\u0061me":1})", R"({"name":1})"},
  }));
  INFO(pair.left << " and " << pair.right);
  CHECK(hash_body(pair.left).hash == hash_body(pair.right).hash);
}

TEST_CASE("what DynamoDB tells apart has two", "[cassettes]") {
  struct Pair {
    std::string left, right;
  };
  const auto pair = GENERATE(values<Pair>({
      {R"({"a":1})", R"({"a":2})"},
      {R"({"a":1})", R"({"a":"1"})"},
      {R"({"k":{"S":"1"}})", R"({"k":{"S":"1.0"}})"},
      {R"({"k":{"S":"1"}})", R"({"k":{"N":"1"}})"},
      {R"({"k":{"L":[{"S":"a"},{"S":"b"}]}})", R"({"k":{"L":[{"S":"b"},{"S":"a"}]}})"},
      {R"({"k":{"SS":["a","a"]}})", R"({"k":{"SS":["a"]}})"},
      {R"({"a":null})", R"({})"},
      {R"({"a":true})", R"({"a":false})"},
      {R"({"a":{"b":1},"c":{"d":2}})", R"({"a":{"d":2},"c":{"b":1}})"},
      {R"({"a":"b"})", R"({"b":"a"})"},
      {R"([])", R"({})"},
      {"not json", "not  json"},
      {"", "{}"},
      {R"({"k":{"N":"10"}})", R"({"k":{"N":"100"}})"},
      {R"({"k":{"N":"one"}})", R"({"k":{"N":"two"}})"},
  }));
  INFO(pair.left << " and " << pair.right);
  CHECK(hash_body(pair.left).hash != hash_body(pair.right).hash);
}

TEST_CASE("scope and operation are part of the match", "[cassettes]") {
  const std::uint64_t body = hash_body("{}").hash;
  const std::uint64_t hash = match_hash("GetItem", "000000000000", "us-east-1", body);
  CHECK(hash != match_hash("PutItem", "000000000000", "us-east-1", body));
  CHECK(hash != match_hash("GetItem", "000000000001", "us-east-1", body));
  CHECK(hash != match_hash("GetItem", "000000000000", "eu-west-1", body));
}

TEST_CASE("the hash on tapes does not change", "[cassettes]") {
  const auto hash = [](const std::string& body) {
    return match_hash("PutItem", "000000000000", "us-east-1", hash_body(body).hash);
  };
  // Computed by tests/cassettes/matching/hash.py from the format's definition.
  CHECK(hash("{}") == 0x0C37A9711A991A2F);
  CHECK(
      hash(R"({"TableName":"t","Item":{"id":{"S":"a"},"n":{"N":"-1.50"},"s":{"NS":["1","2"]}}})") ==
      0x0712ACA3E743EEF4);
  CHECK(hash(R"([true,false,null,"é",0.1])") == 0xA52A9E3A7549C219);
  CHECK(hash("not json") == 0x30C3E0521BBAFF9F);
}

TEST_CASE("a body is embedded only if its bytes survive", "[cassettes]") {
  CHECK(hash_body(R"({"a": 1.0})").embeddable);
  CHECK(hash_body(R"("text")").embeddable);
  CHECK_FALSE(hash_body("").embeddable);
  CHECK_FALSE(hash_body("{}\n").embeddable);
  CHECK_FALSE(hash_body(" {}").embeddable);
  CHECK_FALSE(hash_body("{\n}").embeddable);
  CHECK_FALSE(hash_body("{} {}").embeddable);
  CHECK_FALSE(hash_body("nope").embeddable);
}

TEST_CASE("the hash of some members is that of the object they make", "[cassettes]") {
  const std::string item = R"({"v":{"S":"x"},"id":{"S":"a"},"sort":{"N":"1.0"}})";
  const std::vector<std::string> names{"id", "sort"};
  CHECK(hash_members(item, names) == hash_value(R"({"sort":{"N":"1"},"id":{"S":"a"}})"));
  CHECK_FALSE(hash_members(R"({"id":{"S":"a"}})", names));
}
