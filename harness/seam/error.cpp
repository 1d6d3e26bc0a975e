#include "harness/seam/error.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace dynadeck {
namespace {

constexpr std::string_view kModel = "com.amazonaws.dynamodb.v20120810";
constexpr std::string_view kFront = "com.amazon.coral.service";
constexpr std::string_view kValidate = "com.amazon.coral.validate";

// Source: [doc] API reference, "Common errors" and the models of both SDK packages; namespaces and
// the capital M: [doc] captures quoted in AWS's guides and SDK issue threads.
constexpr std::array kErrors = {
    // The front layer, before DynamoDB proper.
    ErrorShape{"AccessDeniedException", kFront, 400, "Message"},
    ErrorShape{"ExpiredTokenException", kFront, 400, "message"},
    ErrorShape{"IncompleteSignatureException", kFront, 400, "message"},
    ErrorShape{"InvalidSignatureException", kFront, 400, "message"},
    ErrorShape{"MissingAuthenticationTokenException", kFront, 400, "message"},
    ErrorShape{"RequestTimeTooSkewed", kFront, 400, "message"},
    ErrorShape{"SerializationException", kFront, 400, "Message"},
    ErrorShape{"ServiceUnavailable", kFront, 503, "message"},
    ErrorShape{"UnknownOperationException", kFront, 400, "message"},
    ErrorShape{"UnrecognizedClientException", kFront, 400, "message"},
    ErrorShape{"ValidationException", kValidate, 400, "message"},
    // DynamoDB and DynamoDB Streams.
    ErrorShape{"BackupInUseException", kModel, 400, "message"},
    ErrorShape{"BackupNotFoundException", kModel, 400, "message"},
    ErrorShape{"ConditionalCheckFailedException", kModel, 400, "message"},
    ErrorShape{"ContinuousBackupsUnavailableException", kModel, 400, "message"},
    ErrorShape{"DuplicateItemException", kModel, 400, "message"},
    ErrorShape{"ExpiredIteratorException", kModel, 400, "message"},
    ErrorShape{"ExportConflictException", kModel, 400, "message"},
    ErrorShape{"ExportNotFoundException", kModel, 400, "message"},
    ErrorShape{"GlobalTableAlreadyExistsException", kModel, 400, "message"},
    ErrorShape{"GlobalTableNotFoundException", kModel, 400, "message"},
    ErrorShape{"IdempotentParameterMismatchException", kModel, 400, "Message"},
    ErrorShape{"ImportConflictException", kModel, 400, "message"},
    ErrorShape{"ImportNotFoundException", kModel, 400, "message"},
    ErrorShape{"IndexNotFoundException", kModel, 400, "message"},
    ErrorShape{"InternalServerError", kModel, 500, "message"},
    ErrorShape{"InvalidEndpointException", kModel, 421, "Message"},
    ErrorShape{"InvalidExportTimeException", kModel, 400, "message"},
    ErrorShape{"InvalidRestoreTimeException", kModel, 400, "message"},
    ErrorShape{"ItemCollectionSizeLimitExceededException", kModel, 400, "message"},
    ErrorShape{"LimitExceededException", kModel, 400, "message"},
    ErrorShape{"PointInTimeRecoveryUnavailableException", kModel, 400, "message"},
    ErrorShape{"PolicyNotFoundException", kModel, 400, "message"},
    ErrorShape{"ProvisionedThroughputExceededException", kModel, 400, "message"},
    ErrorShape{"ReplicaAlreadyExistsException", kModel, 400, "message"},
    ErrorShape{"ReplicaNotFoundException", kModel, 400, "message"},
    ErrorShape{"ReplicatedWriteConflictException", kModel, 400, "message"},
    ErrorShape{"RequestLimitExceeded", kModel, 400, "message"},
    ErrorShape{"ResourceInUseException", kModel, 400, "message"},
    ErrorShape{"ResourceNotFoundException", kModel, 400, "message"},
    ErrorShape{"TableAlreadyExistsException", kModel, 400, "message"},
    ErrorShape{"TableInUseException", kModel, 400, "message"},
    ErrorShape{"TableNotFoundException", kModel, 400, "message"},
    ErrorShape{"ThrottlingException", kModel, 400, "message"},
    ErrorShape{"TransactionCanceledException", kModel, 400, "Message"},
    ErrorShape{"TransactionConflictException", kModel, 400, "message"},
    ErrorShape{"TransactionInProgressException", kModel, 400, "Message"},
    ErrorShape{"TrimmedDataAccessException", kModel, 400, "message"},
};

}  // namespace

std::span<const ErrorShape> all_errors() { return kErrors; }

ErrorShape error_shape(std::string_view code) {
  const auto found = std::find_if(kErrors.begin(), kErrors.end(),
                                  [&](const ErrorShape& shape) { return shape.code == code; });
  return found == kErrors.end() ? ErrorShape{code, kModel, 400, "message"} : *found;
}

Response error_response(std::string_view code, std::string_view message, std::string_view members) {
  const ErrorShape shape = error_shape(code);
  Response response;
  response.status = shape.status;
  response.error_code = code;
  std::string& body = response.body;
  body.append(R"({"__type":")").append(shape.type_namespace).append("#").append(code).append("\"");
  if (!members.empty()) body.append(",").append(members);
  // The front layer sends no message member where it has nothing to say.
  if (!message.empty()) {
    body.append(",\"").append(shape.message_member).append("\":");
    append_json_string(body, message);
  }
  body.append("}");
  return response;
}

void append_json_string(std::string& out, std::string_view text) {
  out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace dynadeck
