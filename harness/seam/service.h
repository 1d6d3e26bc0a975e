// The one seam: everything that answers a DynamoDB request is a Service. This room is the ground
// that all others stand on, and the only part of harness/ that the rooms beside it may include.
//
// Bytes cross it. A link that needs a look inside the body asks request.view(), which parses once.
// Includes nothing of the rooms; every room includes this.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/seam/operation.h"
#include "harness/seam/scope.h"

namespace dynadeck {

class Clock;        // harness/seam/clock.h
class RequestView;  // harness/seam/request_view.h

// Whether two names of headers, or words in their values, are the same: case does not matter.
bool equal_ignoring_case(std::string_view left, std::string_view right);

// Headers as they came or are to be sent, in order. Names compare without case.
class HeaderList {
 public:
  using Entry = std::pair<std::string, std::string>;

  void add(std::string name, std::string value);
  // Replaces the first header of that name, or adds it.
  void set(std::string_view name, std::string value);
  // The first value of that name.
  std::optional<std::string_view> find(std::string_view name) const;

  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  std::size_t size() const { return entries_.size(); }
  void reserve(std::size_t count) { entries_.reserve(count); }

 private:
  std::vector<Entry> entries_;
};

// What a link further out asks of the engine beyond what the client asked. Zero means nothing.
struct Hints {
  std::chrono::milliseconds stale_by{0};  // eventually consistent reads see this much of the past
  std::chrono::milliseconds index_lag{0};
  // Elements of a batch that are validated and come back unprocessed: their places from 0,
  // ascending, over all tables in the order of the body.
  std::vector<std::uint32_t> held_back;
};

// One request for one operation. Used by one thread at a time; outlives its Response and any
// continuation in it.
struct Request {
  Operation operation = Operation::kUnknown;
  Scope scope;
  std::string body;        // decoded from its Content-Encoding; not checked to be JSON
  HeaderList headers;      // as the client sent them
  std::string access_key;  // from the credential scope; empty where there was none
  std::string request_id;  // what x-amzn-RequestId will say
  // Which of the seed's request ids that is (harness/seam/random.h), from 1; 0: it is another one.
  std::uint64_t request_number = 0;
  std::string session;         // from the URL prefix /_session/NAME/; empty without
  std::uint64_t sequence = 0;  // arrival order in this process, from 1
  std::chrono::steady_clock::time_point arrived;  // when all of it was there; zero: see arrival_of
  Hints hints;
  // Which exchange of a tape that is being recorded this is; 0: of none. The cassette notes it, and
  // the engine tells it with the stream records that the request causes.
  mutable std::uint64_t exchange = 0;

  Request();
  Request(Request&&) noexcept;
  Request& operator=(Request&&) noexcept;
  ~Request();

  // The body as JSON, and what it names; parsed when first asked, kept after.
  const RequestView& view() const;

  // A request that differs in its body only: for links that send on a part.
  Request with_body(std::string new_body) const;

 private:
  mutable std::unique_ptr<RequestView> view_;
};

// When the request arrived; now, where nobody has noted it: links that measure need not all look at
// the clock.
std::chrono::steady_clock::time_point arrival_of(const Request& request, const Clock& clock);

// How the HTTP layer has to carry out a response; without one it is sent whole, at once.
struct Delivery {
  enum class End : std::uint8_t {
    kKeepAlive,
    kClose,  // an orderly FIN after what was sent
    kReset,  // RST after what was sent
    kHang,   // nothing more is sent until the client gives up
  };
  struct Trickle {
    std::size_t chunk_bytes;
    std::chrono::nanoseconds interval;
  };

  std::chrono::nanoseconds delay{0};  // before the first byte, after the operation is done
  std::optional<Trickle> trickle;     // how the body leaves
  // How many bytes of head and body together are sent before `end` happens; everything without.
  std::optional<std::size_t> cut_after_bytes;
  std::optional<std::size_t> declared_content_length;  // a lie about the body's length
  std::optional<std::uint32_t> crc32;                  // a lie in x-amz-crc32
  End end = End::kKeepAlive;
};

// What a fault rule did to a request: for the tape, the journal and the metrics.
struct InjectedFault {
  std::string rule;  // the rule's name
  std::string kind;  // "error", "latency", ...
};

// One answer.
struct Response {
  int status = 200;
  std::string content_type = "application/x-amz-json-1.0";
  std::string body;
  // The body is one JSON value in UTF-8 on one line, because its author can print nothing else: a
  // link that wants to know need not read it. Who changes the body says false, or names a fault.
  bool one_line_json = false;
  // Beside those that every answer gets from the HTTP layer; one of the same name takes its place
  // (an upstream's x-amzn-RequestId, Server).
  HeaderList headers;
  std::string error_code;  // "ResourceNotFoundException"; empty for a success
  std::optional<Delivery> delivery;
  std::vector<InjectedFault> faults;

  // A response that does not exist yet: the HTTP layer waits, without holding a worker, and then
  // calls resume for the real one (which may be deferred again). All other members are meaningless
  // beside it. It waits in one of two ways:
  // - for `delay` to pass. If the client is gone by then, resume is never called: nothing was done.
  // - where `start` is given, for somebody else's work (an upstream's answer): it calls start once,
  //   with a wake-up that may be called once, from any thread and without locks held, even inside
  //   start. resume is then called even if the client is gone: the operation happened, and those
  //   further out have to hear of it. The wake-up may call resume itself, on the thread it is
  //   called from. A response that is dropped before start has done nothing; one that is dropped
  //   after (at shutdown) may still be woken, in vain.
  struct Deferred {
    std::chrono::nanoseconds delay{0};
    std::function<Response()> resume;
    std::function<void(std::function<void()> wake)> start;
  };
  std::optional<Deferred> deferred;

  bool ok() const { return error_code.empty() && status < 400; }
};

// Applies `then` to the response when it exists: now, or at the end of its continuations.
// Decorators use it so that what they add happens once, to the real answer.
Response when_ready(Response response, std::function<Response(Response)> then);

// Carries out every continuation of the response on the calling thread, waiting as they ask, and
// returns the real one. For threads that may wait; never for a worker of the HTTP layer.
Response settle(Response response);

// The next link. Called from many threads at once.
class Service {
 public:
  virtual ~Service() = default;
  // Answers one request. A failed operation is an answer too. Never throws.
  virtual Response handle(const Request& request) = 0;
};

}  // namespace dynadeck
