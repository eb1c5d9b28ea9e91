"""The commands on what is stored: providers, conversations, the doctor, the demo server."""

import json
import re
import signal
from pathlib import Path

import pytest
from tests.support import openai_wire as wire
from tests.support.program import Program
from tests.support.streaming_server import Reply, StreamingServer

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


def add(program: Program, name: str, url: str, *more: str) -> None:
    result = program.run("providers", "add", "--name", name, "--kind", "openai", "--base-url", url, *more)
    assert result.status == 0, result.err


def test_the_first_provider_added_becomes_the_default(program: Program) -> None:
    assert program.run("providers", "list", "--json").out == b""
    add(program, "one", "http://127.0.0.1:9/v1/", "--model", "M", "--key-env", "K")
    add(program, "two", "http://127.0.0.1:9/v1/chat/completions")
    assert program.run("providers", "list", "--json").events == [
        {
            "name": "one",
            "kind": "openai",
            "base_url": "http://127.0.0.1:9/v1",
            "model": "M",
            "default": True,
            "key": "env:K",
        },
        {
            "name": "two",
            "kind": "openai",
            "base_url": "http://127.0.0.1:9/v1",
            "model": "",
            "default": False,
            "key": "none",
        },
    ]
    add(program, "three", "http://127.0.0.1:9/v1", "--default")
    assert [row["name"] for row in program.run("providers", "list", "--json").events if row["default"]] == ["three"]
    assert program.run("providers", "remove", "ONE").status == 0
    assert [row["name"] for row in program.run("providers", "list", "--json").events] == ["two", "three"]
    assert "three" in program.run("providers", "list").text


def test_a_name_in_use_and_an_unknown_name_are_errors(program: Program) -> None:
    add(program, "one", "http://127.0.0.1:9/v1")
    again = program.run("providers", "add", "--name", "One", "--kind", "openai", "--base-url", "http://127.0.0.1:9/v1")
    assert again.status == 1
    unknown = program.run("ask", "--provider", "nobody", "--json", "hi")
    assert (unknown.status, unknown.last["kind"]) == (1, "not_found")


def test_a_malformed_address_is_wrong_usage_and_adds_nothing(program: Program) -> None:
    wrong = program.run("providers", "add", "--name", "x", "--kind", "openai", "--base-url", "http://")
    assert wrong.status == 2
    assert program.run("providers", "list", "--json").out == b""


def test_the_models_of_a_provider_are_listed_and_its_test_is_a_diagnosis(program: Program) -> None:
    models = Reply([b'{"object":"list","data":[{"id":"a"},{"id":"b"}]}'], media_type="application/json")
    with StreamingServer(models) as server:
        add(program, "it", server.url)
        assert [row["id"] for row in program.run("providers", "models", "it", "--json").events] == ["a", "b"]
        works = program.run("providers", "test", "it", "--json")
    assert (works.status, works.last["name"], works.last["ok"]) == (0, "it", True)
    fails = program.run("providers", "test", "it", "--json")
    assert (fails.status, fails.last["ok"], fails.last["kind"]) == (1, False, "network")
    assert fails.last["message"]


def test_the_default_provider_answers_and_a_saved_exchange_goes_on(program: Program) -> None:
    with StreamingServer(Reply([wire.answer("well")])) as server:
        add(program, "it", server.url, "--model", "M")
        first = program.run("ask", "--save", "--json", "--system", "Be brief.", "one?")
        conversation = first.last["conversation"]
        second = program.run("ask", "--conversation", conversation[:8], "--json", "two?")
        sent = json.loads(server.seen[-1].body)["messages"]
    assert first.events[0] == {"type": "started", "provider": "it", "model": "M", "conversation": conversation}
    assert [event["type"] for event in first.events][-2:] == ["finished", "saved"]
    assert second.last == {"type": "saved", "conversation": conversation}
    assert [(m["role"], m["content"]) for m in sent] == [
        ("system", "Be brief."),
        ("user", "one?"),
        ("assistant", "well"),
        ("user", "two?"),
    ]
    shown = program.run("chats", "show", conversation, "--json").events
    assert [(m["role"], m["text"], m["state"]) for m in shown] == [
        ("user", "one?", "done"),
        ("assistant", "well", "done"),
        ("user", "two?", "done"),
        ("assistant", "well", "done"),
    ]
    assert [m["parent_id"] for m in shown] == [None, *(m["id"] for m in shown[:-1])]
    assert all(TIME.fullmatch(m["created"]) for m in shown)
    assert all(m["attachments"] == [] and m["reasoning"] == "" for m in shown)


def test_an_ad_hoc_answer_can_be_saved_too(program: Program) -> None:
    with StreamingServer(Reply([wire.piece("half")], finish=False)) as server:
        result = program.run(
            "ask", "--kind", "openai", "--base-url", server.url, "--model", "M", "--save", "--json", "hi"
        )
    assert [event["type"] for event in result.events] == ["started", "text", "error", "saved"]
    assert result.status == 1
    answer = program.run("chats", "show", result.last["conversation"], "--json").last
    assert (answer["text"], answer["state"], answer["model"]) == ("half", "error", "M")


