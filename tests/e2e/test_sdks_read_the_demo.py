"""A fake is only as good as its judge: the vendors' own libraries stream from the demo's dialects."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.extra_venv import extra_venv
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

BEGINNING = """
import json, sys
BASE, MODELS = sys.argv[1], sys.argv[2:]
def say(**fields):
    print(json.dumps(fields), flush=True)
"""

MODELS = ("demo-401", "demo-429", "demo-500", "demo-error-in-200", "demo-cut")


@pytest.fixture
def server() -> Iterator[DemoServer]:
    demo = DemoServer(tokens_per_second=5000)
    demo.start()
    yield demo
    demo.stop()


def told_by(python: Path, script: str, url: str) -> list[dict[str, object]]:
    done = subprocess.run(
        [str(python), "-I", "-c", BEGINNING + script, url, *MODELS],
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
    ],
)
def test_a_vendors_own_library_understands_the_demo(
    server: DemoServer, requirement: str, script: str, end: str, errors: list[str | None]
) -> None:
    python = extra_venv(f"sdk-{requirement.partition('>')[0]}", [requirement])
    answer, listed, *refused = told_by(python, script, server.url)
    assert answer["text"] == tour.text("reasoned", "en")
    assert answer["thought"] == tour.text("reasoning", "en")
    assert (answer["end"], answer["made"]) == (end, 144)
    assert str(listed["first_model"]).removeprefix("models/") == "demo"
    expected = [(model, error) for model, error in zip(MODELS, errors, strict=True) if error]
    assert [(row["model"], row["error"]) for row in refused if row["model"] in dict(expected)] == expected
