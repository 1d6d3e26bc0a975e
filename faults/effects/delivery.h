// Small things that the effects on an answer's way out share.
#pragma once

#include "harness/seam/service.h"

namespace dynadeck::faults {

// The response's delivery, which is made where there is none yet.
inline Delivery& delivery_of(Response& response) {
  if (!response.delivery) response.delivery.emplace();
  return *response.delivery;
}

}  // namespace dynadeck::faults
