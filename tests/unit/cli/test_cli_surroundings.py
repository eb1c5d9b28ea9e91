"""The shell commands where the surroundings are odd: closed streams, Ctrl+C at once, a disk that takes nothing."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support import openai_wire as wire
from tests.support.program import Program
from tests.support.small_disk import fill_up, make_read_only, small_disk
from tests.support.streaming_server import Reply, StreamingServer

INTERRUPTED_WHILE_LOADING = """
import sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "argparse":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupting())
from desktopchat.__main__ import main
sys.exit(main())
"""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


@pytest.fixture
def described() -> Iterator[tuple[str, ...]]:
    """The options that name an endpoint; it answers at once."""
    with StreamingServer(Reply([wire.answer("well")])) as server:
        yield ("--kind", "openai", "--base-url", server.url, "--model", "M")


def saved(program: Program, described: tuple[str, ...], question: str) -> str:
    return str(program.run("ask", *described, "--save", "--json", question).last["conversation"])


def test_an_interrupt_while_modules_are_loaded_ends_without_a_traceback() -> None:
    ended = subprocess.run([sys.executable, "-c", INTERRUPTED_WHILE_LOADING], capture_output=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, b"", b"")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_take_everything_and_reach_no_file(
    program: Program, described: tuple[str, ...], closed: str
) -> None:
    conversation = saved(program, described, "a question")
    line = f'"{sys.executable}" -m desktopchat --data-dir "{program.data}"'
    address = " ".join(described)
    asked = [f"{line} ask {address} --save again {closed}", f"{line} ask {address} hello {closed}"]
    listed = f"{line} chats list {closed}"
    for command in (*asked, listed):
        ended = subprocess.run(["sh", "-c", command], capture_output=True, env=program.environment, check=False)
        assert (ended.returncode, b"Traceback" in ended.stderr) == (0, False)
    rows = program.run("chats", "list", "--json").events
    assert (len(rows), rows[-1]["id"]) == (2, conversation)
    checks = {check["name"]: check["ok"] for check in program.run("doctor", "--offline", "--json").events}
    assert checks["database"]


@pytest.mark.parametrize("block", [fill_up, make_read_only])
def test_what_is_stored_can_be_read_where_nothing_can_be_written(
    tmp_path: Path, described: tuple[str, ...], block: Callable[[Path], object]
) -> None:
    program = Program(tmp_path)
    with small_disk(program.data, 24) as disk:
        ids = [saved(program, described, f"question {n}") for n in range(3)]
        assert program.run("providers", "add", "--name", "mine", *described).status == 0
        assert program.run("chats", "search", "question").status == 0  # what was never indexed cannot be found later
        block(disk)
        listed = program.run("chats", "list", "--json")
        shown = program.run("chats", "show", ids[0], "--json")
        found = program.run("chats", "search", "question", "--json")
        answered = program.run("ask", "--provider", "mine", "--json", "hello")
        examined = {check["name"]: check["ok"] for check in program.run("doctor", "--offline", "--json").events}
        refused = [
            program.run(*words, "--json")
            for words in (("ask", *described, "--save", "more"), ("providers", "add", "--name", "other", *described))
        ]
    assert sorted(row["id"] for row in listed.events) == sorted(ids)
    assert shown.events[0]["text"] == "question 0"
    assert {hit["conversation"] for hit in found.events} == set(ids)
    assert (answered.status, answered.last["type"]) == (0, "finished")
    assert examined["database"]
    assert [(each.status, each.last["kind"]) for each in refused] == [(1, "storage")] * 2
    assert not any("Traceback" in each.err for each in (listed, shown, found, answered, *refused))


def test_the_window_says_that_a_folder_can_only_be_read(tmp_path: Path) -> None:
    program = Program(tmp_path, {"QT_QPA_PLATFORM": "offscreen"})
    with small_disk(program.data, 8) as disk:
        assert program.run("chats", "list").status == 0
        make_read_only(disk)
        ended = program.run()
    assert ended.status == 1
    assert "cannot be written" in ended.err
    assert "Traceback" not in ended.err


def test_a_question_into_the_trash_is_refused_and_stored_nowhere(program: Program, described: tuple[str, ...]) -> None:
    conversation = saved(program, described, "a question")
    program.run("chats", "delete", conversation)
    refused = program.run("ask", *described, "--conversation", conversation[:8], "--json", "another")
    assert (refused.status, [event["type"] for event in refused.events]) == (1, ["error"])
    assert refused.last["kind"] == "not_found"
    assert f"chats restore {conversation}" in refused.last["hint"]
    assert len(program.run("chats", "show", conversation, "--json").events) == 2
    program.run("chats", "restore", conversation)
    assert program.run("ask", *described, "--conversation", conversation, "another").status == 0


def test_deleting_a_key_that_is_not_stored_is_said_as_it_is(program: Program) -> None:
    for name, variable in (("with", "A_KEY"), ("without", "")):
        address = ("--name", name, "--kind", "demo", "--key-env", variable)
        assert program.run("providers", "add", *address).status == 0
    assert "A_KEY stays in use" in program.run("keys", "delete", "with").text
    assert program.run("keys", "delete", "without").text == "No key of without is stored.\n"


def test_a_trace_in_a_folder_that_is_not_there_is_an_error(program: Program, tmp_path: Path) -> None:
    for command in (("chats", "list", "--json"), ("ask", "--demo", "--json", "hi")):
        ended = program.run("--trace", str(tmp_path / "nowhere" / "x"), *command)
        assert (ended.status, ended.last["kind"]) == (1, "storage")
    assert not (tmp_path / "nowhere").exists()


def test_blanks_around_a_key_in_a_variable_are_said(program: Program, described: tuple[str, ...]) -> None:
    environment = {"A_KEY": "  sk-a-key  "}
    with_key = (*described, "--key-env", "A_KEY")
    assert program.run("providers", "add", "--name", "mine", *with_key).status == 0
    for words in (with_key, ("--provider", "mine"), (*with_key, "--save"), ("--provider", "mine", "--save")):
        asked = program.run("ask", *words, "hello", environment=environment)
        assert (asked.status, asked.err.count("were removed")) == (0, 1), (words, asked.err)
