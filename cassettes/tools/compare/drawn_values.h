// What servers draw for themselves: ids, ARNs, shards, iterators, dates. Two servers that do the
// same draw other ones.
//
// The room: tools that hold answers against each other, a tape's and another tape's or server's,
// and what is no difference between them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cassettes/tools/tool.h"

namespace dynadeck::cassettes {

// Which value of the other server stands for which on the tape: whole strings, one for one. What is
// the user's own (items, keys, images) is never taken for drawn, whatever its names. Memory: some
// 500 bytes for each value. One thread.
class DrawnValues {
 public:
  // A taped request as the other server has to be asked: with what it drew where the tape has what
  // was drawn then; byte for byte the same where it has nothing of that.
  std::string carried(const std::string& request) const;

  struct Answers {
    Answer taped;
    Answer other;
  };
  // Learns from two answers to one taped request, and returns them so that what differs is not
  // merely drawn, on its way (CREATING and ACTIVE), or in another order where there is none.
  Answers comparable(std::string_view operation, std::string_view taped_request, Answers answers);

 private:
  class Pairing;

  // The key of a value: what kind it is, and within which stream it has its meaning.
  static std::string key(std::size_t kind, std::string_view stream, std::string_view value);
  const std::string* other(std::size_t kind, std::string_view stream, std::string_view taped) const;
  // Whether they stand for each other from now on, and did not stand for something else.
  bool bind(const std::string& taped_key, std::string_view taped, const std::string& other_key,
            std::string_view other);
  std::string stream_of(std::string_view taped_request) const;
  void pair_data(std::string_view operation, std::string_view taped_request, nlohmann::json& taped,
                 nlohmann::json& other);
  std::string with_taped_words(std::string_view text) const;

  std::unordered_map<std::string, std::string> others_;  // by the key of the taped value
  std::unordered_map<std::string, std::string> taped_;   // by the key of the other's value
  std::unordered_map<std::string, std::string>
      taped_words_;  // those that are asked with, as they are told in sentences
  std::unordered_map<std::string, std::string> streams_;  // by taped iterators: taped ARNs
};

}  // namespace dynadeck::cassettes
