#include "cassettes/tape/frame_codec.h"

#include <zstd.h>

#include <algorithm>

namespace dynadeck::cassettes {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{128} << 10;

struct FreeDecoder {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
using Decoder = std::unique_ptr<ZSTD_DCtx, FreeDecoder>;

void prepare(ZSTD_DCtx* context) {
  ZSTD_DCtx_reset(context, ZSTD_reset_session_only);
  ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, kMostWindowLog);
}

// One per thread: a context is large, and frames are decoded all the time.
ZSTD_DCtx* decoder() {
  thread_local const Decoder context(ZSTD_createDCtx());
  prepare(context.get());
  return context.get();
}

}  // namespace

void FrameEncoder::Free::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

FrameEncoder::FrameEncoder(int level)
    : context_(ZSTD_createCCtx()),
      buffer_(ZSTD_compressBound(kFrameBytes + kFrameBytes / 4), '\0') {
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  level_ = level;
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
  if (level > 9) ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_windowLog, kMostWindowLog);
}

void FrameEncoder::set_level(int level) {
  if (level == level_) return;
  level_ = level;
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
}

FrameEncoder::FrameEncoder(FrameEncoder&&) noexcept = default;
FrameEncoder& FrameEncoder::operator=(FrameEncoder&&) noexcept = default;
FrameEncoder::~FrameEncoder() = default;

bool FrameEncoder::encode(std::string_view text, Step step, std::string& out) {
  const ZSTD_EndDirective directive = step == Step::kContinue ? ZSTD_e_continue
                                      : step == Step::kFlush  ? ZSTD_e_flush
                                                              : ZSTD_e_end;
  ZSTD_inBuffer input{text.data(), text.size(), 0};
  for (;;) {
    ZSTD_outBuffer output{buffer_.data(), buffer_.size(), 0};
    const std::size_t left = ZSTD_compressStream2(context_.get(), &output, &input, directive);
    if (ZSTD_isError(left) != 0) return false;
    out.append(buffer_, 0, output.pos);
    const bool done = step == Step::kContinue ? input.pos == input.size : left == 0;
    if (done) return true;
  }
}

DecodedFrame decode_frame(const TapeFile& file, std::uint64_t offset, std::uint64_t limit) {
  DecodedFrame frame;
  ZSTD_DCtx* const context = decoder();
  std::string input(std::min<std::uint64_t>(kPieceBytes, limit - std::min(offset, limit)), '\0');
  std::uint64_t position = offset;
  for (;;) {
    const std::uint64_t want = std::min<std::uint64_t>(input.size(), limit - position);
    const std::size_t got = want == 0 ? 0 : file.read_at(position, input.data(), want);
    if (got == 0) {
      frame.end = FrameEnd::kCut;
      break;
    }
    ZSTD_inBuffer in{input.data(), got, 0};
    // Also with all input read there may be content left inside the decoder.
    bool full = false;
    do {
      const std::size_t before = frame.text.size();
      if (before > kMostFrameBytes) {
        frame.end = FrameEnd::kTooLarge;
        return frame;
      }
      frame.text.resize(before + 2 * kPieceBytes);
      ZSTD_outBuffer out{frame.text.data() + before, 2 * kPieceBytes, 0};
      const std::size_t left = ZSTD_decompressStream(context, &out, &in);
      frame.text.resize(before + out.pos);
      frame.compressed_bytes = position - offset + in.pos;
      if (ZSTD_isError(left) != 0) {
        frame.end = FrameEnd::kDamaged;
        return frame;
      }
      if (left == 0) {
        frame.end = FrameEnd::kComplete;
        return frame;
      }
      full = out.pos == out.size;
    } while (in.pos < in.size || full);
    position += got;
  }
  return frame;
}

std::optional<std::string> decode_frame(const TapeFile& file, const FrameRow& row) {
  if (row.decompressed_bytes > kMostFrameBytes ||
      row.compressed_bytes > ZSTD_compressBound(kMostFrameBytes)) {
    return std::nullopt;
  }
  std::string input(row.compressed_bytes, '\0');
  if (file.read_at(row.offset, input.data(), input.size()) != input.size()) return std::nullopt;
  // A frame that is followed by another would be decoded too; and what the frame itself says of its
  // content, where it does, decides before memory is taken.
  const unsigned long long content = ZSTD_getFrameContentSize(input.data(), input.size());
  if (content == ZSTD_CONTENTSIZE_ERROR ||
      (content != ZSTD_CONTENTSIZE_UNKNOWN && content != row.decompressed_bytes) ||
      ZSTD_findFrameCompressedSize(input.data(), input.size()) != input.size()) {
    return std::nullopt;
  }
  std::string text(row.decompressed_bytes, '\0');
  const std::size_t got =
      ZSTD_decompressDCtx(decoder(), text.data(), text.size(), input.data(), input.size());
  if (got != text.size()) return std::nullopt;  // which an error is not either
  return text;
}

void FrameStream::Free::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

FrameStream::FrameStream(const TapeFile& file, std::uint64_t offset, std::uint64_t limit)
    : file_(file), offset_(offset), limit_(limit), context_(ZSTD_createDCtx()) {
  prepare(context_.get());
}

FrameStream::~FrameStream() = default;

std::size_t FrameStream::read_some(char* into, std::size_t bytes) {
  ZSTD_outBuffer out{into, bytes, 0};
  while (!ended_) {
    if (input_position_ == input_.size()) {
      input_.resize(std::min<std::uint64_t>(kPieceBytes, limit_ - offset_));
      input_.resize(file_.read_at(offset_, input_.data(), input_.size()));
      offset_ += input_.size();
      input_position_ = 0;
    }
    const bool exhausted = input_.empty();
    ZSTD_inBuffer in{input_.data(), input_.size(), input_position_};
    const std::size_t left = ZSTD_decompressStream(context_.get(), &out, &in);
    input_position_ = in.pos;
    if (ZSTD_isError(left) != 0) return 0;
    ended_ = left == 0;
    if (out.pos > 0 || exhausted) return out.pos;
  }
  return 0;
}

bool FrameStream::read(char* into, std::size_t bytes) {
  while (bytes > 0) {
    const std::size_t got = read_some(into, bytes);
    if (got == 0) return false;
    into += got;
    bytes -= got;
  }
  return true;
}

bool FrameStream::at_end() {
  char more;
  return read_some(&more, 1) == 0 && ended_;
}

}  // namespace dynadeck::cassettes
