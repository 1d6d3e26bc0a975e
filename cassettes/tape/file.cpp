#include "cassettes/tape/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "cassettes/tape/format.h"

namespace dynadeck::cassettes {
namespace {

std::string error_text(int number) { return std::generic_category().message(number); }

std::string failed_open(const std::string& path, int number) {
  struct stat status {};
  const bool link = lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
  if (number == ELOOP || (number == EEXIST && link)) {
    return path + ": is a symbolic link, and tapes are not written through links";
  }
  if (number == EEXIST) return path + ": exists already; say --overwrite to replace it";
  return path + ": " + error_text(number);
}

bool is_regular(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

// A tape, or nothing yet.
bool may_be_overwritten(int descriptor) {
  char magic[4];
  const ssize_t got = pread(descriptor, magic, sizeof magic, 0);
  return got == 0 || (got == 4 && little_endian(magic, 4) == kZstdMagic);
}

}  // namespace

TapeFile::TapeFile(TapeFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

TapeFile& TapeFile::operator=(TapeFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

TapeFile::~TapeFile() { close(); }

void TapeFile::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

std::string TapeFile::describe(std::string_view what) const {
  return path_ + ": " + std::string(what);
}

Outcome<TapeFile, std::string> TapeFile::create(const std::string& path, bool overwrite) {
  const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_APPEND | (overwrite ? 0 : O_EXCL);
  const int descriptor = open(path.c_str(), flags, 0600);
  if (descriptor < 0) return failed_open(path, errno);
  TapeFile file(descriptor, path);
  if (!is_regular(descriptor)) return file.describe("is not a regular file");
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return file.describe("is being used by another process");
  }
  if (overwrite) {
    if (!may_be_overwritten(descriptor)) {
      return file.describe("is not a tape; only tapes are overwritten");
    }
    if (auto done = file.truncate(0); !done) return done.error();
  }
  if (fchmod(descriptor, 0600) != 0) return file.describe(error_text(errno));
  return file;
}

Outcome<TapeFile, std::string> TapeFile::open_to_append(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_APPEND);
  if (descriptor < 0) return failed_open(path, errno);
  TapeFile file(descriptor, path);
  if (!is_regular(descriptor)) return file.describe("is not a regular file");
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return file.describe("is being used by another process");
  }
  return file;
}

Outcome<TapeFile, std::string> TapeFile::open_to_replace(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return failed_open(path, errno);
  TapeFile file(descriptor, path);
  if (!is_regular(descriptor)) return file.describe("is not a regular file");
  if (flock(descriptor, LOCK_SH | LOCK_NB) != 0) {
    return file.describe("is being recorded by another process");
  }
  if (!may_be_overwritten(descriptor)) {
    return file.describe("is not a tape; only tapes are overwritten");
  }
  return file;
}

Outcome<TapeFile, std::string> TapeFile::open_to_read(const std::string& path, bool shared_lock) {
  // O_NONBLOCK: opening a pipe must not wait for somebody to write into it.
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return failed_open(path, errno);
  TapeFile file(descriptor, path);
  if (!is_regular(descriptor)) return file.describe("is not a regular file");
  if (shared_lock && flock(descriptor, LOCK_SH | LOCK_NB) != 0) {
    return file.describe("is being recorded by another process");
  }
  return file;
}

std::uint64_t TapeFile::size() const {
  struct stat status {};
  return fstat(descriptor_, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

std::size_t TapeFile::read_at(std::uint64_t offset, char* into, std::size_t bytes) const {
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t got =
        pread(descriptor_, into + done, bytes - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Outcome<Done, std::string> TapeFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return describe(error_text(errno));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return Done{};
}

Outcome<Done, std::string> TapeFile::truncate(std::uint64_t size) {
  if (ftruncate(descriptor_, static_cast<off_t>(size)) != 0) return describe(error_text(errno));
  return Done{};
}

Outcome<Done, std::string> TapeFile::sync() {
  // Some file systems have nothing to sync.
  if (fsync(descriptor_) != 0 && errno != EINVAL) return describe(error_text(errno));
  return Done{};
}

}  // namespace dynadeck::cassettes
