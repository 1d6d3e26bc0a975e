// The files that tools write: beside their place until they are complete, and then in it.
#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "cassettes/tape/file.h"
#include "cassettes/tape/writer.h"
#include "harness/seam/result.h"

namespace dynadeck::cassettes {

// A name beside a file's own that is gone again unless it has taken the file's place. One thread.
class Unfinished {
 public:
  static constexpr std::string_view kSuffix = ".new";

  explicit Unfinished(std::string target) : target_(std::move(target)) {}
  Unfinished(Unfinished&& other) noexcept : target_(std::exchange(other.target_, {})) {}
  Unfinished& operator=(Unfinished&&) = delete;
  ~Unfinished();

  std::string name() const { return target_ + std::string(kSuffix); }
  // Without `overwrite` an error where something has come to be there.
  Outcome<Done, std::string> take_place(bool overwrite);

 private:
  std::string target_;  // empty when there is nothing left to do
};

// A new tape that becomes FILE when it is complete: until then it stands beside it as FILE.new. An
// existing FILE is replaced where `overwrite` says so, it is a tape, and nobody is recording it;
// nobody can begin to before finish().
class TapeOutput {
 public:
  static Outcome<TapeOutput, std::string> create(const std::string& path, const TapeHeader& header,
                                                 bool overwrite, const WriterOptions& options);
  TapeWriter& writer() { return writer_; }
  Outcome<Done, std::string> finish();

 private:
  TapeOutput(TapeWriter writer, std::string path, bool overwrite, TapeFile replaced)
      : writer_(std::move(writer)),
        replaced_(std::move(replaced)),
        file_(std::move(path)),
        overwrite_(overwrite) {}

  TapeWriter writer_;
  TapeFile replaced_;  // locked
  Unfinished file_;
  bool overwrite_;
};

// Text for standard output, or for a new file with mode 0600 that becomes FILE when it is complete:
// it may say all that the tape does. Not for a FILE that is a tape.
class TextOutput {
 public:
  // path: empty for standard output, which is `usual`.
  static Outcome<TextOutput, std::string> create(const std::string& path, bool overwrite,
                                                 std::ostream& usual);
  TextOutput(TextOutput&&) noexcept;
  TextOutput& operator=(TextOutput&&) = delete;
  ~TextOutput();

  std::ostream& stream();
  Outcome<Done, std::string> finish();

 private:
  struct File;
  explicit TextOutput(std::ostream& usual);

  std::ostream* usual_;
  std::unique_ptr<File> file_;  // null for standard output
};

}  // namespace dynadeck::cassettes
