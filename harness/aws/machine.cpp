// The machine's environment, files, processes and network, as the credential chain asks for them.
#include <httplib.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "harness/aws/credential_chain.h"

namespace dynadeck {
namespace {

using Text = Outcome<std::string, SourceFailure>;

constexpr std::chrono::seconds kProcessTimeout{60};
constexpr std::size_t kMaxOutputBytes = std::size_t{1024} * 1024;

std::optional<std::string> read_variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::optional<std::string> read_text(const std::string& path) {
  const std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Text ask(const HttpFetch& fetch) {
  const std::size_t slash = fetch.url.find('/', fetch.url.find("://") + 3);
  const std::string origin = fetch.url.substr(0, slash);
  const std::string path = slash == std::string::npos ? "/" : fetch.url.substr(slash);
  httplib::Client client(origin);
  if (!client.is_valid()) return SourceFailure{"'" + fetch.url + "' is no URL"};
  client.set_connection_timeout(fetch.timeout);
  client.set_read_timeout(fetch.timeout);
  client.set_write_timeout(fetch.timeout);
  httplib::Headers headers;
  for (const auto& [name, value] : fetch.headers) headers.emplace(name, value);
  const httplib::Result result =
      fetch.method == "PUT" ? client.Put(path, headers, "", 0, "") : client.Get(path, headers);
  if (!result) return SourceFailure{origin + ": " + httplib::to_string(result.error())};
  if (result->status != 200)
    return SourceFailure{origin + " answered status " + std::to_string(result->status)};
  return result->body;
}

// Reads until the other end closes, the time is up or it is too much.
Text read_all(int descriptor) {
  std::string output;
  const auto deadline = std::chrono::steady_clock::now() + kProcessTimeout;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd wait{descriptor, POLLIN, 0};
    if (left.count() <= 0 || poll(&wait, 1, static_cast<int>(left.count())) == 0) {
      return SourceFailure{"did not end within " + std::to_string(kProcessTimeout.count()) + " s"};
    }
    std::array<char, 4096> buffer;
    const ssize_t count = read(descriptor, buffer.data(), buffer.size());
    if (count == 0) return output;
    if (count > 0) output.append(buffer.data(), static_cast<std::size_t>(count));
    if (output.size() > kMaxOutputBytes) return SourceFailure{"wrote more than anybody reads"};
  }
}

// A process group of its own, so that all of it can be ended; the signals that this process waits
// for must not stay blocked in it.
Outcome<pid_t, SourceFailure> spawn_shell(const std::string& command, int output) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  std::array<std::string, 3> words = {"sh", "-c", command};
  std::array<char*, 4> arguments = {words[0].data(), words[1].data(), words[2].data(), nullptr};
  pid_t child = 0;
  const int error = posix_spawn(&child, "/bin/sh", &files, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) return SourceFailure{"cannot be started: " + std::string(strerror(error))};
  return child;
}

Text run_command(const std::string& command) {
  std::array<int, 2> ends;
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    return SourceFailure{"cannot be started: " + std::string(strerror(errno))};
  const auto child = spawn_shell(command, ends[1]);
  close(ends[1]);
  Text output = child.ok() ? read_all(ends[0]) : Text(child.error());
  close(ends[0]);
  if (!child.ok()) return output;
  if (!output.ok()) kill(-child.value(), SIGKILL);
  int status = 0;
  while (waitpid(child.value(), &status, 0) < 0 && errno == EINTR) {
  }
  if (!output.ok()) return output;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return SourceFailure{"ended with status " + std::to_string(code)};
  }
  return output;
}

}  // namespace

CredentialSources CredentialSources::of_this_machine() {
  CredentialSources sources;
  sources.variable = read_variable;
  sources.read_file = read_text;
  sources.fetch = ask;
  sources.run = run_command;
  return sources;
}

}  // namespace dynadeck
