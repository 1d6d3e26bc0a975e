#include "harness/http/response.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>

#include "harness/http/compression.h"
#include "harness/http/framing.h"

namespace dynadeck {
namespace {

constexpr std::string_view kDynamoDbType = "application/x-amz-json-1.0";

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Request Entity Too Large";
    case 414:
      return "URI Too Long";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Entity";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return status < 400 ? "OK" : "Error";
  }
}

void append_header(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ");
  // A line end here would be a second header, or a second response.
  const auto ends_line = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  if (std::none_of(value.begin(), value.end(), ends_line)) {
    head.append(value);
  } else {
    std::copy_if(value.begin(), value.end(), std::back_inserter(head),
                 [&](char c) { return !ends_line(c); });
  }
  head.append("\r\n");
}

void append_number(std::string& head, std::string_view name, std::size_t value) {
  head.append(name).append(": ").append(std::to_string(value)).append("\r\n");
}

// Those that describe this very message: nobody else can know them.
bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 7> kOurs = {
      "connection", "content-encoding",  "content-length", "content-type",
      "keep-alive", "transfer-encoding", "x-amz-crc32"};
  return std::any_of(kOurs.begin(), kOurs.end(),
                     [&](std::string_view ours) { return equal_ignoring_case(ours, name); });
}

// Unless the response brings its own, as a replayed one may.
void append_default(std::string& head, const Response& response, std::string_view name,
                    std::string_view value) {
  if (!response.headers.find(name)) append_header(head, name, value);
}

void append_permissions(std::string& head) {
  head.append(
      "Access-Control-Allow-Origin: *\r\n"
      "Access-Control-Expose-Headers: x-amzn-RequestId, x-amzn-ErrorType, x-amz-request-id, "
      "x-amz-crc32, x-amz-retry-after, Date\r\n");
}

}  // namespace

std::string http_date(std::chrono::sys_seconds time) {
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day day(midnight);
  const std::chrono::hh_mm_ss clock(time - midnight);
  std::array<char, 40> text;
  const int size = std::snprintf(
      text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
      kDays[std::chrono::weekday(midnight).c_encoding()], static_cast<unsigned>(day.day()),
      kMonths[static_cast<unsigned>(day.month()) - 1], static_cast<int>(day.year()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

Envelope envelope_of(const HttpRequest& request, bool keep_alive) {
  Envelope envelope;
  envelope.keep_alive = keep_alive;
  envelope.head_only = request.method == "HEAD";
  for (const auto& [name, value] : request.headers) {
    switch (name.size()) {  // most headers are none of these
      case 6:
        if (equal_ignoring_case(name, "origin")) envelope.from_browser = true;
        break;
      case 12:
        if (!equal_ignoring_case(name, "content-type")) break;
        envelope.plain_json = equal_ignoring_case(
            std::string_view(value).substr(0, value.find(';')), "application/json");
        break;
      case 15:
        if (!equal_ignoring_case(name, "accept-encoding")) break;
        envelope.accepts_gzip = has_token(value, "gzip");
        break;
      default:
        break;
    }
  }
  return envelope;
}

Outgoing render(Response response, const Envelope& envelope, std::string_view date,
                std::size_t min_gzip_bytes) {
  Outgoing out;
  out.keep_alive = envelope.keep_alive;
  if (response.delivery) out.delivery = *response.delivery;

  bool compressed = false;
  if (envelope.accepts_gzip && response.body.size() >= min_gzip_bytes) {
    std::string smaller = gzip(response.body);
    compressed = !smaller.empty() && smaller.size() < response.body.size();
    if (compressed) response.body = std::move(smaller);
  }

  std::string& head = out.head;
  head.reserve(384);
  head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  head.append(reason_of(response.status)).append("\r\n");
  append_default(head, response, "Server", "Server");
  append_default(head, response, "Date", date);
  if (!response.content_type.empty()) {
    const bool plain = envelope.plain_json && response.content_type == kDynamoDbType;
    append_header(head, "Content-Type", plain ? "application/json" : response.content_type);
  }
  if (compressed) head.append("Content-Encoding: gzip\r\n");
  append_number(head, "Content-Length",
                out.delivery.declared_content_length.value_or(response.body.size()));
  append_header(head, "Connection", envelope.keep_alive ? "keep-alive" : "close");
  append_default(head, response, "x-amzn-RequestId", envelope.request_id);
  append_number(head, "x-amz-crc32", out.delivery.crc32.value_or(crc32_of(response.body)));
  if (envelope.from_browser) append_permissions(head);
  for (const auto& [name, value] : response.headers) {
    if (!is_ours(name)) append_header(head, name, value);
  }
  head.append("\r\n");

  if (!envelope.head_only) out.body = std::move(response.body);
  out.limit = head.size() + out.body.size();
  if (out.delivery.cut_after_bytes) out.limit = std::min(out.limit, *out.delivery.cut_after_bytes);
  out.allowed = out.limit;
  return out;
}

}  // namespace dynadeck
