"""A fake is only as good as its judge: the vendors' own libraries stream from the demo's dialects."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.extra_venv import extra_venv
from tests.support.program import Program
from tools.environment import cleaned

from desktopchat.servers.demo import DemoServer, tour

ANTHROPIC = """
import anthropic
client = anthropic.Anthropic(api_key="k", base_url=BASE + "/anthropic", max_retries=0)
asked = dict(max_tokens=100, messages=[{"role": "user", "content": "hi"}])
with client.messages.stream(model="demo-reasoning", **asked) as stream:
    text = "".join(stream.text_stream)
    last = stream.get_final_message()
thought = "".join(block.thinking for block in last.content if block.type == "thinking")
say(text=text, thought=thought, end=last.stop_reason, made=last.usage.output_tokens)
say(first_model=next(iter(client.models.list())).id)
for model in MODELS:
    try:
        with client.messages.stream(model=model, **asked) as stream:
            stream.get_final_message()
    except Exception as error:
        say(model=model, error=type(error).__name__)
"""

GEMINI = """
from google import genai
from google.genai import types
client = genai.Client(api_key="k", http_options=types.HttpOptions(base_url=BASE + "/gemini"))
text = thought = ""
for chunk in client.models.generate_content_stream(model="demo-reasoning", contents="hi"):
    for part in chunk.candidates[0].content.parts:
        text, thought = (text, thought + part.text) if part.thought else (text + part.text, thought)
counts = chunk.usage_metadata
made = counts.candidates_token_count + counts.thoughts_token_count
say(text=text, thought=thought, end=chunk.candidates[0].finish_reason.value, made=made)
say(first_model=next(iter(client.models.list())).name)
for model in MODELS:
    try:
        list(client.models.generate_content_stream(model=model, contents="hi"))
    except Exception as error:
        say(model=model, error=type(error).__name__)
"""

OLLAMA = """
import ollama
client = ollama.Client(host=BASE + "/ollama")
asked = dict(messages=[{"role": "user", "content": "hi"}], stream=True)
text = thought = ""
for chunk in client.chat(model="demo-reasoning", **asked):
    text, thought = text + (chunk.message.content or ""), thought + (chunk.message.thinking or "")
say(text=text, thought=thought, end=chunk.done_reason, made=chunk.eval_count)
say(first_model=client.list().models[0].model)
for model in MODELS:
    try:
        list(client.chat(model=model, **asked))
    except Exception as error:
        say(model=model, error=type(error).__name__)
"""

OPENAI = """
import openai
client = openai.OpenAI(api_key="k", base_url=BASE + "/v1", max_retries=0)
asked = dict(messages=[{"role": "user", "content": "hi"}], stream=True, stream_options={"include_usage": True})
text = thought = end = ""
for chunk in client.chat.completions.create(model=PREFIX + "demo-reasoning", **asked):
    for choice in chunk.choices:
        text += choice.delta.content or ""
        thought += getattr(choice.delta, "reasoning_content", None) or ""
        end = choice.finish_reason or end
say(text=text, thought=thought, end=end, made=chunk.usage.completion_tokens)
say(first_model=next(iter(client.models.list())).id)
for model in MODELS:
    try:
        list(client.chat.completions.create(model=PREFIX + model, **asked))
    except Exception as error:
        say(model=model, error=type(error).__name__)
"""

RESPONSES = """
import openai
client = openai.OpenAI(api_key="k", base_url=BASE + "/v1", max_retries=0)
asked = dict(input="hi", stream=True)
text = thought = ""
for event in client.responses.create(model="demo-reasoning", **asked):
    if event.type == "response.output_text.delta":
        text += event.delta
    elif "reasoning" in event.type and event.type.endswith(".delta"):
        thought += event.delta
say(text=text, thought=thought, end=event.type, made=event.response.usage.output_tokens)
say(first_model=next(iter(client.models.list())).id)
for model in MODELS:
    try:
        for event in client.responses.create(model=model, **asked):
            pass
        if event.type == "response.failed":
            say(model=model, error=event.type)
    except Exception as error:
        say(model=model, error=type(error).__name__)
"""

DASHSCOPE = """
import dashscope
dashscope.base_http_api_url, dashscope.api_key = BASE + "/api/v1", "k"
asked = dict(messages=[{"role": "user", "content": "hi"}], result_format="message", stream=True)
text = thought = ""
for chunk in dashscope.Generation.call(model="demo-reasoning", incremental_output=True, **asked):
    message = chunk.output.choices[0].message
    text, thought = text + message.content, thought + (message.get("reasoning_content") or "")
say(text=text, thought=thought, end=chunk.output.choices[0].finish_reason, made=chunk.usage.output_tokens)
whole = list(dashscope.Generation.call(model="demo-reasoning", **asked))[-1]
assert whole.output.choices[0].message.content == text
for model in MODELS:
    try:
        last = list(dashscope.Generation.call(model=model, **asked))[-1]
        if last.status_code != 200:
            say(model=model, error=last.code)
    except Exception as error:
        say(model=model, error=type(error).__name__)
