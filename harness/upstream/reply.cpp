#include "harness/upstream/reply.h"

#include <strings.h>

#include <algorithm>
#include <charconv>

namespace dynadeck {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes the first element from a comma-separated list.
std::string_view next_element(std::string_view& list) {
  const std::size_t comma = std::min(list.find(','), list.size());
  const std::string_view element = trimmed(list.substr(0, comma));
  list.remove_prefix(std::min(comma + 1, list.size()));
  return element;
}

std::optional<std::size_t> parse_size(std::string_view text, int base) {
  std::size_t size = 0;
  const char* const end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, size, base);
  if (error != std::errc{} || after != end) return std::nullopt;
  return size;
}

}  // namespace

ReplyParser::Progress ReplyParser::bad(std::string problem) {
  problem_ = std::move(problem);
  return Progress::kBad;
}

ReplyParser::Progress ReplyParser::feed(std::string_view& bytes) {
  while (true) {
    Progress progress = Progress::kNeedsMore;
    switch (state_) {
      case State::kHead:
        progress = take_head(bytes);
        break;
      case State::kSizedBody:
      case State::kBodyToEnd:
      case State::kChunkData:
        progress = take_body(bytes);
        break;
      case State::kChunkSize:
        progress = take_chunk_size(bytes);
        break;
      case State::kChunkEnd:
        progress = take_chunk_end(bytes);
        break;
      case State::kTrailers:
        progress = take_trailer(bytes);
        break;
      case State::kComplete:
        return Progress::kComplete;
    }
    // kComplete from a step: that step is done, the next one may go on.
    if (progress != Progress::kComplete) return progress;
  }
}

ReplyParser::Progress ReplyParser::end() {
  if (state_ == State::kBodyToEnd) state_ = State::kComplete;
  if (state_ == State::kComplete) return Progress::kComplete;
  return bad(begun() ? "the connection ended in the middle of it"
                     : "the connection ended before it");
}

UpstreamReply ReplyParser::take() {
  UpstreamReply reply = std::move(reply_);
  reply_ = UpstreamReply{};
  head_.clear();
  line_.clear();
  chunked_ = false;
  content_length_.reset();
  trailer_bytes_ = 0;
  state_ = State::kHead;
  return reply;
}

ReplyParser::Progress ReplyParser::take_head(std::string_view& bytes) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const std::size_t known = head_.size();
  head_.append(bytes);
  const std::size_t end = head_.find(kEnd, known < kEnd.size() ? 0 : known - kEnd.size() + 1);
  if (std::min(end, head_.size()) > limits_.max_head_bytes) {
    return bad("its head is longer than " + std::to_string(limits_.max_head_bytes) + " bytes");
  }
  if (end == std::string::npos) {
    bytes = {};
    return Progress::kNeedsMore;
  }
  bytes.remove_prefix(end + kEnd.size() - known);
  head_.resize(end + 2);
  return parse_head();
}

ReplyParser::Progress ReplyParser::parse_head() {
  constexpr std::size_t kUsualFields = 12;
  reply_.headers.reserve(kUsualFields);
  std::string_view rest = head_;
  bool first = true;
  while (!rest.empty()) {
    const std::size_t end = rest.find("\r\n");
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    if (first ? !parse_status_line(line) : !parse_field(line)) {
      return bad("its head has the line '" + std::string(line.substr(0, 100)) + "'");
    }
    first = false;
  }
  return choose_body();
}

bool ReplyParser::parse_status_line(std::string_view line) {
  constexpr std::size_t kStatusAt = 9;  // after "HTTP/1.1 "
  if (!line.starts_with("HTTP/1.") || line.size() < kStatusAt + 3 || line[kStatusAt - 1] != ' ') {
    return false;
  }
  const std::optional<std::size_t> status = parse_size(line.substr(kStatusAt, 3), 10);
  if (!status || *status < 100 || (line.size() > kStatusAt + 3 && line[kStatusAt + 3] != ' ')) {
    return false;
  }
  reply_.status = static_cast<int>(*status);
  reply_.keep_alive = line[kStatusAt - 2] != '0';
  return true;
}

bool ReplyParser::parse_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  // A space before the colon, and a line that continues the one before, hide what they say.
  if (colon == 0 || colon == std::string_view::npos ||
      line.substr(0, colon).find_first_of(" \t") != std::string_view::npos) {
    return false;
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (equal_ignoring_case(name, "content-length")) {
    const std::optional<std::size_t> length = parse_size(value, 10);
    if (!length || (content_length_ && *content_length_ != *length)) return false;
    content_length_ = length;
  } else if (equal_ignoring_case(name, "transfer-encoding")) {
    if (chunked_ || !equal_ignoring_case(value, "chunked")) return false;
    chunked_ = true;
  } else if (equal_ignoring_case(name, "connection")) {
    note_connection(value);
  } else if (equal_ignoring_case(name, "keep-alive")) {
    note_keep_alive(value);
  }
  reply_.headers.add(std::string(name), std::string(value));
  return true;
}

