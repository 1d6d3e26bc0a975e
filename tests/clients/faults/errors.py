"""Every error of DynamoDB and DynamoDB Streams as it goes over the wire, told here once more and
independently of the program. Used by errors_test.py."""
from dataclasses import dataclass

MODEL = "com.amazonaws.dynamodb.v20120810"
FRONT = "com.amazon.coral.service"
VALIDATION = "com.amazon.coral.validate"
# Where no public source shows AWS's text.
UNKNOWN = "Simulated fault"


@dataclass(frozen=True)
class Wire:
    text: str = UNKNOWN
    status: int = 400
    namespace: str = MODEL
    member: str = "message"


ERRORS = {
    # The front layer's, which are never modelled.
    "AccessDeniedException": Wire("Access denied.", namespace=FRONT, member="Message"),
    "ExpiredTokenException": Wire("The security token included in the request is expired",
                                  namespace=FRONT),
    "IncompleteSignatureException": Wire(
        "The request signature does not conform to AWS standards.", namespace=FRONT),
    "InvalidSignatureException": Wire(
        "The request signature we calculated does not match the signature you provided. Check "
        "your AWS Secret Access Key and signing method. Consult the service documentation for "
        "details.", namespace=FRONT),
    "MissingAuthenticationTokenException": Wire(
        "Request must contain a valid (registered) AWS Access Key ID.", namespace=FRONT),
    "RequestTimeTooSkewed": Wire(namespace=FRONT),
    "SerializationException": Wire(namespace=FRONT, member="Message"),
    "ServiceUnavailable": Wire("Service is unavailable. Please try again later.", 503, FRONT),
    "UnknownOperationException": Wire("", namespace=FRONT),
    "UnrecognizedClientException": Wire(
        "The security token included in the request is invalid.", namespace=FRONT),
    "ValidationException": Wire(namespace=VALIDATION),
    # The models'.
    "BackupInUseException": Wire(
        "There is another ongoing conflicting backup control plane operation on the table."),
    "BackupNotFoundException": Wire("Backup not found for the given BackupARN."),
    "ConditionalCheckFailedException": Wire("The conditional request failed"),
    "ContinuousBackupsUnavailableException": Wire(
        "Backups have not yet been enabled for this table."),
    "DuplicateItemException": Wire("Duplicate primary key exists in table"),
    "ExpiredIteratorException": Wire(
        "Iterator expired. The iterator was created more than 15 minutes ago."),
    "ExportConflictException": Wire(),
    "ExportNotFoundException": Wire(),
    "GlobalTableAlreadyExistsException": Wire(),
    "GlobalTableNotFoundException": Wire(),
    "IdempotentParameterMismatchException": Wire(
        "The request uses the same client token as a previous, but non-identical request. Do not "
        "reuse a client token with different requests, unless the requests are identical",
        member="Message"),
    "ImportConflictException": Wire(),
    "ImportNotFoundException": Wire(),
    "IndexNotFoundException": Wire(),
    "InternalServerError": Wire("Internal server error", 500),
    "InvalidEndpointException": Wire(
        "Invalid endpoint; refresh the endpoint and try again.", 421, member="Message"),
    "InvalidExportTimeException": Wire(),
    "InvalidRestoreTimeException": Wire(),
    "ItemCollectionSizeLimitExceededException": Wire("Collection size exceeded."),
    "LimitExceededException": Wire("Too many operations for a given subscriber."),
    "PointInTimeRecoveryUnavailableException": Wire(),
    "PolicyNotFoundException": Wire(),
    "ProvisionedThroughputExceededException": Wire(
        "The level of configured provisioned throughput for the table was exceeded. Consider "
        "increasing your provisioning level with the UpdateTable API."),
    "ReplicaAlreadyExistsException": Wire(),
    "ReplicaNotFoundException": Wire(),
    "ReplicatedWriteConflictException": Wire(),
    "RequestLimitExceeded": Wire(
        "Throughput exceeds the current throughput limit for your account. To request a limit "
        "increase, contact AWS Support at https://aws.amazon.com/support."),
    "ResourceInUseException": Wire("The resource which you are attempting to change is in use."),
    "ResourceNotFoundException": Wire("Requested resource not found"),
    "TableAlreadyExistsException": Wire(),
    "TableInUseException": Wire(),
    "TableNotFoundException": Wire(),
    "ThrottlingException": Wire(
        "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically "
        "scaling your table or index so please try again shortly. If exceptions persist, check if "
        "you have a hot key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
        "bp-partition-key-design.html"),
    "TransactionCanceledException": Wire(
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[TransactionConflict]", member="Message"),
    "TransactionConflictException": Wire("Transaction is ongoing for the item"),
    "TransactionInProgressException": Wire(
        "Transaction from previous request is still in progress", member="Message"),
    "TrimmedDataAccessException": Wire(
        "The operation attempted to read past the oldest stream record in a shard."),
}
# What comes between __type and the message.
MEMBERS = {"TransactionCanceledException": {"CancellationReasons": [
    {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}]}}


def body_of(code):
    """The document that AWS sends, in its order."""
    wire = ERRORS[code]
    document = {"__type": f"{wire.namespace}#{code}", **MEMBERS.get(code, {})}
    return {**document, wire.member: wire.text} if wire.text else document


def rules():
    """One rule per error, for the access key that is called like it."""
    return {"rules": [{"name": code, "when": {"access_keys": code}, "fault": {"error": code}}
                      for code in ERRORS]}
