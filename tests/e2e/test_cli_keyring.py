"""`keys` with a real key store: what is stored is sent, survives a new start of the session, and is removed again."""

import sys
from pathlib import Path

import pytest
from tests.support import openai_wire as wire
from tests.support.canary import assert_absent, new_canary, process_texts
from tests.support.keyring_session import keyring_session
from tests.support.program import Program
from tests.support.streaming_server import Reply, StreamingServer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="gnome-keyring is Linux's")


def in_session(folder: Path, session: dict[str, str]) -> Program:
    chosen = {"PYTHON_KEYRING_BACKEND": "keyring.backends.SecretService.Keyring", "DESKTOPCHAT_LOG_LEVEL": "DEBUG"}
    return Program(folder, {**session, **chosen})


def test_a_key_in_the_keyring_survives_the_session_and_is_sent(tmp_path: Path) -> None:
    key = new_canary()
    ours, theirs = tmp_path / "ours", tmp_path / "s"
    with StreamingServer(Reply([wire.piece("so far"), 5.0])) as server:
        with keyring_session(theirs) as session:
            program = in_session(ours, session.environment)
            program.run("providers", "add", "--name", "it", "--kind", "openai", "--base-url", server.url)
            stored = program.run("keys", "set", "it", stdin=f"Bearer {key}\n".encode())
            assert (stored.status, "Bearer" in stored.err) == (0, True), stored.err
        with keyring_session(theirs) as session:
            program = in_session(ours, session.environment)
            status = program.run("keys", "status", "--json")
            with program.start("ask", "--provider", "it", "--model", "M", "--json", "--save", "hi") as running:
                running.until("text")
                seen_from_outside = process_texts(running.process.pid)
            removed = program.run("keys", "delete", "it")
            after = program.run("keys", "status", "--json")
            asked = program.run("ask", "--provider", "it", "--json", "hi")
    assert server.seen[0].header("authorization") == f"Bearer {key}"
    assert (status.last["key"], status.last["found"]) == ("keyring", True)
    assert status.last["backend"] != "none"
    assert (removed.status, after.last["key"]) == (0, "none")
    outputs = [text for result in (stored, status, removed, after, asked) for text in (result.out, result.err)]
    assert_absent(key, ours, texts=[*outputs, *seen_from_outside])
