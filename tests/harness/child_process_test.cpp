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
  CHECK(status.error().message.find("dynadeck-no-such-command") != std::string::npos);
}

TEST_CASE("what cannot be run is told apart before it is tried", "[child_process]") {
  const auto status_of_check = [](const std::string& command) {
    const auto wrong = check_command(command);
    return wrong ? wrong->status : 0;
  };
  CHECK(status_of_check("true") == 0);
  CHECK(status_of_check("/bin/sh") == 0);
  CHECK(status_of_check("dynadeck-no-such-command") == 127);
  CHECK(status_of_check("/no/such/command") == 127);
  CHECK(status_of_check("/etc/passwd/x") == 127);
  CHECK(status_of_check("") == 127);
  CHECK(status_of_check("/tmp") == 126);
  CHECK(status_of_check("/etc/passwd") == 126);
}

TEST_CASE("a child does not ignore what a server ignores", "[child_process]") {
  block_stop_signals();
  signal(SIGPIPE, SIG_IGN);
  CHECK(status_of({"sh", "-c", "kill -PIPE $$"}) == 128 + SIGPIPE);
}

TEST_CASE("a stop signal is passed on to the child", "[child_process]") {
  block_stop_signals();
  // The child asks for the signal itself, so that it certainly runs by then.
  CHECK(status_of({"sh", "-c",
                   "trap 'exit 5' TERM; kill -TERM $PPID; while :; do sleep 0.05; done"}) == 5);
}

TEST_CASE("signals that mean something to a program are passed on, too", "[child_process]") {
  block_stop_signals();
  block_child_signals();
  for (const char* name : {"QUIT", "USR1", "USR2"}) {
    const std::string script = std::string("trap 'exit 6' ") + name + "; kill -" + name +
                               " $PPID; while :; do sleep 0.05; done";
    CHECK(status_of({"sh", "-c", script}) == 6);
  }
}
