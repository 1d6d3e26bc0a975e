#include "harness/http/framing.h"

#include <catch2/catch.hpp>

using namespace dynadeck;

namespace {

using Progress = RequestFraming::Progress;

constexpr RequestFraming::Limits kLimits{1024, 1000};

std::string with_lines(std::string_view lines, std::string_view body = {}) {
  return "POST /a?b=c HTTP/1.1\r\n" + std::string(lines) + "\r\n" + std::string(body);
}

// The status that refuses these bytes; 0 where they are a request, -1 where more has to come.
int refusal_of(std::string_view bytes) {
  RequestFraming framing(kLimits);
  switch (framing.feed(bytes)) {
    case Progress::kComplete:
      return 0;
    case Progress::kNeedsMore:
      return -1;
    case Progress::kRefused:
      return framing.refusal_status();
  }
  return -2;
}

}  // namespace

TEST_CASE("a request is the same in one piece and byte by byte", "[framing]") {
  const std::string request = GENERATE(
      with_lines("Content-Length: 5\r\nX-Empty:\r\nX-Spaced:  a b \t\r\n", "hello"),
      with_lines("X-Empty:\r\nX-Spaced: a b\r\nTransfer-Encoding: chunked\r\n",
                 "3\r\nhel\r\n2;name=value\r\nlo\r\n0\r\nTrailer: x\r\n\r\n"),
      "\r\n\r\n" + with_lines("X-Spaced:a b\r\nX-Empty:\r\ncontent-length:5\r\n", "hello"));
  const bool in_pieces = GENERATE(false, true);

  RequestFraming framing(kLimits);
  std::string_view rest = request;
  Progress progress = Progress::kNeedsMore;
  if (in_pieces) {
    for (std::size_t i = 0; i < request.size(); ++i) {
      CAPTURE(i);
      REQUIRE(progress == Progress::kNeedsMore);
      std::string_view piece = std::string_view(request).substr(i, 1);
      progress = framing.feed(piece);
      REQUIRE(piece.empty());
    }
  } else {
    const std::string two = request + "NEXT";
    rest = two;
    progress = framing.feed(rest);
    CHECK(rest == "NEXT");
  }
  REQUIRE(progress == Progress::kComplete);
  CHECK(framing.request_line() == "POST /a?b=c HTTP/1.1");
  CHECK(framing.header("x-spaced") == "a b");
  CHECK(framing.headers().find("X-Empty") == "");
  CHECK(framing.headers().size() == 3);
  CHECK(framing.take_body() == "hello");

  framing.clear();
  CHECK_FALSE(framing.begun());
  std::string_view again = request;
  CHECK(framing.feed(again) == Progress::kComplete);
  CHECK(framing.take_body() == "hello");
}

TEST_CASE("what two readers could understand differently is refused", "[framing]") {
  const auto [lines, status] = GENERATE(table<std::string, int>({
      {"Content-Length: 5\r\nContent-Length: 6\r\n", 400},
      {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 501},
      {"Transfer-Encoding: gzip, chunked\r\n", 501},
      {"Content-Length: +5\r\n", 400},
      {"Content-Length: -5\r\n", 400},
      {"Content-Length: 5, 5\r\n", 400},
      {"Content-Length: 0x5\r\n", 400},
      {"Content-Length:\r\n", 400},
      {"Content-Length: 99999999999999999999999\r\n", 413},
      {"Name : value\r\n", 400},
      {": value\r\n", 400},
      {"no colon\r\n", 400},
      {"A: b\r\n folded\r\n", 400},
      {"A: b\nB: c\r\n", 400},
      {std::string("A: b\0c\r\n", 8), 400},
      {"A: b\rc\r\n", 400},
      {"Expect: the-unexpected\r\n", 417},
  }));
  CAPTURE(lines);
  CHECK(refusal_of(with_lines(lines)) == status);
}

