// The match hash: one number per request, equal for requests that DynamoDB does not tell apart.
//
// It is stored in tapes: docs/formats/cassette.md defines it to the bit, tests/cassettes holds it
// by golden values. Never change it without a new index version.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynadeck::cassettes {

// What one pass over a body finds.
struct BodyHash {
  std::uint64_t hash = 0;
  bool embeddable = false;  // one JSON value, on one line, no white space around it
};

// The hash of a request's body; of its bytes where it is not JSON.
BodyHash hash_body(std::string_view body);

// A member of an object: the hashes of its name and of its value.
struct MemberHash {
  std::uint64_t name;
  std::uint64_t value;
};

// What the same pass can say of a request for one item. Borrows the body.
struct RequestScan {
  BodyHash body;
  std::string_view table;            // TableName, where it has no escapes; empty without
  std::optional<std::uint64_t> key;  // hash of Key
  // The members of Item, Key and ExpressionAttributeValues.
  std::vector<MemberHash> item, key_members, values;
};
// Fills `scan` anew; what it holds keeps its memory.
void scan_request(std::string_view body, RequestScan& scan);

// The hash an object would have if it had only the members of these names; nothing where it lacks
// one of them.
std::optional<std::uint64_t> hash_members(std::span<const MemberHash> members,
                                          std::span<const std::string> names);

// The hash of a JSON value given raw, in canonical form; nothing where it is not JSON.
std::optional<std::uint64_t> hash_value(std::string_view raw);

// The same for an object that is given raw.
std::optional<std::uint64_t> hash_members(std::string_view object,
                                          std::span<const std::string> names);

std::uint64_t hash_text(std::string_view text);

// What else identifies an exchange: the match hash is this XOR the body's.
std::uint64_t hash_asked(std::string_view operation, std::string_view account,
                         std::string_view region);
std::uint64_t match_hash(std::string_view operation, std::string_view account,
                         std::string_view region, std::uint64_t body_hash);

// Mixes two hashes; the order matters.
std::uint64_t combine(std::uint64_t left, std::uint64_t right);

// Appends the normal form of a number ("-125e-2" for "-1.250"); false, with `out` as it was, if the
// text is no number.
bool append_normal_number(std::string& out, std::string_view text);

}  // namespace dynadeck::cassettes
