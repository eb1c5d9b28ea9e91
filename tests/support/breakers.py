"""What servers send that breaks naive clients, one scenario each, with what a careful client makes of it.

Data only. The answers are bodies as bytes; how they are cut into pieces is for whoever plays them.
"""

import gzip
import json
from dataclasses import dataclass, field

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.message import FinishReason
from desktopchat.domain.values import Json

DONE = b"data: [DONE]\n\n"


def event(value: Json, *, end: bytes = b"\n\n") -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + end


def delta(fields: Json, reason: Json = None, **more: Json) -> bytes:
    return event({"choices": [{"index": 0, "delta": fields, "finish_reason": reason, **more}]})


def says(*texts: str) -> bytes:
    return b"".join(delta({"content": text}) for text in texts)


STOP = delta({}, "stop")
HI = says("Hel", "lo")


@dataclass(frozen=True, slots=True)
class Breaker:
    """A body and what it means. `error` None: complete, ended for `reason`. `code` is what the failure must carry."""

    name: str
    body: bytes
    text: str = "Hello"
    reasoning: str = ""
    reason: FinishReason | None = FinishReason.STOP
    error: ErrorKind | None = None
    code: str | None = None
    usage: tuple[int | None, int | None] | None = None
    calls: tuple[tuple[str, str, str], ...] = ()
    media_type: str = "text/event-stream"
    headers: dict[str, str] = field(default_factory=dict)
    model: str = "m"
    kind: str = "openai"
    path: str = "/v1"


def broken(name: str, body: bytes, error: ErrorKind, text: str = "", **more: object) -> Breaker:
    return Breaker(name, body, text=text, error=error, reason=None, **more)  # type: ignore[arg-type]


def tool(fields: Json) -> bytes:
    return delta({"tool_calls": fields})


def _usage(given: int, made: int) -> dict[str, Json]:
    return {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}


def _whole(content: Json, reason: str | None = "stop") -> bytes:
    message: Json = {"role": "assistant", "content": content}
    choices: Json = [{"index": 0, "message": message, "finish_reason": reason}]
    return json.dumps({"object": "chat.completion", "choices": choices, "usage": _usage(9, 3)}).encode()


_ERROR: Json = {"error": {"message": "it broke", "type": "server_error", "code": None}}
_LEADING = delta({"role": "assistant", "content": ""})