"""

SPARK = """
from sparkai.core.messages import ChatMessage
from sparkai.llm.llm import ChatSparkLLM
def answer(model, secret="demo"):
    llm = ChatSparkLLM(
        spark_api_url=BASE.replace("http", "ws", 1) + "/spark/v3.5/chat", spark_app_id="demo", spark_api_key="demo",
        spark_api_secret=secret, spark_llm_domain=model, streaming=True,
    )
    return list(llm.stream([ChatMessage(role="user", content="hi")]))
chunks = answer("demo-reasoning")
made = chunks[-1].additional_kwargs["token_usage"]["completion_tokens"]
say(text="".join(chunk.content for chunk in chunks), thought="", end="", made=made)
for model, secret in (*((model, "demo") for model in MODELS), ("demo", "wrong")):
    try:
        answer(model, secret)
    except Exception as error:
        said = str(error)
        say(model=model, error=said.partition(",")[0] if said.startswith("Error Code") else " ".join(said.split()[:3]))
"""
"""This one knows no thoughts, and does not join the halves of a character that two frames bring."""

BEGINNING = """
import json, sys
BASE, PREFIX, MODELS = sys.argv[1], sys.argv[2], sys.argv[3:]
def say(**fields):
    print(json.dumps(fields), flush=True)
"""

OPENAI_SDK = "openai>=3,<4"
OPENAI_REFUSALS: list[str | None] = [
    "AuthenticationError",
    "RateLimitError",
    "InternalServerError",
    "APIError",
    "APIConnectionError",
]
MODELS = ("demo-401", "demo-429", "demo-500", "demo-error-in-200", "demo-cut")


@pytest.fixture
def server() -> Iterator[DemoServer]:
    demo = DemoServer(tokens_per_second=5000)
    demo.start()
    yield demo
    demo.stop()


def told_by(python: Path, script: str, url: str, prefix: str = "") -> list[dict[str, object]]:
    done = subprocess.run(
        [str(python), "-I", "-c", BEGINNING + script, url, prefix, *MODELS],
        env={name: value for name, value in cleaned(os.environ).items() if not name.lower().endswith("_proxy")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("requirement", "script", "end", "errors"),
    [
        (
            "anthropic>=2,<3",
            ANTHROPIC,
            "end_turn",
            ["AuthenticationError", "RateLimitError", "InternalServerError", "APIStatusError", "RemoteProtocolError"],
        ),
        ("google-genai>=3,<4", GEMINI, "STOP", ["ClientError", "ClientError", "ServerError", "ServerError", None]),
        (
            "ollama>=0.6,<0.7",
            OLLAMA,
            "stop",
            ["ResponseError", "ResponseError", "ResponseError", "ResponseError", "RemoteProtocolError"],
        ),
        (OPENAI_SDK, OPENAI, "stop", OPENAI_REFUSALS),
        (OPENAI_SDK, RESPONSES, "response.completed", [*OPENAI_REFUSALS[:3], "response.failed", "APIConnectionError"]),
        (
            "dashscope>=2,<3",
            DASHSCOPE,
            "stop",
            ["InvalidApiKey", "Throttling.RateQuota", "InternalError", "InternalError.Algo", "ChunkedEncodingError"],
        ),
        (
            "spark_ai_python>=0.4.5,<0.5",
            SPARK,
            "",
            [*(f"Error Code: {code}" for code in (10313, 11202, 10012, 10012)), "Connection to remote"],
        ),
    ],
)
def test_a_vendors_own_library_understands_the_demo(
    server: DemoServer, requirement: str, script: str, end: str, errors: list[str | None]
) -> None:
    python = extra_venv(f"sdk-{requirement.partition('>')[0]}", [requirement])
    answer, *rest = told_by(python, script, server.url)
    assert answer["text"] == tour.text("reasoned", "en")
    assert answer["thought"] == ("" if script is SPARK else tour.text("reasoning", "en"))
    assert (answer["end"], answer["made"]) == (end, 144)
    first = [str(row["first_model"]).removeprefix("models/") for row in rest if "first_model" in row]
    assert first == ([] if script in (DASHSCOPE, SPARK) else ["demo"])
    expected = [(model, error) for model, error in zip(MODELS, errors, strict=True) if error]
    refused = [(row["model"], row["error"]) for row in rest if row.get("model") in dict(expected)]
    assert refused == expected
    if script is SPARK:
        assert rest[-1] == {"model": "demo", "error": "Handshake status 401"}


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_openais_own_library_chats_through_the_relay(tmp_path: Path) -> None:
    python = extra_venv("sdk-openai", [OPENAI_SDK])
    program = Program(tmp_path, {"TOKEN": "k"})
    with program.start("serve", "--port", "0", "--token-env", "TOKEN") as relay:
        answer, listed, *refused = told_by(python, OPENAI, relay.until("listening")["url"], "demo/")
        relay.signal(signal.SIGTERM)
        assert relay.end().status == 143
    assert (answer["text"], answer["thought"]) == (tour.text("reasoned", "en"), tour.text("reasoning", "en"))
    assert (answer["end"], answer["made"]) == ("stop", 144)
    assert listed["first_model"] == "demo/demo"
    assert [row["error"] for row in refused] == [
        "AuthenticationError",
        "RateLimitError",
        "InternalServerError",
        "APIError",
        "APIError",
    ]
