// Wakes threads that wait for a file descriptor.
#pragma once

#include <sys/eventfd.h>

#include <cstdint>

#include "harness/sockets/unique_fd.h"

namespace dynadeck {

// Synchronized, after open().
class Bell {
 public:
  // False where no further file can be opened.
  bool open() {
    fd_.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    return fd_.get() >= 0;
  }

  // Can be read from ring() to silence().
  int fd() const { return fd_.get(); }
  void ring() { (void)eventfd_write(fd_.get(), 1); }
  void silence() {
    eventfd_t count = 0;
    (void)eventfd_read(fd_.get(), &count);
  }

 private:
  UniqueFd fd_;
};

}  // namespace dynadeck
