// Where an HTTP/1.x request ends, found out while its bytes arrive.
//
// cpp-httplib parses requests, but it reads them by waiting. What stands here is only what has to
// be known before there is anything to parse: the lines of the head, the length of the body. A
// request that two readers could understand differently is refused (no bare LF, no folded lines,
// one Content-Length, never beside Transfer-Encoding).
// Source: [doc] RFC 9112, sections 2 to 7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/seam/service.h"

namespace dynadeck {

// One request in the making. One thread.
class RequestFraming {
 public:
  struct Limits {
    std::size_t max_head_bytes;
    std::size_t max_body_bytes;
  };
  enum class Progress : std::uint8_t {
    kNeedsMore,
    kComplete,
    kRefused,  // refusal_status() says why; nothing after it on the connection can be trusted
  };

  explicit RequestFraming(Limits limits) : limits_(limits) {}

  // Takes what belongs to this request from the front of `input`.
  Progress feed(std::string_view& input);

  // Ready for the next request; keeps its memory.
  void clear();

  // Whether any byte of a request has come.
  bool begun() const { return state_ != State::kHead || !head_.empty(); }
  // Whether the client waits for "100 Continue" before it sends the body. True once.
  bool take_continue();
  int refusal_status() const { return refusal_status_; }

  // From here on: once the head is complete.
  bool head_complete() const { return state_ != State::kHead && refusal_status_ == 0; }
  // The line up to its CRLF.
  std::string_view request_line() const;
  bool keep_alive() const { return keep_alive_; }
  // As they came: in order, values without the space around them.
  HeaderList headers() const;
  // The first header of that name; empty without.
  std::string_view header(std::string_view name) const;

  std::string take_body() { return std::move(body_); }

 private:
  enum class State : std::uint8_t {
    kHead,
    kBody,
    kChunkSize,
    kChunkData,
    kChunkEnd,
    kTrailers,
    kComplete,
  };
  struct Field {
    std::uint32_t name_begin, name_size, value_begin, value_size;
  };

  Progress refuse(int status);
  bool begin_head(std::string_view& input);
  bool take_head(std::string_view& input);
  int parse_head();
  int parse_request_line();
  int parse_field(std::size_t begin, std::size_t end);
  int apply_field(std::string_view name, std::string_view value);
  int apply_content_length(std::string_view value);
  int apply_connection(std::string_view value);
  int choose_body();
  // The next CRLF-ended line, taken from input, into line_; false while it is not whole.
  bool take_line(std::string_view& input);
  int parse_chunk_line();
  void take_data(std::string_view& input);
  std::string_view text(std::uint32_t begin, std::uint32_t size) const {
    return std::string_view(head_).substr(begin, size);
  }

  Limits limits_;
  State state_ = State::kHead;
  int refusal_status_ = 0;
  bool http_1_0_ = false;
  bool keep_alive_ = true;
  bool chunked_ = false;
  bool has_length_ = false;
  bool wants_continue_ = false;
  std::size_t request_line_size_ = 0;
  std::size_t remaining_bytes_ = 0;  // of the body, or of the chunk
  std::size_t trailer_bytes_ = 0;
  std::string head_;
  std::vector<Field> fields_;
  std::string line_;
  std::string body_;
};

// Whether a comma-separated header value has that element; case does not matter.
bool has_token(std::string_view value, std::string_view token);

}  // namespace dynadeck
