// The members of answers that hold what a server has drawn, and those of later requests that ask
// with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cassettes/json/path.h"

namespace dynadeck::cassettes {

// How two servers' values are held against each other.
enum class Compared : std::uint8_t {
  kRenamed,    // one stands for the other wherever they are met
  kPerStream,  // likewise, but other streams may have the same values
  kCarried,    // drawn anew for every answer: not compared, and put into the request that asks on
  kPresence,   // that both are there, and are of one JSON type
};

struct DrawnMembers {
  Compared compared;
  std::vector<std::string_view> answered;  // the members that hold it in answers
  std::vector<std::string_view> asked;     // and in later requests
};

// Rows are known by their places in it.
const std::vector<DrawnMembers>& drawn_members();

// Of a member in an answer; nothing where it holds nothing drawn.
std::optional<std::size_t> row_of_answered(std::string_view name);
// Of a member in a request.
const std::vector<std::size_t>& rows_of_asked(std::string_view name);

// Whether names and values below such a member are the user's, in requests and answers.
bool is_user_data(std::string_view name);
bool is_user_data(Places places);

}  // namespace dynadeck::cassettes
