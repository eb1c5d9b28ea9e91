"""What servers of Anthropic's, Google's and Ollama's dialects send that breaks naive clients, one scenario each.

Data only, as in `breakers`.
"""

import json

from tests.support.breakers import Breaker

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.message import FinishReason
from desktopchat.domain.values import Json

LENGTH, FILTER, TOOLS = FinishReason.LENGTH, FinishReason.CONTENT_FILTER, FinishReason.TOOL_CALLS


def named(kind: str, **fields: Json) -> bytes:
    """An event of Anthropic's."""
    data = json.dumps({"type": kind, **fields}, ensure_ascii=False)
    return f"event: {kind}\ndata: {data}\n\n".encode()


def block(index: int, kind: str, **fields: Json) -> bytes:
    return named("content_block_start", index=index, content_block={"type": kind, **fields})


def piece(index: int, kind: str, **fields: Json) -> bytes:
    return named("content_block_delta", index=index, delta={"type": kind, **fields})


def ends(reason: Json, **usage: Json) -> bytes:
    return named("message_delta", delta={"stop_reason": reason}, usage=dict(usage)) + named("message_stop")


def anthropic(name: str, body: bytes, text: str = "Hello", **more: object) -> Breaker:
    return Breaker(f"Anthropic: {name}", body, text=text, kind="anthropic", **more)  # type: ignore[arg-type]


def anthropic_broken(name: str, body: bytes, error: ErrorKind, text: str = "", **more: object) -> Breaker:
    return anthropic(name, body, text, error=error, reason=None, **more)


BEGIN = named("message_start", message={"id": "msg_1", "usage": {"input_tokens": 25, "output_tokens": 1}})
HELLO = block(0, "text", text="") + piece(0, "text_delta", text="Hel") + piece(0, "text_delta", text="lo")
CLOSE = named("content_block_stop", index=0)
END = ends("end_turn", output_tokens=15)
WHOLE: Json = {
    "type": "message",
    "content": [{"type": "thinking", "thinking": "Hm"}, {"type": "text", "text": "Hello"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 25, "output_tokens": 15},
}
OVERLOADED: Json = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}

