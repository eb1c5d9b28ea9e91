"""Somebody's relay as a provider: the endpoint of a web page's chat, asked as the page asks it.

By GET it is told the newest question and nothing else, as in the articles: no system prompt, no earlier messages. By
POST (param `method`) it gets them all. Its answer may have any form that `sse_relay_stream` reads.
"""

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from desktopchat.domain.attachment import Way
from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.message import Role
from desktopchat.domain.provider import ModelInfo
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.secret import Secret
from desktopchat.domain.text import msg
from desktopchat.domain.values import Json
from desktopchat.providers.attached import in_words, words_of
from desktopchat.providers.base import Account, Provider
from desktopchat.providers.jsontext import wording
from desktopchat.providers.openai_chat import chat_messages
from desktopchat.providers.over_http import OverHttp
from desktopchat.providers.reading import Exchange, Reader
from desktopchat.providers.sse_relay_stream import RELAY_ERRORS, RelayReader, in_known_form
from desktopchat.providers.turns import system_prompt
from desktopchat.providers.vendor_errors import ErrorTable
from desktopchat.transports.foreign import failed

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpReply, HttpRequest

ACCEPT = "text/event-stream, text/plain, application/json"
METHOD = "method"


class RelayDialect:
    """See `over_http.Dialect`."""

    def __init__(self, account: Account) -> None:
        self._url = account.config.base_url
        self._key = account.key

    @property
    def errors(self) -> ErrorTable:
        return RELAY_ERRORS

    def ask(self, request: ChatRequest) -> "HttpRequest":
        """Params go beside the question and win over what is set here; a null takes a field out."""
        from desktopchat.transports.http import HttpRequest

        method = _method_in(request)
        fields = _body(request) if method == "POST" else _query(request)
        fields |= {name: value for name, value in request.params.items() if name != METHOD}
        fields = {name: value for name, value in fields.items() if value is not None}
        headers: dict[str, str | Secret] = {"accept": ACCEPT}
        if self._key:
            headers["authorization"] = Secret(f"Bearer {self._key.reveal()}")
        if method == "POST":
            return HttpRequest("POST", self._url, headers, json=fields)
        return HttpRequest("GET", _with_fields(self._url, fields), headers)

    def reader(self, request: ChatRequest) -> Reader:
        return RelayReader(request.limits.max_reply_bytes)

    def list_models(self) -> "HttpRequest | None":
        return None

    def models(self, document: Json) -> list[ModelInfo] | None:
        return None

    def continues(self, model: str) -> bool:
        return False

    def takes(self, model: str, media_type: str) -> tuple[Way, ...]:
        return in_words(model, media_type)


class SseRelay(OverHttp):
    """See `Provider`."""

    def __init__(self, account: Account) -> None:
        super().__init__(account, RelayDialect(account))

    async def models(self) -> list[ModelInfo]:
        """See `Provider.models`: a relay has no list."""
        raise _no_list()

    def _refusal(self, reply: "HttpReply", body: bytes) -> ChatError:
        return super()._refusal(reply, in_known_form(body))

    def _exchange(self, request: ChatRequest) -> Exchange:
        return replace(super()._exchange(request), takes_text=True)


def create(account: Account) -> Provider:
    """The adapter for relays; the account's address is the endpoint itself."""
    return SseRelay(account)


def _method_in(request: ChatRequest) -> str:
    method = wording(request.params.get(METHOD)).upper() or "GET"
    if method not in ("GET", "POST"):
        raise failed(
            ErrorKind.BAD_REQUEST,
            msg("A relay cannot be asked by {method}.", method=method),
            hint=msg('The parameter method is "GET" or "POST".'),
        )
    return method


def _question(request: ChatRequest) -> str:
    return next((words_of(said, request) for said in reversed(request.messages) if said.role is Role.USER), "")


def _query(request: ChatRequest) -> dict[str, Json]:
    if request.attachments:
        raise failed(
            ErrorKind.FILE_REJECTED,
            msg("A document is too long for a relay that is asked by GET."),
            hint=msg('Ask it by POST, with the parameter method="POST", or remove the document.'),
        )
    return {"question": _question(request), "model": request.model or None}


def _body(request: ChatRequest) -> dict[str, Json]:
    """For every taste: the conversation for relays that read `messages`, the question for those that read that."""
    return {
        "model": request.model or None,
        "question": _question(request),
        "messages": chat_messages(replace(request, system_prompt="")),
        "system": system_prompt(request) or None,
    }


def _with_fields(url: str, fields: dict[str, Json]) -> str:
    """The address with `fields` behind what its query has already."""
    parts = urlsplit(url)
    words = {name: value if isinstance(value, str) else wording(value) for name, value in fields.items()}
    query = urlencode(words, quote_via=quote)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, query)))))


def _no_list() -> ChatError:
    return failed(
        ErrorKind.NOT_FOUND,
        msg("A relay has no list of models."),
        hint=msg("Leave the model out, or type a name that this relay understands; most take any."),
    )
