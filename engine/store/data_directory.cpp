#include "engine/store/data_directory.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace dynadeck::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMarkName = "DYNADECK";
constexpr std::string_view kMarkStart = "dynadeck storage ";
constexpr std::string_view kVersion = "1";

std::string quoted(const std::string& directory) { return "data directory '" + directory + "'"; }

Outcome<Done, std::string> check_mark(const std::string& directory, const fs::path& mark) {
  std::ifstream file(mark);
  std::string line;
  std::getline(file, line);
  if (line.rfind(kMarkStart, 0) != 0) {
    return quoted(directory) + " is damaged: " + mark.string() + " does not name a storage version";
  }
  const std::string version = line.substr(kMarkStart.size());
  if (version != kVersion) {
    return quoted(directory) + " has storage format version " + version + ", but this is version " +
           std::string(kVersion) + " of the format";
  }
  if (access(directory.c_str(), W_OK | X_OK) != 0) return quoted(directory) + " is not writable";
  return Done{};
}

}  // namespace

Outcome<Done, std::string> claim_data_directory(const std::string& directory) {
  std::error_code error;
  if (fs::exists(directory, error) && !fs::is_directory(directory, error)) {
    return quoted(directory) + " is a file, not a directory";
  }
  fs::create_directories(directory, error);
  if (error) return quoted(directory) + " cannot be created: " + error.message();

  const fs::path mark = fs::path(directory) / kMarkName;
  if (fs::exists(mark, error)) return check_mark(directory, mark);

  fs::directory_iterator files(directory, error);
  if (error) return quoted(directory) + " cannot be read: " + error.message();
  if (files != fs::directory_iterator()) {
    return quoted(directory) + " is not dynadeck's: it holds '" +
           files->path().filename().string() + "' but no " + std::string(kMarkName) +
           " file; choose an empty or a new directory";
  }
  std::ofstream file(mark);
  file << kMarkStart << kVersion << '\n';
  file.close();
  if (!file) {
    fs::remove(mark, error);
    return quoted(directory) + " is not writable";
  }
  return Done{};
}

}  // namespace dynadeck::engine
