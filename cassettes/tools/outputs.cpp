#include "cassettes/tools/outputs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <streambuf>
#include <system_error>
#include <vector>

#include "cassettes/tape/reader.h"

namespace dynadeck::cassettes {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} << 10;

std::string failed(const std::string& path, int number) {
  return path + ": " + std::generic_category().message(number);
}

// Writes to a descriptor that it closes. One thread.
class DescriptorBuffer : public std::streambuf {
 public:
  explicit DescriptorBuffer(int descriptor) : descriptor_(descriptor), buffer_(kBufferBytes) {
    setp(buffer_.data(), buffer_.data() + buffer_.size());
  }
  DescriptorBuffer(const DescriptorBuffer&) = delete;
  DescriptorBuffer& operator=(const DescriptorBuffer&) = delete;
  ~DescriptorBuffer() override { close(descriptor_); }

 protected:
  int_type overflow(int_type byte) override {
    if (sync() != 0) return traits_type::eof();
    if (!traits_type::eq_int_type(byte, traits_type::eof())) {
      *pptr() = traits_type::to_char_type(byte);
      pbump(1);
    }
    return traits_type::not_eof(byte);
  }

  int sync() override {
    for (const char* at = pbase(); at != pptr();) {
      const ssize_t written = write(descriptor_, at, static_cast<std::size_t>(pptr() - at));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return -1;
      at += written;
    }
    setp(buffer_.data(), buffer_.data() + buffer_.size());
    return 0;
  }

 private:
  const int descriptor_;
  std::vector<char> buffer_;
};

// Whether something may stand in a file's place; what is there, if something is.
Outcome<std::optional<struct stat>, std::string> look_at(const std::string& path, bool overwrite) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return std::optional<struct stat>();
  if (S_ISLNK(status.st_mode)) {
    return path + ": is a symbolic link, and nothing is written through links";
  }
  if (!S_ISREG(status.st_mode)) return path + ": is not a regular file";
  if (!overwrite) return path + ": exists already; say --overwrite to replace it";
  return std::optional(status);
}

// What a tool that was killed left is in nobody's way; a whole tape of that name is somebody's.
Outcome<Done, std::string> make_way(const std::string& path) {
  const auto left = TapeReader::open(path);
  if (left && left->complete()) return path + ": exists already, and is a whole tape; move it away";
  return Done{};
}

}  // namespace

Unfinished::~Unfinished() {
  if (!target_.empty()) unlink(name().c_str());
}

Outcome<Done, std::string> Unfinished::take_place(bool overwrite) {
  // Something may have come there since create() looked.
  int done = renameat2(AT_FDCWD, name().c_str(), AT_FDCWD, target_.c_str(),
                       overwrite ? 0 : RENAME_NOREPLACE);
  const bool unknown = done != 0 && (errno == EINVAL || errno == ENOSYS);
  if (unknown) done = std::rename(name().c_str(), target_.c_str());
  if (done != 0) return failed(target_, errno);
  target_.clear();
  return Done{};
}

Outcome<TapeOutput, std::string> TapeOutput::create(const std::string& path,
                                                    const TapeHeader& header, bool overwrite,
                                                    const WriterOptions& options) {
  const auto there = look_at(path, overwrite);
  if (!there) return there.error();
  TapeFile replaced;
  if (there->has_value()) {
    auto locked = TapeFile::open_to_replace(path);
    if (!locked) return locked.error();
    replaced = std::move(locked).value();
  }
  const std::string name = path + std::string(Unfinished::kSuffix);
  if (auto free = make_way(name); !free) return free.error();
  WriterOptions fresh = options;
  fresh.overwrite = true;
  auto writer = TapeWriter::create(name, header, fresh);
  if (!writer) return writer.error();
  return TapeOutput(std::move(writer).value(), path, overwrite, std::move(replaced));
}

Outcome<Done, std::string> TapeOutput::finish() {
  if (auto done = writer_.finish(); !done) return done;
  return file_.take_place(overwrite_);
}

struct TextOutput::File {
  File(int descriptor, std::string path, bool the_overwrite)
      : name(std::move(path)),
        unfinished(name),
        buffer(descriptor),
        stream(&buffer),
        overwrite(the_overwrite) {}

  std::string name;
  Unfinished unfinished;
  DescriptorBuffer buffer;
  std::ostream stream;
  bool overwrite;
};

TextOutput::TextOutput(std::ostream& usual) : usual_(&usual) {}
TextOutput::TextOutput(TextOutput&&) noexcept = default;
TextOutput::~TextOutput() = default;

Outcome<TextOutput, std::string> TextOutput::create(const std::string& path, bool overwrite,
                                                    std::ostream& usual) {
  TextOutput output(usual);
  if (path.empty()) return output;
  const auto there = look_at(path, overwrite);
  if (!there) return there.error();
  if (there->has_value() && TapeReader::read_header(path)) {
    return path + ": is a tape; this would be text";
  }
  const std::string name = path + std::string(Unfinished::kSuffix);
  const int descriptor =
      open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor < 0) return failed(name, errno);
  output.file_ = std::make_unique<File>(descriptor, path, overwrite);
  return output;
}

std::ostream& TextOutput::stream() { return file_ == nullptr ? *usual_ : file_->stream; }

Outcome<Done, std::string> TextOutput::finish() {
  stream().flush();
  if (!stream().good()) {
    return (file_ == nullptr ? std::string("standard output") : file_->name) +
           ": cannot be written";
  }
  return file_ == nullptr ? Outcome<Done, std::string>(Done{})
                          : file_->unfinished.take_place(file_->overwrite);
}

}  // namespace dynadeck::cassettes
