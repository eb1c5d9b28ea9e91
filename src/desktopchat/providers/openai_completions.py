"""The legacy completions dialect (`/completions`, and the older `/engines/NAME/completions`): a text that goes on.

It knows no roles, so that a conversation is sent as a transcript which the model continues.
"""

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from desktopchat.domain.message import Role
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.values import Json
from desktopchat.providers.addresses import endpoint
from desktopchat.providers.attached import words_of
from desktopchat.providers.base import Account, Provider
from desktopchat.providers.collecting import Collector, TextMode
from desktopchat.providers.openai_address import AskedTwice, UsageOnRequest
from desktopchat.providers.openai_stream import ChatCompletionReader
from desktopchat.providers.reading import Reader
from desktopchat.providers.turns import spoken, system_prompt, text_of

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpRequest

MAX_TOKENS = 1024
"""OpenAI and vLLM stop after 16 unless told otherwise."""

ENGINES = "/engines"
SPEAKERS = {Role.SYSTEM: "Instructions", Role.USER: "User", Role.ASSISTANT: "Assistant", Role.TOOL: "Tool"}
STOP = f"\n{SPEAKERS[Role.USER]}:"


def create(account: Account) -> Provider:
    """The adapter for the legacy dialect."""
    return AskedTwice(account, Completions(account))


def is_single_question(request: ChatRequest) -> bool:
    """Whether there is nothing but one question, which then is the prompt as it stands."""
    return len(request.messages) == 1 and request.messages[0].role is Role.USER and not system_prompt(request)


def prompt_of(request: ChatRequest) -> str:
    """The text to go on with: a single question alone, or a transcript that ends where the answer begins.

    An answer's beginning stands at the end exactly as it came, so that what follows fits it.
    """
    if is_single_question(request):
        return "".join(words_of(message, request) for message in spoken(request))
    turns = spoken(request)
    begun = text_of(turns.pop()) if request.prefix else ""
    paragraphs = [system_prompt(request).strip()]
    paragraphs += [f"{SPEAKERS[turn.role]}: {words_of(turn, request).strip()}" for turn in turns]
    paragraphs.append(f"{SPEAKERS[Role.ASSISTANT]}:")
    gap = " " if begun and not begun[0].isspace() else ""
    return "\n\n".join(filter(None, paragraphs)) + gap + begun


class Completions(UsageOnRequest):
    """See `over_http.Dialect`."""

    def ask(self, request: ChatRequest) -> "HttpRequest":
        """Params stand at the top level and win over what is set here; a null takes a field out."""
        body: dict[str, Json] = {"prompt": prompt_of(request), "stream": True, "max_tokens": MAX_TOKENS}
        if request.model and not self._engines:
            body["model"] = request.model
        if not is_single_question(request):
            body["stop"] = [STOP]
        body |= {**self.usage_wish(request.model), **request.params}
        if not body.get("stream"):
            body.pop("stream_options", None)
        path = f"{request.model}/completions" if self._engines == ENGINES else "completions"
        return self.post(endpoint(self.base_url, path), body)

    def reader(self, request: ChatRequest) -> Reader:
        return ChatCompletionReader(Collector(TextMode.INCREMENTS, request.limits.max_reply_bytes), self.errors)

    def list_models(self) -> "HttpRequest | None":
        """The list stands beside the engines."""
        asked = super().list_models()
        if asked is None or not self._engines:
            return asked
        parts = urlsplit(asked.url)
        path = f"{parts.path.rpartition(ENGINES)[0]}/models"
        return replace(asked, url=urlunsplit((parts.scheme, parts.netloc, path, parts.query, "")))

    def continues(self, model: str) -> bool:
        """Going on with a text is all that the dialect does."""
        return True

    @property
    def _engines(self) -> str:
        """The end of an address in the oldest form, with or without the engine's name: the model is in the path."""
        path = urlsplit(self.base_url).path
        _before, found, name = path.rpartition(ENGINES)
        return f"{found}{name}" if found and (not name or name.startswith("/")) else ""
