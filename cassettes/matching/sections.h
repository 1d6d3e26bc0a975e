// Which section of a tape a request belongs to.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "harness/seam/service.h"

namespace dynadeck::cassettes {

// A client names its session by the URL prefix /_session/NAME/, by the header x-dynadeck-session,
// or by an access key that begins with "session-". A session's section is the one last marked in
// it, or the one of its own name; without a session, the one last marked without one. Synchronized.
class Sections {
 public:
  void mark(std::string_view section, std::string_view session);
  std::string section_of(const Request& request) const;

 private:
  std::atomic<bool> marked_{false};
  mutable std::mutex mutex_;                                  // guards sections_
  std::map<std::string, std::string, std::less<>> sections_;  // by session
};

}  // namespace dynadeck::cassettes
