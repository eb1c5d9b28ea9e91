"""Reads answers of Ollama's own API: a JSON object a line, or one for all. No network here.

https://docs.ollama.com/api/chat
"""

from collections.abc import Iterator, Mapping

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.events import StreamEvent
from desktopchat.domain.message import FinishReason, Usage
from desktopchat.domain.text import msg
from desktopchat.domain.values import Json
from desktopchat.providers.json_reader import JsonReader, undecodable
from desktopchat.providers.jsontext import count_of, list_of, object_of, parse, string_of
from desktopchat.transports.foreign import failed

FINISH_REASONS: Mapping[str, FinishReason] = {"length": FinishReason.LENGTH}
"""Everything else is `stop`."""


class OllamaReader(JsonReader):
    """Ends at `done: true`. Raises `overloaded` where the server only tells how it fetches the model."""

    def _said(self, fields: dict[str, Json]) -> Iterator[StreamEvent]:
        if not {"message", "done"} & fields.keys():
            self._status(string_of(fields.get("status")))
            return
        self.frames += 1
        message = object_of(fields.get("message"))
        yield from self._collector.reasoning(string_of(message.get("thinking")))
        yield from self._collector.text(string_of(message.get("content")))
        self._call_all(message.get("tool_calls"))
        if fields.get("done") is True:
            self._reason = FINISH_REASONS.get(string_of(fields.get("done_reason")), FinishReason.STOP)
            self.ended = self.done = True
            yield from self._count(fields)

    def _whole(self, body: bytes) -> list[Json]:
        """One object, or the lines of a stream that a proxy gave another name."""
        try:
            return [parse(body.strip())]
        except ValueError:
            lines = [line for line in body.split(b"\n") if line.strip()]
        return [_parsed(line, body, is_last=number == len(lines)) for number, line in enumerate(lines, 1)]

    def _call_all(self, calls: Json) -> None:
        """Calls come whole and without ids."""
        if calls is not None:
            self._collector.count(self._calls.feed([_without_index(call) for call in list_of(calls)]))

    def _count(self, fields: dict[str, Json]) -> Iterator[StreamEvent]:
        yield from self._report(
            Usage(
                input_tokens=count_of(fields.get("prompt_eval_count")), output_tokens=count_of(fields.get("eval_count"))
            )
        )

    def _status(self, status: str) -> None:
        if status:
            raise failed(
                ErrorKind.OVERLOADED,
                msg("Ollama does not answer yet: it is still busy with the model ({status}).", status=status),
                hint=msg("A large model takes a while to fetch and to load. Ask again when it is there."),
                request_id=self.request_id,
            )


def _parsed(line: bytes, body: bytes, *, is_last: bool) -> Json:
    """A line's value; the last one may be cut off and is worth nothing then."""
    try:
        return parse(line.strip())
    except ValueError as error:
        if is_last:
            return None
        raise undecodable(body) from error


def _without_index(call: Json) -> Json:
    return {name: value for name, value in object_of(call).items() if name != "index"}