TEST_CASE("a request line is a method, a target and a known version", "[framing]") {
  CHECK(refusal_of("GET / HTTP/1.1\r\n\r\n") == 0);
  CHECK(refusal_of("GET / HTTP/1.0\r\n\r\n") == 0);
  CHECK(refusal_of("GET / HTTP/2.0\r\n\r\n") == 505);
  CHECK(refusal_of("GET /\r\n\r\n") == 400);
  CHECK(refusal_of("GET\r\n\r\n") == 400);
  CHECK(refusal_of("GET / HTTP/1.1\n\n") == -1);
  // A TLS handshake is known by its first byte.
  CHECK(refusal_of(std::string_view("\x16\x03\x01", 3)) == 400);
}

TEST_CASE("chunks that are none are refused", "[framing]") {
  const std::string chunks = GENERATE("x\r\n", "-1\r\n", "\r\n", "5\nhello", "5\r\nhelloX\r\n",
                                      "1 2\r\n", "ffffffffffffffffff\r\n");
  CAPTURE(chunks);
  CHECK(refusal_of(with_lines("Transfer-Encoding: chunked\r\n", chunks)) >= 400);
}

TEST_CASE("head and body are limited, from both sides", "[framing]") {
  const std::string fixed = with_lines("A: \r\n");
  const std::string padding(kLimits.max_head_bytes - fixed.size(), 'x');
  CHECK(refusal_of(with_lines("A: " + padding + "\r\n")) == 0);
  CHECK(refusal_of(with_lines("A: " + padding + "x\r\n")) == 431);
  CHECK(refusal_of(std::string(kLimits.max_head_bytes, 'x')) == -1);
  CHECK(refusal_of(std::string(kLimits.max_head_bytes + 1, 'x')) == 431);

  const std::string body(1000, 'b');
  CHECK(refusal_of(with_lines("Content-Length: 1000\r\n", body)) == 0);
  CHECK(refusal_of(with_lines("Content-Length: 1001\r\n", body)) == 413);
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  CHECK(refusal_of(with_lines(chunked, "3e8\r\n" + body + "\r\n0\r\n\r\n")) == 0);
  CHECK(refusal_of(with_lines(chunked, "3e8\r\n" + body + "\r\n1\r\nx\r\n0\r\n\r\n")) == 413);
  CHECK(refusal_of(with_lines(chunked, "0\r\n" + std::string(5000, 't') + "\r\n\r\n")) == 400);
}

TEST_CASE("the connection stays or goes as version and header say", "[framing]") {
  const auto [version, header, keeps] = GENERATE(table<std::string, std::string, bool>({
      {"1.1", "", true},
      {"1.1", "Connection: close\r\n", false},
      {"1.1", "Connection: Upgrade, CLOSE\r\n", false},
      {"1.1", "Connection: closed\r\n", true},
      {"1.0", "", false},
      {"1.0", "Connection: Keep-Alive\r\n", true},
  }));
  CAPTURE(version, header);
  RequestFraming framing(kLimits);
  const std::string request = "GET / HTTP/" + version + "\r\n" + header + "\r\n";
  std::string_view rest = request;
  REQUIRE(framing.feed(rest) == Progress::kComplete);
  CHECK(framing.keep_alive() == keeps);
}

TEST_CASE("a client that waits for 100 is told so once", "[framing]") {
  RequestFraming framing(kLimits);
  const std::string request = with_lines("Content-Length: 2\r\nExpect: 100-continue\r\n");
  std::string_view rest = request;
  REQUIRE(framing.feed(rest) == Progress::kNeedsMore);
  CHECK(framing.take_continue());
  CHECK_FALSE(framing.take_continue());

  SECTION("not where the body came along") {
    framing.clear();
    const std::string whole = request + "a";
    rest = whole;
    REQUIRE(framing.feed(rest) == Progress::kNeedsMore);
    CHECK_FALSE(framing.take_continue());
  }
  SECTION("not where there is no body") {
    framing.clear();
    const std::string empty = with_lines("Expect: 100-continue\r\n");
    rest = empty;
    REQUIRE(framing.feed(rest) == Progress::kComplete);
    CHECK_FALSE(framing.take_continue());
  }
}
