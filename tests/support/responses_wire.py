"""Answers in the Responses dialect, as bytes for a scripted server."""

import json

from desktopchat.domain.values import Json


def event(name: str, *, named: bool = True, **fields: Json) -> bytes:
    """One event; `named` also writes its `event:` line, which some servers leave out."""
    name = f"response.{name}" if name != "error" else name
    line = f"event: {name}\n" if named else ""
    return f"{line}data: {json.dumps({'type': name, **fields}, ensure_ascii=False)}\n\n".encode()


def says(*texts: str) -> bytes:
    return b"".join(event("output_text.delta", output_index=0, content_index=0, delta=text) for text in texts)


def response(status: str, *, output: Json = None, usage: Json = None, **fields: Json) -> dict[str, Json]:
    return {"id": "resp_1", "object": "response", "status": status, "output": output, "usage": usage, **fields}


def usage(given: int, made: int, *, cached: int = 0, thought: int = 0) -> dict[str, Json]:
    return {
        "input_tokens": given,
        "input_tokens_details": {"cached_tokens": cached},
        "output_tokens": made,
        "output_tokens_details": {"reasoning_tokens": thought},
        "total_tokens": given + made,
    }


def completed(**fields: Json) -> bytes:
    return event("completed", response={**response("completed"), **fields})


def message(*parts: Json) -> dict[str, Json]:
    return {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": list(parts)}


def text_part(text: str) -> dict[str, Json]:
    return {"type": "output_text", "text": text, "annotations": []}
