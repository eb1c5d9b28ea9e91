"""Chunks of the chat completions dialect that say a piece of text and nothing else, told at little cost.

Nearly all chunks of an answer are of this kind, and all that differs between two of them is the text.
"""

import re
from typing import Self

from desktopchat.domain.values import Json
from desktopchat.providers.jsontext import first_value, string_of
from desktopchat.providers.vendor_errors import SIGNS

REASONING = ("reasoning_content", "reasoning", "thinking")
RARE_REASONING = frozenset({*REASONING, "reasoning_details"})
MORE_THAN_TEXT = SIGNS | RARE_REASONING | {"refusal", "tool_calls", "function_call", "x_groq"}
"""Without these in chunk, choice and delta, and without counts, a chunk is text and nothing else."""

_BEFORE_TEXT = re.compile(r'"content"[ ]?:[ ]?(?=")')


def only_text(chunk: Json) -> str:
    """The text of a chunk that says nothing else; empty for any other, which is to be read with care."""
    if not isinstance(chunk, dict) or chunk.get("usage") or _says_more(chunk):
        return ""
    choices = chunk.get("choices")
    if not isinstance(choices, list) or len(choices) != 1 or chunk.get("object") == "error":
        return ""
    choice = choices[0]
    if not isinstance(choice, dict) or choice.get("index") or choice.get("finish_reason") or choice.get("usage"):
        return ""
    delta = choice.get("delta")
    if not isinstance(delta, dict) or _says_more(delta) or _says_more(choice):
        return ""
    return string_of(delta.get("content"))


def _says_more(fields: dict[str, Json]) -> bool:
    return any(fields[name] for name in MORE_THAN_TEXT & fields.keys())


class Surroundings:
    """What stands around the text in the chunks of one answer. Where it is the same again, the text alone is read."""

    def __init__(self, before: str = "", behind: str = "") -> None:
        self._before, self._behind = before, behind

    @classmethod
    def of(cls, text: str, data: str) -> Self:
        """`data` is the JSON of a chunk that says `text` and nothing else."""
        found = list(_BEFORE_TEXT.finditer(data))  # never inside of a string: its quotation marks would be escaped
        if len(found) != 1:
            return cls()
        start = found[0].end()
        value, end = first_value(data, start)
        return cls(data[:start], data[end:]) if value == text else cls()

    def text_in(self, data: str) -> str:
        """The text in `data` if all around it is what it was before, else an empty one."""
        start = len(self._before)
        if not start or not data.startswith(self._before) or not data.startswith('"', start):
            return ""
        try:
            value, end = first_value(data, start)
        except ValueError:
            return ""
        return string_of(value) if data[end:] == self._behind else ""
