#include <catch2/catch.hpp>

#include "engine/streams/record.h"
#include "engine/streams/sequence_number.h"
#include "engine/streams/shard.h"
#include "engine/streams/shard_iterator.h"
#include "engine/tables/expiry.h"
#include "engine/values/attribute_value.h"

namespace dynadeck::engine {
namespace {

std::string sequence_text(std::uint64_t number) {
  std::string text;
  append_sequence_number(text, number);
  return text;
}

Decimal decimal_of(const std::string& text) { return Decimal::parse(text).value(); }

}  // namespace

TEST_CASE("sequence numbers have 21 digits, and the order of their text", "[engine]") {
  CHECK(sequence_text(42) == "100000000000000000042");
  CHECK(sequence_text(UINT64_MAX) == "118446744073709551615");
  const std::uint64_t left = GENERATE(0U, 9U, 10U, 99999U, 1U << 20);
  const std::uint64_t right = GENERATE(1U, 11U, 100000U, 1U << 21);
  CHECK((left < right) == (sequence_text(left) < sequence_text(right)));
  CHECK(parse_sequence_number(sequence_text(left)) == left);
}

TEST_CASE("what is no sequence number is none", "[engine]") {
  const std::string text = GENERATE("", "42", "000000000000000000042", "10000000000000000004x",
                                    "1000000000000000000420", "199999999999999999999");
  CHECK_FALSE(parse_sequence_number(text).has_value());
}

TEST_CASE("an iterator comes back as it went", "[engine]") {
  const ShardIterator made{"arn:aws:dynamodb:us-east-1:000000000000:table/T/stream/L", 7, 123456,
                           Clock::WallTime(std::chrono::seconds(1767225600))};
  const std::string text = encode_iterator(made, 99);
  const auto back = decode_iterator(text, 99);
  REQUIRE(back.has_value());
  CHECK(back->stream_arn == made.stream_arn);
  CHECK(back->shard == made.shard);
  CHECK(back->position == made.position);
  CHECK(back->made == made.made);

  SECTION("only with the stream's secret") { CHECK_FALSE(decode_iterator(text, 98).has_value()); }
  SECTION("and with every character in its place") {
    for (std::size_t at = 0; at < text.size(); ++at) {
      std::string other = text;
      other[at] = other[at] == 'B' ? 'C' : 'B';
      INFO(other);
      CHECK_FALSE(decode_iterator(other, 99).has_value());
    }
  }
}

TEST_CASE("a stream's definition survives its stored form", "[engine]") {
  StreamDefinition stream;
  stream.id = 3;
  stream.table_id = 2;
  stream.scope = {"123456789012", "eu-west-1"};
  stream.table_name = "Table";
  stream.label = "2026-01-01T00:00:00.000";
  stream.keys = {{{"p", Type::kString}}, {{"s", Type::kNumber}}};
  stream.view = StreamViewType::kOldImage;
  stream.secret = UINT64_MAX - 1;
  stream.disabled = Clock::WallTime(std::chrono::seconds(5));
  Shard shard;
  shard.number = 4;
  shard.id = "shardId-00000001767225600000-3f9a2c4d";
  shard.parent = 1;
  shard.hash_from = 1ULL << 63;
  shard.hash_to = UINT64_MAX;
  shard.first_sequence = 10;
  shard.last_sequence = 20;
  shard.closed = Clock::WallTime(std::chrono::seconds(6));
  shard.trimmed_until = 15;
  stream.shards.push_back(shard);

  const auto back = decode_stream(encode_stream(stream));
  REQUIRE(back.has_value());
  CHECK(encode_stream(*back) == encode_stream(stream));
  CHECK(back->arn() ==
        "arn:aws:dynamodb:eu-west-1:123456789012:table/Table/stream/2026-01-01T00:00:00.000");
  CHECK(back->secret == stream.secret);
  CHECK(back->shards.front().hash_from == shard.hash_from);
  CHECK(back->keys.sort == stream.keys.sort);
  CHECK_FALSE(decode_stream("{}").has_value());
  CHECK_FALSE(decode_stream("no JSON").has_value());
}

// Source of the sizes: [doc] Developer Guide, "DynamoDB Streams and AWS Lambda", its example.
TEST_CASE("a record has the size that AWS's example has", "[engine]") {
  const KeySchema keys{{{"Id", Type::kNumber}}, {}};
  const std::string first =
      encode_item({{"Id", {decimal_of("101")}}, {"Message", {std::string("New item!")}}});
  const std::string second = encode_item(
      {{"Id", {decimal_of("101")}}, {"Message", {std::string("This item has changed")}}});
  const ItemView none;
  const auto size = [&](ItemView before, ItemView after, StreamViewType view) {
    std::string record;
    append_stream_record(record, {&keys, before, after}, view);
    return read_stream_record(record).size_bytes;
  };
  const StreamViewType both = StreamViewType::kNewAndOldImages;
  CHECK(size(none, ItemView(first), both) == 26);
  CHECK(size(ItemView(first), ItemView(second), both) == 59);
  CHECK(size(ItemView(second), none, both) == 38);
  CHECK(size(ItemView(first), ItemView(second), StreamViewType::kKeysOnly) == 5);
}

TEST_CASE("an item expires where its attribute is a second", "[engine]") {
  const auto second = [](const AttributeValue& value) {
    const std::string item = encode_item({{"ttl", value}});
    return expiry_second(ItemView(item), "ttl");
  };
  CHECK(second({decimal_of("1767225600")}) == 1767225600U);
  CHECK(second({decimal_of("1767225600.9")}) == 1767225600U);
  CHECK(second({decimal_of("0")}) == 0U);
  CHECK_FALSE(second({decimal_of("-1")}).has_value());
  CHECK_FALSE(second({decimal_of("1E+30")}).has_value());
  CHECK_FALSE(second({std::string("1767225600")}).has_value());
  CHECK_FALSE(second({Null{}}).has_value());
  const std::string without = encode_item({{"other", {decimal_of("5")}}});
  CHECK_FALSE(expiry_second(ItemView(without), "ttl").has_value());
}

TEST_CASE("an expiry's key leads back to its item", "[engine]") {
  const std::string item_key("\0\0\0\7hash-and-key", 16);
  const std::string key = expiry_key(1767225600, item_key);
  CHECK(item_key_of(key) == item_key);
  const Clock::WallTime now(std::chrono::seconds(1767225600));
  const KeySpan span = expired_span(7, now);
  CHECK((key >= span.from && key < span.until));
  CHECK(expiry_key(1767225601, item_key) >= span.until);
  CHECK(is_expired(1767225600, now));
  CHECK_FALSE(is_expired(1767225601, now));
  const std::uint64_t six_years_ago = 1767225600 - 6ULL * 366 * 86400;
  CHECK_FALSE(is_expired(six_years_ago, now));
  CHECK(expiry_key(six_years_ago, item_key) < span.from);
}

}  // namespace dynadeck::engine
