// Writes a tape: lines into frames, and the index and the seek table behind them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cassettes/matching/rules.h"
#include "cassettes/tape/file.h"
#include "cassettes/tape/format.h"
#include "cassettes/tape/frame_codec.h"
#include "cassettes/tape/header.h"
#include "cassettes/tape/index.h"
#include "cassettes/tape/interaction.h"
#include "cassettes/tape/line_writer.h"
#include "harness/seam/result.h"

namespace dynadeck::cassettes {

struct WriterOptions {
  bool overwrite = false;
  int level = 3;
  std::size_t frame_bytes = kFrameBytes;
  std::size_t short_bytes = kShortTapeBytes;  // up to here of lines a tape gets no index
};

// One thread. After an error every call fails with the same one, and the file keeps what was
// flushed. Without finish() the file is a tape cut short: readable, without an index.
class TapeWriter {
 public:
  static Outcome<TapeWriter, std::string> create(const std::string& path, const TapeHeader& header,
                                                 const WriterOptions& options);
  // Goes on with a tape: its index and seek table are cut off first, and a tail that does not
  // decode.
  static Outcome<TapeWriter, std::string> append_to(const std::string& path,
                                                    const WriterOptions& options,
                                                    TapeHeader& header);

  // Adds the line of an exchange, hashed under the rules that the tape's header names.
  Outcome<Done, std::string> add(const InteractionView& interaction);
  Outcome<Done, std::string> add(const Interaction& interaction) { return add(interaction.view()); }
  // Adds a line that is no exchange, with its line break.
  Outcome<Done, std::string> add_other(std::string_view line);

  // The frames that begin after this are compressed in less time and to more bytes, or as usual
  // again.
  void set_hurried(bool hurried) { hurried_ = hurried; }

  // Hands all that was added to the kernel, decodable.
  Outcome<Done, std::string> flush();
  // Ends the frame, writes index (where the tape is not short) and seek table, syncs the file.
  Outcome<Done, std::string> finish();

  std::uint64_t last_sequence() const { return builder_.last_sequence(); }
  std::uint64_t last_completed() const { return builder_.last_completed(); }
  std::uint64_t exchanges() const { return builder_.size(); }
  // Bytes of lines given to it so far.
  std::uint64_t line_bytes() const { return line_bytes_; }
  // Bytes given to the file so far.
  std::uint64_t file_bytes() const { return file_bytes_; }
  const std::string& path() const { return file_.path(); }

 private:
  TapeWriter(TapeFile file, const WriterOptions& options);
  Outcome<Done, std::string> take_header(const TapeHeader& header);
  // Makes what stands in pending_ from `start` on a line of the tape.
  Outcome<Done, std::string> keep_line(std::size_t start, std::uint64_t sequence);

  // Compresses what is pending.
  Outcome<Done, std::string> encode(FrameEncoder::Step step);
  Outcome<Done, std::string> end_frame();
  Outcome<Done, std::string> write_index();
  Outcome<Done, std::string> write_skippable(std::uint32_t magic, std::string_view payload);
  Outcome<Done, std::string> fail(std::string error);

  TapeFile file_;
  WriterOptions options_;
  FrameEncoder encoder_;
  IndexBuilder builder_;
  MatchRules rules_;
  std::vector<FrameRow> frames_;
  FrameRow open_;        // the frame being written
  std::string pending_;  // lines that zstd has not seen yet: calls for every line are slow
  std::string compressed_;
  LineWriter lines_;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t line_bytes_ = 0;
  bool hurried_ = false;
  bool unflushed_ = false;
  bool finished_ = false;
  std::string error_;
};

}  // namespace dynadeck::cassettes
