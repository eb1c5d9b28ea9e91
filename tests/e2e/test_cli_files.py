"""Files from the command line, with the real program and the demo server as programs of their own."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.program import Program, Result

LEASE = Path(__file__).parents[1] / "data" / "documents" / "lease.pdf"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


@pytest.fixture
def url(program: Program) -> Iterator[str]:
    with program.start("demo-server", "--max-file-mb", "0") as server:
        yield str(server.event()["url"])


def uploads(result: Result) -> list[tuple[int, str | None]]:
    return [(event["sent"], event["file_id"]) for event in result.events if event["type"] == "upload"]


def test_a_document_is_sent_asked_about_and_not_sent_again(program: Program, url: str) -> None:
    asked = ("ask", "--kind", "openai", "--base-url", f"{url}/v1", "--model", "demo-qa", "--json", "--file", str(LEASE))
    first = program.run(*asked, "How long is the notice?")
    assert first.status == 0, first.err
    assert "three months" in first.answer
    assert "page 1" in first.answer
    *progress, (sent, file_id) = uploads(first)
    assert {identity for _, identity in progress} == {None}
    assert [count for count, _ in progress] == sorted(count for count, _ in progress)
    assert (sent, bool(file_id)) == (LEASE.stat().st_size, True)
    second = program.run(*asked, "Who is the tenant?")
    assert "Fabrikam" in second.answer
    assert uploads(second) == [(0, file_id)]


def test_plain_output_is_the_answer_alone(program: Program, url: str) -> None:
    address = ("--kind", "dashscope", "--base-url", f"{url}/compatible-mode/v1", "--model", "demo-qa")
    result = program.run("ask", *address, "--file", str(LEASE), "How long is the notice?")
    assert result.status == 0, result.err
    assert result.text.startswith("This is what the document says about it:")
    assert "lease.pdf" in result.err


def test_the_built_in_demo_reads_documents(program: Program) -> None:
    result = program.run("--demo", "ask", "--json", "--file", str(LEASE), "How long is the notice?")
    assert result.status == 0, result.err
    assert "three months" in result.answer


def test_a_stored_conversation_keeps_its_file(program: Program, url: str) -> None:
    address = ("--kind", "gemini", "--base-url", f"{url}/gemini", "--model", "demo-qa", "--json")
    first = program.run("ask", *address, "--save", "--file", str(LEASE), "How long is the notice?")
    saved = first.last["conversation"]
    second = program.run("ask", *address, "--conversation", saved, "Who is the tenant?")
    assert "Fabrikam" in second.answer
    assert uploads(second) == [(0, uploads(first)[-1][1])]


def test_what_cannot_be_attached_ends_with_an_error_and_nothing_is_asked(program: Program, url: str) -> None:
    address = ("--kind", "openai", "--base-url", f"{url}/v1", "--model", "demo-qa", "--json")
    for path in ("/dev/zero", str(program.home), "/no/such/file"):
        result = program.run("ask", *address, "--file", path, "Hello?")
        assert (result.status, result.last["type"], result.last["kind"]) == (1, "error", "file_rejected")


def test_files_are_listed_sent_and_deleted(program: Program, url: str) -> None:
    add = ("providers", "add", "--name", "Demo here", "--kind", "openai", "--base-url", f"{url}/v1")
    assert program.run(*add).status == 0
    sent = program.run("files", "upload", str(LEASE), "--provider", "Demo here")
    file_id = sent.text.strip()
    assert sent.status == 0, sent.err
    listed = program.run("files", "list", "--provider", "Demo here", "--json").events
    assert [(event["id"], event["name"], event["bytes"]) for event in listed] == [
        (file_id, "lease.pdf", LEASE.stat().st_size)
    ]
    assert set(listed[0]) >= {"id", "name", "bytes", "purpose", "created", "expires"}
    assert program.run("files", "delete", file_id, "--provider", "Demo here").status == 0
    assert program.run("files", "list", "--provider", "Demo here", "--json").events == []


def large_text(folder: Path) -> Path:
    path = folder / "large.txt"
    path.write_text("The notice period is three months.\n" + "word " * 30_000_000)
    return path


def test_after_a_kill_in_the_middle_the_question_can_be_asked_again(program: Program, url: str, tmp_path: Path) -> None:
    path = large_text(tmp_path)
    asked = ("ask", "--kind", "openai", "--base-url", f"{url}/v1", "--model", "demo", "--json", "--file", str(path))
    with program.start(*asked, "What is it?") as running:
        running.until("upload")
        running.signal(signal.SIGKILL)
        running.process.wait(20)
    files = ("files", "list", "--kind", "openai", "--base-url", f"{url}/v1", "--json")
    assert program.run(*files).events == [], "half a file is no file"
    again = program.run("files", "upload", "--kind", "openai", "--base-url", f"{url}/v1", str(path), "--json")
    assert again.status == 0, again.err
    assert again.last["state"] == "ready"
    assert [event["bytes"] for event in program.run(*files).events] == [path.stat().st_size]


def test_stopping_during_an_upload_is_a_stopped_answer(program: Program, url: str, tmp_path: Path) -> None:
    path = large_text(tmp_path)
    asked = ("ask", "--kind", "openai", "--base-url", f"{url}/v1", "--model", "demo", "--json", "--file", str(path))
    with program.start(*asked, "What is it?") as running:
        running.until("upload")
        running.signal(signal.SIGINT)
        result = running.end()
    assert (result.status, result.last) == (130, {"type": "finished", "reason": "stopped"})
