"""`ask` against an independent server that speaks the same dialect."""

from pathlib import Path

import pytest
from tests.support import litellm
from tests.support.program import Program


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_an_independent_server_is_understood(tmp_path: Path) -> None:
    program = Program(tmp_path, {"GOOD": litellm.KEY, "BAD": "sk-wrong"})
    with litellm.litellm_proxy(tmp_path) as server:
        address = ("--kind", "openai", "--base-url", server.url, "--json")
        answered = program.run("ask", *address, "--key-env", "GOOD", "--model", litellm.MODEL, "hi")
        refused = program.run("ask", *address, "--key-env", "BAD", "--model", litellm.MODEL, "hi")
        program.run(
            "providers", "add", "--name", "l", "--kind", "openai", "--base-url", server.url, "--key-env", "GOOD"
        )
        models = program.run("providers", "models", "l", "--json").events
        tested = program.run("providers", "test", "l", "--json")
    assert answered.answer == litellm.ANSWER
    assert len([event for event in answered.events if event["type"] == "text"]) > 3
    assert (answered.last, answered.status) == ({"type": "finished", "reason": "stop"}, 0)
    assert (refused.last["kind"], refused.status) == ("auth", 1)
    assert [row["id"] for row in models] == [litellm.MODEL]
    assert (tested.last["ok"], tested.status) == (True, 0)
