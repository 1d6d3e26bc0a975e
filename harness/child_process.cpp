#include "harness/child_process.h"

#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

extern "C" char** environ;  // NOLINT: POSIX has it so

namespace dynadeck {
namespace {

constexpr int kNotFound = 127;
constexpr int kNotExecutable = 126;

sigset_t set_of(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  return set;
}

bool is_ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

// What whoever started us wants ignored; a server itself comes to ignore SIGPIPE later.
const sigset_t& ignored_at_start() {
  static const sigset_t ignored = [] {
    sigset_t set = set_of({});
    for (const int signal : {SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE}) {
      if (is_ignored(signal)) sigaddset(&set, signal);
    }
    return set;
  }();
  return ignored;
}

sigset_t without_ignored(sigset_t signals) {
  for (const int signal : {SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE}) {
    if (sigismember(&ignored_at_start(), signal) == 1) sigdelset(&signals, signal);
  }
  return signals;
}

sigset_t stop_signals() { return without_ignored(set_of({SIGINT, SIGTERM, SIGHUP})); }

sigset_t child_signals() {
  return without_ignored(set_of({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2}));
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

// The child starts with no signal blocked, and with the defaults of those that it may be sent.
int spawn(pid_t& child, std::span<const std::string> command,
          const std::vector<std::string>& environment) {
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  const sigset_t defaults =
      without_ignored(set_of({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE}));
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

std::optional<CannotRun> check_file(const std::string& command, const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    return CannotRun{errno == ENOENT || errno == ENOTDIR ? kNotFound : kNotExecutable,
                     "cannot run '" + command + "': " + std::strerror(errno)};
  }
  if (S_ISDIR(status.st_mode)) {
    return CannotRun{kNotExecutable, "cannot run '" + command + "': it is a directory"};
  }
  if (access(path.c_str(), X_OK) != 0) {
    return CannotRun{kNotExecutable, "cannot run '" + command + "': " + std::strerror(errno)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<CannotRun> check_command(const std::string& command) {
  if (command.find('/') != std::string::npos) return check_file(command, command);
  CannotRun worst{kNotFound, "cannot run '" + command + "': there is no such command on the PATH"};
  const char* const variable = std::getenv("PATH");
  std::string_view path = variable == nullptr ? "/bin:/usr/bin" : variable;
  while (!command.empty()) {
    const std::size_t colon = path.find(':');
    const std::string folder(path.substr(0, colon));
    auto wrong = check_file(command, (folder.empty() ? "." : folder) + "/" + command);
    if (!wrong) return std::nullopt;
    if (wrong->status == kNotExecutable) worst = *std::move(wrong);
    if (colon == std::string_view::npos) break;
    path.remove_prefix(colon + 1);
  }
  return worst;
}

Outcome<int, CannotRun> run_child(std::span<const std::string> command,
                                  const std::map<std::string, std::string>& environment) {
  // SIGCHLD has to be blocked before the child can end, or its end could be missed.
  sigset_t awaited = child_signals();
  sigaddset(&awaited, SIGCHLD);
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &awaited, &before);

  pid_t child = 0;
  const int error = spawn(child, command, merged_environment(environment));
  if (error != 0) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return CannotRun{kNotExecutable, "cannot run '" + command[0] + "': " + std::strerror(error)};
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

void unblock_stop_signals() {
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

void block_child_signals() {
  const sigset_t signals = child_signals();
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
