"""The error codes of OpenAI and of the vendors that speak its dialect. Data only."""

from desktopchat.domain.errors import ErrorKind
from desktopchat.providers.vendor_errors import ErrorTable

_OPENAI = {
    "invalid_api_key": ErrorKind.AUTH,
    "invalid_authentication": ErrorKind.AUTH,
    "authentication_error": ErrorKind.AUTH,
    "no_db_connection": ErrorKind.AUTH,  # litellm's answer to an unknown key
    "account_deactivated": ErrorKind.PERMISSION,
    "permission_error": ErrorKind.PERMISSION,
    "permission_denied": ErrorKind.PERMISSION,
    "unsupported_country_region_territory": ErrorKind.PERMISSION,
    "model_not_found": ErrorKind.NOT_FOUND,
    "not_found_error": ErrorKind.NOT_FOUND,
    "unknown_model": ErrorKind.NOT_FOUND,
    "invalid_model": ErrorKind.NOT_FOUND,
    "deploymentnotfound": ErrorKind.NOT_FOUND,
    "context_length_exceeded": ErrorKind.CONTEXT_LENGTH,
    "exceed_context_size_error": ErrorKind.CONTEXT_LENGTH,
    "string_above_max_length": ErrorKind.CONTEXT_LENGTH,
    "content_filter": ErrorKind.CONTENT_FILTERED,
    "content_policy_violation": ErrorKind.CONTENT_FILTERED,
    "responsibleaipolicyviolation": ErrorKind.CONTENT_FILTERED,
    "rate_limit_exceeded": ErrorKind.RATE_LIMITED,
    "rate_limit_error": ErrorKind.RATE_LIMITED,
    "insufficient_quota": ErrorKind.QUOTA,
    "credit_balance_exhausted": ErrorKind.QUOTA,
    "billing_hard_limit_reached": ErrorKind.QUOTA,
    "billing_not_active": ErrorKind.QUOTA,
    "insufficient_balance": ErrorKind.QUOTA,
    "server_error": ErrorKind.OVERLOADED,
    "internal_server_error": ErrorKind.OVERLOADED,
    "internal_error": ErrorKind.OVERLOADED,
    "server_is_overloaded": ErrorKind.OVERLOADED,
    "slow_down": ErrorKind.OVERLOADED,
    "overloaded_error": ErrorKind.OVERLOADED,
    "service_unavailable_error": ErrorKind.OVERLOADED,
    "unavailable_error": ErrorKind.OVERLOADED,
    "capacity_exceeded": ErrorKind.OVERLOADED,
}

_ZHIPU = {
    **dict.fromkeys(("1000", "1001", "1002", "1003", "1004"), ErrorKind.AUTH),
    **dict.fromkeys(("1110", "1111", "1112", "1120", "1121"), ErrorKind.PERMISSION),
    "1113": ErrorKind.QUOTA,
    **dict.fromkeys(("1210", "1212", "1213", "1214", "1215"), ErrorKind.BAD_REQUEST),
    "1211": ErrorKind.NOT_FOUND,
    "1261": ErrorKind.CONTEXT_LENGTH,
    "1301": ErrorKind.CONTENT_FILTERED,
    **dict.fromkeys(("1302", "1303"), ErrorKind.RATE_LIMITED),
    "1304": ErrorKind.QUOTA,
    "1305": ErrorKind.OVERLOADED,
    **dict.fromkeys(("1308", "1309", "1310", "1311", "1312", "1313"), ErrorKind.QUOTA),
}

_SPARK_HTTP = {
    **dict.fromkeys(("10003", "10004", "10005", "10163"), ErrorKind.BAD_REQUEST),
    **dict.fromkeys(("10006", "10007", "11202", "11203"), ErrorKind.RATE_LIMITED),
    **dict.fromkeys(("10008", "10009", "10010", "10011", "10012"), ErrorKind.OVERLOADED),
    **dict.fromkeys(("10110", "10222", "10223"), ErrorKind.OVERLOADED),
    **dict.fromkeys(("10013", "10014", "10019"), ErrorKind.CONTENT_FILTERED),
    **dict.fromkeys(("10015", "10016"), ErrorKind.PERMISSION),
    "10404": ErrorKind.NOT_FOUND,
    "10907": ErrorKind.CONTEXT_LENGTH,
    **dict.fromkeys(("11200", "11201"), ErrorKind.QUOTA),
}

OPENAI_ERRORS = ErrorTable({**_OPENAI, **_ZHIPU, **_SPARK_HTTP})
