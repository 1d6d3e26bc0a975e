"""Faults that real clients meet, as rules: one per case, for the access keys that end in its name.
Used by behaviour_test.py; the clients are boto3_behaviour.py and ../js/behaviour.js."""

THROTTLED = {"code": "ThrottlingException", "retry_after": "1500ms"}

# name: (the call, the rule's fault, at). Calls: list, batch, transact, records.
CASES = {
    "ProvisionedThroughputExceeded": (
        "list", {"error": "ProvisionedThroughputExceededException"}, None,
    ),
    "Throttling": ("list", {"error": "ThrottlingException"}, None),
    "ThrottlingWithHint": ("list", {"error": THROTTLED}, None),
    "RequestLimitExceeded": ("list", {"error": "RequestLimitExceeded"}, None),
    "LimitExceeded": ("list", {"error": "LimitExceededException"}, None),
    "InternalServerError": ("list", {"error": "InternalServerError"}, None),
    "InternalServerErrorAfter": ("list", {"error": "InternalServerError"}, "after"),
    "ServiceUnavailable": ("list", {"error": "ServiceUnavailable"}, None),
    "TransactionInProgress": ("transact", {"error": "TransactionInProgressException"}, None),
    "TransactionCanceled": ("transact", {"cancel": "TransactionConflict"}, None),
    "TransactionCanceledThrottling": ("transact", {"cancel": "ThrottlingError"}, None),
    "TransactionConflict": ("list", {"error": "TransactionConflictException"}, None),
    "IdempotentParameterMismatch": (
        "transact", {"error": "IdempotentParameterMismatchException"}, None,
    ),
    "ConditionalCheckFailed": ("list", {"error": "ConditionalCheckFailedException"}, None),
    "ItemCollectionSizeLimitExceeded": (
        "list", {"error": "ItemCollectionSizeLimitExceededException"}, None,
    ),
    "ReplicatedWriteConflict": ("list", {"error": "ReplicatedWriteConflictException"}, None),
    "ReplicatedWriteConflict409": (
        "list", {"error": {"code": "ReplicatedWriteConflictException", "status": 409}}, None,
    ),
    "Validation": ("list", {"error": "ValidationException"}, None),
    "ResourceNotFound": ("list", {"error": "ResourceNotFoundException"}, None),
    "UnrecognizedClient": ("list", {"error": "UnrecognizedClientException"}, None),
    "ExpiredToken": ("list", {"error": "ExpiredTokenException"}, None),
    "AccessDenied": ("list", {"error": "AccessDeniedException"}, None),
    "UnprocessedItems": ("batch", {"unprocessed": {"fraction": 1, "whole": "answer"}}, None),
    "ExpiredIterator": ("records", {"error": "ExpiredIteratorException"}, None),
    "TrimmedDataAccess": ("records", {"error": "TrimmedDataAccessException"}, None),
    "StreamsInternalServerError": ("records", {"error": "InternalServerError"}, None),
    "LatencyBefore": ("list", {"latency": "100ms"}, None),
    "LatencyAfter": ("list", {"latency": "100ms"}, "after"),
    "Trickle": ("list", {"trickle": {"chunk_bytes": 20, "interval": "1ms"}}, None),
    "ResetBefore": ("list", {"connection": "reset"}, None),
    "ResetAfter": ("list", {"connection": "reset"}, "after"),
    "CloseInTheMiddle": ("list", {"connection": {"end": "close", "bytes": 60}}, "after"),
    "ResetAfterTheAnswer": ("list", {"connection": {"end": "reset", "bytes": "all"}}, "after"),
    "Hang": ("list", {"connection": "hang"}, None),
    "Truncated": ("list", {"truncate": {"body_bytes": 5}}, None),
    "WrongLength": ("list", {"corrupt": "content_length"}, None),
    "WrongChecksum": ("list", {"corrupt": "crc32"}, None),
    "NotJson": ("list", {"corrupt": "json"}, None),
    "Html502": ("list", {"html": 502}, None),
    "Html503": ("list", {"html": 503}, None),
    "Html504": ("list", {"html": 504}, None),
}


def rules():
    """One rule per case."""
    return {"rules": [{"name": name, "when": {"access_keys": f"*.{name}"}, "fault": fault,
                       **({"at": at} if at else {})}
                      for name, (_, fault, at) in CASES.items()]}


def calls():
    return {name: call for name, (call, _, _) in CASES.items()}
