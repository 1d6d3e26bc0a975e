// OpenSSL 3 deprecates its plain MD5 calls in favour of ones that allocate a context per hash; a
// point read would take a third longer with those.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "engine/store/key_codec.h"

#include <openssl/md5.h>

#include <algorithm>
#include <array>
#include <new>

#include "engine/values/decimal.h"

namespace dynadeck::engine {
namespace {

// Source: [peer] dynalite 4.
constexpr std::string_view kSalt = "Outliers";

// Decimal's encoded form: engine/values/decimal.cpp, docs/formats/storage.md.
constexpr unsigned char kDecimalNegative = 1;
constexpr unsigned char kDecimalZero = 2;
constexpr int kDecimalExponentBias = 65;

constexpr std::size_t kMaxPairs = 20;

// A number's bytes for the hash. Returns how many were written.
std::size_t hash_form_of_number(std::string_view decimal,
                                std::array<unsigned char, kMaxPairs + 2>& out) {
  const auto sign = static_cast<unsigned char>(decimal[0]);
  if (sign == kDecimalZero) {
    out[0] = 0x80;
    return 1;
  }
  const bool negative = sign == kDecimalNegative;
  const unsigned flip = negative ? 0xff : 0;
  const int exponent =
      static_cast<int>(static_cast<unsigned char>(decimal[1]) ^ flip) - kDecimalExponentBias;
  out[0] = static_cast<unsigned char>((exponent + 1 - 64) ^ static_cast<int>(flip));
  const std::size_t pairs = std::min(decimal.size() - 2, kMaxPairs);
  for (std::size_t index = 0; index < pairs; ++index) {
    const unsigned pair = (static_cast<unsigned char>(decimal[index + 2]) ^ flip) >> 1;
    out[index + 1] = static_cast<unsigned char>(negative ? 101 - pair : pair + 1);
  }
  std::size_t length = pairs + 1;
  if (negative && pairs < kMaxPairs) out[length++] = 102;
  return length;
}

}  // namespace

void append_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

void append_u64(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

std::uint32_t read_u32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t index = 0; index < 4; ++index) {
    value = value << 8 | static_cast<unsigned char>(bytes[index]);
  }
  return value;
}

std::uint64_t read_u64(std::string_view bytes) {
  return static_cast<std::uint64_t>(read_u32(bytes)) << 32 | read_u32(bytes.substr(4));
}

// ---------------------------------------------------------------- hash

static_assert(sizeof(MD5_CTX) <= 128);

KeyHash::KeyHash() {
  auto* context = new (context_) MD5_CTX;
  MD5_Init(context);
  MD5_Update(context, kSalt.data(), kSalt.size());
}

void KeyHash::add(ValueView value) {
  auto* context = std::launder(reinterpret_cast<MD5_CTX*>(context_));
  const std::string_view payload = value.string();
  if (value.type() == Type::kNumber) {
    std::array<unsigned char, kMaxPairs + 2> number;
    const std::size_t length = hash_form_of_number(payload, number);
    MD5_Update(context, number.data(), length);
  } else {
    MD5_Update(context, payload.data(), payload.size());
  }
}

std::uint64_t KeyHash::finish() {
  std::array<unsigned char, MD5_DIGEST_LENGTH> digest;
  MD5_Final(digest.data(), std::launder(reinterpret_cast<MD5_CTX*>(context_)));
  return read_u64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

// ---------------------------------------------------------------- order

void append_ordered_prefix(std::string& out, ValueView text) {
  const std::string_view payload = text.string();
  std::size_t plain = 0;
  for (std::size_t zero = payload.find('\0'); zero != std::string_view::npos;
       zero = payload.find('\0', zero + 1)) {
    out.append(payload, plain, zero + 1 - plain);
    out.push_back('\xff');
    plain = zero + 1;
  }
  out.append(payload, plain);
}

void append_ordered(std::string& out, ValueView scalar) {
  if (scalar.type() == Type::kNumber) {
    out.append(scalar.string());
    return;
  }
  append_ordered_prefix(out, scalar);
  out.append("\0\1", 2);
}

std::string after_prefix(std::string prefix) {
  while (!prefix.empty()) {
    if (static_cast<unsigned char>(prefix.back()) != 0xff) {
      prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
      return prefix;
    }
    prefix.pop_back();
  }
  return prefix;
}

// ---------------------------------------------------------------- whole keys

namespace {

void append_partition_value(std::string& out, ValueView value) {
  const std::string_view payload = value.string();
  out.push_back(static_cast<char>(payload.size() >> 8));
  out.push_back(static_cast<char>(payload.size()));
  out.append(payload);
}

void append_sort(std::string& out, const KeySchema& keys, ItemView key) {
  for (const KeyAttribute& attribute : keys.sort) append_ordered(out, *key.find(attribute.name));
}

}  // namespace

void append_partition(std::string& out, std::uint32_t id, const KeySchema& keys, ItemView key) {
  std::array<ValueView, kMaxKeyAttributes> values;
  std::size_t count = 0;
  for (const KeyAttribute& attribute : keys.partition) values[count++] = *key.find(attribute.name);
  append_partition(out, id, std::span<const ValueView>(values.data(), count));
}

void append_partition(std::string& out, std::uint32_t id, std::span<const ValueView> values) {
  KeyHash hash;
  for (const ValueView value : values) hash.add(value);
  append_u32(out, id);
  append_u64(out, hash.finish());
  for (const ValueView value : values) append_partition_value(out, value);
}

void append_item_key(std::string& out, std::uint32_t table_id, const KeySchema& keys,
                     ItemView key) {
  append_partition(out, table_id, keys, key);
  append_sort(out, keys, key);
}

void append_entry_key(std::string& out, std::uint32_t index_id, const KeySchema& index_keys,
                      const KeySchema& table_keys, ItemView item) {
  append_partition(out, index_id, index_keys, item);
  append_sort(out, index_keys, item);
  append_tie(out, table_keys, item);
}

void append_tie(std::string& out, const KeySchema& table_keys, ItemView item) {
  KeyHash hash;
  const ValueView partition = *item.find(table_keys.partition.front().name);
  hash.add(partition);
  if (!table_keys.sort.empty()) hash.add(*item.find(table_keys.sort.front().name));
  append_u64(out, hash.finish());
  append_partition_value(out, partition);
  append_sort(out, table_keys, item);
}

}  // namespace dynadeck::engine