SHAPES = [
    Breaker("plain", _LEADING + HI + STOP + DONE),
    Breaker("choices empty first", event({"choices": [], "prompt_filter_results": [{}]}) + HI + STOP + DONE),
    Breaker(
        "choices null, data null, other values",
        event({"choices": None}) + event(None) + event(7) + event([]) + event("x") + HI + STOP,
    ),
    Breaker("delta null and missing", delta(None) + event({"choices": [{"index": 0}]}) + HI + STOP + DONE),
    Breaker(
        "message instead of delta",
        event({"choices": [{"message": {"content": "Hel"}}]})
        + event({"choices": [{"message": {"content": "lo"}, "finish_reason": "stop"}]}),
    ),
    Breaker(
        "whole message after deltas",
        HI + event({"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]}),
    ),
    Breaker("content null with role", delta({"role": "assistant", "content": None}) + HI + STOP + DONE),
    Breaker("falsy texts", says("0", " ", "\n", "0", "") + STOP + DONE, text="0 \n0"),
    Breaker(
        "role in each delta",
        delta({"role": "assistant", "content": "Hel"}) + delta({"role": None, "content": "lo"}) + STOP,
    ),
    Breaker("text and finish in one piece", says("Hel") + delta({"content": "lo"}, "stop")),
    Breaker("other choices are ignored", event({"choices": [{"index": 1, "delta": {"content": "no"}}]}) + HI + STOP),
    Breaker(
        "content as a list", delta({"content": [{"type": "text", "text": "Hel"}, {"type": "reference"}, "lo"]}) + STOP
    ),
    Breaker(
        "escaped surrogates cut in two",
        b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n'
        b'data: {"choices":[{"delta":{"content":"\\ude00"}}]}\n\n' + STOP,
        text="😀",
    ),
    Breaker(
        "half a surrogate at the end",
        b'data: {"choices":[{"delta":{"content":"a\\ud83d"}}]}\n\n' + STOP,
        text="a\ufffd",
    ),
    Breaker(
        "numbers that are none",
        b'data: {"choices":[{"delta":{"content":"Hello"},"logprobs":NaN}],"x":1e999}\n\n' + STOP,
    ),
    Breaker("two hundred thousand characters in a line", says("x" * 200_000) + STOP, text="x" * 200_000),
]

FRAMING = [
    Breaker("no space after the colon", (HI + STOP + DONE).replace(b"data: ", b"data:")),
    Breaker("CRLF", (HI + STOP + DONE).replace(b"\n", b"\r\n")),
    Breaker("CR", (HI + STOP + DONE).replace(b"\n", b"\r")),
    Breaker("BOM", b"\xef\xbb\xbf" + HI + STOP + DONE),
    Breaker("comments", b": OPENROUTER PROCESSING\n\n:keep-alive\n\n" + HI + b":HTTP_STATUS/200\n" + STOP + DONE),
    Breaker("other fields", b"id: 1\nevent: message\nretry: 3\nx\n" + HI + STOP + DONE),
    Breaker("heartbeat events", b"event: ping\ndata: still here\n\ndata:\n\n" + HI + STOP + DONE),
    Breaker("line separators inside JSON", says("a\u2028b\u0085c\u000bd") + STOP, text="a\u2028b\u0085c\u000bd"),
    Breaker(
        "JSON over several data lines",
        b'data: {"choices":\ndata: [{"delta":{"content":"Hello"},\ndata: "finish_reason":"stop"}]}\n\n',
    ),
    Breaker("characters of all lengths", says("é", "中文", "😀", "👩‍🚀") + STOP, text="é中文😀👩‍🚀"),
    Breaker("charset lies", says("中文") + STOP, text="中文", media_type="text/event-stream; charset=iso-8859-1"),
    Breaker("media type doubled", HI + STOP, media_type="text/event-stream;charset=UTF-8;charset=utf-8"),
    Breaker("media type missing", HI + STOP + DONE, media_type=""),
    Breaker("media type wrong", HI + STOP + DONE, media_type="application/json"),
    Breaker("gzip", gzip.compress(HI + STOP + DONE), headers={"Content-Encoding": "gzip"}),
]

ENDS = [
    Breaker("no DONE", HI + STOP),
    Breaker("DONE only", HI + DONE),
    Breaker("last event without its blank line", HI + STOP.rstrip(b"\n")),
    Breaker("DONE without its line end", HI + b"data: [DONE]"),
    Breaker(
        "finish reason empty, null and none until the end",
        delta({"content": "Hel"}, "") + delta({"content": "lo"}, "null") + STOP,
    ),
    Breaker(
        "finish reason on every piece", delta({"content": "Hel"}, "stop") + delta({"content": "lo"}, "stop") + DONE
    ),
    Breaker("finish twice", HI + STOP + STOP + DONE),
    Breaker("length", HI + delta({}, "length") + DONE, reason=FinishReason.LENGTH),
    Breaker("content filter", HI + delta({}, "content_filter") + DONE, reason=FinishReason.CONTENT_FILTER),
    Breaker("sensitive", HI + delta({}, "sensitive") + DONE, reason=FinishReason.CONTENT_FILTER),
    Breaker("an unknown reason", HI + delta({}, "because") + DONE),
    Breaker(
        "a refusal is shown",
        delta({"refusal": "I "}) + delta({"refusal": "can't."}) + STOP,
        text="I can't.",
        reason=FinishReason.CONTENT_FILTER,
    ),
    Breaker(
        "Azure's filter chunks", HI + event({"choices": [{"content_filter_offsets": {}, "delta": None}]}) + STOP + DONE
    ),
    Breaker("an answer without text", _LEADING + STOP + DONE, text=""),
]

USAGE = [
    Breaker("usage behind the end", HI + STOP + event({"choices": [], "usage": _usage(9, 3)}) + DONE, usage=(9, 3)),
    Breaker(
        "usage with the end",
        HI + event({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": _usage(9, 3)}),
        usage=(9, 3),
    ),
    Breaker("usage in the choice", HI + delta({}, "stop", usage=_usage(9, 3)) + DONE, usage=(9, 3)),
    Breaker(
        "usage with an empty delta",
        HI + STOP + event({"choices": [{"index": 0, "delta": {}}], "usage": _usage(9, 3)}),
        usage=(9, 3),
    ),
    Breaker("usage in x_groq", HI + STOP + event({"choices": [], "x_groq": {"usage": _usage(9, 3)}}), usage=(9, 3)),
    Breaker(
        "usage grows with each piece",
        b"".join(
            event({"choices": [{"delta": {"content": text}}], "usage": _usage(9, n)})
            for n, text in ((1, "Hel"), (2, "lo"))
        )
        + STOP,
        usage=(9, 2),
    ),
    Breaker(
        "usage that is none",
        HI + STOP + event({"choices": [], "usage": {"prompt_tokens": True, "completion_tokens": -1}}),
        usage=None,
    ),
]

REASONING = [
    Breaker("reasoning_content", delta({"reasoning_content": "Hm", "content": None}) + HI + STOP, reasoning="Hm"),
    Breaker("reasoning", delta({"reasoning": "Hm"}) + HI + STOP, reasoning="Hm"),
    Breaker(
        "reasoning twice",
        delta({"reasoning": "Hm", "reasoning_details": [{"type": "reasoning.text", "text": "Hm"}]}) + HI + STOP,
        reasoning="Hm",
    ),
    Breaker(
        "reasoning_details alone",
        delta({"reasoning_details": [{"type": "reasoning.summary", "summary": "Hm"}]}) + HI + STOP,
        reasoning="Hm",
    ),
    Breaker(
        "Mistral's thinking",
        delta({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}]}) + HI + STOP,
        reasoning="Hm",
    ),
    Breaker("think tags", says("<thi", "nk>\nH", "m</th", "ink>\n\n", "Hello") + STOP, reasoning="Hm"),
    Breaker("think tags within", says("Use <think>x</think>") + STOP, text="Use <think>x</think>"),
    Breaker("a thought that is never closed", says("<think>", "Hm </") + STOP, text="", reasoning="Hm </"),
    Breaker(
        "tags behind separate reasoning are text",
        delta({"reasoning": "Hm"}) + says("<think>x") + STOP,
        text="<think>x",
        reasoning="Hm",
    ),
]

_ARGUMENTS = ('{"ci', 'ty":"Paris"}')
_PARIS = ("call_1", "weather", "".join(_ARGUMENTS))


def _call(index: int | None, call_id: str | None, name: str | None, arguments: str) -> dict[str, Json]:
    found: dict[str, Json] = {"function": {"name": name, "arguments": arguments}}
    return found | ({} if index is None else {"index": index}) | ({} if call_id is None else {"id": call_id})


def _tools(
    name: str, *fragments: list[dict[str, Json]], calls: tuple[tuple[str, str, str], ...] = (_PARIS,)
) -> Breaker:
    body = b"".join(tool([*fragment]) for fragment in fragments) + delta({}, "tool_calls") + DONE
    return Breaker(name, body, text="", reason=FinishReason.TOOL_CALLS, calls=calls)


TOOLS = [
    _tools(
        "tool call",
        [_call(0, "call_1", "weather", "")],
        [_call(0, None, None, _ARGUMENTS[0])],
        [_call(0, None, None, _ARGUMENTS[1])],
    ),
    _tools(
        "tool call without index",
        [_call(None, "call_1", "weather", "")],
        [_call(None, None, None, _ARGUMENTS[0])],
        [_call(None, "", None, _ARGUMENTS[1])],
    ),
    _tools(
        "tool call counted from one",
        [_call(1, "call_1", "weather", _ARGUMENTS[0])],
        [_call(1, "call_1", None, _ARGUMENTS[1])],
    ),
    _tools(
        "several fragments in one piece",
        [_call(0, "call_1", "weather", ""), _call(0, None, None, _ARGUMENTS[0]), _call(0, None, None, _ARGUMENTS[1])],
    ),
    _tools(
        "every call is number 0",
        [_call(0, "call_1", "weather", _PARIS[2])],
        [_call(0, "call_2", "time", "{}")],
        calls=(_PARIS, ("call_2", "time", "{}")),
    ),
    _tools(
        "calls mixed",
        [_call(0, "call_1", "weather", _ARGUMENTS[0]), _call(1, "call_2", "time", "{")],
        [_call(1, None, None, "}"), _call(0, None, None, _ARGUMENTS[1])],
        calls=(_PARIS, ("call_2", "time", "{}")),
    ),
    _tools("id missing", [_call(0, None, "time", "{}")], calls=(("call_0", "time", "{}"),)),
    Breaker("tool calls null", delta({"content": "Hello", "tool_calls": None}) + STOP),
    Breaker(
        "the old function call",
        delta({"function_call": {"name": "time", "arguments": "{}"}}) + delta({}, "function_call"),
        text="",
        reason=FinishReason.TOOL_CALLS,
        calls=(("call_0", "time", "{}"),),
    ),
]

ERRORS = [
    broken("error object and DONE", HI + event(_ERROR) + DONE, ErrorKind.OVERLOADED, "Hello"),
    broken("error object behind the end", HI + STOP + event(_ERROR) + DONE, ErrorKind.OVERLOADED, "Hello"),
    broken("error object first", event(_ERROR) + DONE, ErrorKind.OVERLOADED),
    broken("error as a string", HI + event({"error": "out of memory"}), ErrorKind.OVERLOADED, "Hello"),
    broken("error event", HI + b"event: error\ndata: the backend went away\n\n", ErrorKind.OVERLOADED, "Hello"),
    broken(
        "error event with a code",
        b'event: error\ndata: {"code": 400, "message": "bad"}\n\n',
        ErrorKind.BAD_REQUEST,
        code="400",
    ),
    broken(
        "error with finish reason error",
        HI
        + event({"error": {"code": 502, "message": "upstream"}, "choices": [{"delta": {}, "finish_reason": "error"}]}),
        ErrorKind.OVERLOADED,
        "Hello",
        code="502",
    ),
    broken(
        "error in the choice",
        HI + event({"choices": [{"delta": {}, "error": {"code": 429, "message": "slow"}}]}),
        ErrorKind.RATE_LIMITED,
        "Hello",
        code="429",
    ),
    broken(
        "finish reason network_error",
        HI + delta({}, "network_error") + DONE,
        ErrorKind.OVERLOADED,
        "Hello",
        code="network_error",
    ),
    broken(
        "Spark's code",
        HI + event({"code": 10013, "message": "blocked", "sid": "s1"}),
        ErrorKind.CONTENT_FILTERED,
        "Hello",
        code="10013",
    ),
    Breaker(
        "Spark's code 0", event({"code": 0, "message": "Success", "choices": [{"delta": {"content": "Hello"}}]}) + DONE
    ),
    broken(
        "Zhipu's code",
        event({"error": {"code": "1302", "message": "concurrency"}}),
        ErrorKind.RATE_LIMITED,
        code="1302",
    ),
    broken(
        "moderation in the middle",
        HI
        + event(
            {"error": {"code": "data_inspection_failed", "message": "Output data may contain inappropriate content."}}
        ),
        ErrorKind.CONTENT_FILTERED,
        "Hello",
        kind="dashscope",
        code="data_inspection_failed",
    ),
    broken("FastAPI's detail", event({"detail": "Model is loading"}), ErrorKind.OVERLOADED),
    broken(
        "quota inside the stream",
        event({"error": {"code": "insufficient_quota", "message": "pay"}}),
        ErrorKind.QUOTA,
        code="insufficient_quota",
    ),
    broken(
        "JSON error instead of a stream",
        json.dumps(_ERROR).encode(),
        ErrorKind.OVERLOADED,
        media_type="application/json",
    ),
    broken("JSON error called a stream", json.dumps(_ERROR).encode(), ErrorKind.OVERLOADED),
    broken("half a line", HI + b'data: {"choices":[{"delta":{"content":"los', ErrorKind.TRUNCATED, "Hello"),
    broken("clean end without an end signal", HI, ErrorKind.TRUNCATED, "Hello"),
    broken("nothing but a role", _LEADING, ErrorKind.TRUNCATED),
    broken("held text is not lost", says("<thi"), ErrorKind.TRUNCATED, "<thi"),
    broken("nothing at all", b"", ErrorKind.PROTOCOL),
    broken("nothing but comments", b": wait\n\n: wait\n\n", ErrorKind.PROTOCOL),
    broken("nothing but DONE", DONE, ErrorKind.PROTOCOL),
    broken("not JSON", HI + b"data: {oops}\n\n" + STOP, ErrorKind.PROTOCOL, "Hello"),
    broken("nested too deep", b"data: " + b"[" * 200_000 + b"\n\n", ErrorKind.PROTOCOL),
    broken("a page", b"<!doctype html><title>Login</title>", ErrorKind.PROTOCOL, media_type="text/html"),
    broken("a page called a stream", b"<html><title>Login</title>", ErrorKind.PROTOCOL),
    broken("plain words", b"Unexpected endpoint or method.", ErrorKind.PROTOCOL, media_type="text/plain"),
    broken("another JSON", b'{"status":"ok"}', ErrorKind.PROTOCOL, media_type="application/json"),
]

DOCUMENTS = [
    Breaker("a whole completion", _whole("Hello"), media_type="application/json", usage=(9, 3)),
    Breaker(
        "a whole completion behind blank lines",
        b"\n\n\n" + _whole("Hello"),
        media_type="application/json",
        usage=(9, 3),
    ),
    Breaker(
        "a whole completion without a reason",
        _whole("Hello", None),
        media_type="application/json; charset=utf-8",
        usage=(9, 3),
    ),
    Breaker(
        "a whole completion with thoughts",
        _whole("<think>Hm</think>Hello"),
        media_type="application/json",
        reasoning="Hm",
        usage=(9, 3),
    ),
]

CUMULATIVE = [
    Breaker(
        "Qwen-MT plus is cumulative",
        says("I", "I didn", "I didn’t laugh") + STOP + STOP + DONE,
        text="I didn’t laugh",
        model="qwen-mt-plus",
        kind="dashscope",
    ),
    Breaker(
        "Qwen-MT turbo changes its mind", says("Hel", "Hallo", "Hello") + STOP, model="qwen-mt-turbo", kind="dashscope"
    ),
    Breaker(
        "Qwen-MT flash is incremental",
        says("1", "1", "18") + STOP,
        text="1118",
        model="qwen-mt-flash",
        kind="dashscope",
    ),
    Breaker("what looks cumulative is not guessed to be", says("18", "1833") + STOP, text="181833"),
]

ALL = [*SHAPES, *FRAMING, *ENDS, *USAGE, *REASONING, *TOOLS, *ERRORS, *DOCUMENTS, *CUMULATIVE]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer with an error status, and what it means."""

    name: str
    status: str
    body: bytes
    kind: ErrorKind
    code: str | None = None


def refusal(name: str, status: str, body: Json, kind: ErrorKind, code: str | None = None) -> Refusal:
    return Refusal(name, status, json.dumps(body).encode(), kind, code)


def _openai_error(message: str, kind: str = "invalid_request_error", code: Json = None) -> Json:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


REFUSALS = [
    refusal(
        "OpenAI", "401 Unauthorized", _openai_error("no", code="invalid_api_key"), ErrorKind.AUTH, "invalid_api_key"
    ),
    refusal("a string", "403 Forbidden", {"error": "not allowed"}, ErrorKind.PERMISSION),
    refusal(
        "Mistral",
        "400 Bad Request",
        {"object": "error", "message": "no", "type": "invalid_request_error", "code": "unknown_model"},
        ErrorKind.NOT_FOUND,
        "unknown_model",
    ),
    refusal(
        "FastAPI",
        "422 Unprocessable Entity",
        {"detail": [{"loc": ["body", "n"], "msg": "too many", "type": "value_error"}]},
        ErrorKind.BAD_REQUEST,
    ),
    refusal(
        "OpenRouter",
        "402 Payment Required",
        {"error": {"code": 402, "message": "credits"}},
        ErrorKind.QUOTA,
        "402",
    ),
    refusal(
        "quota as 429",
        "429 Too Many Requests",
        _openai_error("pay", "insufficient_quota", "insufficient_quota"),
        ErrorKind.QUOTA,
        "insufficient_quota",
    ),
    refusal(
        "context",
        "400 Bad Request",
        _openai_error("the request exceeds the available context size", "exceed_context_size_error", 400),
        ErrorKind.CONTEXT_LENGTH,
        "400",
    ),
    refusal(
        "context in words",
        "400 Bad Request",
        _openai_error("This model's maximum context length is 8192 tokens"),
        ErrorKind.CONTEXT_LENGTH,
        "invalid_request_error",
    ),
    refusal(
        "Azure",
        "400 Bad Request",
        {"error": {"code": "content_filter", "message": "policy", "innererror": {"code": "X"}}},
        ErrorKind.CONTENT_FILTERED,
        "content_filter",
    ),
    refusal(
        "llama.cpp",
        "503 Service Unavailable",
        _openai_error("Loading model", "unavailable_error", 503),
        ErrorKind.OVERLOADED,
        "503",
    ),
    refusal(
        "capacity",
        "498 Capacity Exceeded",
        _openai_error("full", "capacity_exceeded"),
        ErrorKind.OVERLOADED,
        "capacity_exceeded",
    ),
    Refusal("a page", "502 Bad Gateway", b"<html><head><title>502</title></head></html>", ErrorKind.OVERLOADED),
    Refusal("plain text", "500 Internal Server Error", b"Internal Server Error", ErrorKind.OVERLOADED),
    Refusal("nothing", "404 Not Found", b"", ErrorKind.NOT_FOUND),
    Refusal("nested too deep", "400 Bad Request", b"[" * 100_000, ErrorKind.BAD_REQUEST),
]
