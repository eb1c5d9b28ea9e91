"""The demo in DashScope's compatible mode: the chat completions dialect with Model Studio's errors."""

from collections.abc import Mapping

from desktopchat.domain.values import Json
from desktopchat.servers.demo.openai import ChatDialect, Refusal
from desktopchat.servers.demo.script import Fault
from desktopchat.servers.demo.stage import Stage

REFUSALS: Mapping[Fault, Refusal] = {
    Fault.UNAUTHORISED: Refusal(401, "invalid_api_key", "invalid_request_error", "Incorrect API key provided."),
    Fault.FORBIDDEN: Refusal(403, "access_denied", "access_denied", "Access denied."),
    Fault.UNKNOWN_MODEL: Refusal(
        404, "model_not_found", "invalid_request_error", "The model does not exist or you do not have access to it."
    ),
    Fault.TOO_MANY: Refusal(
        429, "limit_requests", "limit_requests", "You exceeded your current requests limit.", {"retry-after": "3"}
    ),
    Fault.BROKEN: Refusal(500, "internal_error", "internal_error", "An internal error has occured, as asked for."),
    Fault.ERROR_INSIDE: Refusal(200, "internal_error", "internal_error", "The model stopped, as it was asked to."),
    Fault.NO_SUCH_FILE: Refusal(
        400, "invalid_parameter_error", "invalid_request_error", "File in the request cannot be found."
    ),
    Fault.PARSING: Refusal(
        400, "invalid_parameter_error", "invalid_request_error", "File parsing in progress, please try again later."
    ),
}


def error_with_id(refusal: Refusal, request_id: str) -> dict[str, Json]:
    """Model Studio's form of an error: OpenAI's, with the request's id beside it."""
    return {
        "error": {"message": refusal.message, "type": refusal.type, "param": None, "code": refusal.code},
        "request_id": request_id,
    }


def dialect(stage: Stage) -> ChatDialect:
    return ChatDialect(stage, "/compatible-mode/v1", REFUSALS, error_with_id)
