// Zstandard, as tapes use it: one frame at a time, with limits.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cassettes/tape/file.h"
#include "cassettes/tape/format.h"
#include "harness/seam/result.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace dynadeck::cassettes {

// Compresses frames with a content checksum. One thread.
class FrameEncoder {
 public:
  explicit FrameEncoder(int level);
  FrameEncoder(FrameEncoder&&) noexcept;
  FrameEncoder& operator=(FrameEncoder&&) noexcept;
  ~FrameEncoder();

  // Appends compressed bytes to `out`. kFlush: all that was given can be decoded from what came
  // out; kEnd: the frame is complete, and the next call begins another. False if zstd refuses
  // (memory).
  enum class Step : std::uint8_t { kContinue, kFlush, kEnd };
  bool encode(std::string_view text, Step step, std::string& out);

  // For the frames that begin after this.
  void set_level(int level);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
  std::string buffer_;  // where zstd writes
  int level_;
};

// How the decoding of one frame ended.
enum class FrameEnd : std::uint8_t {
  kComplete,
  kCut,      // the file ends inside the frame
  kDamaged,  // not zstd, or the checksum does not fit
  kTooLarge  // beyond kMostFrameBytes
};

struct DecodedFrame {
  FrameEnd end = FrameEnd::kDamaged;
  std::string text;                    // what could be decoded
  std::uint64_t compressed_bytes = 0;  // as far as it was read
};

// Decodes the data frame that starts at `offset` and ends before `limit`.
DecodedFrame decode_frame(const TapeFile& file, std::uint64_t offset, std::uint64_t limit);

// Decodes a frame whose sizes are known, in one go; nothing if they or its checksum do not fit.
std::optional<std::string> decode_frame(const TapeFile& file, const FrameRow& row);

// Decodes a frame of any size piece by piece: for the index. One thread.
class FrameStream {
 public:
  FrameStream(const TapeFile& file, std::uint64_t offset, std::uint64_t limit);
  ~FrameStream();
  FrameStream(const FrameStream&) = delete;
  FrameStream& operator=(const FrameStream&) = delete;

  // The next bytes of the content, exactly that many, or false.
  bool read(char* into, std::size_t bytes);
  // Whether the content ended just here, with a checksum that fits.
  bool at_end();

 private:
  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  std::size_t read_some(char* into, std::size_t bytes);

  const TapeFile& file_;
  std::uint64_t offset_;
  const std::uint64_t limit_;
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
  std::string input_;
  std::size_t input_position_ = 0;
  bool ended_ = false;
};

}  // namespace dynadeck::cassettes
