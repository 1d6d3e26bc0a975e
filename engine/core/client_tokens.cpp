#include "engine/core/client_tokens.h"

#include "engine/store/key_codec.h"

namespace dynadeck::engine {
namespace {

constexpr std::chrono::minutes kLifetime{10};

// Two kinds of keys: tokens, and their expiry in order of time.
constexpr char kTokenKind = 'T';
constexpr char kExpiryKind = 'E';

// How many expired tokens a new one clears away.
constexpr int kSweep = 4;

std::uint64_t microseconds(Clock::WallTime time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

std::uint64_t mix(std::uint64_t left, std::uint64_t right) {
  std::uint64_t value = (left ^ (right + 0x9e3779b97f4a7c15ULL + (left << 6) + (left >> 2)));
  value *= 0xbf58476d1ce4e5b9ULL;
  return value ^ value >> 29;
}

std::uint64_t hash_text(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
  return hash;
}

bool is_about_the_answer(std::string_view name) {
  return name == "ClientRequestToken" || name == "ReturnConsumedCapacity" ||
         name == "ReturnItemCollectionMetrics";
}

// Bodies are at most 1000 levels deep.
std::uint64_t hash_value(const JsonValue& value, bool top = false) {
  std::uint64_t hash = static_cast<std::uint64_t>(value.kind()) + 1;
  if (value.is_list()) {
    for (const JsonValue& element : value.elements()) hash = mix(hash, hash_value(element));
  } else if (value.is_object()) {
    std::uint64_t sum = 0;
    for (const JsonMember& member : value.members()) {
      if (top && is_about_the_answer(member.name)) continue;
      sum += mix(hash_text(member.name), hash_value(member.value));
    }
    hash = mix(hash, sum);
  } else {
    hash = mix(hash, hash_text(value.text()));
  }
  return hash;
}

}  // namespace

std::uint64_t request_fingerprint(const JsonValue& body) { return hash_value(body, true); }

Result<ClientTokens::State> ClientTokens::begin(const Store& store, const std::string& token_key,
                                                std::uint64_t fingerprint, Clock::WallTime now) {
  const std::lock_guard lock(mutex_);
  if (running_.contains(token_key)) return State::kRunning;
  PinnedValue value;
  const Result<bool> found = store.get(Family::kTokens, kTokenKind + token_key, value);
  if (!found.ok()) return found.error();
  if (found.value() && read_u64(value.view()) > microseconds(now)) {
    return read_u64(value.view().substr(8)) == fingerprint ? State::kDone : State::kMismatch;
  }
  running_.insert(token_key);
  return State::kNew;
}

Status ClientTokens::remember(const Store& store, Batch& batch, const std::string& token_key,
                              std::uint64_t fingerprint, Clock::WallTime now) {
  const std::uint64_t expiry = microseconds(now + kLifetime);
  std::string record;
  append_u64(record, expiry);
  append_u64(record, fingerprint);
  batch.put(Family::kTokens, kTokenKind + token_key, record);
  std::string by_time(1, kExpiryKind);
  append_u64(by_time, expiry);
  batch.put(Family::kTokens, by_time + token_key, {});

  std::string until(1, kExpiryKind);
  append_u64(until, microseconds(now));
  Cursor expired =
      store.cursor(Family::kTokens, {std::string(1, kExpiryKind), until}, Access::kRange);
  expired.seek_first();
  for (int swept = 0; swept < kSweep && expired.valid(); ++swept, expired.next()) {
    batch.erase(Family::kTokens, expired.key());
    const std::string old_key(expired.key().substr(1 + sizeof(std::uint64_t)));
    PinnedValue value;
    const Result<bool> found = store.get(Family::kTokens, kTokenKind + old_key, value);
    if (!found.ok()) return found.error();
    // It may have been used again since.
    if (old_key != token_key && found.value() && read_u64(value.view()) <= microseconds(now)) {
      batch.erase(Family::kTokens, kTokenKind + old_key);
    }
  }
  return expired.status();
}

void ClientTokens::finish(const std::string& token_key) {
  const std::lock_guard lock(mutex_);
  running_.erase(token_key);
}

}  // namespace dynadeck::engine
