#include "engine/operations/operations.h"

namespace dynadeck::engine {

OperationFunction find_operation_function(Operation operation) {
  switch (operation) {
    default:
      return nullptr;
  }
}

}  // namespace dynadeck::engine