ANTHROPIC = [
    anthropic("plain", BEGIN + HELLO + CLOSE + END, usage=(25, 15)),
    anthropic("CRLF", (BEGIN + HELLO + CLOSE + END).replace(b"\n", b"\r\n"), usage=(25, 15)),
    anthropic(
        "no event names",
        b"".join(line for line in (BEGIN + HELLO + END).splitlines(keepends=True) if not line.startswith(b"event")),
    ),
    anthropic("pings and comments", BEGIN + b": hi\n\n" + named("ping") + HELLO + named("ping") + CLOSE + END),
    anthropic("unknown events and blocks", BEGIN + named("sunrise", x=1) + block(0, "aura", glow=1) + HELLO + END),
    anthropic("text in the block's beginning", BEGIN + block(0, "text", text="Hello") + END),
    anthropic(
        "thoughts with a signature",
        BEGIN
        + block(0, "thinking", thinking="", signature="")
        + piece(0, "thinking_delta", thinking="H")
        + piece(0, "thinking_delta", thinking="m")
        + piece(0, "signature_delta", signature="EqQB")
        + CLOSE
        + block(1, "redacted_thinking", data="xxxx")
        + HELLO
        + END,
        reasoning="Hm",
    ),
    anthropic("thoughts that are not shown", BEGIN + block(0, "thinking", thinking="") + CLOSE + HELLO + END),
    anthropic(
        "a call in pieces",
        BEGIN
        + HELLO
        + block(1, "tool_use", id="toolu_1", name="look", input={})
        + piece(1, "input_json_delta", partial_json="")
        + piece(1, "input_json_delta", partial_json='{"at": ')
        + piece(1, "input_json_delta", partial_json='"sea"}')
        + ends("tool_use", output_tokens=9),
        reason=TOOLS,
        calls=(("toolu_1", "look", '{"at": "sea"}'),),
    ),
    anthropic(
        "two calls, given whole",
        BEGIN
        + block(0, "tool_use", id="a", name="look", input={"at": "sea"})
        + block(1, "tool_use", id="b", name="look", input={"at": "sky"})
        + ends("tool_use"),
        "",
        reason=TOOLS,
        calls=(("a", "look", '{"at": "sea"}'), ("b", "look", '{"at": "sky"}')),
    ),
    anthropic(
        "a server's own tool", BEGIN + block(0, "server_tool_use", id="s", name="web", input={"q": 1}) + HELLO + END
    ),
    anthropic(
        "a server's own tool behind a call",
        BEGIN
        + HELLO
        + block(1, "tool_use", id="a", name="look", input={})
        + piece(1, "input_json_delta", partial_json='{"at": 1}')
        + block(2, "server_tool_use", id="s", name="web", input={})
        + piece(2, "input_json_delta", partial_json='{"q": 1}')
        + ends("tool_use"),
        reason=TOOLS,
        calls=(("a", "look", '{"at": 1}'),),
    ),
    anthropic("out of tokens", BEGIN + HELLO + ends("max_tokens"), reason=LENGTH),
    anthropic("context full", BEGIN + HELLO + ends("model_context_window_exceeded"), reason=LENGTH),
    anthropic("refusal", BEGIN + HELLO + ends("refusal"), reason=FILTER),
    anthropic("pause", BEGIN + HELLO + ends("pause_turn")),
    anthropic("stop sequence", BEGIN + HELLO + ends("stop_sequence")),
    anthropic("a reason of tomorrow", BEGIN + HELLO + ends("enlightenment")),
    anthropic("no reason at all", BEGIN + HELLO + named("message_stop")),
    anthropic("nulls", named("message_start", message=None) + named("content_block_delta", delta=None) + HELLO + END),
    anthropic(
        "cached tokens are counted too",
        named(
            "message_start",
            message={"usage": {"input_tokens": 5, "cache_creation_input_tokens": 20, "cache_read_input_tokens": 100}},
        )
        + HELLO
        + ends("end_turn", output_tokens=15),
        usage=(125, 15),
    ),
    anthropic("counts come late", BEGIN + HELLO + ends("end_turn", input_tokens=30, output_tokens=4), usage=(30, 4)),
    anthropic("counts that fall", BEGIN + HELLO + ends("end_turn", input_tokens=0, output_tokens=4), usage=(25, 4)),
    anthropic(
        "a whole message", json.dumps(WHOLE).encode(), reasoning="Hm", usage=(25, 15), media_type="application/json"
    ),
    anthropic("a whole message called a stream", json.dumps(WHOLE).encode(), reasoning="Hm", usage=(25, 15)),
    anthropic_broken("no message_stop", BEGIN + HELLO + CLOSE, ErrorKind.TRUNCATED, "Hello"),
    anthropic_broken(
        "a reason and no message_stop",
        BEGIN + HELLO + named("message_delta", delta={"stop_reason": "end_turn"}),
        ErrorKind.TRUNCATED,
        "Hello",
    ),
    anthropic_broken(
        "cut in a line", BEGIN + HELLO + b'event: content_block_delta\ndata: {"ty', ErrorKind.TRUNCATED, "Hello"
    ),
    anthropic_broken("nothing but a beginning", BEGIN, ErrorKind.TRUNCATED),
    anthropic_broken("nothing but pings", named("ping") * 3, ErrorKind.PROTOCOL),
    anthropic_broken(
        "overloaded in the middle",
        BEGIN + HELLO + b"event: error\ndata: " + json.dumps(OVERLOADED).encode() + b"\n\n" + named("message_stop"),
        ErrorKind.OVERLOADED,
        "Hello",
        code="overloaded_error",
    ),
    anthropic_broken(
        "error as JSON with status 200",
        json.dumps(OVERLOADED).encode(),
        ErrorKind.OVERLOADED,
        media_type="application/json",
    ),
    anthropic_broken("error in plain words", BEGIN + b"event: error\ndata: it broke\n\n", ErrorKind.OVERLOADED),
    anthropic_broken("not JSON", BEGIN + HELLO + b"data: {oops}\n\n" + END, ErrorKind.PROTOCOL, "Hello"),
    anthropic_broken("another JSON", b'{"ok": true}', ErrorKind.PROTOCOL, media_type="application/json"),
]


def chunk(*parts: Json, reason: Json = None, **more: Json) -> dict[str, Json]:
    """A chunk of Google's."""
    candidate: dict[str, Json] = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    if reason is not None:
        candidate["finishReason"] = reason
    return {"candidates": [candidate], **more}


def sse(*chunks: Json) -> bytes:
    return b"".join(f"data: {json.dumps(value, ensure_ascii=False)}\r\n\r\n".encode() for value in chunks)


def gemini(name: str, body: bytes, text: str = "Hello", **more: object) -> Breaker:
    return Breaker(f"Gemini: {name}", body, text=text, kind="gemini", **more)  # type: ignore[arg-type]


def gemini_broken(name: str, body: bytes, error: ErrorKind, text: str = "", **more: object) -> Breaker:
    return gemini(name, body, text, error=error, reason=None, **more)


