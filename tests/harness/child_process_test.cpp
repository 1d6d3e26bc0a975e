#include "harness/child_process.h"

#include <signal.h>

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

using namespace dynadeck;

namespace {
int status_of(const std::vector<std::string>& command,
              const std::map<std::string, std::string>& environment = {}) {
  const auto status = run_child(command, environment);
  REQUIRE(status.ok());
  return *status;
}
}  // namespace

TEST_CASE("a child's status comes back", "[child_process]") {
  CHECK(status_of({"true"}) == 0);
  CHECK(status_of({"sh", "-c", "exit 7"}) == 7);
  CHECK(status_of({"sh", "-c", "kill -9 $$"}) == 128 + SIGKILL);
}

TEST_CASE("a child sees the changed environment", "[child_process]") {
  CHECK(status_of({"sh", "-c", "test \"$DYNADECK_TEST_X\" = 'a b' && test -n \"$PATH\""},
                  {{"DYNADECK_TEST_X", "a b"}}) == 0);
}

TEST_CASE("a command that does not exist is an error", "[child_process]") {
  const auto status = run_child(std::vector<std::string>{"dynadeck-no-such-command"}, {});
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().find("dynadeck-no-such-command") != std::string::npos);
}

TEST_CASE("a stop signal is passed on to the child", "[child_process]") {
  block_stop_signals();
  // The child asks for the signal itself, so that it certainly runs by then.
  CHECK(status_of({"sh", "-c",
                   "trap 'exit 5' TERM; kill -TERM $PPID; while :; do sleep 0.05; done"}) == 5);
}
