// The file under a tape: how it is created, opened, locked, read and written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/seam/result.h"

namespace dynadeck::cassettes {

// An open regular file, closed by the destructor (which also gives up its lock). Reading may happen
// from many threads at once, writing from one. Errors are one sentence that begins with the path.
class TapeFile {
 public:
  TapeFile() = default;
  TapeFile(TapeFile&& other) noexcept;
  TapeFile& operator=(TapeFile&& other) noexcept;
  ~TapeFile();

  // A new file with mode 0600 whatever the umask, locked. With `overwrite` an existing tape is
  // emptied; without, an existing file is an error. Symbolic links are not followed.
  static Outcome<TapeFile, std::string> create(const std::string& path, bool overwrite);
  // An existing file for reading and appending, locked. Symbolic links are not followed.
  static Outcome<TapeFile, std::string> open_to_append(const std::string& path);
  // An existing tape that something else will take the place of: locked against writers, not
  // against readers. Symbolic links are not followed.
  static Outcome<TapeFile, std::string> open_to_replace(const std::string& path);
  // For reading. shared_lock: fail if somebody is writing it.
  static Outcome<TapeFile, std::string> open_to_read(const std::string& path, bool shared_lock);

  const std::string& path() const { return path_; }
  std::uint64_t size() const;
  // Reads up to `bytes` at that offset; fewer at the end of the file or on an error.
  std::size_t read_at(std::uint64_t offset, char* into, std::size_t bytes) const;

  // Appends at the end.
  Outcome<Done, std::string> write(std::string_view bytes);
  Outcome<Done, std::string> truncate(std::uint64_t size);
  Outcome<Done, std::string> sync();
  // Gives up file and lock before the destructor does; nothing else may be called afterwards.
  void close();

 private:
  TapeFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  std::string describe(std::string_view what) const;

  int descriptor_ = -1;
  std::string path_;
};

}  // namespace dynadeck::cassettes
