#include "harness/http/framing.h"

#include <strings.h>

#include <algorithm>
#include <charconv>

namespace dynadeck {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";
// A chunk's size with its extensions; one trailer line.
constexpr std::size_t kMaxLineBytes = 4096;

constexpr int kBadRequest = 400;
constexpr int kTooLarge = 413;
constexpr int kExpectationFailed = 417;
constexpr int kHeadTooLarge = 431;
constexpr int kNotImplemented = 501;
constexpr int kVersionNotSupported = 505;

bool is_space(char c) { return c == ' ' || c == '\t'; }

bool is_token_character(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_value_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte != 0x7F) || c == '\t';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

bool has_token(std::string_view value, std::string_view token) {
  while (!value.empty()) {
    const std::size_t comma = std::min(value.find(','), value.size());
    if (equal_ignoring_case(trimmed(value.substr(0, comma)), token)) return true;
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  return false;
}

void RequestFraming::clear() {
  state_ = State::kHead;
  refusal_status_ = 0;
  http_1_0_ = chunked_ = has_length_ = wants_continue_ = false;
  keep_alive_ = true;
  request_line_size_ = remaining_bytes_ = trailer_bytes_ = 0;
  head_.clear();
  fields_.clear();
  line_.clear();
  body_.clear();
}

RequestFraming::Progress RequestFraming::refuse(int status) {
  refusal_status_ = status;
  keep_alive_ = false;
  return Progress::kRefused;
}

RequestFraming::Progress RequestFraming::feed(std::string_view& input) {
  if (refusal_status_ != 0) return Progress::kRefused;
  if (state_ == State::kHead) {
    if (!take_head(input)) {
      return refusal_status_ != 0 ? Progress::kRefused : Progress::kNeedsMore;
    }
    if (const int status = parse_head(); status != 0) return refuse(status);
  }
  while (state_ != State::kComplete) {
    switch (state_) {
      case State::kBody:
      case State::kChunkData:
        take_data(input);
        if (remaining_bytes_ != 0) return Progress::kNeedsMore;
        state_ = state_ == State::kBody ? State::kComplete : State::kChunkEnd;
        break;
      default: {
        if (!take_line(input)) {
          return refusal_status_ != 0 ? Progress::kRefused : Progress::kNeedsMore;
        }
        if (const int status = parse_chunk_line(); status != 0) return refuse(status);
        break;
      }
    }
  }
  return Progress::kComplete;
}

// Past empty lines before the request, which are to be overlooked ([doc] RFC 9112, 2.2).
bool RequestFraming::begin_head(std::string_view& input) {
  if (head_ == "\r" && input.starts_with('\n')) {
    head_.clear();
    input.remove_prefix(1);
  }
  while (head_.empty() && input.starts_with(kLineEnd)) input.remove_prefix(kLineEnd.size());
  if (input.empty()) return false;
  if (head_.empty() && input == "\r") {
    head_ = input;
    input = {};
    return false;
  }
  // A TLS handshake, most likely: answering now tells the client at once.
  if (!is_token_character(head_.empty() ? input.front() : head_.front())) {
    refuse(kBadRequest);
    return false;
  }
  return true;
}

// Whether the head is whole. Copies it: what the client sent next may already stand behind it.
bool RequestFraming::take_head(std::string_view& input) {
  if (!begin_head(input)) return false;

  const std::size_t before = head_.size();
  std::size_t taken = input.size();
  std::size_t end = std::string::npos;
  if (before == 0) {
    end = input.find(kHeadEnd);
    if (end != std::string_view::npos) taken = end + kHeadEnd.size();
    head_.assign(input.substr(0, std::min(taken, limits_.max_head_bytes + 1)));
  } else {
    head_.append(input.substr(0, limits_.max_head_bytes + kHeadEnd.size()));
    end = head_.find(kHeadEnd, before - std::min<std::size_t>(before, kHeadEnd.size() - 1));
    if (end != std::string::npos) {
      head_.resize(end + kHeadEnd.size());
      taken = head_.size() - before;
    }
  }
  if (head_.size() > limits_.max_head_bytes) {
    refuse(kHeadTooLarge);
    return false;
  }
  input.remove_prefix(taken);
  return end != std::string::npos;
}

int RequestFraming::parse_head() {
  if (const int status = parse_request_line(); status != 0) return status;
  std::size_t begin = request_line_size_ + kLineEnd.size();
  const std::size_t last = head_.size() - kLineEnd.size();
  while (begin < last) {
    const std::size_t end = head_.find(kLineEnd, begin);
    if (const int status = parse_field(begin, end); status != 0) return status;
    begin = end + kLineEnd.size();
  }
  return choose_body();
}

int RequestFraming::parse_request_line() {
  request_line_size_ = head_.find(kLineEnd);
  const std::string_view line = request_line();
  if (!std::all_of(line.begin(), line.end(), is_value_character)) return kBadRequest;
  const std::size_t space = line.rfind(' ');
  if (space == std::string_view::npos) return kBadRequest;
  const std::string_view version = line.substr(space + 1);
  http_1_0_ = version == "HTTP/1.0";
  keep_alive_ = !http_1_0_;
  if (http_1_0_ || version == "HTTP/1.1") return 0;
  return version.starts_with("HTTP/") ? kVersionNotSupported : kBadRequest;
}

int RequestFraming::parse_field(std::size_t begin, std::size_t end) {
  const std::string_view line = std::string_view(head_).substr(begin, end - begin);
  const std::size_t colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos) return kBadRequest;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (!std::all_of(name.begin(), name.end(), is_token_character)) return kBadRequest;
  if (!std::all_of(value.begin(), value.end(), is_value_character)) return kBadRequest;
  fields_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(colon),
                     static_cast<std::uint32_t>(value.data() - head_.data()),
                     static_cast<std::uint32_t>(value.size())});
  return apply_field(name, value);
}

