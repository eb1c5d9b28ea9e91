"""Reads answers of Google's Gemini API: events, one document, or an array of what would be events. No network here.

https://ai.google.dev/api/generate-content
"""

import json
from collections.abc import Iterator, Mapping

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.events import StreamEvent
from desktopchat.domain.message import FinishReason, Usage
from desktopchat.domain.text import msg
from desktopchat.domain.values import Json
from desktopchat.providers.json_reader import JsonReader
from desktopchat.providers.jsontext import count_of, list_of, object_of, string_of
from desktopchat.transports.foreign import failed

FINISH_REASONS: Mapping[str, FinishReason] = {
    "MAX_TOKENS": FinishReason.LENGTH,
    **dict.fromkeys(
        (
            "SAFETY",
            "RECITATION",
            "BLOCKLIST",
            "PROHIBITED_CONTENT",
            "SPII",
            "IMAGE_SAFETY",
            "IMAGE_PROHIBITED_CONTENT",
            "IMAGE_RECITATION",
        ),
        FinishReason.CONTENT_FILTER,
    ),
}
"""Everything else is `stop`."""

NO_REASON = frozenset({"", "FINISH_REASON_UNSPECIFIED", "BLOCK_REASON_UNSPECIFIED", "BLOCKED_REASON_UNSPECIFIED"})


class GeminiReader(JsonReader):
    """Ends at a `finishReason`. Nothing says that nothing follows, so that only the grace or the connection's end does.

    Raises `content_filtered` for a question that was blocked: there is no answer then, and no finish reason.
    """

    def _said(self, fields: dict[str, Json]) -> Iterator[StreamEvent]:
        if not {"candidates", "promptFeedback", "usageMetadata"} & fields.keys():
            return
        self.frames += 1
        blocked = string_of(object_of(fields.get("promptFeedback")).get("blockReason"))
        if blocked not in NO_REASON:
            raise _blocked(blocked, self.request_id or string_of(fields.get("responseId")))
        for candidate in map(object_of, list_of(fields.get("candidates"))):
            if candidate.get("index") in (None, 0):
                yield from self._candidate(candidate)
        yield from self._count(object_of(fields.get("usageMetadata")))

    def _whole(self, body: bytes) -> list[Json]:
        """Without `alt=sse` the frames come as the elements of one array."""
        return [value for document in super()._whole(body) for value in list_of(document)]

    def _candidate(self, candidate: dict[str, Json]) -> Iterator[StreamEvent]:
        for part in map(object_of, list_of(object_of(candidate.get("content")).get("parts"))):
            text = string_of(part.get("text"))
            if part.get("thought") is True:
                yield from self._collector.reasoning(text)
            else:
                yield from self._collector.text(text)
            if isinstance(call := part.get("functionCall"), dict):
                self._call(call)
        reason = string_of(candidate.get("finishReason"))
        if reason not in NO_REASON:
            self.ended = True
            self._reason = FINISH_REASONS.get(reason, FinishReason.STOP)

    def _call(self, call: dict[str, Json]) -> None:
        """Calls come whole, and often without an id: two of the same name are two."""
        arguments = json.dumps(object_of(call.get("args")), ensure_ascii=False)
        fragment: Json = {"id": call.get("id"), "function": {"name": call.get("name"), "arguments": arguments}}
        self._collector.count(self._calls.feed([fragment]))

    def _count(self, counts: dict[str, Json]) -> Iterator[StreamEvent]:
        """Each chunk repeats the counts so far. The tokens of thoughts are not among the candidates'."""
        if not counts:
            return
        said, thought = count_of(counts.get("candidatesTokenCount")), count_of(counts.get("thoughtsTokenCount"))
        made = None if said is None and thought is None else (said or 0) + (thought or 0)
        given, cached = count_of(counts.get("promptTokenCount")), count_of(counts.get("cachedContentTokenCount"))
        before = self._usage
        yield from self._report(
            Usage(
                input_tokens=before.input_tokens if given is None else given,
                output_tokens=before.output_tokens if made is None else made,
                reasoning_tokens=before.reasoning_tokens if thought is None else thought,
                cached_tokens=before.cached_tokens if cached is None else cached,
            )
        )


def _blocked(reason: str, request_id: str) -> ChatError:
    return failed(
        ErrorKind.CONTENT_FILTERED,
        msg("Google's filter blocked the question ({reason}), so there is no answer.", reason=reason),
        hint=msg("Say it in other words; what came earlier in the conversation counts, too."),
        code=reason,
        request_id=request_id,
    )
