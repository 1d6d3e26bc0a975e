#include "cassettes/matching/sections.h"

#include <optional>

namespace dynadeck::cassettes {
namespace {

constexpr std::string_view kAccessKeyPrefix = "session-";

std::string_view session_of(const Request& request) {
  if (!request.session.empty()) return request.session;
  if (const auto header = request.headers.find("x-dynadeck-session")) return *header;
  const std::string_view key = request.access_key;
  return key.starts_with(kAccessKeyPrefix) ? key.substr(kAccessKeyPrefix.size())
                                           : std::string_view();
}

}  // namespace

void Sections::mark(std::string_view section, std::string_view session) {
  const std::lock_guard lock(mutex_);
  sections_.insert_or_assign(std::string(session), std::string(section));
  marked_ = true;
}

std::string Sections::section_of(const Request& request) const {
  const std::string_view session = session_of(request);
  if (!marked_.load(std::memory_order_acquire)) return std::string(session);
  const std::lock_guard lock(mutex_);
  const auto found = sections_.find(session);
  return found == sections_.end() ? std::string(session) : found->second;
}

}  // namespace dynadeck::cassettes
