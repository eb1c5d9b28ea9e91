"""`desktopchat translate` as a program: files in and out, what stays byte for byte, and going on after a crash."""

import json
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.program import Program
from tests.support.translating import body_of, paragraphs

from desktopchat.servers.demo.server import DemoServer

MARKDOWN = """---
title: "Keep: me"
---

# A heading for readers

Some words with `code`, a [link](https://example.org/x) and **bold** text.

    indented code stays

```python
print("stays")
```

| Name | Count |
|------|------:|
| Big apples | 12 |

<div class="x">stays</div>

[ref]: https://example.org/ref "stays"
"""
UNTOUCHED = (
    '---\ntitle: "Keep: me"\n---\n',
    "    indented code stays\n",
    '```python\nprint("stays")\n```\n',
    "|------|------:|\n",
    '<div class="x">stays</div>\n',
    '[ref]: https://example.org/ref "stays"\n',
    "`code`",
    "](https://example.org/x)",
)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


@pytest.fixture
def slow_server() -> Iterator[DemoServer]:
    server = DemoServer(tokens_per_second=400)
    server.start()
    yield server
    server.stop()


def options(server: DemoServer | None, model: str = "demo-mt") -> list[str]:
    if server is None:
        return ["--kind", "demo", "--model", model]
    return ["--kind", "openai", "--base-url", f"{server.url}/v1", "--model", model]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_only_words_for_readers_change_in_markdown(
    program: Program, tmp_path: Path, newline: str, encoding: str
) -> None:
    source, out = tmp_path / "in.md", tmp_path / "out.md"
    source.write_bytes(MARKDOWN.replace("\n", newline).encode(encoding))
    done = program.run("translate", str(source), "--to", "zh", "--from", "en", "--out", str(out), *options(None))
    assert (done.status, done.out) == (0, b""), done.err
    made = out.read_bytes().decode(encoding)
    assert made.count(newline) == MARKDOWN.count("\n")
    plain = made.replace(newline, "\n")
    assert all(part in plain for part in UNTOUCHED)
    assert "heading" not in plain
    assert "Some words" not in plain
    assert list(tmp_path.glob(".*")) == []


def test_what_no_model_may_change_is_byte_for_byte_the_source(program: Program, tmp_path: Path) -> None:
    source, out = tmp_path / "in.md", tmp_path / "out.md"
    source.write_bytes(b"\xef\xbb\xbf```\r\nonly code\n```\n\n\n---\n   \n")
    done = program.run("translate", str(source), "--to", "de", "--out", str(out), *options(None, "demo-500"))
    assert done.status == 0, done.err
    assert out.read_bytes() == source.read_bytes()


def test_json_tells_of_pieces_issues_and_the_end(program: Program, tmp_path: Path) -> None:
    source, out = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_text("It costs 5 euros.\nAnd 7 more.\n", encoding="utf-8")
    arguments = ["translate", str(source), "--to", "zh-Hans", "--out", str(out), "--no-repair", "--json"]
    done = program.run(*arguments, *options(None, "demo-mt-numbers"))
    kinds = Counter(event["type"] for event in done.events)
    assert done.status == 0
    assert kinds == {"started": 1, "progress": 3, "segment": 2, "issue": 2, "finished": 1}
    assert {event["check"] for event in done.events if event["type"] == "issue"} == {"numbers"}
    assert done.last["reason"] == "stop"
    assert out.read_text(encoding="utf-8").count("\n") == 2


def test_a_glossary_is_obeyed_and_sent_only_where_it_matters(
    program: Program, tmp_path: Path, slow_server: DemoServer
) -> None:
    source, out, terms = tmp_path / "in.txt", tmp_path / "out.txt", tmp_path / "g.csv"
    source.write_text("One widget.\n", encoding="utf-8")
    terms.write_bytes("\ufeffterm;translation\r\nwidget;小部件\r\ngadget;小玩意\r\n".encode())
    arguments = ["translate", str(source), "--to", "zh-Hans", "--out", str(out), "--glossary", str(terms)]
    done = program.run(*arguments, *options(slow_server))
    assert done.status == 0, done.err
    assert "小部件" in out.read_text(encoding="utf-8")
    system = body_of(slow_server)["messages"][0]["content"]
    assert "widget\t小部件" in system
    assert "gadget" not in system


def test_after_a_kill_the_same_command_sends_at_most_one_piece_again(
    program: Program, tmp_path: Path, slow_server: DemoServer
) -> None:
    sources = paragraphs(60)
    source, out = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_text("\n\n".join(sources) + "\n", encoding="utf-8")
    arguments = ["translate", str(source), "--to", "zh-Hans", "--out", str(out), *options(slow_server)]
    journal = tmp_path / ".out.txt.translating"
    with program.start(*arguments, "--json") as running:
        running.until("segment")
        while journal.read_bytes().count(b"\n") < 30:
            running.line()
        running.signal(signal.SIGKILL)
        running.process.wait()
    assert not out.exists()
    kept = {json.loads(line)[0] for line in journal.read_bytes().split(b"\n")[1:-1]}
    slow_server.recorder.clear()
    done = program.run(*arguments, "--json", timeout_s=100)
    assert done.status == 0, done.err
    again = sent(slow_server)
    assert not any(sources[index] in text for index in kept for text in again)
    assert kept == set(range(len(kept)))
    assert out.read_text(encoding="utf-8").count("\n\n") == 59
    assert all(f"example.org/{number}" in out.read_text(encoding="utf-8") for number in range(60))
    assert not journal.exists()


def sent(server: DemoServer) -> list[str]:
    """The user messages of all requests."""
    bodies = [request.body for request in server.recorder.all()]
    return [str(body["messages"][-1]["content"]) for body in bodies if isinstance(body, dict)]  # type: ignore[index,call-overload]


def test_an_interrupt_keeps_what_is_there(program: Program, tmp_path: Path, slow_server: DemoServer) -> None:
    source, out = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_text("\n\n".join(paragraphs(80)), encoding="utf-8")
    arguments = ["translate", str(source), "--to", "zh-Hans", "--out", str(out), *options(slow_server), "--json"]
    with program.start(*arguments) as running:
        running.until("segment")
        running.signal(signal.SIGINT)
        ended = running.end()
    assert ended.status == 130
    assert ended.last["type"] == "finished"
    assert ended.last["reason"] == "stopped"
    assert not out.exists()
    assert (tmp_path / ".out.txt.translating").exists()


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["in.txt", "--to", "!!", "--out", "o"], 2),
        (["in.txt", "--to", "de", "--out", "in.txt"], 2),
        (["none.txt", "--to", "de", "--out", "o"], 1),
        (["in.txt", "--to", "de", "--out", "no/such/folder/o"], 1),
        (["in.txt", "--to", "de", "--out", "o", "--glossary", "bad.xlsx"], 1),
    ],
)
def test_wrong_commands_say_so(program: Program, arguments: list[str], status: int) -> None:
    (program.home / "in.txt").write_text("Hello world.", encoding="utf-8")
    (program.home / "bad.xlsx").write_bytes(b"PK\x03\x04 no archive")
    done = program.run("translate", *arguments, *options(None))
    assert done.status == status
    assert done.err
    assert "Traceback" not in done.err
