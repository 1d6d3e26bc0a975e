// An exchange on its way from the thread that served it to the one that writes it: bytes in a row.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cassettes/tape/interaction.h"
#include "harness/seam/service.h"

namespace dynadeck::cassettes {

// Appends what the view shows; this is all that a request waits for while it is recorded. Headers
// that a tape does not keep are left out.
void pack(const InteractionView& interaction, std::string& out);

// Shows packed exchanges again. One thread.
class Unpacker {
 public:
  // bytes: what one call of pack() appended; borrowed. The view is good until the next call.
  InteractionView& show(std::string_view bytes);

 private:
  HeaderList headers_;
  std::vector<InjectedFault> faults_;
  std::optional<Delivery> delivery_;
  InteractionView view_;
};

}  // namespace dynadeck::cassettes
