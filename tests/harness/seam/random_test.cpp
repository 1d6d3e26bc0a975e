#include "harness/seam/random.h"

#include <catch2/catch.hpp>
#include <regex>
#include <set>

using namespace dynadeck;

// These values may never change: recorded seeds in the world depend on them.
TEST_CASE("draws are golden", "[random]") {
  CHECK(draw_bits(0, "", 0) == draw_bits(0, "", 0));
  CHECK(draw_bits(1, "a", 0) != draw_bits(1, "b", 0));
  CHECK(draw_bits(1, "a", 0) != draw_bits(2, "a", 0));
  CHECK(draw_bits(1, "a", 0) != draw_bits(1, "a", 1));
  CHECK(draw_bits(42, "rule", 7) == 2357365194785086009ULL);
  CHECK(draw_bits(0, "uuid", 0) == 16709787860474782037ULL);
}

TEST_CASE("unit draws are even", "[random]") {
  int below = 0;
  constexpr int kDraws = 100000;
  for (int ordinal = 0; ordinal < kDraws; ++ordinal) {
    const double draw = draw_unit(5, "even", static_cast<std::uint64_t>(ordinal));
    REQUIRE(draw >= 0.0);
    REQUIRE(draw < 1.0);
    if (draw < 0.3) ++below;
  }
  CHECK(below > 29400);  // four standard deviations of 145
  CHECK(below < 30600);
}

TEST_CASE("ids have their forms and repeat under a seed", "[random]") {
  Random one(9);
  Random two(9);
  const std::string uuid = one.uuid();
  CHECK(std::regex_match(
      uuid, std::regex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")));
  CHECK(two.uuid() == uuid);
  CHECK(one.uuid() != uuid);

  const std::string id = one.request_id();
  CHECK(std::regex_match(id, std::regex("[A-Z0-9]{52}")));
  CHECK(two.request_id() == id);
  CHECK(request_id_of(9, 0) == id);

  std::set<std::string> ids;
  for (int draw = 0; draw < 10000; ++draw) ids.insert(one.request_id());
  CHECK(ids.size() == 10000);
}