void ReplyParser::note_connection(std::string_view value) {
  while (!value.empty()) {
    const std::string_view element = next_element(value);
    if (equal_ignoring_case(element, "close")) reply_.keep_alive = false;
    if (equal_ignoring_case(element, "keep-alive")) reply_.keep_alive = true;
  }
}

void ReplyParser::note_keep_alive(std::string_view value) {
  constexpr std::string_view kTimeout = "timeout=";
  while (!value.empty()) {
    const std::string_view element = next_element(value);
    if (!element.starts_with(kTimeout)) continue;
    const std::optional<std::size_t> seconds = parse_size(element.substr(kTimeout.size()), 10);
    if (seconds && *seconds < 86'400) reply_.keep_alive_timeout = std::chrono::seconds(*seconds);
  }
}

ReplyParser::Progress ReplyParser::choose_body() {
  if (chunked_ && content_length_) return bad("it has a Content-Length beside chunks");
  if (reply_.status < 200) {
    // "100 Continue" and its like announce the reply; "101" is nothing that was asked for.
    if (reply_.status == 101) return bad("it switches protocols");
    (void)take();
    return Progress::kComplete;
  }
  if (reply_.status == 204 || reply_.status == 304) {
    state_ = State::kComplete;
  } else if (chunked_) {
    state_ = State::kChunkSize;
  } else if (content_length_) {
    if (*content_length_ > limits_.max_body_bytes) {
      return bad("its body is longer than " + std::to_string(limits_.max_body_bytes) + " bytes");
    }
    remaining_bytes_ = *content_length_;
    // Not reserved in full: the length is only a claim until the bytes are there.
    constexpr std::size_t kTrustedBytes = std::size_t{1024} * 1024;
    reply_.body.reserve(std::min(remaining_bytes_, kTrustedBytes));
    state_ = remaining_bytes_ == 0 ? State::kComplete : State::kSizedBody;
  } else {
    reply_.keep_alive = false;
    state_ = State::kBodyToEnd;
  }
  return Progress::kComplete;
}

bool ReplyParser::take_line(std::string_view& bytes) {
  // The line's CR is kept in line_ until its LF has come.
  const std::size_t end = bytes.find('\n');
  line_.append(bytes.substr(0, end));
  if (end == std::string_view::npos) {
    bytes = {};
    return false;
  }
  bytes.remove_prefix(end + 1);
  if (line_.ends_with('\r')) line_.pop_back();
  return true;
}

ReplyParser::Progress ReplyParser::take_chunk_size(std::string_view& bytes) {
  constexpr std::size_t kMaxLineBytes = 4096;
  const bool whole = take_line(bytes);
  if (line_.size() > kMaxLineBytes) return bad("a chunk's first line is too long");
  if (!whole) return Progress::kNeedsMore;
  const std::string_view digits = trimmed(std::string_view(line_).substr(0, line_.find(';')));
  const std::optional<std::size_t> size = parse_size(digits, 16);
  if (!size) return bad("a chunk has the size '" + std::string(digits.substr(0, 100)) + "'");
  line_.clear();
  if (*size > limits_.max_body_bytes - reply_.body.size()) {
    return bad("its body is longer than " + std::to_string(limits_.max_body_bytes) + " bytes");
  }
  remaining_bytes_ = *size;
  state_ = *size == 0 ? State::kTrailers : State::kChunkData;
  return Progress::kComplete;
}

ReplyParser::Progress ReplyParser::take_chunk_end(std::string_view& bytes) {
  const bool whole = take_line(bytes);
  if (line_.size() > (whole ? 0 : 1)) return bad("a chunk is longer than it says");
  if (!whole) return Progress::kNeedsMore;
  state_ = State::kChunkSize;
  return Progress::kComplete;
}

ReplyParser::Progress ReplyParser::take_trailer(std::string_view& bytes) {
  const bool whole = take_line(bytes);
  if (trailer_bytes_ + line_.size() > limits_.max_head_bytes)
    return bad("its trailers are too long");
  if (!whole) return Progress::kNeedsMore;
  trailer_bytes_ += line_.size();
  if (line_.empty()) state_ = State::kComplete;
  line_.clear();
  return Progress::kComplete;
}

ReplyParser::Progress ReplyParser::take_body(std::string_view& bytes) {
  if (bytes.empty()) return Progress::kNeedsMore;
  if (state_ == State::kBodyToEnd) {
    if (bytes.size() > limits_.max_body_bytes - reply_.body.size()) {
      return bad("its body is longer than " + std::to_string(limits_.max_body_bytes) + " bytes");
    }
    reply_.body.append(bytes);
    bytes = {};
    return Progress::kNeedsMore;
  }
  const std::size_t taken = std::min(bytes.size(), remaining_bytes_);
  reply_.body.append(bytes.substr(0, taken));
  bytes.remove_prefix(taken);
  remaining_bytes_ -= taken;
  if (remaining_bytes_ > 0) return Progress::kNeedsMore;
  state_ = state_ == State::kSizedBody ? State::kComplete : State::kChunkEnd;
  return Progress::kComplete;
}

}  // namespace dynadeck
