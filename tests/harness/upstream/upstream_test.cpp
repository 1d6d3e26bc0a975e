// The whole way: a client, a dynadeck that has an upstream, and that upstream.
#include "harness/upstream/upstream.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "harness/aws/credential_chain.h"
#include "harness/http/compression.h"
#include "harness/seam/error.h"
#include "harness/upstream/response.h"
#include "tests/harness/http_client.h"
#include "tests/harness/raw_server.h"

using namespace dynadeck;
using namespace dynadeck::testing;
using namespace std::chrono_literals;

namespace {

// A world in which only these variables are set.
CredentialSources world(std::map<std::string, std::string> variables = {}) {
  CredentialSources sources;
  sources.variable = [variables](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  sources.read_file = [](const std::string&) { return std::nullopt; };
  sources.fetch = [](const HttpFetch&) { return SourceFailure{"nobody is there"}; };
  sources.run = [](const std::string&) { return SourceFailure{"cannot be started"}; };
  return sources;
}

const std::map<std::string, std::string> kKeys = {{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                                                  {"AWS_SECRET_ACCESS_KEY", "secret"}};

// A dynadeck in front of `url`.
struct Front {
  explicit Front(UpstreamOptions options, CredentialSources sources = world()) {
    options.log = [this](const std::string& line) {
      const std::lock_guard lock(mutex);
      log.push_back(line);
    };
    auto opened = UpstreamService::open(std::move(options), clock, std::move(sources));
    REQUIRE(opened.ok());
    service = std::move(opened).value();
    server = std::make_unique<HttpServer>(any_port(), *service, clock, random);
    const auto started = server->start();
    REQUIRE(started.ok());
    service->read_at(server->socket_watch());
    port = *started;
  }

  HttpAnswer ask(std::string_view operation, std::string_view body, std::string_view extra = {}) {
    HttpClient client(port);
    return client.exchange(dynamodb_request(operation, body, extra));
  }

  std::mutex mutex;
  std::vector<std::string> log;  // guarded by mutex
  AdjustableClock clock;
  Random random{11};
  std::unique_ptr<UpstreamService> service;
  std::unique_ptr<HttpServer> server;
  std::uint16_t port = 0;
};

UpstreamOptions upstream_at(const std::string& url) {
  UpstreamOptions options;
  options.url = url;
  return options;
}

std::string url_of(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

}  // namespace

TEST_CASE("two dynadecks in a row answer as one", "[upstream]") {
  TestServer back;
  back.service.answer = [](const Request& request) {
    Response response;
    response.body = R"({"region":")" + request.scope.region + R"(","sent":)" + request.body + "}";
    return response;
  };
  Front front(upstream_at(url_of(back.port)));
  const HttpAnswer answer = front.ask("GetItem", R"({"TableName":"t"})");
  CHECK(answer.status == 200);
  CHECK(answer.body == R"({"region":"eu-west-1","sent":{"TableName":"t"}})");
  CHECK(answer.header("x-amzn-RequestId").size() == 52);
  CHECK(front.service->stats().replies == 1);
}

TEST_CASE("many clients over few connections each hear their own answer", "[upstream]") {
  TestServer back;
  UpstreamOptions options = upstream_at(url_of(back.port));
  options.max_connections = GENERATE(std::size_t{2}, std::size_t{64});
  Front front(options);
  constexpr int kClients = 16;
  constexpr int kRequests = 200;
  std::atomic<int> own{0};
  std::vector<std::thread> clients;
  for (int number = 0; number < kClients; ++number) {
    clients.emplace_back([&, number] {
      HttpClient client(front.port);
      for (int turn = 0; turn < kRequests; ++turn) {
        const std::string body =
            R"({"n":")" + std::to_string(number) + "/" + std::to_string(turn) + "\"}";
        client.send(dynamodb_request("GetItem", body));
        const auto answer = client.receive();
        if (answer && answer->body == body) ++own;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  CHECK(own == kClients * kRequests);
  CHECK(front.service->stats().replies == kClients * kRequests);
  CHECK(front.service->stats().opened_connections <= options.max_connections);
  CHECK(front.service->stats().requests_under_way == 0);
}

TEST_CASE("an upstream that keeps hanging up gives nobody another's answer", "[upstream]") {
  std::atomic<int> talks{0};
  RawServer back([&](RawConnection& connection) {
    const int talk = talks++;
    for (int turn = 0; turn < talk % 7; ++turn) {
      const std::string request = connection.receive();
      const std::size_t body = request.find("\r\n\r\n");
      if (body == std::string::npos) return;
      connection.answer(request.substr(body + 4));
    }
    switch (talk % 4) {
      case 0:
        return connection.reset();
      case 1:
        (void)connection.receive();
        return connection.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf");
      case 2:
        (void)connection.receive();
        return;
      default:
        return connection.send("nobody has asked for this");
    }
  });
  UpstreamOptions options = upstream_at(back.url());
  options.max_connections = 4;
  options.timeouts.response = 500ms;
  Front front(options);
  std::atomic<int> own{0};
  std::atomic<int> refused{0};
  std::atomic<int> wrong{0};
  std::vector<std::thread> clients;
  for (int number = 0; number < 12; ++number) {
    clients.emplace_back([&, number] {
      HttpClient client(front.port);
      for (int turn = 0; turn < 50; ++turn) {
        const std::string body =
            R"({"n":")" + std::to_string(number) + "/" + std::to_string(turn) + "\"}";
        client.send(dynamodb_request("GetItem", body));
        const auto answer = client.receive();
        const bool whole = answer && answer->status == 200;
        ++(whole && answer->body == body ? own : answer && !whole ? refused : wrong);
      }
    });
  }
  for (std::thread& client : clients) client.join();
  CHECK(wrong == 0);
  CHECK(own > 0);
  CHECK(refused > 0);
  CHECK(own + refused == 12 * 50);
  CHECK(front.service->stats().requests_under_way == 0);
  CHECK(front.service->stats().waiting_requests == 0);
}

TEST_CASE("an upstream that verifies signatures believes the new one", "[upstream]") {
  HttpOptions options = any_port();
  options.credentials = {{"AKIDEXAMPLE", "secret"}};
  TestServer back(options);
  SECTION("where the secret is the right one") {
    Front front(upstream_at(url_of(back.port)), world(kKeys));
    const std::string body = GENERATE("{}", R"({"TableName":"t\u00e9"})");
    const HttpAnswer answer = front.ask("PutItem", body);
    CHECK(answer.status == 200);
    CHECK(answer.body == body);
  }
  SECTION("and not where it is another") {
    auto keys = kKeys;
    keys["AWS_SECRET_ACCESS_KEY"] = "guessed";
    Front front(upstream_at(url_of(back.port)), world(keys));
    const HttpAnswer answer = front.ask("PutItem", "{}");
    CHECK(answer.status == 400);
    CHECK(answer.body.find("InvalidSignatureException") != std::string::npos);
  }
}

TEST_CASE("without credentials, or told not to sign, the client's signature passes", "[upstream]") {
  std::string seen;
  RawServer back([&](RawConnection& connection) {
    seen = connection.receive();
    connection.answer("{}");
    connection.wait_for_end();
  });
  UpstreamOptions options = upstream_at(back.url() + "/prefix");
  bool has_keys = false;
  SECTION("none found") {}
  SECTION("told not to") {
    options.signing = UpstreamSigning::kNone;
    has_keys = true;
  }
  Front front(options, has_keys ? world(kKeys) : world());
  CHECK(front.ask("GetItem", "{}", "Accept-Encoding: gzip, br\r\nAmz-Sdk-Request: attempt=1\r\n")
            .status == 200);
  CHECK(seen.starts_with("POST /prefix/ HTTP/1.1\r\n"));
  CHECK(seen.find("Credential=AKID/20260101/eu-west-1/dynamodb/aws4_request") != std::string::npos);
  CHECK(seen.find("Amz-Sdk-Request: attempt=1\r\n") != std::string::npos);
  CHECK(seen.find("Accept-Encoding: gzip\r\n") != std::string::npos);
  CHECK(seen.find(" br") == std::string::npos);
}

TEST_CASE("AWS is not asked without credentials", "[upstream]") {
  AdjustableClock clock;
  const auto opened = UpstreamService::open(upstream_at("aws"), clock, world());
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().find("no AWS credentials") != std::string::npos);
}

TEST_CASE("an upstream's error, its id and its other headers pass untouched", "[upstream]") {
  const std::string body =
      R"({"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"x"})";
  RawServer back([&](RawConnection& connection) {
    while (!connection.receive().empty()) {
      connection.send(
          "HTTP/1.1 400 Bad Request\r\nServer: theirs\r\nx-amzn-RequestId: THEIR-ID\r\n"
          "Content-Type: application/x-amz-json-1.0\r\nContent-Length: " +
          std::to_string(body.size()) + "\r\nx-amz-crc32: " + std::to_string(crc32_of(body)) +
          "\r\nx-amz-retry-after: 1500\r\n\r\n" + body);
    }
  });
  Front front(upstream_at(back.url()));
  const HttpAnswer answer = front.ask("GetItem", "{}");
  CHECK(answer.status == 400);
  CHECK(answer.body == body);
  CHECK(answer.header("x-amzn-RequestId") == "THEIR-ID");
  CHECK(answer.header("Server") == "theirs");
  CHECK(answer.header("x-amz-retry-after") == "1500");
  CHECK(answer.header("x-amz-crc32") == std::to_string(crc32_of(body)));
  CHECK(front.service->stats().error_replies == 1);
}

TEST_CASE("an upstream that is not there is named in the answer and in the log", "[upstream]") {
  const std::string url = url_of(unused_port());
  Front front(upstream_at(url));
  const HttpAnswer answer = front.ask("GetItem", "{}");
  CHECK(answer.status == 502);
  const std::string message = "dynadeck got no answer from the upstream " + url +
                              ": Connection refused (the request was not sent)";
  CHECK(answer.body == error_response("InternalServerError", message).body);
  CHECK(front.service->stats().unreachable == 1);
  REQUIRE(front.log.size() == 1);
  CHECK(front.log[0] == "upstream " + url + ": GetItem: Connection refused");
}

TEST_CASE("an upstream that is silent is given up with 504", "[upstream]") {
  RawServer back([](RawConnection& connection) { connection.wait_for_end(); });
  UpstreamOptions options = upstream_at(back.url());
  options.timeouts.response = 50ms;
  Front front(options);
  const HttpAnswer answer = front.ask("GetItem", "{}");
  CHECK(answer.status == 504);
  CHECK(answer.body.find("no answer within 50 ms") != std::string::npos);
  CHECK(front.service->stats().timeouts == 1);
}

TEST_CASE("a body that x-amz-crc32 does not fit is not passed on", "[upstream]") {
  const std::string plain(3000, 'a');
  const std::string packed = gzip(plain);
  struct Row {
    std::string body, headers;
    bool good;
  };
  const auto crc = [](std::string_view bytes) {
    return "x-amz-crc32: " + std::to_string(crc32_of(bytes)) + "\r\n";
  };
  const std::string zip = "Content-Encoding: gzip\r\n";
  const Row row = GENERATE_COPY(
      Row{plain, crc(plain), true}, Row{plain, "", true}, Row{plain, crc("b"), false},
      Row{packed, zip + crc(packed), true}, Row{packed, zip + crc(plain), true},
      Row{packed, zip + crc("b"), false}, Row{plain, "Content-Encoding: gzip\r\n", false},
      Row{plain, "Content-Encoding: br\r\n", false});
  RawServer back([&](RawConnection& connection) {
    (void)connection.receive();
    connection.answer(row.body, row.headers);
    connection.wait_for_end();
  });
  Front front(upstream_at(back.url()));
  const HttpAnswer answer = front.ask("GetItem", "{}");
  CHECK(answer.status == (row.good ? 200 : 502));
  if (row.good) CHECK(answer.body == plain);
  CHECK(front.service->stats().bad_replies == (row.good ? 0 : 1));
}

TEST_CASE("a region that is none is refused before anybody is asked", "[upstream]") {
  Front front(upstream_at("https://dynamodb.{region}.example.invalid"));
  HttpClient client(front.port);
  std::string request = dynamodb_request("GetItem", "{}");
  request.replace(request.find("eu-west-1"), 9, "evil.com");
  const HttpAnswer answer = client.exchange(request);
  CHECK(answer.status == 502);
  CHECK(front.service->stats().unsigned_requests == 1);
  CHECK(front.service->stats().requests == 0);
}