int RequestFraming::apply_field(std::string_view name, std::string_view value) {
  switch (name.size()) {  // hardly any header has one of these lengths
    case 6:
      if (!equal_ignoring_case(name, "expect")) break;
      if (!equal_ignoring_case(value, "100-continue")) return kExpectationFailed;
      wants_continue_ = !http_1_0_;
      break;
    case 10:
      if (equal_ignoring_case(name, "connection")) return apply_connection(value);
      break;
    case 14:
      if (equal_ignoring_case(name, "content-length")) return apply_content_length(value);
      break;
    case 17:
      if (!equal_ignoring_case(name, "transfer-encoding")) break;
      if (chunked_ || !equal_ignoring_case(value, "chunked")) return kNotImplemented;
      chunked_ = true;
      break;
    default:
      break;
  }
  return 0;
}

int RequestFraming::apply_connection(std::string_view value) {
  if (has_token(value, "close")) keep_alive_ = false;
  if (http_1_0_ && has_token(value, "keep-alive")) keep_alive_ = true;
  return 0;
}

int RequestFraming::apply_content_length(std::string_view value) {
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (error == std::errc::result_out_of_range) return kTooLarge;
  if (error != std::errc() || end != value.data() + value.size()) return kBadRequest;
  if (has_length_ && length != remaining_bytes_) return kBadRequest;
  has_length_ = true;
  remaining_bytes_ = length;
  return 0;
}

int RequestFraming::choose_body() {
  if (chunked_ && (has_length_ || http_1_0_)) return kBadRequest;
  if (remaining_bytes_ > limits_.max_body_bytes) return kTooLarge;
  if (chunked_) {
    state_ = State::kChunkSize;
  } else {
    state_ = remaining_bytes_ == 0 ? State::kComplete : State::kBody;
  }
  wants_continue_ = wants_continue_ && state_ != State::kComplete;
  return 0;
}

void RequestFraming::take_data(std::string_view& input) {
  const std::size_t count = std::min(remaining_bytes_, input.size());
  if (count != 0) wants_continue_ = false;  // it did not wait
  body_.append(input.substr(0, count));
  input.remove_prefix(count);
  remaining_bytes_ -= count;
}

bool RequestFraming::take_line(std::string_view& input) {
  const std::size_t newline = input.find('\n');
  const std::size_t count = newline == std::string_view::npos ? input.size() : newline + 1;
  if (line_.size() + count > kMaxLineBytes) {
    refuse(kBadRequest);
    return false;
  }
  line_.append(input.substr(0, count));
  input.remove_prefix(count);
  if (newline == std::string_view::npos) return false;
  if (!line_.ends_with(kLineEnd)) {
    refuse(kBadRequest);
    return false;
  }
  line_.resize(line_.size() - kLineEnd.size());
  return true;
}

// What a line between the chunks says, by state: a size, the end of a chunk, a trailer.
int RequestFraming::parse_chunk_line() {
  const std::string line = std::move(line_);
  line_.clear();
  wants_continue_ = false;
  if (state_ == State::kChunkEnd) {
    state_ = State::kChunkSize;
    return line.empty() ? 0 : kBadRequest;
  }
  if (state_ == State::kTrailers) {
    trailer_bytes_ += line.size();
    if (trailer_bytes_ > limits_.max_head_bytes) return kHeadTooLarge;
    if (line.empty()) state_ = State::kComplete;
    return 0;  // read and dropped: nothing of DynamoDB's travels in a trailer
  }
  const std::string_view size = trimmed(std::string_view(line).substr(0, line.find(';')));
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), length, 16);
  if (error == std::errc::result_out_of_range) return kTooLarge;
  if (error != std::errc() || end != size.data() + size.size()) return kBadRequest;
  if (length > limits_.max_body_bytes - body_.size()) return kTooLarge;
  remaining_bytes_ = length;
  state_ = length == 0 ? State::kTrailers : State::kChunkData;
  return 0;
}

bool RequestFraming::take_continue() {
  const bool wanted = wants_continue_ && head_complete();
  wants_continue_ = false;
  return wanted;
}

std::string_view RequestFraming::request_line() const {
  return std::string_view(head_).substr(0, request_line_size_);
}

HeaderList RequestFraming::headers() const {
  HeaderList list;
  list.reserve(fields_.size());
  for (const Field& field : fields_) {
    list.add(std::string(text(field.name_begin, field.name_size)),
             std::string(text(field.value_begin, field.value_size)));
  }
  return list;
}

std::string_view RequestFraming::header(std::string_view name) const {
  for (const Field& field : fields_) {
    if (equal_ignoring_case(text(field.name_begin, field.name_size), name)) {
      return text(field.value_begin, field.value_size);
    }
  }
  return {};
}

}  // namespace dynadeck
