// A folder for a store, gone with the test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace dynadeck::engine {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "dynadeck-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  std::string path(const std::string& name = "data") const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace dynadeck::engine
