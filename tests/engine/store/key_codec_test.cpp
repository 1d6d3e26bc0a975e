#include "engine/store/key_codec.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "engine/values/attribute_value.h"

namespace dynadeck::engine {
namespace {

std::string value(std::string text) { return encode({std::move(text)}); }
std::string number_key(std::string_view text) { return encode({Decimal::parse(text).value()}); }

std::string ordered(const std::string& encoded) {
  std::string out;
  append_ordered(out, ValueView(encoded));
  return out;
}

std::uint64_t hash_of(const std::string& encoded) {
  KeyHash hash;
  hash.add(ValueView(encoded));
  return hash.finish();
}

}  // namespace

TEST_CASE("a string sorts by its bytes, also around zero bytes", "[engine]") {
  std::mt19937 random(7);
  std::vector<std::string> texts = {"",      std::string(1, '\0'),  std::string("\0\xff", 2), "a",
                                    "a\xff", std::string("a\0", 2), std::string("a\0b", 3),   "aa",
                                    "b"};
  for (int round = 0; round < 500; ++round) {
    std::string text;
    for (unsigned left = random() % 6; left > 0; --left) {
      constexpr char kBytes[] = {'\0', '\1', '\2', 'a', '\xfe', '\xff'};
      text.push_back(kBytes[random() % sizeof kBytes]);
    }
    texts.push_back(text);
  }
  for (std::size_t round = 0; round < 5000; ++round) {
    const std::string& left = texts[random() % texts.size()];
    const std::string& right = texts[random() % texts.size()];
    const std::string left_key = ordered(value(left));
    const std::string right_key = ordered(value(right));
    REQUIRE((left < right) == (left_key < right_key));
    if (left != right) REQUIRE(right_key.rfind(left_key, 0) != 0);
  }
}

TEST_CASE("a number sorts by value", "[engine]") {
  const std::vector<std::string> ascending = {"-1e125", "-100", "-99.5", "-1", "-1e-130", "0",
                                              "1e-130", "0.5",  "1",     "9",  "10",      "1e125"};
  for (std::size_t index = 1; index < ascending.size(); ++index) {
    CHECK(ordered(number_key(ascending[index - 1])) < ordered(number_key(ascending[index])));
  }
}

TEST_CASE("a partition's hash is the service's", "[engine]") {
  // Source: [peer] the first six hex digits that dynalite 4 computes.
  CHECK(hash_of(value("a")) >> 40 == 0xf6558e);
  CHECK(hash_of(number_key("1")) >> 40 == 0xc3a031);
  CHECK(hash_of(number_key("0")) >> 40 == 0xce212d);
  CHECK(hash_of(number_key("-12.5")) >> 40 == 0xcd50d8);
  CHECK(hash_of(number_key("123")) >> 40 == 0x574207);
}

TEST_CASE("a key's prefix covers its partition and nothing else", "[engine]") {
  const KeySchema keys{{{"p", Type::kString}}, {{"s", Type::kNumber}}};
  const auto key_of = [&](std::string partition, std::string_view sort) {
    std::string out;
    append_item_key(out, 7, keys,
                    ItemView(encode_item(
                        {{"p", {std::move(partition)}}, {"s", {Decimal::parse(sort).value()}}})));
    return out;
  };
  std::string prefix;
  append_partition(prefix, 7, keys, ItemView(encode_item({{"p", {std::string("ab")}}})));
  CHECK(key_of("ab", "1").rfind(prefix, 0) == 0);
  CHECK(key_of("abc", "1").rfind(prefix, 0) != 0);
  CHECK(key_of("ab", "-5") < key_of("ab", "1"));
  CHECK(key_of("ab", "1") < after_prefix(prefix));
  CHECK(after_prefix("a\xff") == "b");
  CHECK(after_prefix("\xff").empty());
}

}  // namespace dynadeck::engine
