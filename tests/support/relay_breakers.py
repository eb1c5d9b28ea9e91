"""What DashScope's native protocol and relays send that breaks naive clients, one scenario each.

Data only, as in `breakers`.
"""

import json

from tests.support.breakers import Breaker

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.message import FinishReason
from desktopchat.domain.values import Json

LENGTH = FinishReason.LENGTH
EVENTS, PLAIN, HTML, JSON = "text/event-stream", "text/plain", "text/html; charset=UTF-8", "application/json"


def dumps(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


# DashScope's own


def frame(value: Json, *, event: str = "result", status: int = 200) -> bytes:
    """As the capture has it: no blank behind the colons, the status in a comment."""
    return f"id:1\nevent:{event}\n:HTTP_STATUS/{status}\ndata:{dumps(value)}\n\n".encode()


def output(message: Json, reason: Json = "null", **more: Json) -> bytes:
    choices: Json = [{"message": message, "finish_reason": reason}]
    return frame({"output": {"choices": choices}, "usage": {"input_tokens": 9, "output_tokens": 3}, **more})


def says(text: Json, reason: Json = "null") -> bytes:
    return output({"content": text, "role": "assistant"}, reason)


def native(name: str, body: bytes, text: str = "Hello", **more: object) -> Breaker:
    given = {"kind": "dashscope", "path": "/api/v1", "text": text, **more}
    return Breaker(f"DashScope: {name}", body, **given)  # type: ignore[arg-type]


def native_broken(name: str, body: bytes, error: ErrorKind, text: str = "", **more: object) -> Breaker:
    return native(name, body, text, error=error, reason=None, **more)


HI = says("Hel") + says("lo")
STOP = says("", "stop")
BLOCKED: dict[str, Json] = {"code": "DataInspectionFailed", "message": "Output data may contain inappropriate content."}
INVALID: dict[str, Json] = {"code": "InvalidParameter", "message": "Role must be user", "request_id": "r-1"}
WHOLE: Json = {
    "output": {"choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "Hello"}}]},
    "usage": {"input_tokens": 9, "output_tokens": 3, "total_tokens": 12},
    "request_id": "r-2",
}

NATIVE = [
    native("plain", HI + STOP, usage=(9, 3)),
    native("no event names", (says("H") + says("e") + says("l") + says("lo") + STOP).replace(b"event:result\n", b"")),
    native("CRLF", (HI + STOP).replace(b"\n", b"\r\n"), usage=(9, 3)),
    native("BOM", b"\xef\xbb\xbf" + HI + STOP),
    native("text with the reason", says("Hel") + says("lo", "stop"), usage=(9, 3)),
    native("null as a word is no end", HI + says("", "null") + STOP),
    native("length", HI + says("", "length"), reason=LENGTH),
    native("a reason of tomorrow", HI + says("", "enlightenment")),
    native(
        "thoughts",
        output({"content": "", "reasoning_content": "H"})
        + output({"content": "", "reasoning_content": "m"})
        + output({"content": "Hello", "reasoning_content": ""}, "stop"),
        reasoning="Hm",
    ),
    native("parts", says([{"text": "Hel"}]) + says([]) + says([{"image": "x"}, {"text": "lo"}]) + says([], "stop")),
    native(
        "counts without choices",
        HI + frame({"output": {"choices": []}, "usage": {"input_tokens": 1, "output_tokens": 2}}) + STOP,
        usage=(9, 3),
    ),
    native("output in words", frame({"output": {"text": "Hello", "finish_reason": "stop"}}), usage=None),
    native(
        "Qwen-MT: the reason around the choices",
        frame({"output": {"finish_reason": "stop", "choices": [{"message": {"content": "Hello"}}]}, "code": ""}),
    ),
    native(
        "search results",
        frame({"output": {"choices": [], "search_info": {"search_results": [{"url": "https://x.example"}]}}})
        + HI
        + STOP,
    ),
    native(
        "a call in pieces",
        output({"content": "", "tool_calls": [{"index": 0, "id": "c1", "function": {"name": "look", "arguments": ""}}]})
        + output({"content": "", "tool_calls": [{"index": 0, "id": "", "function": {"arguments": '{"at":1}'}}]})
        + output({"content": ""}, "tool_calls"),
        "",
        reason=FinishReason.TOOL_CALLS,
        calls=(("c1", "look", '{"at":1}'),),
    ),
    native(
        "nulls", frame(None) + frame({"output": None, "usage": None}) + frame({"output": {"choices": None}}) + HI + STOP
    ),
    native("whole", dumps(WHOLE).encode(), media_type=JSON, usage=(9, 3)),
    native("whole, without a media type", dumps(WHOLE).encode(), media_type="", usage=(9, 3)),
    native(
        "cumulative translation", says("I") + says("I did") + says("I did it", "stop"), "I did it", model="qwen-mt-plus"
    ),
    native("incremental translation", says("I") + says("I") + says(" did", "stop"), "II did", model="qwen-mt-flash"),
    native_broken(
        "an error in 200", frame(INVALID, event="error", status=400), ErrorKind.BAD_REQUEST, code="InvalidParameter"
    ),
    native_broken("an error called a result", frame(INVALID), ErrorKind.BAD_REQUEST, code="InvalidParameter"),
    native_broken(
        "moderation in the middle",
        HI + frame(BLOCKED, event="error", status=400),
        ErrorKind.CONTENT_FILTERED,
        "Hello",
        code="DataInspectionFailed",
    ),
    native_broken(
        "moderation behind the end", HI + STOP + frame(BLOCKED, event="error"), ErrorKind.CONTENT_FILTERED, "Hello"
    ),
    native_broken(
        "an error beside an empty output", HI + frame({**INVALID, "output": {}}), ErrorKind.BAD_REQUEST, "Hello"
    ),
    native_broken(
        "too long",
        frame({"code": "InvalidParameter", "message": "Range of input length should be [1, 30720]"}, event="error"),
        ErrorKind.CONTEXT_LENGTH,
    ),
    native_broken("an error in words", HI + b"event:error\ndata:Server is on fire\n\n", ErrorKind.OVERLOADED, "Hello"),
    native_broken("an error instead of a stream", dumps(INVALID).encode(), ErrorKind.BAD_REQUEST, media_type=""),
    native_broken("no end", HI, ErrorKind.TRUNCATED, "Hello"),
    native_broken("cut in a line", HI + b'id:3\ndata:{"output":{"cho', ErrorKind.TRUNCATED, "Hello"),
    native_broken("not JSON", HI + b"data:{oops}\n\n" + STOP, ErrorKind.PROTOCOL, "Hello"),
    native_broken("nothing", b"", ErrorKind.PROTOCOL),
    native_broken("another JSON", b'{"status":"ok"}', ErrorKind.PROTOCOL, media_type=JSON),
]

# relays


def update(text: Json) -> bytes:
    return f"event: update\ndata: {dumps({'content': text})}\n\n".encode()


def data(*lines: str) -> bytes:
    return "".join(f"data: {line}\n" for line in lines).encode() + b"\n"


def fault(value: Json) -> bytes:
    return f"event: error\ndata: {dumps(value)}\n\n".encode()


def relay(name: str, body: bytes, text: str = "Hello", **more: object) -> Breaker:
    given = {"kind": "sse-relay", "path": "/ai/streamChat", "text": text, **more}
    return Breaker(f"relay: {name}", body, **given)  # type: ignore[arg-type]


def relay_broken(name: str, body: bytes, error: ErrorKind, text: str = "", **more: object) -> Breaker:
    return relay(name, body, text, error=error, reason=None, **more)


UP = update("Hel") + update("lo")
END = b"event: end\ndata: \n\n"
DONE = b"data: [DONE]\n\n"
CHUNKS = data(dumps({"choices": [{"delta": {"content": "Hel"}}]})) + data(
    dumps({"choices": [{"delta": {"content": "lo"}}]})
)
FINISH = data(dumps({"choices": [{"delta": {}, "finish_reason": "stop"}]}))

ARTICLE = [
    relay("plain", UP + END),
    relay("heartbeats", b": heartbeat\n\n" + UP + b":\n\n: heartbeat\n\n" + END),
    relay("CRLF", (UP + END).replace(b"\n", b"\r\n")),
    relay("no blanks behind colons", (UP + END).replace(b": ", b":")),
    relay("end without its blank line", UP + b"event: end\ndata: "),
    relay("more blank lines", b"\n\n" + UP.replace(b"\n\n", b"\n\n\n\n") + b"\n" + END),
    relay("PHP's media type", UP + END, media_type=HTML),
    relay("no media type", UP + END, media_type=""),
    relay(
        "PHP's escapes",
        b'event: update\ndata: {"content":"\\u4f60\\u597d \\ud83d\\ude00\\n\\/"}\n\n' + END,
        "你好 😀\n/",
    ),
    relay("falsy pieces", b"".join(map(update, ["0", " ", "\n", "", "0"])) + END, "0 \n0"),
    relay("pieces that are none", update(None) + update(7) + update([]) + UP + END),
    relay("text as a message", data(dumps({"type": "message", "text": "Hel"})) + data(dumps({"answer": "lo"})) + END),
    relay("PHP frameworks", data(dumps({"code": 0, "msg": "ok", "data": {"content": "Hello"}})) + DONE),
    relay("an end of another name", UP + b"event: done\ndata: {}\n\n"),
    relay("done as a field", UP + data(dumps({"content": "", "done": True}))),
    relay("DONE in an event", UP + b"event: update\ndata: [DONE]\n\n"),
    relay("pings", b"event: ping\ndata: still here\n\n" + UP + b"event: heartbeat\ndata: 1\n\n" + END),
    relay(
        "thoughts and counts",
        b'event: reasoning\ndata: {"content":"Hm"}\n\n'
        + UP
        + b'event: usage\ndata: {"input_tokens":9,"output_tokens":3}\n\n'
        + END,
        reasoning="Hm",
        usage=(9, 3),
    ),
    relay("thoughts as a field", data(dumps({"reasoning_content": "Hm"})) + UP + END, reasoning="Hm"),
    relay("events behind the end are not read", UP + END + b": bye\n\n"),
    relay_broken("an error and then the end", UP + fault({"msg": "服务异常"}) + END, ErrorKind.OVERLOADED, "Hello"),
    relay_broken(
        "its kind",
        fault({"msg": "slow down", "kind": "rate_limited"}) + END,
        ErrorKind.RATE_LIMITED,
        code="rate_limited",
    ),
    relay_broken(
        "a kind of nobody", fault({"msg": "x", "kind": "telepathy"}) + END, ErrorKind.OVERLOADED, code="telepathy"
    ),
    relay_broken("an error without words", UP + b"event: error\ndata: \n\n" + END, ErrorKind.OVERLOADED, "Hello"),
    relay_broken(
        "an error in bare words", UP + b"event: error\ndata: it broke\n\n" + END, ErrorKind.OVERLOADED, "Hello"
    ),
    relay_broken("an error that is a number", fault(7), ErrorKind.OVERLOADED),
    relay_broken("an error in the form of text", fault({"content": "it broke"}) + END, ErrorKind.OVERLOADED),
    relay_broken("fail", UP + b'event: fail\ndata: {"msg":"x"}\n\n' + END, ErrorKind.OVERLOADED, "Hello"),
    relay_broken("msg", UP + data(dumps({"msg": "it broke"})) + END, ErrorKind.OVERLOADED, "Hello"),
    relay_broken(
        "a framework's error", data(dumps({"code": 500, "msg": "it broke"})), ErrorKind.OVERLOADED, code="500"
    ),
    relay_broken("the vendor's words", UP + data(dumps(BLOCKED)), ErrorKind.CONTENT_FILTERED, "Hello"),
    relay_broken("no end", UP, ErrorKind.TRUNCATED, "Hello"),
    relay_broken("end without a data line is none", UP + b"event: end\n\n", ErrorKind.TRUNCATED, "Hello"),
    relay_broken("cut in a line", UP + b'event: update\ndata: {"content', ErrorKind.TRUNCATED, "Hello"),
    relay_broken("not JSON", UP + b"data: {oops\n\n" + END, ErrorKind.PROTOCOL, "Hello"),
    relay_broken("nothing", b"", ErrorKind.PROTOCOL),
    relay_broken("nothing but heartbeats", b": heartbeat\n\n" * 3, ErrorKind.PROTOCOL),
    relay_broken("nothing but an end", END, ErrorKind.PROTOCOL),
]

RAW = [
    relay("chunks", CHUNKS + FINISH + DONE),
    relay("chunks with a line break more", (CHUNKS + FINISH + DONE).replace(b"\n\n", b"\n\n\n")),
    relay("chunks without DONE", CHUNKS + FINISH),
    relay("chunks without a reason", CHUNKS + DONE),
    relay("DashScope's own frames", HI + STOP, usage=(9, 3)),
    relay("the error is a string", CHUNKS + FINISH, media_type=HTML),
    relay_broken("an error as a string", CHUNKS + data(dumps({"error": "it broke"})), ErrorKind.OVERLOADED, "Hello"),
    relay_broken(
        "an error that nobody escaped",
        CHUNKS + data('{"error": "cURL said "no" twice"}'),
        ErrorKind.OVERLOADED,
        "Hello",
    ),
    relay_broken("such an error first", data('{"error": "cURL said "no" twice"}'), ErrorKind.OVERLOADED),
    relay_broken(
        "an error object", CHUNKS + data(dumps({"error": {"message": "x"}})) + DONE, ErrorKind.OVERLOADED, "Hello"
    ),
]

BARE = [
    relay("words", data("Hel") + data("lo") + DONE),
    relay("words and an end", data("Hel") + data("lo") + END),
    relay("blanks are text", data("Hel") + data(" ") + data(" lo") + DONE, "Hel  lo"),
    relay("an empty piece is a line break", data("Hel") + data("") + data("lo") + DONE, "Hel\nlo"),
    relay("lines", data("Hel", "lo") + data("", "") + data("!") + DONE, "Hel\nlo\n!"),
    relay(
        "what could be JSON",
        data("x=") + data("7") + data("null") + data("{}") + data('"a"') + data("[1]") + DONE,
        'x=7null{}"a"[1]',
    ),
    relay("a number first", data("7") + data(" dwarfs") + DONE, "7 dwarfs"),
    relay("each in quotes", data('"Hel"') + data('"lo\\n"') + data('"0"') + DONE, "Hello\n0"),
    relay("quotes that are text", data("say ") + data('"hi"') + DONE, 'say "hi"'),
    relay("an empty piece first", data("") + data("Hello") + DONE),
    relay("pings among words", data("Hel") + b"event: ping\ndata: 1\n\n" + data("lo") + DONE),
    relay("thoughts in tags", data("<thi") + data("nk>Hm</think>") + data("Hello") + DONE, reasoning="Hm"),
    relay_broken("an error", data("Hello") + data(dumps({"error": "it broke"})) + DONE, ErrorKind.OVERLOADED, "Hello"),
    relay_broken("no end", data("Hello"), ErrorKind.TRUNCATED, "Hello"),
]

TEXT = [
    relay("nothing but text", b"Hello", media_type=PLAIN),
    relay("text of PHP", "你好，世界 😀\n\n- a\n".encode(), "你好，世界 😀\n\n- a\n", media_type=HTML),
    relay("text called a stream", b"Hello", media_type=EVENTS),
    relay("text without a media type", b"Hello", media_type=""),
    relay("text like a field", b"data", "data", media_type=PLAIN),
    relay("text that begins like a field", b"date: today", "date: today", media_type=PLAIN),
    relay("text that begins like a page", b"<heads up", "<heads up", media_type=PLAIN),
    relay("text with thoughts", b"<think>Hm</think>Hello", media_type=HTML, reasoning="Hm"),
    relay("padding in front", b" " * 4096 + b"\n\n" + b"Hello", media_type=HTML, text="Hello"),
    relay("BOM", b"\xef\xbb\xbfHello", media_type=PLAIN),
    relay("broken characters", b"a\xffb\xe4\xbd", "a\ufffdb\ufffd", media_type=PLAIN),
    relay("lines of other kinds", "a\u2028b\r\nc\x0bd".encode(), "a\u2028b\r\nc\x0bd", media_type=PLAIN),
    relay("an object that is text", b'{"a": 1}', '{"a": 1}', media_type=PLAIN),
    relay("half an object", b'{"a": 1', '{"a": 1', media_type=PLAIN),
    relay("a list", b"[1, 2]", "[1, 2]", media_type=PLAIN),
    relay(
        "talk of errors", b'Send data: {"error": 1}\nand go on', 'Send data: {"error": 1}\nand go on', media_type=PLAIN
    ),
    relay("talk of data", b"some data: {", "some data: {", media_type=PLAIN),
    relay("an object with the answer", dumps({"content": "Hello"}).encode(), media_type=HTML),
    relay("the answer as JSON", dumps({"code": 200, "data": "Hello"}).encode(), media_type=JSON),
    relay("a whole completion", dumps({"choices": [{"message": {"content": "Hello"}}]}).encode(), media_type=HTML),
    relay_broken(
        "an error behind text",
        b'Hello data: {"error": "it broke"}\n\n',
        ErrorKind.OVERLOADED,
        "Hello ",
        media_type=PLAIN,
    ),
    relay_broken(
        "a broken error behind text",
        b'Hellodata: {"error": "it "broke""}\n',
        ErrorKind.OVERLOADED,
        "Hello",
        media_type=HTML,
    ),
    relay_broken("an error object in text", b'{"error":"it broke"}', ErrorKind.OVERLOADED, media_type=HTML),
    relay_broken("a broken error object in text", b'{"error":"it "broke""}', ErrorKind.OVERLOADED, media_type=HTML),
    relay_broken("an error as JSON", b'{"code":401,"msg":"sign in"}', ErrorKind.AUTH, media_type=JSON),
    relay_broken("PHP's warning", b"<br />\n<b>Warning</b>:  fopen()", ErrorKind.PROTOCOL, media_type=HTML),
    relay_broken("a page", b"<!DOCTYPE html><title>Sign in</title>", ErrorKind.PROTOCOL, media_type=HTML),
    relay_broken("nothing", b"", ErrorKind.PROTOCOL, media_type=PLAIN),
    relay_broken("nothing but blanks", b"  \n\n", ErrorKind.PROTOCOL, media_type=PLAIN),
    relay_broken("another JSON", b'{"status":"ok"}', ErrorKind.PROTOCOL, media_type=JSON),
]

ALL = [*NATIVE, *ARTICLE, *RAW, *BARE, *TEXT]
