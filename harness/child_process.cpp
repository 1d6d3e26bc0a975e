#include "harness/child_process.h"

#include <spawn.h>
#include <sys/wait.h>

#include <csignal>
#include <cstring>
#include <utility>
#include <vector>

extern "C" char** environ;  // NOLINT: POSIX has it so

namespace dynadeck {
namespace {

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!changes.contains(std::string(text.substr(0, text.find('='))))) merged.emplace_back(text);
  }
  for (const auto& [name, value] : changes) merged.push_back(name + "=" + value);
  return merged;
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (const std::string& text : strings) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

// The child starts with no signal blocked, and with SIGCHLD's and the stop signals' defaults.
int spawn(pid_t& child, std::span<const std::string> command,
          const std::vector<std::string>& environment) {
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  sigset_t defaults = stop_signals();
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  const std::vector<std::string> arguments(command.begin(), command.end());
  const int error = posix_spawnp(&child, arguments[0].c_str(), nullptr, &attributes,
                                 pointers(arguments).data(), pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  return error;
}

int shell_status(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

}  // namespace

Outcome<int, std::string> run_child(std::span<const std::string> command,
                                    const std::map<std::string, std::string>& environment) {
  // SIGCHLD has to be blocked before the child can end, or its end could be missed.
  sigset_t awaited = stop_signals();
  sigaddset(&awaited, SIGCHLD);
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &awaited, &before);

  pid_t child = 0;
  const int error = spawn(child, command, merged_environment(environment));
  if (error != 0) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return "cannot run '" + command[0] + "': " + std::strerror(error);
  }
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    siginfo_t info{};
    const int signal = sigwaitinfo(&awaited, &info);
    // A terminal's Ctrl-C reaches the whole process group, so the child has it already.
    const bool from_terminal = info.si_code == SI_KERNEL;
    if (signal > 0 && signal != SIGCHLD && !from_terminal) kill(child, signal);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return shell_status(status);
}

void block_stop_signals() {
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int wait_for_stop_signal() {
  const sigset_t signals = stop_signals();
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) {
  }
  return signal;
}

}  // namespace dynadeck
