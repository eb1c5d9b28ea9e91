"""`desktopchat presets` and `ask --preset`, with what really goes over the wire."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.program import Program

from desktopchat.servers.demo import DemoServer


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


@pytest.fixture
def demo() -> Iterator[DemoServer]:
    server = DemoServer(tokens_per_second=100_000)
    server.start()
    yield server
    server.stop()


def address(demo: DemoServer) -> tuple[str, ...]:
    return ("--kind", "openai", "--base-url", f"{demo.url}/v1")


def body(demo: DemoServer) -> Any:
    return demo.recorder.last().body


def test_presets_are_added_listed_shown_and_removed(program: Program) -> None:
    system = "  Into {{target_language}}. "
    more = ("--context", "last:4", "--model", "m", "--param", "temperature=0.2")
    assert program.run("presets", "add", "--name", "Mine", "--system", system, *more).status == 0
    first = program.run("presets", "list", "--json").events[0]
    assert (first["name"], first["context"], first["model"], first["built_in"]) == ("Mine", "last:4", "m", False)
    shown = program.run("presets", "show", "mine", "--json").last
    assert (shown["system"], shown["params"], shown["variables"]) == (system, {"temperature": 0.2}, ["target_language"])
    assert f"---\n{system}\n" in program.run("presets", "show", "Mine").text
    assert program.run("presets", "add", "--name", "MINE", "--system", "x").status == 1
    assert program.run("presets", "remove", "mine").status == 0
    assert program.run("presets", "show", "mine", "--json").last["kind"] == "not_found"
    assert program.run("presets", "remove", "polish").status == 1
    assert program.run("presets", "add", "--name", "N", "--system", "x", "--context", "some").status == 2


def test_a_question_with_a_preset_is_its_prompt_and_one_message(program: Program, demo: DemoServer) -> None:
    added = ("--name", "T", "--system", " Into {{to}}! ", "--context", "none", "--model", "demo")
    program.run("presets", "add", *added, "--param", "temperature=0.5")
    assert program.run("ask", *address(demo), "--preset", "t", "--var", "to=术语", "hi").status == 0
    assert body(demo)["messages"] == [
        {"role": "system", "content": " Into 术语! "},
        {"role": "user", "content": "hi"},
    ]
    assert (body(demo)["model"], body(demo)["temperature"]) == ("demo", 0.5)
    again = program.run("ask", *address(demo), "--preset", "T", "--param", "temperature=1", "--model", "demo", "hi")
    assert again.status == 0, again.err
    assert (body(demo)["messages"][0]["content"], body(demo)["temperature"]) == (" Into 术语! ", 1)


def test_a_stored_conversation_goes_on_as_its_preset_says(program: Program, demo: DemoServer) -> None:
    ask = ("ask", *address(demo), "--model", "demo", "--json")
    saved = program.run(*ask, "--preset", "Into Simplified Chinese", "--save", "first").last["conversation"]
    program.run(*ask, "--conversation", saved, "second")
    messages = body(demo)["messages"]
    assert [message["role"] for message in messages] == ["system", "user"]
    assert messages[1]["content"] == "second"


def test_a_configured_provider_of_a_preset_is_asked(program: Program, demo: DemoServer) -> None:
    for name in ("one", "two"):
        where = (f"{demo.url}/v1", "--model", "demo")
        program.run("providers", "add", "--name", name, "--kind", "openai", "--base-url", *where)
    file = program.home / "p.md"
    file.write_text("---\nname: Other\nprovider: TWO\n---\nBe brief.\n")
    assert program.run("presets", "import", str(file)).status == 0
    assert program.run("ask", "--preset", "Other", "--json", "hi").events[0]["provider"] == "two"
    assert program.run("ask", "--preset", "Other", "--provider", "one", "--json", "hi").events[0]["provider"] == "one"


@pytest.mark.parametrize(
    "arguments",
    [("--preset", "Mine"), ("--preset", "Mine", "--var", "z=1", "--var", "x=1"), ("--var", "x=1"),
     ("--preset", "Mine", "--var", "x=1", "--system", "s"), ("--preset", "Mine", "--var", "x")],
    ids=["a place left open", "an unknown place", "no preset", "two prompts", "no value"],
)  # fmt: skip
def test_wrong_usage_of_presets_is_said(program: Program, arguments: tuple[str, ...]) -> None:
    program.run("presets", "add", "--name", "Mine", "--system", "{{x}}")
    result = program.run("ask", "--demo", *arguments, "hi")
    assert (result.status, result.out) == (2, b"")


def test_an_unknown_preset_asks_nobody(program: Program, demo: DemoServer) -> None:
    result = program.run("ask", *address(demo), "--preset", "nobody", "--json", "hi")
    assert (result.status, result.last["type"], result.last["kind"]) == (1, "error", "not_found")
    assert demo.recorder.all() == []


def test_files_go_out_and_in(program: Program) -> None:
    program.run("presets", "add", "--name", "Mine", "--system", "a\nb")
    for name in ("all.json", "all.csv", "one.md"):
        assert program.run("presets", "export", "--out", str(program.home / name)).status == 0
        program.run("presets", "remove", "Mine")
        assert program.run("presets", "import", str(program.home / name)).status == 0
        assert program.run("presets", "show", "Mine", "--json").last["system"] == "a\nb"
    assert program.run("presets", "import", str(program.home / "nothing.json")).status == 1
    assert program.run("presets", "export", "--out", str(program.home / "x.exe")).status == 1
