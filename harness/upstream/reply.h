// An upstream's HTTP/1.x answer, put together while its bytes arrive.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/seam/service.h"

namespace dynadeck {

struct UpstreamReply {
  int status = 0;
  HeaderList headers;  // as they came, without the space around values
  std::string body;    // as it came but for chunks: still compressed where it was
  bool keep_alive = true;
  // How long the upstream says that it keeps an idle connection.
  std::optional<std::chrono::seconds> keep_alive_timeout;
};

// One reply after another on one connection. One thread.
//
// An answer whose length is not certain (two Content-Lengths, one beside Transfer-Encoding) is
// refused: whoever guesses wrong hands one client's bytes to another.
// Source: [doc] RFC 9112, sections 2 to 7 and 9.
class ReplyParser {
 public:
  struct Limits {
    std::size_t max_head_bytes = std::size_t{64} * 1024;
    std::size_t max_body_bytes = std::size_t{64} * 1024 * 1024;
  };
  enum class Progress : std::uint8_t { kNeedsMore, kComplete, kBad };

  explicit ReplyParser(Limits limits) : limits_(limits) {}

  // Takes what belongs to this reply from the front of `bytes`.
  Progress feed(std::string_view& bytes);
  // The connection ended. kComplete where that is how this reply says that it is whole.
  Progress end();

  // Whether any byte of a reply has come.
  bool begun() const { return state_ != State::kHead || !head_.empty(); }
  // What made it bad, as half a sentence: "its head is longer than 65536 bytes".
  const std::string& problem() const { return problem_; }

  // The complete reply; the parser is ready for the next.
  UpstreamReply take();

 private:
  enum class State : std::uint8_t {
    kHead,
    kSizedBody,
    kBodyToEnd,
    kChunkSize,
    kChunkData,
    kChunkEnd,
    kTrailers,
    kComplete,
  };

  Progress bad(std::string problem);
  Progress take_head(std::string_view& bytes);
  Progress parse_head();
  bool parse_status_line(std::string_view line);
  bool parse_field(std::string_view line);
  void note_connection(std::string_view value);
  void note_keep_alive(std::string_view value);
  Progress choose_body();
  bool take_line(std::string_view& bytes);
  Progress take_chunk_size(std::string_view& bytes);
  Progress take_chunk_end(std::string_view& bytes);
  Progress take_trailer(std::string_view& bytes);
  Progress take_body(std::string_view& bytes);

  const Limits limits_;
  State state_ = State::kHead;
  std::string head_;
  std::string line_;
  std::string problem_;
  UpstreamReply reply_;
  bool chunked_ = false;
  std::optional<std::size_t> content_length_;
  std::size_t remaining_bytes_ = 0;  // of the body, or of the chunk
  std::size_t trailer_bytes_ = 0;
};

}  // namespace dynadeck
