#include "harness/upstream/inbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace dynadeck {

UpstreamInbox::UpstreamInbox() : descriptor_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

UpstreamInbox::~UpstreamInbox() { close(descriptor_); }

template <typename Change>
void UpstreamInbox::change(Change change) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    change(mail_);
    wake = std::exchange(sleeping_, false);
  }
  // A reader that is awake looks before it sleeps: the system call is only for one that is not.
  if (wake) (void)!eventfd_write(descriptor_, 1);
}

void UpstreamInbox::post(UpstreamCall call) {
  change([&](Mail& mail) { mail.calls.push_back(std::move(call)); });
}

void UpstreamInbox::post(ResolvedName name) {
  change([&](Mail& mail) { mail.names.push_back(std::move(name)); });
}

void UpstreamInbox::post(std::shared_ptr<UpstreamLine> line) {
  change([&](Mail& mail) { mail.lines.push_back(std::move(line)); });
}

void UpstreamInbox::stop() {
  change([](Mail& mail) { mail.stop = true; });
}

void UpstreamInbox::take(Mail& mail) {
  const std::lock_guard lock(mutex_);
  mail.calls.swap(mail_.calls);
  mail.names.swap(mail_.names);
  mail.lines.swap(mail_.lines);
  mail.stop = mail_.stop;
  sleeping_ = false;
}

bool UpstreamInbox::may_sleep() {
  const std::lock_guard lock(mutex_);
  const bool empty = mail_.calls.empty() && mail_.names.empty() && mail_.lines.empty();
  if (!empty || mail_.stop) return false;
  sleeping_ = true;
  return true;
}

}  // namespace dynadeck
