// ClientRequestTokens: a transaction that is sent again within ten minutes happens once.
//
// Source: [doc] API reference, TransactWriteItems, ClientRequestToken.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "engine/messages/api_error.h"
#include "engine/store/store.h"
#include "engine/wire/json_value.h"
#include "harness/seam/clock.h"

namespace dynadeck::engine {

// A number that tells requests apart: of all members but the token and those that only ask for
// more in the answer. The order of an object's members does not matter.
std::uint64_t request_fingerprint(const JsonValue& body);

// *Synchronized.*
class ClientTokens {
 public:
  enum class State : std::uint8_t {
    kNew,       // go on, and call finish
    kDone,      // the same request has happened
    kMismatch,  // another request has happened
    kRunning,   // it is happening now
  };

  // token_key: scope and token. Begins unless the answer is kDone, kMismatch or kRunning.
  Result<State> begin(const Store& store, const std::string& token_key, std::uint64_t fingerprint,
                      Clock::WallTime now);

  // Adds the token to what the transaction commits, and clears away a few that have expired.
  static Status remember(const Store& store, Batch& batch, const std::string& token_key,
                         std::uint64_t fingerprint, Clock::WallTime now);

  // After begin() answered kNew: the transaction has ended, whatever came of it.
  void finish(const std::string& token_key);

 private:
  std::mutex mutex_;
  std::set<std::string> running_;  // guarded by mutex_
};

}  // namespace dynadeck::engine
