"""The window against a server that none of us wrote."""

import signal
from pathlib import Path

import pytest
from tests.support import litellm
from tests.support.desktop import Desktop
from tests.support.xvfb import xvfb


@pytest.mark.long
def test_a_conversation_with_litellm_streams_in_the_window(tmp_path: Path) -> None:
    with litellm.litellm_proxy(tmp_path) as server, xvfb() as display:
        desktop = Desktop(display, tmp_path, {"A_KEY": litellm.KEY})
        address = ("--kind", "openai", "--base-url", server.url, "--model", litellm.MODEL, "--key-env", "A_KEY")
        assert desktop.program.run("providers", "add", "--name", "LiteLLM", *address).status == 0
        with desktop.open() as window:
            for turn in (1, 2):
                desktop.type(f"question {turn}")
                desktop.press("Return")
                desktop.wait_for("stream.painted", window, count=turn)
            window.signal(signal.SIGTERM)
            assert window.end().status == 143
        (conversation,) = desktop.program.run("chats", "list", "--json").events
        shown = desktop.program.run("chats", "show", conversation["id"], "--json").events
        assert [message["text"] for message in shown if message["role"] == "assistant"] == [litellm.ANSWER] * 2
        assert {message["state"] for message in shown} == {"done"}
