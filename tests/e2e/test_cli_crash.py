"""`kill -9` in the middle of an answer that is being stored: what is left is what was promised."""

import random
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock
from tests.support import openai_wire as wire
from tests.support.program import Program
from tests.support.streaming_server import Reply, Step, StreamingServer

PROMISED_LOSS_S = 0.25
ONE_TURN_S = 0.25
"""A turn of the event loop and a commit, on a machine that other tests are using as well."""

EVERY_S = 0.02


def slow_answer() -> list[Step]:
    return [step for number in range(2000) for step in (wire.piece(f"{number} "), EVERY_S)]


def kill_in_the_middle(program: Program, after_words: int) -> None:
    with StreamingServer(Reply(slow_answer())) as server:
        address = ("--kind", "openai", "--base-url", server.url, "--model", "M")
        with program.start("ask", *address, "--save", "--json", "what I asked") as running:
            conversation = running.until("started")["conversation"]
            heard = [(at, event["text"]) for (at, event), _ in zip(running.events(), range(after_words), strict=False)]
            running.signal(signal.SIGKILL)
            running.process.wait(10)
    killed_at = heard[-1][0]
    question, answer = program.run("chats", "show", conversation, "--json").events
    assert (question["role"], question["text"], question["state"]) == ("user", "what I asked", "done")
    assert (answer["role"], answer["state"]) == ("assistant", "partial")
    acknowledged = "".join(text for at, text in heard if at < killed_at - PROMISED_LOSS_S - ONE_TURN_S)
    everything = "".join(f"{number} " for number in range(2000))
    assert everything.startswith(answer["text"])
    assert len(answer["text"]) >= len(acknowledged)


def kill_many_times(program: Program, times: int) -> None:
    chance = random.Random(times)
    for _ in range(times):
        kill_in_the_middle(program, after_words=chance.randrange(1, 60))
    checks = program.run("doctor", "--json", "--offline").events
    assert next(check for check in checks if check["name"] == "database")["ok"]


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


@pytest.mark.timeout(180)
def test_ten_kills_lose_nothing_but_the_last_moment(tmp_path: Path) -> None:
    kill_many_times(Program(tmp_path), 10)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_hundred_kills_lose_nothing_but_the_last_moment(tmp_path: Path) -> None:
    kill_many_times(Program(tmp_path), 100)


def stored_states(program: Program) -> list[str]:
    with closing(sqlite3.connect(program.data / "desktopchat.sqlite3")) as database:
        return [row[0] for row in database.execute("SELECT state FROM messages ORDER BY number")]


def test_what_a_crash_cut_off_is_settled_by_a_command_only_while_no_window_runs(tmp_path: Path) -> None:
    program = Program(tmp_path)
    with StreamingServer(Reply([wire.piece("so far"), 30.0])) as server:
        address = ("--kind", "openai", "--base-url", server.url, "--model", "M")
        with program.start("ask", *address, "--save", "--json", "hi") as running:
            conversation = running.until("started")["conversation"]
            running.until("text")
            with FileLock(program.data / "window.lock"):  # as a window holds it
                running.signal(signal.SIGKILL)
                running.process.wait(10)
                shown = program.run("chats", "show", conversation, "--json").last
                assert (shown["state"], stored_states(program)) == ("partial", ["done", "streaming"])
    shown = program.run("chats", "show", conversation, "--json").last
    assert (shown["state"], stored_states(program)) == ("partial", ["done", "partial"])


def test_commands_work_beside_an_answer_that_is_being_stored(tmp_path: Path) -> None:
    program = Program(tmp_path)
    steps: list[Step] = [wire.piece("one "), 3.0, wire.piece("two"), wire.piece("", "stop") + wire.DONE]
    with StreamingServer(Reply(steps)) as server:
        address = ("--kind", "openai", "--base-url", server.url, "--model", "M")
        with program.start("ask", *address, "--save", "--json", "hi") as running:
            conversation = running.until("started")["conversation"]
            running.until("text")
            seen = program.run("chats", "show", conversation, "--json").last["state"]
            assert running.end().last["type"] == "saved"
    assert seen == "partial"
    answer = program.run("chats", "show", conversation, "--json").last
    assert (answer["text"], answer["state"]) == ("one two", "done")
