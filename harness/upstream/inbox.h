// How other threads reach the thread of an upstream client.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "harness/seam/clock.h"
#include "harness/upstream/client.h"
#include "harness/upstream/resolver.h"

namespace dynadeck {

// A request on its way.
struct UpstreamCall {
  UpstreamEndpoint endpoint;
  std::string request;
  UpstreamClient::Done done;
  Clock::MonotonicTime began;
  unsigned retries = 0;  // so far
};

struct UpstreamLine;  // harness/upstream/line.h

struct ResolvedName {
  UpstreamEndpoint endpoint;
  Addresses addresses;
};

// Synchronized. Shared by the client and by look-ups, which may outlive it.
class UpstreamInbox {
 public:
  struct Mail {
    std::vector<UpstreamCall> calls;
    std::vector<ResolvedName> names;
    // That have something to be done which only the client's thread does.
    std::vector<std::shared_ptr<UpstreamLine>> lines;
    bool stop = false;
  };

  UpstreamInbox();
  ~UpstreamInbox();
  UpstreamInbox(const UpstreamInbox&) = delete;
  UpstreamInbox& operator=(const UpstreamInbox&) = delete;

  // Written to when mail comes for a reader that said that it would sleep. Never read: wait for it
  // edge-triggered.
  int descriptor() const { return descriptor_; }

  void post(UpstreamCall call);
  void post(ResolvedName name);
  void post(std::shared_ptr<UpstreamLine> line);
  void stop();

  // For the reader. take() swaps what has come into `mail`, whose lists must be empty;
  // may_sleep() says that nothing more has come since, and that the next post has to wake it.
  void take(Mail& mail);
  bool may_sleep();

 private:
  template <typename Change>
  void change(Change change);

  const int descriptor_;
  std::mutex mutex_;
  Mail mail_;              // guarded by mutex_
  bool sleeping_ = false;  // guarded by mutex_
};

}  // namespace dynadeck
