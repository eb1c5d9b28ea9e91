"""Answers in the dialect of OpenAI's chat completions, as bytes for a scripted server."""

import json
from typing import Any

DONE = b"data: [DONE]\n\n"


def event(**fields: Any) -> bytes:
    return b"data: " + json.dumps(fields, ensure_ascii=False).encode() + b"\n\n"


def piece(text: str, finish: str | None = None) -> bytes:
    """One chunk of an answer."""
    return event(id="c", object="chat.completion.chunk", choices=[_choice({"content": text}, finish)])


def thought(text: str) -> bytes:
    return event(id="c", object="chat.completion.chunk", choices=[_choice({"reasoning_content": text}, None)])


def usage(asked: int, answered: int) -> bytes:
    counts = {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}
    return event(id="c", object="chat.completion.chunk", choices=[], usage=counts)


def answer(*texts: str) -> bytes:
    """A whole answer, properly ended."""
    return b"".join([*(piece(text) for text in texts), piece("", "stop"), usage(3, 4), DONE])


def _choice(delta: dict[str, str], finish: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish}
