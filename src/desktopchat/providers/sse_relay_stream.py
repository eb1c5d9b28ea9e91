"""Reads what relays send to browsers: the articles' dialect, raw chat completions, or bare text. No network here.

The articles' dialect are named events: `update` with `{"content"}`, `error` with `{"msg"}` and perhaps `kind`, `end`
with nothing. This program's demo adds `reasoning` and `usage`, which other clients do not listen to.
"""

import json
from collections.abc import Iterator
from enum import Enum

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.events import StreamEvent
from desktopchat.domain.text import msg
from desktopchat.domain.values import Json
from desktopchat.providers.collecting import Collector, TextMode
from desktopchat.providers.dashscope_errors import ERRORS
from desktopchat.providers.dashscope_native import as_completion
from desktopchat.providers.jsontext import object_of, parse, string_of, wording
from desktopchat.providers.openai_stream import HEARTBEATS, ChatCompletionReader
from desktopchat.providers.plain_chunks import REASONING
from desktopchat.providers.plain_text import PLAIN_TEXT
from desktopchat.providers.sse_relay_words import LastWords
from desktopchat.providers.vendor_errors import OKAY_CODES, SENTENCES, ErrorTable
from desktopchat.transports.sse import SSEEvent

RELAY_ERRORS = ErrorTable(
    {**ERRORS.codes, **{kind.value: kind for kind in (*SENTENCES, ErrorKind.TRUNCATED)}},
    {
        ErrorKind.BAD_REQUEST: msg(
            "Relays differ in how they want to be asked. A long question does not fit into an address: the parameter "
            'method with the value "POST" sends it in the body, with the conversation before it.'
        )
    },
)
"""Relays pass on what the vendors say; this program's own relay says the kinds of this program."""

DONE = "[DONE]"
ENDS = frozenset({"end", "done", "finish", "finished", "complete", "completed", "close"})
FAULTS = frozenset({"error", "fail", "failure"})
TEXTS = ("content", "text", "delta", "token", "answer", "response", "message", "data")
"""Where relays put a piece of text, the likeliest first."""

SHAPES = frozenset({"choices", "output", "error", "errors", "msg", "code", "usage", *REASONING, *TEXTS})


class Pieces(Enum):
    """What the unnamed events of a stream are: the first that says something decides."""

    UNKNOWN = "unknown"
    OBJECTS = "objects"
    QUOTED = "each a string in JSON"
    BARE = "each a text as it is; one without any text is what is left of a line break"


class RelayReader(ChatCompletionReader):
    """See `reading.Reader`. Everything in JSON is read as the chat completion that says the same."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(Collector(TextMode.INCREMENTS, max_bytes), RELAY_ERRORS, as_relayed)
        self._form = Pieces.UNKNOWN
        self._last_words = LastWords()

    def frame(self, event: SSEEvent) -> Iterator[StreamEvent]:
        """What an event says; raises the error it reports."""
        name = event.type.lower()
        if name == PLAIN_TEXT:
            return self._text(self._last_words.feed(event.data))
        if name in ENDS or event.data.strip() == DONE:
            self.ended = self.done = True
            return iter(())
        if name in FAULTS or _is_broken_fault(event.data):
            return self._fault(event.data)
        if name == "reasoning":
            return self._chunk(_completion(reasoning=_text_in(_value(event.data)) or event.data), is_error=False)
        return self._chunk({"usage": _value(event.data)}, is_error=False) if name == "usage" else self._said(event)

    def held(self) -> Iterator[StreamEvent]:
        """What was kept back, for an answer that ends early. Raises if that is an error."""
        yield from self._rest()
        yield from super().held()

    def close(self) -> Iterator[StreamEvent]:
        """The rest of an answer that ended as it should. Raises if that is an error."""
        yield from self._rest()
        yield from super().close()

    def _said(self, event: SSEEvent) -> Iterator[StreamEvent]:
        """A piece of the answer, in whichever form this relay writes them."""
        says_nothing = self._form is Pieces.UNKNOWN and not event.data.strip()
        if says_nothing or event.type.lower() in HEARTBEATS:
            return iter(())
        value = _value(event.data)
        if isinstance(value, dict) and (self._form is not Pieces.BARE or "error" in value):
            self._form = Pieces.OBJECTS
            return self._chunk(as_relayed(value), is_error=False)
        if isinstance(value, str) and self._form in (Pieces.UNKNOWN, Pieces.QUOTED):
            self._form = Pieces.QUOTED
            return self._text(value)
        if self._form is Pieces.OBJECTS:
            return super().frame(event)  # a heartbeat, or nothing that can be read
        self._form = Pieces.BARE
        return self._text(event.data or "\n")

    def _fault(self, data: str) -> Iterator[StreamEvent]:
        told = as_relayed(_value(data))
        if not isinstance(told, dict) or "choices" in told:
            told = {"error": data.strip()}
        return self._chunk(told, is_error=True)

    def _text(self, text: str) -> Iterator[StreamEvent]:
        self.frames += 1
        return self._collector.text(text)

    def _rest(self) -> Iterator[StreamEvent]:
        """The end of a bare text: more text, or an object that says how it ended."""
        rest = self._last_words.take()
        words = rest.strip().removeprefix("data:").strip()
        value = _value(words)
        if _is_broken_fault(words):
            yield from self._fault(words)
        elif isinstance(value, dict) and not SHAPES.isdisjoint(value):
            yield from self._chunk(as_relayed(value), is_error=False)
        else:
            yield from self._collector.text(rest)


def as_relayed(value: Json) -> Json:
    """An object of a relay in the form of chat completions; what is one already, or is an error, as it is."""
    if not isinstance(value, dict) or {"choices", "error", "errors"} & value.keys():
        return value
    if isinstance(value.get("output"), dict):
        return as_completion(value)
    if SHAPES.isdisjoint(value):
        return value
    code = wording(value.get("code"))
    is_fault = code.lower() not in OKAY_CODES or ("msg" in value and "code" not in value)
    text = _text_in({name: said for name, said in value.items() if not (is_fault and name == "message")})
    if is_fault and not text:
        words = wording(value.get("msg")) or wording(value.get("message"))
        return {"error": {"message": words, "code": wording(value.get("kind")) or code}}
    reasoning = next(filter(None, (string_of(value.get(name)) for name in REASONING)), "")
    reason = value.get("finish_reason") or ("stop" if value.get("done") is True else None)
    return {**_completion(text, reasoning, reason), "usage": value.get("usage")}


def in_known_form(body: bytes) -> bytes:
    """The body of an error status, with an object in a relay's own form put into the usual one."""
    try:
        return json.dumps(as_relayed(parse(body.strip()))).encode()
    except (ValueError, RecursionError):
        return body


def _completion(text: str = "", reasoning: str = "", reason: Json = None) -> dict[str, Json]:
    delta: Json = {"content": text, "reasoning_content": reasoning}
    return {"choices": [{"delta": delta, "finish_reason": reason}]}


def _text_in(value: Json) -> str:
    """The piece of text in an object, perhaps in one within it."""
    fields = object_of(value)
    places = [fields.get(name) for name in TEXTS]
    inner = [object_of(place).get(name) for place in places for name in TEXTS]
    return next((place for place in (*places, *inner) if place and isinstance(place, str)), "")


def _value(data: str) -> Json:
    """The JSON in `data`; None for what is none."""
    try:
        return parse(data.strip())
    except ValueError:
        return None


def _is_broken_fault(data: str) -> bool:
    """`{"error": "…"}` as scripts write it that do not escape the words in it."""
    return data.lstrip().startswith('{"error"') and _value(data) is None