HEL, LO = chunk({"text": "Hel"}), chunk({"text": "lo"})
STOP = chunk({"text": ""}, reason="STOP")
COUNTS: Json = {"promptTokenCount": 4, "candidatesTokenCount": 2, "thoughtsTokenCount": 7, "totalTokenCount": 13}
GOOGLES_ERROR: Json = {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}
PRETTY = json.dumps(GOOGLES_ERROR, indent=2).replace("\n", "\r\n").encode()

GEMINI = [
    gemini("plain", sse(HEL, LO, STOP)),
    gemini(
        "the end in the last piece", sse(HEL, chunk({"text": "lo"}, reason="STOP", usageMetadata=COUNTS)), usage=(4, 9)
    ),
    gemini(
        "counts in each chunk replace each other",
        sse({**HEL, "usageMetadata": COUNTS}, {**LO, "usageMetadata": COUNTS}, STOP),
        usage=(4, 9),
    ),
    gemini("counts behind the end", sse(HEL, LO, STOP, {"usageMetadata": {"promptTokenCount": 3}}), usage=(3, None)),
    gemini("a reason in every chunk", sse(chunk({"text": "Hel"}, reason="STOP"), chunk({"text": "lo"}, reason="STOP"))),
    gemini("thoughts", sse(chunk({"text": "Hm", "thought": True}, {"text": "Hel"}), LO, STOP), reasoning="Hm"),
    gemini("several parts", sse(chunk({"text": "Hel"}, {"inlineData": {"data": "x"}}, {"text": "lo"}), STOP)),
    gemini("a candidate without content", sse(HEL, LO, {"candidates": [{"finishReason": "STOP"}]})),
    gemini("candidates null, chunks that are none", sse({"candidates": None}, None, 7, [], HEL, LO, STOP)),
    gemini(
        "other candidates", sse({"candidates": [{"index": 1, "content": {"parts": [{"text": "no"}]}}]}, HEL, LO, STOP)
    ),
    gemini("unspecified reason", sse(chunk({"text": "Hel"}, reason="FINISH_REASON_UNSPECIFIED"), LO, STOP)),
    gemini("ratings without a block", sse({"promptFeedback": {"safetyRatings": []}}, HEL, LO, STOP)),
    gemini("out of tokens", sse(HEL, LO, chunk(reason="MAX_TOKENS")), reason=LENGTH),
    gemini("safety", sse(HEL, LO, {"candidates": [{"finishReason": "SAFETY", "safetyRatings": []}]}), reason=FILTER),
    gemini("recitation", sse(HEL, LO, chunk(reason="RECITATION")), reason=FILTER),
    gemini("a reason of tomorrow", sse(HEL, LO, chunk(reason="BOREDOM"))),
    gemini(
        "calls",
        sse(
            chunk({"functionCall": {"name": "look", "args": {"at": "sea"}}}),
            chunk({"functionCall": {"name": "look", "args": {"at": "sky"}, "id": "b"}}),
            chunk(reason="STOP"),
        ),
        "",
        reason=TOOLS,
        calls=(("call_0", "look", '{"at": "sea"}'), ("b", "look", '{"at": "sky"}')),
    ),
    gemini("an array instead of events", json.dumps([HEL, LO, STOP]).encode(), media_type="application/json"),
    gemini("one document", json.dumps(chunk({"text": "Hello"}, reason="STOP")).encode(), media_type="application/json"),
    gemini_broken("no reason", sse(HEL, LO), ErrorKind.TRUNCATED, "Hello"),
    gemini_broken("cut in a line", sse(HEL, LO) + b'data: {"candidates":[{"con', ErrorKind.TRUNCATED, "Hello"),
    gemini_broken(
        "blocked question",
        sse({"promptFeedback": {"blockReason": "SAFETY"}}),
        ErrorKind.CONTENT_FILTERED,
        code="SAFETY",
    ),
    gemini_broken("error in an event", sse(HEL, LO, GOOGLES_ERROR), ErrorKind.OVERLOADED, "Hello", code="UNAVAILABLE"),
    gemini_broken(
        "bare error between events",
        sse(HEL, LO) + PRETTY + b"\r\n\r\n",
        ErrorKind.OVERLOADED,
        "Hello",
        code="UNAVAILABLE",
    ),
    gemini_broken("bare error without an end of line", sse(HEL, LO) + PRETTY, ErrorKind.OVERLOADED, "Hello"),
    gemini_broken(
        "bare error in an array, and nothing else", b"[" + PRETTY + b"]", ErrorKind.OVERLOADED, code="UNAVAILABLE"
    ),
    gemini_broken("error as JSON with status 200", PRETTY, ErrorKind.OVERLOADED, media_type="application/json"),
    gemini_broken(
        "an array with an error at its end",
        json.dumps([HEL, LO, GOOGLES_ERROR]).encode(),
        ErrorKind.OVERLOADED,
        "Hello",
        media_type="application/json",
    ),
    gemini_broken("an empty array", b"[]", ErrorKind.PROTOCOL, media_type="application/json"),
    gemini_broken("not JSON", sse(HEL, LO) + b"data: {oops}\n\n", ErrorKind.PROTOCOL, "Hello"),
    gemini_broken("another JSON", b'{"ok": true}', ErrorKind.PROTOCOL, media_type="application/json"),
]


