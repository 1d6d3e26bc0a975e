#include "faults/effects/error_catalog.h"

#include <algorithm>
#include <array>

#include "harness/seam/error.h"

namespace dynadeck::faults {
namespace {

struct Text {
  std::string_view code;
  std::string_view message;
};

constexpr std::string_view kSimulated = "Simulated fault";

constexpr std::array kTexts = {
    Text{"AccessDeniedException", "Access denied."},
    Text{"BackupInUseException",
         "There is another ongoing conflicting backup control plane "
         "operation on the table."},
    Text{"BackupNotFoundException", "Backup not found for the given BackupARN."},
    Text{"ConditionalCheckFailedException", "The conditional request failed"},
    Text{"ContinuousBackupsUnavailableException",
         "Backups have not yet been enabled for this table."},
    Text{"DuplicateItemException", "Duplicate primary key exists in table"},
    Text{"ExpiredIteratorException",
         "Iterator expired. The iterator was created more than 15 "
         "minutes ago."},
    Text{"ExpiredTokenException", "The security token included in the request is expired"},
    Text{"IdempotentParameterMismatchException",
         "The request uses the same client token as a previous, but non-identical request. Do not "
         "reuse a client token with different requests, unless the requests are identical"},
    Text{"IncompleteSignatureException",
         "The request signature does not conform to AWS standards."},
    Text{"InternalServerError", "Internal server error"},
    Text{"InvalidEndpointException", "Invalid endpoint; refresh the endpoint and try again."},
    Text{"InvalidSignatureException",
         "The request signature we calculated does not match the signature you provided. Check "
         "your AWS Secret Access Key and signing method. Consult the service documentation for "
         "details."},
    Text{"ItemCollectionSizeLimitExceededException", "Collection size exceeded."},
    Text{"LimitExceededException", "Too many operations for a given subscriber."},
    Text{"MissingAuthenticationTokenException",
         "Request must contain a valid (registered) AWS Access Key ID."},
    Text{"ProvisionedThroughputExceededException",
         "The level of configured provisioned throughput for the table was exceeded. Consider "
         "increasing your provisioning level with the UpdateTable API."},
    Text{"RequestLimitExceeded",
         "Throughput exceeds the current throughput limit for your account. To request a limit "
         "increase, contact AWS Support at https://aws.amazon.com/support."},
    Text{"ResourceInUseException", "The resource which you are attempting to change is in use."},
    Text{"ResourceNotFoundException", "Requested resource not found"},
    Text{"ServiceUnavailable", "Service is unavailable. Please try again later."},
    Text{"ThrottlingException",
         "Throughput exceeds the current capacity of your table or index. DynamoDB is "
         "automatically scaling your table or index so please try again shortly. If exceptions "
         "persist, check if you have a hot key: "
         "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
         "bp-partition-key-design.html"},
    Text{"TransactionConflictException", "Transaction is ongoing for the item"},
    Text{"TransactionInProgressException",
         "Transaction from previous request is still in progress"},
    Text{"TrimmedDataAccessException",
         "The operation attempted to read past the oldest stream record in a shard."},
    Text{"UnrecognizedClientException", "The security token included in the request is invalid."},
};

}  // namespace

std::string_view default_message(std::string_view code, Operation operation, bool of_index) {
  if (of_index && code == "ProvisionedThroughputExceededException") {
    return "The level of configured provisioned throughput for one or more global secondary "
           "indexes of the table was exceeded. Consider increasing your provisioning level for the "
           "under-provisioned global secondary indexes with the UpdateTable API.";
  }
  if (of_index && code == "ThrottlingException") {
    return "Throughput exceeds the current capacity for one or more global secondary indexes. "
           "DynamoDB is automatically scaling your index so please try again shortly.";
  }
  if (code == "ThrottlingException" &&
      info(operation).operation_class == OperationClass::kControl) {
    return "Rate of requests exceeds the allowed throughput.";
  }
  if (code == "UnknownOperationException") return "";  // the front layer sends no text
  const auto found = std::find_if(kTexts.begin(), kTexts.end(),
                                  [&](const Text& text) { return text.code == code; });
  return found == kTexts.end() ? kSimulated : found->message;
}

bool is_known_error(std::string_view code) {
  const auto errors = all_errors();
  return std::any_of(errors.begin(), errors.end(),
                     [&](const ErrorShape& shape) { return shape.code == code; });
}

}  // namespace dynadeck::faults
