#include "harness/upstream/reply.h"

#include <catch2/catch.hpp>

using namespace dynadeck;
using Progress = ReplyParser::Progress;

namespace {

// Feeds `text` in pieces of `step` bytes; what is left over goes to `rest`.
Progress feed_in_steps(ReplyParser& parser, std::string_view text, std::size_t step,
                       std::string* rest = nullptr) {
  Progress progress = Progress::kNeedsMore;
  while (!text.empty() && progress == Progress::kNeedsMore) {
    std::string_view piece = text.substr(0, step);
    text.remove_prefix(piece.size());
    progress = parser.feed(piece);
    if (rest != nullptr) *rest = std::string(piece) + std::string(text);
  }
  return progress;
}

}  // namespace

TEST_CASE("a reply is the same however its bytes arrive", "[upstream]") {
  const std::size_t step = GENERATE(1U, 2U, 3U, 7U, 1000U);
  struct Row {
    std::string text, body;
    bool keep_alive;
  };
  const Row row = GENERATE(
      Row{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", true},
      Row{"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "", true},
      Row{"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length:5\r\n\r\nhello", "hello", false},
      Row{"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", false},
      Row{"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 5 \r\n\r\nhello", "hello",
          true},
      Row{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok",
          true},
      Row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n"
          "Trailer: t\r\n\r\n",
          "hello", true},
      Row{"HTTP/1.1 204 No Content\r\n\r\n", "", true});
  CAPTURE(row.text, step);
  ReplyParser parser({});
  std::string rest;
  REQUIRE(feed_in_steps(parser, row.text + "NEXT", step, &rest) == Progress::kComplete);
  CHECK(rest == "NEXT");
  const UpstreamReply reply = parser.take();
  CHECK(reply.body == row.body);
  CHECK(reply.keep_alive == row.keep_alive);
  CHECK_FALSE(parser.begun());
}

TEST_CASE("a parser takes one reply after another", "[upstream]") {
  ReplyParser parser({});
  for (const std::string body : {"first", "second"}) {
    const std::string text =
        "HTTP/1.1 400 Bad Request\r\nx-amzn-RequestId: " + body +
        "\r\nKeep-Alive: timeout=5, max=7\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n" + body;
    REQUIRE(feed_in_steps(parser, text, 10) == Progress::kComplete);
    const UpstreamReply reply = parser.take();
    CHECK(reply.status == 400);
    CHECK(reply.body == body);
    CHECK(reply.headers.find("X-Amzn-Requestid") == body);
    CHECK(reply.keep_alive_timeout == std::chrono::seconds(5));
  }
}

TEST_CASE("a body without a length ends with its connection", "[upstream]") {
  ReplyParser parser({});
  CHECK(feed_in_steps(parser, "HTTP/1.1 200 OK\r\n\r\nall of it", 4) == Progress::kNeedsMore);
  CHECK(parser.end() == Progress::kComplete);
  const UpstreamReply reply = parser.take();
  CHECK(reply.body == "all of it");
  CHECK_FALSE(reply.keep_alive);
}

TEST_CASE("a connection that ends early says where", "[upstream]") {
  ReplyParser parser({});
  CHECK(parser.end() == Progress::kBad);
  CHECK(parser.problem() == "the connection ended before it");
  const std::string part =
      GENERATE("HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nh");
  CHECK(feed_in_steps(parser, part, 1) == Progress::kNeedsMore);
  CHECK(parser.end() == Progress::kBad);
  CHECK(parser.problem() == "the connection ended in the middle of it");
}

TEST_CASE("a reply that could be read in two ways is refused", "[upstream]") {
  const std::string text =
      GENERATE("SSH-2.0-OpenSSH\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
               "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nNo colon\r\n\r\n",
               "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n",
               "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n folded\r\n\r\n",
               "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n",
               "HTTP/1.1 200 OK\r\nContent-Length: 5,6\r\n\r\n",
               "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
               "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
               "HTTP/1.1 101 Switching Protocols\r\n\r\n");
  CAPTURE(text);
  ReplyParser parser({});
  CHECK(feed_in_steps(parser, text, 5) == Progress::kBad);
  CHECK_FALSE(parser.problem().empty());
}

TEST_CASE("a reply has limits", "[upstream]") {
  ReplyParser parser({.max_head_bytes = 100, .max_body_bytes = 10});
  const std::string text =
      GENERATE("HTTP/1.1 200 OK\r\nLong: " + std::string(100, 'x') + "\r\n\r\n",
               "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n5\r\nabcde\r\n",
               "HTTP/1.1 200 OK\r\n\r\n01234567890",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(5000, '0'));
  CAPTURE(text);
  CHECK(feed_in_steps(parser, text, 3) == Progress::kBad);
}
