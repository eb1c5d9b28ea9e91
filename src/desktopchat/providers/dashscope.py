"""Alibaba Cloud Model Studio (百炼, DashScope) in its OpenAI-compatible mode: the dialect with errors of its own.

Thinking is switched by params that go through as they are (`enable_thinking`, `thinking_budget`); the native
protocol (`/api/v1`) is not spoken here.
"""

from urllib.parse import urlsplit

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.message import Role
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.surrogates import repaired
from desktopchat.domain.text import msg
from desktopchat.domain.values import Json
from desktopchat.providers.base import Account, Provider
from desktopchat.providers.collecting import TextMode
from desktopchat.providers.openai_chat import OpenAIChat, Vendor, chat_messages
from desktopchat.providers.openai_errors import OPENAI_ERRORS
from desktopchat.transports.foreign import failed

CUMULATIVE = ("qwen-mt-plus", "qwen-mt-turbo")
"""Each piece is the whole translation so far; qwen-mt-flash and -lite send increments like everyone else."""

TRANSLATORS = "qwen-mt-"

_CODES = {
    "invalidparameter": ErrorKind.BAD_REQUEST,
    "invalid_parameter_error": ErrorKind.BAD_REQUEST,
    "datainspectionfailed": ErrorKind.CONTENT_FILTERED,
    "data_inspection_failed": ErrorKind.CONTENT_FILTERED,
    "arrearage": ErrorKind.QUOTA,
    "invalidapikey": ErrorKind.AUTH,
    "accessdenied": ErrorKind.PERMISSION,
    "access_denied": ErrorKind.PERMISSION,
    "accessdenied.unpurchased": ErrorKind.PERMISSION,
    "model.accessdenied": ErrorKind.PERMISSION,
    "model_access_denied": ErrorKind.PERMISSION,
    "workspace.accessdenied": ErrorKind.PERMISSION,
    "workspace_access_denied": ErrorKind.PERMISSION,
    "allocationquota.freetieronly": ErrorKind.QUOTA,
    "modelnotfound": ErrorKind.NOT_FOUND,
    "model_not_supported": ErrorKind.NOT_FOUND,
    "throttling": ErrorKind.RATE_LIMITED,
    "throttling.ratequota": ErrorKind.RATE_LIMITED,
    "throttling.burstrate": ErrorKind.RATE_LIMITED,
    "limitrequests": ErrorKind.RATE_LIMITED,
    "limit_requests": ErrorKind.RATE_LIMITED,
    "limit_burst_rate": ErrorKind.RATE_LIMITED,
    "throttling.allocationquota": ErrorKind.QUOTA,
    "commoditynotpurchased": ErrorKind.QUOTA,
    "prepaidbilloverdue": ErrorKind.QUOTA,
    "postpaidbilloverdue": ErrorKind.QUOTA,
    "internalerror": ErrorKind.OVERLOADED,
    "internalerror.algo": ErrorKind.OVERLOADED,
    "requesttimeout": ErrorKind.TIMEOUT,
    "modelservingerror": ErrorKind.OVERLOADED,
    "modelunavailable": ErrorKind.OVERLOADED,
}

_HINTS = {
    ErrorKind.AUTH: msg(
        "Does the key belong to this region? Keys of Beijing, Singapore and the US work at their own address only, "
        "and keys of the Coding Plan (sk-sp-…) at theirs."
    ),
    ErrorKind.PERMISSION: msg("Activate the model for this account and workspace in the Model Studio console."),
    ErrorKind.QUOTA: msg("Look at the bill and the free quota in the Alibaba Cloud console."),
}

ERRORS = OPENAI_ERRORS.extended(_CODES, _HINTS)


def text_mode(model: str) -> TextMode:
    """How this model streams its text, by the vendor's documentation."""
    return TextMode.WHOLE_SO_FAR if model.lower().startswith(CUMULATIVE) else TextMode.INCREMENTS


def messages(request: ChatRequest) -> list[Json]:
    """As everyone's; a translation model takes one user message and nothing else."""
    if not request.model.lower().startswith(TRANSLATORS):
        return chat_messages(request)
    asked = next((message for message in reversed(request.messages) if message.role is Role.USER), None)
    return [{"role": "user", "content": repaired(asked.text if asked else "")}]


def create(account: Account) -> Provider:
    """The adapter for Model Studio. Raises `ChatError` `bad_request` for an address of the native protocol."""
    path = urlsplit(account.config.base_url).path.rstrip("/")
    if path.endswith("/api/v1"):
        raise failed(
            ErrorKind.BAD_REQUEST,
            msg("This is the address of DashScope's native protocol, which is not supported yet."),
            hint=msg("Use the compatible address of the same host: it ends in /compatible-mode/v1."),
        )
    return OpenAIChat(account, Vendor(ERRORS, text_mode, messages))
