#include "engine/store/store.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/engine/store/temporary_directory.h"

namespace dynadeck::engine {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<Store> open(const std::string& directory) {
  auto store = Store::open({directory, false, Durability::kWal});
  INFO((store.ok() ? "" : store.error()));
  REQUIRE(store.ok());
  return std::move(store).value();
}

std::string get(const Store& store, std::string_view key, const Snapshot& snapshot = nullptr) {
  PinnedValue value;
  return store.get(Family::kItems, key, value, snapshot).value() ? std::string(value.view())
                                                                 : "(none)";
}

void put(Store& store, std::string_view key, std::string_view value) {
  Batch batch(store);
  batch.put(Family::kItems, key, value);
  REQUIRE(store.commit(batch).ok());
}

}  // namespace

TEST_CASE("what was committed is there after reopening", "[engine]") {
  const TemporaryDirectory directory;
  {
    auto store = open(directory.path());
    put(*store, "k", "v");
    Batch batch(*store);
    batch.add_to_counter(3, 2, 100);
    batch.add_to_counter(3, -1, -40);
    REQUIRE(store->commit(batch).ok());
    CHECK(get(*store, "k") == "v");
  }
  auto store = open(directory.path());
  CHECK(get(*store, "k") == "v");
  CHECK(store->counter(3).value() == std::pair<std::int64_t, std::int64_t>(1, 60));
  CHECK(store->counter(4).value() == std::pair<std::int64_t, std::int64_t>(0, 0));
}

TEST_CASE("a store in memory leaves no files", "[engine]") {
  const TemporaryDirectory directory;
  auto store = Store::open({directory.path(), true, Durability::kWal});
  REQUIRE(store.ok());
  put(*store.value(), "k", "v");
  CHECK(get(*store.value(), "k") == "v");
  CHECK_FALSE(fs::exists(directory.path()));
}

TEST_CASE("a directory that cannot be ours is refused in one line", "[engine]") {
  const TemporaryDirectory directory;
  const auto refusal = [&] {
    auto store = Store::open({directory.path(), false, Durability::kWal});
    REQUIRE_FALSE(store.ok());
    CHECK(store.error().find('\n') == std::string::npos);
    return store.error();
  };
  SECTION("of another version") {
    open(directory.path()).reset();
    std::ofstream(directory.path("data/DYNADECK")) << "dynadeck storage 2\n";
    CHECK(refusal().find("version 2") != std::string::npos);
  }
  SECTION("with somebody else's files") {
    fs::create_directory(directory.path());
    std::ofstream(directory.path("data/thesis.tex")) << "x";
    CHECK(refusal().find("thesis.tex") != std::string::npos);
    CHECK_FALSE(fs::exists(directory.path("data/DYNADECK")));
  }
  SECTION("in use") {
    auto first = open(directory.path());
    CHECK(refusal().find("LOCK") != std::string::npos);
  }
  SECTION("a file") {
    std::ofstream(directory.path()) << "x";
    CHECK(refusal().find("not a directory") != std::string::npos);
  }
}

TEST_CASE("a snapshot keeps reading its moment", "[engine]") {
  auto store = std::move(Store::open({"", true, Durability::kWal})).value();
  put(*store, "k", "old");
  const Snapshot before = store->snapshot();
  put(*store, "k", "new");
  CHECK(get(*store, "k", before) == "old");
  CHECK(get(*store, "k") == "new");
}

TEST_CASE("a cursor walks a range both ways", "[engine]") {
  auto store = std::move(Store::open({"", true, Durability::kWal})).value();
  const std::string prefix = "id--hash-hash";
  for (const char* key : {"a", "b", "c", "d"}) put(*store, prefix + key, key);
  const Access access = GENERATE(Access::kPartition, Access::kRange, Access::kBulk);
  Cursor cursor = store->cursor(Family::kItems, {prefix + "b", prefix + "d"}, access);
  std::string seen;
  for (cursor.seek_first(); cursor.valid(); cursor.next()) seen += cursor.value();
  CHECK(seen == "bc");
  seen.clear();
  for (cursor.seek_last(); cursor.valid(); cursor.previous()) seen += cursor.value();
  CHECK(seen == "cb");
  cursor.seek_before(prefix + "c");
  REQUIRE(cursor.valid());
  CHECK(cursor.value() == "b");
  CHECK(cursor.status().ok());
}

TEST_CASE("a deleted range is gone", "[engine]") {
  auto store = std::move(Store::open({"", true, Durability::kWal})).value();
  for (const char* key : {"a", "b", "c"}) put(*store, key, "v");
  Batch batch(*store);
  CHECK(batch.empty());
  batch.erase_range(Family::kItems, "a", "c");
  REQUIRE(store->commit(batch).ok());
  CHECK(get(*store, "b") == "(none)");
  CHECK(get(*store, "c") == "v");
}

}  // namespace dynadeck::engine