def lines(*values: Json) -> bytes:
    return b"".join(f"{json.dumps(value, ensure_ascii=False)}\n".encode() for value in values)


def says(text: Json, **more: Json) -> dict[str, Json]:
    return {"model": "m", "message": {"role": "assistant", "content": text, **more}, "done": False}


def ollama(name: str, body: bytes, text: str = "Hello", **more: object) -> Breaker:
    more = {"media_type": "application/x-ndjson", **more}
    return Breaker(f"Ollama: {name}", body, text=text, kind="ollama", **more)  # type: ignore[arg-type]


def ollama_broken(name: str, body: bytes, error: ErrorKind, text: str = "", **more: object) -> Breaker:
    return ollama(name, body, text, error=error, reason=None, **more)


SAID = (says("Hel"), says("lo"))
DONE: dict[str, Json] = {**says(""), "done": True, "done_reason": "stop", "prompt_eval_count": 26, "eval_count": 8}
CALL: Json = {"function": {"name": "look", "arguments": {"at": "sea"}}}

OLLAMA = [
    ollama("plain", lines(*SAID, DONE), usage=(26, 8)),
    ollama("CRLF and blank lines", lines(*SAID, DONE).replace(b"\n", b"\r\n\r\n"), usage=(26, 8)),
    ollama("no line break at the end", lines(*SAID, DONE).rstrip()),
    ollama("thoughts", lines(says("", thinking="H"), says("", thinking="m"), *SAID, DONE), reasoning="Hm"),
    ollama("thoughts in tags", lines(says("<think>Hm</think>"), *SAID, DONE), reasoning="Hm"),
    ollama("line separators within a string", lines(says("a\u2028b\u0085c"), DONE), "a\u2028b\u0085c"),
    ollama("out of tokens", lines(*SAID, {**DONE, "done_reason": "length"}), reason=LENGTH),
    ollama("no reason, as old versions", lines(*SAID, {"model": "m", "done": True})),
    ollama(
        "nulls", lines(says(None), {"message": None, "done": False}, {"message": {"tool_calls": None}}, *SAID, DONE)
    ),
    ollama(
        "calls without ids, all numbered 0",
        lines(says("", tool_calls=[CALL, {"function": {"index": 0, "name": "wait", "arguments": {}}}]), DONE),
        "",
        reason=TOOLS,
        calls=(("call_0", "look", '{"at": "sea"}'), ("call_1", "wait", "{}")),
    ),
    ollama(
        "one document", json.dumps({**DONE, "message": {"content": "Hello"}}).encode(), media_type="application/json"
    ),
    ollama("another name for the lines", lines(*SAID, DONE), media_type="application/json"),
    ollama("a BOM first", b"\xef\xbb\xbf" + lines(*SAID, DONE)),
    ollama_broken("no end", lines(*SAID), ErrorKind.TRUNCATED, "Hello"),
    ollama_broken("cut in a line", lines(*SAID) + b'{"model":"m","mess', ErrorKind.TRUNCATED, "Hello"),
    ollama_broken(
        "cut in a line of another name",
        lines(*SAID) + b'{"mod',
        ErrorKind.TRUNCATED,
        "Hello",
        media_type="application/json",
    ),
    ollama_broken("an error line", lines(*SAID, {"error": "it broke"}), ErrorKind.OVERLOADED, "Hello"),
    ollama_broken(
        "an error line before the end", lines(*SAID, {"error": "it broke"}, DONE), ErrorKind.OVERLOADED, "Hello"
    ),
    ollama_broken("busy with the model", lines({"status": "pulling manifest"}), ErrorKind.OVERLOADED),
    ollama_broken("not JSON", lines(*SAID) + b"oops\n" + lines(DONE), ErrorKind.PROTOCOL, "Hello"),
    ollama_broken("nothing at all", b"", ErrorKind.PROTOCOL),
    ollama_broken("a page", b"<html><title>Login</title>", ErrorKind.PROTOCOL, media_type="text/html"),
    ollama_broken("another JSON", b'{"ok": true}', ErrorKind.PROTOCOL, media_type="application/json"),
]

ALL = [*ANTHROPIC, *GEMINI, *OLLAMA]
