#include "harness/seam/service.h"

#include <catch2/catch.hpp>
#include <thread>

#include "harness/seam/request_view.h"

using namespace dynadeck;

TEST_CASE("headers are found without case", "[service]") {
  HeaderList headers;
  headers.add("X-Amz-Target", "DynamoDB_20120810.GetItem");
  CHECK(headers.find("x-amz-target") == "DynamoDB_20120810.GetItem");
  CHECK_FALSE(headers.find("x-amz-date"));

  headers.set("x-amz-TARGET", "other");
  CHECK(headers.size() == 1);
  CHECK(headers.find("X-Amz-Target") == "other");
}

TEST_CASE("when_ready acts once, on the real response", "[service]") {
  int calls = 0;
  const auto count = [&calls](Response response) {
    ++calls;
    response.body += "+";
    return response;
  };

  SECTION("at once where there is one") {
    Response response;
    response.body = "now";
    CHECK(when_ready(response, count).body == "now+");
    CHECK(calls == 1);
  }
  SECTION("after every continuation where it is deferred") {
    Response outer;
    outer.deferred = Response::Deferred();
    outer.deferred->resume = [] {
      Response inner;
      inner.deferred = Response::Deferred();
      inner.deferred->resume = [] {
        Response last;
        last.body = "later";
        return last;
      };
      return inner;
    };
    const Response first = when_ready(outer, count);
    REQUIRE(first.deferred);
    const Response second = first.deferred->resume();
    REQUIRE(second.deferred);
    CHECK(calls == 0);
    CHECK(second.deferred->resume().body == "later+");
    CHECK(calls == 1);
  }
}

TEST_CASE("a response that somebody else is fetching", "[service]") {
  std::thread elsewhere;
  int starts = 0;
  std::string fetched;
  Response response;
  response.deferred = Response::Deferred();
  response.deferred->start = [&](std::function<void()> wake) {
    ++starts;
    elsewhere = std::thread([&fetched, wake = std::move(wake)] {
      fetched = "answer";
      wake();
    });
  };
  response.deferred->resume = [&fetched] {
    Response real;
    real.body = fetched;
    return real;
  };

  SECTION("is the real one once it has been woken") {
    CHECK(settle(std::move(response)).body == "answer");
    CHECK(starts == 1);
    elsewhere.join();
  }
  SECTION("keeps its start, and gains what decorators add") {
    Response decorated = when_ready(std::move(response), [](Response real) {
      real.body += "+";
      return real;
    });
    REQUIRE(decorated.deferred);
    CHECK(decorated.deferred->start);
    CHECK(starts == 0);
    CHECK(settle(std::move(decorated)).body == "answer+");
    elsewhere.join();
  }
  SECTION("has done nothing if it is dropped before it was started") {
    response = Response{};
    CHECK(starts == 0);
  }
}

TEST_CASE("a response may be woken before its start returns", "[service]") {
  Response response;
  response.deferred = Response::Deferred();
  response.deferred->start = [](const std::function<void()>& wake) { wake(); };
  response.deferred->resume = [] {
    Response delayed;
    delayed.deferred = Response::Deferred();
    delayed.deferred->resume = [] { return Response{}; };
    return delayed;
  };
  CHECK(settle(std::move(response)).ok());
}

TEST_CASE("a request with another body keeps the rest", "[service]") {
  Request request;
  request.operation = Operation::kPutItem;
  request.scope = {"000000000000", "us-east-1"};
  request.body = R"({"TableName":"a"})";
  request.headers.add("h", "v");
  REQUIRE(request.view().tables()[0] == "a");
  const Request other = request.with_body(R"({"TableName":"b"})");
  CHECK(other.operation == Operation::kPutItem);
  CHECK(other.scope == request.scope);
  CHECK(other.headers.find("h") == "v");
  CHECK(other.view().tables()[0] == "b");
}
