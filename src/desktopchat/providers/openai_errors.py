"""The error codes of OpenAI and of the vendors that speak its dialects. Data only."""

from desktopchat.domain.errors import ErrorKind
from desktopchat.providers.spark_codes import CODES as SPARK_CODES
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
    # of the Responses API, inside streams
    "invalid_prompt": ErrorKind.BAD_REQUEST,
    "vector_store_timeout": ErrorKind.TIMEOUT,
    "image_content_policy_violation": ErrorKind.CONTENT_FILTERED,
    **dict.fromkeys(
        (
            "invalid_image",
            "invalid_image_format",
            "invalid_base64_image",
            "invalid_image_url",
            "invalid_image_mode",
            "image_too_large",
            "image_too_small",
            "image_parse_error",
            "image_file_too_large",
            "image_file_not_found",
            "unsupported_image_media_type",
            "empty_image_file",
            "failed_to_download_image",
        ),
        ErrorKind.FILE_REJECTED,
    ),
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

_SPARK_HTTP = {code: row.kind for code, row in SPARK_CODES.items() if row.kind is not ErrorKind.NETWORK}
"""Over HTTP, Spark's codes come in bodies and frames; those of its WebSockets' handshake do not."""

OPENAI_ERRORS = ErrorTable({**_OPENAI, **_ZHIPU, **_SPARK_HTTP})
