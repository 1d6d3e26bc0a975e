// Every sentence of DynamoDB's, one function each: a message in a log leads to one line of ours.
//
// Texts are AWS's own, with their mistakes ("An string set  may not be empty"). Where no source is
// named: [peer] dynalite 4, whose suite was run against the service.
#pragma once

#include <string>
#include <string_view>

namespace dynadeck::engine::messages {

// ---------------------------------------------------------------- numbers

// text: what was given for a number; empty gives the shorter sentence.
std::string not_a_number(std::string_view text);
std::string too_many_digits();
std::string number_overflow();
std::string number_underflow();

}  // namespace dynadeck::engine::messages
