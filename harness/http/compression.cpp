#include "harness/http/compression.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>

namespace dynadeck {
namespace {

constexpr int kGzipWindow = 15 + 16;  // the largest window; 16 asks for gzip's header and trailer
constexpr int kDefaultMemory = 8;

Bytef* bytes_of(std::string_view text) {
  // zlib 1.2's next_in is not const; it does not write there.
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

class Inflater {
 public:
  Inflater() { usable_ = inflateInit2(&stream_, kGzipWindow) == Z_OK; }
  ~Inflater() {
    if (usable_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Outcome<std::string, GunzipError> run(std::string_view compressed, std::size_t max_bytes) {
    std::string out;
    std::array<char, 32 * 1024> buffer;
    stream_.next_in = bytes_of(compressed);
    stream_.avail_in = static_cast<uInt>(compressed.size());
    int state = usable_ ? Z_OK : Z_MEM_ERROR;
    while (state == Z_OK) {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream_.avail_out = static_cast<uInt>(buffer.size());
      state = inflate(&stream_, Z_NO_FLUSH);
      const std::size_t count = buffer.size() - stream_.avail_out;
      if (count > max_bytes - out.size()) return GunzipError::kTooLarge;
      out.append(buffer.data(), count);
      if (state == Z_STREAM_END && stream_.avail_in != 0) state = inflateReset(&stream_);
    }
    if (state != Z_STREAM_END) return GunzipError::kCorrupt;
    return out;
  }

 private:
  z_stream stream_{};
  bool usable_ = false;
};

}  // namespace

Outcome<std::string, GunzipError> gunzip(std::string_view compressed, std::size_t max_bytes) {
  if (compressed.size() > std::numeric_limits<uInt>::max()) return GunzipError::kTooLarge;
  return Inflater().run(compressed, max_bytes);
}

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kDefaultMemory,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return {};
  }
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = bytes_of(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = bytes_of(out);
  stream.avail_out = static_cast<uInt>(out.size());
  const int state = deflate(&stream, Z_FINISH);
  assert(state == Z_STREAM_END);
  out.resize(state == Z_STREAM_END ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

std::uint32_t crc32_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace dynadeck
