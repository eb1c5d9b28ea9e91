"""How `ask` is called: where the question comes from, what is wrong usage, how it is stopped."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support import openai_wire as wire
from tests.support.program import Program
from tests.support.streaming_server import Reply, Step, StreamingServer


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


def address(server: StreamingServer) -> tuple[str, ...]:
    return ("--kind", "openai", "--base-url", server.url, "--model", "M")


WRONG = {
    "no question": ("ask",),
    "an empty question": ("ask", "  "),
    "an unknown kind": ("ask", "--kind", "telepathy", "--base-url", "http://127.0.0.1:9", "hi"),
    "a kind without an address": ("ask", "--kind", "openai", "hi"),
    "an address without a kind": ("ask", "--base-url", "http://127.0.0.1:9/v1", "hi"),
    "a malformed address": ("ask", "--kind", "openai", "--base-url", "http://", "hi"),
    "both a provider and a kind": ("ask", "--provider", "a", "--kind", "demo", "hi"),
    "a parameter without a value": ("ask", "--kind", "demo", "--param", "temperature", "hi"),
    "a time-out that is no time": ("ask", "--kind", "demo", "--idle-timeout", "nan", "hi"),
    "a limit of nothing": ("ask", "--kind", "demo", "--max-reply-bytes", "0", "hi"),
    "an unknown option": ("ask", "--loudly", "hi"),
    "an unknown command": ("sing",),
    "a group without its command": ("providers",),
}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG.keys())
def test_wrong_usage_is_said_on_standard_error_with_status_2(program: Program, arguments: tuple[str, ...]) -> None:
    result = program.run(*arguments)
    assert (result.status, result.out) == (2, b"")
    assert "usage: desktopchat" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("arguments", [("ask",), ("ask", "-")], ids=["piped", "a dash"])
def test_the_question_may_come_on_standard_input(program: Program, arguments: tuple[str, ...]) -> None:
    with StreamingServer(Reply([wire.answer("ok")])) as server:
        result = program.run(*arguments, *address(server), stdin="\ufeffWas heißt 术语?\n".encode())
    assert result.text == "ok"
    assert 'Was heißt 术语?"' in server.seen[0].body.decode()


def test_bytes_that_are_no_text_are_wrong_usage(program: Program) -> None:
    assert program.run("ask", "--kind", "demo", "-", stdin=b"\xff\xfe\xfd").status == 2


def test_a_program_started_without_a_command_understands_version_and_help(program: Program) -> None:
    assert program.run("--version").text.startswith("desktopchat ")
    helped = program.run("--help")
    assert helped.status == 0
    for command in ("ask", "providers", "keys", "chats", "demo-server", "doctor"):
        assert command in helped.text


def test_an_ad_hoc_question_works_where_nothing_can_be_stored(tmp_path: Path) -> None:
    program = Program(tmp_path)
    program.data.write_text("a file where the folder should be")
    with StreamingServer(Reply([wire.answer("ok")])) as server:
        result = program.run("ask", *address(server), "hi")
    assert (result.out, result.status, result.err) == (b"ok", 0, "")


def test_an_ad_hoc_question_opens_no_database(program: Program) -> None:
    with StreamingServer(Reply([wire.answer("ok")])) as server:
        program.run("ask", *address(server), "hi")
    assert not list(program.data.glob("*.sqlite3*"))


@pytest.mark.parametrize(("signum", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_the_answer_and_keeps_it(program: Program, signum: signal.Signals, status: int) -> None:
    with (
        StreamingServer(Reply([wire.piece("so far"), 30.0])) as server,
        program.start("ask", *address(server), "--json", "--save", "hi") as running,
    ):
        running.until("text")
        running.signal(signum)
        result = running.end(10)
    assert result.status == status
    assert [event["type"] for event in result.events] == ["finished", "saved"]
    assert result.events[0]["reason"] == "stopped"
    shown = program.run("chats", "show", result.last["conversation"], "--json").events
    assert [(m["role"], m["text"], m["state"]) for m in shown] == [
        ("user", "hi", "done"),
        ("assistant", "so far", "stopped"),
    ]


def test_a_signal_before_the_first_byte_ends_the_program_at_once(program: Program) -> None:
    with (
        StreamingServer(Reply([30.0])) as server,
        program.start("ask", *address(server), "--json", "hi") as running,
    ):
        running.until("started")
        running.signal(signal.SIGINT)
        result = running.end(10)
    assert result.status == 130
    assert result.last == {"type": "finished", "reason": "stopped"}


@pytest.mark.parametrize("last", [30.0, wire.piece("", "stop") + wire.DONE], ids=["while it comes", "after its end"])
def test_a_reader_that_never_reads_does_not_hold_up_a_signal(program: Program, last: Step) -> None:
    flood = [wire.piece("x" * 1000) for _ in range(1000)]
    with (
        StreamingServer(Reply([*flood, last])) as server,
        program.start("ask", *address(server), "hi") as running,
    ):
        assert running.process.stdout is not None
        assert running.process.stdout.read(1) == b"x"
        running.signal(signal.SIGTERM)
        assert running.process.wait(15) == 143


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end otherwise there")
def test_a_reader_that_goes_away_ends_the_program_quietly(program: Program) -> None:
    steps = [step for _ in range(200) for step in (wire.piece("line\n"), 0.05)]
    with (
        StreamingServer(Reply(steps)) as server,
        program.start("ask", *address(server), "hi") as running,
    ):
        assert running.line() == b"line\n"
        assert running.process.stdout is not None
        running.process.stdout.close()
        assert running.process.wait(10) == 0
        assert running.process.stderr is not None
        assert running.process.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_output_that_cannot_be_written_is_an_error(program: Program) -> None:
    with StreamingServer(Reply([wire.answer("ok")])) as server, Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "desktopchat", "ask", *address(server), "hi"]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src"), "HOME": str(program.home)}
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=environment, timeout=30, check=False)
    assert done.returncode == 1
    assert b"storage" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_the_answer_ends_with_a_newline(program: Program) -> None:
    ours, theirs = os.openpty()
    with StreamingServer(Reply([wire.answer("ok")])) as server, os.fdopen(ours, "rb", buffering=0) as terminal:
        command = [sys.executable, "-m", "desktopchat", "--data-dir", str(program.data), "ask", *address(server), "hi"]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src"), "HOME": str(program.home)}
        status = subprocess.run(command, stdout=theirs, env=environment, timeout=30, check=False).returncode
        os.close(theirs)
        assert terminal.read(100) == b"ok\r\n"
    assert status == 0
