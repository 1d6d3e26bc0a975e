// Reads a tape, whole or cut short.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cassettes/matching/rules.h"
#include "cassettes/tape/file.h"
#include "cassettes/tape/format.h"
#include "cassettes/tape/frame_codec.h"
#include "cassettes/tape/header.h"
#include "cassettes/tape/index.h"
#include "cassettes/tape/interaction.h"
#include "harness/seam/result.h"

namespace dynadeck::cassettes {

// Whole lines, with their line breaks.
struct FrameText {
  std::string text;
};

// Memory: one frame, and the index where it is asked for. After open() it is immutable and may be
// used from many threads at once. Errors are one sentence that begins with the path.
class TapeReader {
 public:
  // Opens a tape by its seek table, or else by scanning its frames. Fails where the file is no
  // tape; a tape that is cut short or damaged behind its first frame opens, and says so below.
  // shared_lock: also fail while somebody records it.
  static Outcome<TapeReader, std::string> open(const std::string& path, bool shared_lock = false);

  // The first line alone.
  static Outcome<TapeHeader, std::string> read_header(const std::string& path);

  const std::string& path() const { return file_.path(); }
  const TapeHeader& header() const { return header_; }
  std::uint64_t file_bytes() const { return file_.size(); }

  // The data frames; the header's is the first.
  const std::vector<FrameRow>& frames() const { return frames_; }
  // Whether the tape ends with a seek table that can be read: nobody was killed while writing it.
  bool complete() const { return complete_; }

  // Whether an index is stored on it.
  bool has_index() const { return stored_index_offset_ != 0; }
  // Whether the index fits the tape, where a complete tape has one (reads all of the index).
  bool stored_index_fits() const {
    return complete_ && (stored_index_offset_ == 0 || stored_index().has_value());
  }

  // Of a tape cut short: the whole lines of the last, incomplete frame (it is the last of
  // frames()), and how many bytes at the end of the file were of no use.
  const std::string& tail_text() const { return tail_text_; }
  std::uint64_t lost_bytes() const { return lost_bytes_; }
  // What is wrong in the middle of the tape, in one sentence; empty where nothing is. Frames behind
  // the damage are not in frames().
  const std::string& damage() const { return damage_; }

  Outcome<FrameText, std::string> read_frame(std::size_t number) const;

  // Calls visit(line, frame number) for every line behind the header, without line breaks, until it
  // returns false.
  using Visit = std::function<bool(std::string_view line, std::size_t frame)>;
  Outcome<Done, std::string> for_each_line(const Visit& visit) const;

  // Called by for_each_line before every frame, with its number and how many there are, and once at
  // the end with both equal. Set it before the reader is shared.
  using Progress = std::function<void(std::uint64_t frame, std::uint64_t frames)>;
  void on_progress(Progress progress) { progress_ = std::move(progress); }

  // The stored index, or one made by reading every frame, under the rules that the header names.
  Outcome<TapeIndex, std::string> index() const;
  // One made by reading every frame, under these rules.
  Outcome<TapeIndex, std::string> build_index(const MatchRules& rules) const;

 private:
  explicit TapeReader(TapeFile file) : file_(std::move(file)) {}

  static Outcome<TapeHeader, std::string> header_of(const TapeFile& file);
  bool read_seek_table();
  // Of a seek table's last row: that it is the index.
  bool take_index(const FrameRow& row);
  void scan();
  bool take_frame(const DecodedFrame& frame, std::uint64_t offset);
  std::optional<TapeIndex> stored_index() const;

  TapeFile file_;
  TapeHeader header_;
  std::vector<FrameRow> frames_;
  bool complete_ = false;
  std::uint64_t stored_index_offset_ = 0;  // of the zstd frame inside; 0 without
  std::uint64_t stored_index_end_ = 0;
  std::string tail_text_;
  std::uint64_t lost_bytes_ = 0;
  std::string damage_;
  Progress progress_;
};

// Calls visit(line) for each line of a frame's text, without line breaks, until it returns false.
template <typename Visit>
bool for_each_line_of(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::size_t length = text.find('\n');
    if (!visit(text.substr(0, length))) return false;
    if (length == std::string_view::npos) break;
    text.remove_prefix(length + 1);
  }
  return true;
}

}  // namespace dynadeck::cassettes