def test_another_kind_of_provider_gets_the_stored_params_under_its_own_names(program: Program) -> None:
    with StreamingServer(Reply([wire.answer("well")])) as server:
        saved = program.run("ask", "--kind", "openai", "--base-url", server.url, "--param", "max_tokens=99", "--save",
                            "--param", "seed=7", "--json", "one").last["conversation"]  # fmt: skip
        program.run("ask", "--kind", "anthropic", "--base-url", server.url, "--conversation", saved, "two")
        bodies = [json.loads(seen.body) for seen in server.seen]
    assert (bodies[0]["max_tokens"], bodies[0]["seed"]) == (99, 7)
    assert bodies[1]["max_tokens"] == 99
    assert "seed" not in bodies[1]


def test_conversations_are_listed_found_deleted_and_restored(program: Program) -> None:
    with StreamingServer(Reply([wire.answer("Das Glossar enthält 术语 aus der Bibliothek.")])) as server:
        address = ("--kind", "openai", "--base-url", server.url, "--model", "M")
        program.run("ask", *address, "--save", "first question")
        program.run("ask", *address, "--save", "second question")
    second, first = program.run("chats", "list", "--json").events
    assert (first["title"], second["title"], first["messages"]) == ("first question", "second question", 2)
    assert TIME.fullmatch(first["created"])
    assert TIME.fullmatch(first["updated"])
    hits = program.run("chats", "search", "术语", "--json").events
    assert [hit["conversation"] for hit in hits] == [second["id"], first["id"]]
    assert all("术语" in hit["snippet"] and hit["message"] for hit in hits)
    assert program.run("chats", "delete", first["id"][:13]).status == 0
    assert [row["id"] for row in program.run("chats", "list", "--json").events] == [second["id"]]
    assert [row["id"] for row in program.run("chats", "list", "--trash", "--json").events] == [first["id"]]
    assert program.run("chats", "restore", first["id"]).status == 0
    assert len(program.run("chats", "list", "--json").events) == 2
    assert "first question" in program.run("chats", "list").text
    assert "Bibliothek" in program.run("chats", "show", first["id"]).text


def test_an_unknown_conversation_is_not_found(program: Program) -> None:
    result = program.run("chats", "show", "no-such-id", "--json")
    assert (result.status, result.last["kind"]) == (1, "not_found")


def test_the_demo_answers_where_nothing_is_configured(program: Program) -> None:
    result = program.run("ask", "--json", "hello")
    assert (result.status, result.last) == (0, {"type": "finished", "reason": "stop"})
    assert len(result.answer) > 100


def test_the_demo_answers_by_kind_and_by_option_without_a_database(program: Program) -> None:
    for arguments in (("--kind", "demo"), ("--demo",)):
        result = program.run("ask", *arguments, "--model", "demo-reasoning", "--json", "hello")
        assert (result.status, result.last["type"]) == (0, "finished")
        assert any(event["type"] == "reasoning" for event in result.events)
    assert not list(program.data.glob("*.sqlite3*"))


def test_the_doctor_reports_on_everything_it_looked_at(program: Program) -> None:
    result = program.run("doctor", "--json")
    checks = {check["name"]: check for check in result.events}
    assert {"python", "sqlite", "libraries", "paths", "database", "keyring", "proxies", "disk", "demo"} <= checks.keys()
    assert all({"name", "ok", "detail"} == check.keys() for check in result.events)
    assert checks["database"]["ok"]
    assert checks["demo"]["ok"]
    assert not checks["keyring"]["ok"]  # the tests run without one
    assert result.status == 1
    assert str(program.data) in checks["paths"]["detail"]


def test_the_doctor_reports_a_damaged_database_and_goes_on(program: Program) -> None:
    program.data.mkdir()
    (program.data / "desktopchat.sqlite3").write_bytes(b"this is no database" * 1000)
    result = program.run("doctor", "--json")
    checks = {check["name"]: check for check in result.events}
    assert (result.status, checks["database"]["ok"]) == (1, False)
    assert checks["disk"]["ok"]


def test_a_data_folder_that_cannot_be_used_is_a_storage_error(program: Program) -> None:
    program.data.write_text("a file where the folder should be")
    result = program.run("chats", "list", "--json")
    assert (result.status, result.last["kind"]) == (1, "storage")


@pytest.mark.parametrize(("signum", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_demo_server_says_where_it_listens_and_ends_on_a_signal(
    program: Program, signum: signal.Signals, status: int
) -> None:
    with program.start("demo-server") as running:
        first = running.event()
        assert first["type"] == "listening"
        address = ("--kind", "openai", "--base-url", f"{first['url']}/v1", "--model", "demo-429", "--json")
        error = program.run("ask", *address, "hi").last
        running.signal(signum)
        assert running.end(10).status == status
    assert error["kind"] == "rate_limited"
    assert error["retry_after"] is not None
