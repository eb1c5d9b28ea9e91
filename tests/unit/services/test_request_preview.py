"""What will be sent: the same as what is sent, without the key, and as a command that sends it."""

import json
import shutil
import subprocess
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from tests.support.canary import assert_absent, new_canary
from tests.support.chatting import bench, go
from tests.support.rawserver import RawServer, answering, raw_server, response

from desktopchat.domain.conversation import Conversation, ConversationSettings
from desktopchat.domain.message import FinishReason, Message, Role, TextPart, user_message
from desktopchat.domain.provider import KeyPlace, ProviderConfig
from desktopchat.domain.request import Outgoing
from desktopchat.domain.secret import Secret
from desktopchat.services.preview import as_curl, body_text, preview
from desktopchat.services.providers import PlainNetwork, ProviderService
from desktopchat.settings.keys import KeyStore
from desktopchat.storage.database import Database
from desktopchat.storage.providers import ProviderStore

NASTY = """It's "$HOME" `id` \\ $(id) !! *** 你好 😀\nnew line\ttab ' '' @file [1-3] {a,b} %s"""


def talk(question: str, reply: str, settings: ConversationSettings) -> Conversation:
    asked = user_message(question)
    answer = Message(Role.ASSISTANT, (TextPart(reply),), parent_id=asked.id, finish_reason=FinishReason.STOP)
    return Conversation.build([asked, answer], head_id=answer.id, settings=settings)


async def shown(folder: Path, kind: str, base_url: str, key: str, text: str, **settings: Any) -> Outgoing:
    """The preview of `text` behind one exchange, from the real services."""
    database = await Database.open(folder / "chat.sqlite3")
    keys = KeyStore()

    async def no_demo() -> str:
        raise AssertionError("the demo is not asked here")

    providers = ProviderService(ProviderStore(database), keys, demo_url=no_demo, network=lambda: PlainNetwork("none"))
    try:
        config = await providers.add(ProviderConfig("it", kind, base_url, "m"), Secret(key), KeyPlace.SESSION)
        return await preview(providers, talk("one", "two", ConversationSettings(config.id, **settings)), text)
    finally:
        await providers.aclose()
        keys.close()
        await database.close()


def run(work: Coroutine[Any, Any, Outgoing]) -> Outgoing:
    found: list[Outgoing] = []

    async def main() -> None:
        found.append(await work)

    go(main())
    return found[0]


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("openai", "/v1"),
        ("anthropic", ""),
        ("gemini", ""),
        ("ollama", ""),
        ("spark", "/v3.5/chat"),
        ("sse-relay", "/chat"),
    ],
)
def test_a_preview_opens_no_connection_and_holds_no_key(tmp_path: Path, kind: str, path: str) -> None:
    secrets = [new_canary(), new_canary()]
    key = ":".join(["app", *secrets]) if kind == "spark" else secrets[0]
    with raw_server(answering(response())) as server:
        base = server.url.replace("http", "ws", 1) if kind == "spark" else server.url
        outgoing = run(shown(tmp_path, kind, base + path, key, "three"))
        assert server.connections == 0
    texts = [repr(outgoing), body_text(outgoing), as_curl(outgoing) or ""]
    for secret in secrets:
        assert_absent(secret, texts=texts)
    assert "three" in outgoing.url + body_text(outgoing)


def test_the_preview_has_the_conversation_its_prompt_and_its_params(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"system_prompt": "Be brief.", "params": {"temperature": 0.2}}
    body = run(shown(tmp_path, "openai", "http://127.0.0.1:1/v1", "k", "three", **settings)).body
    assert isinstance(body, dict)
    assert [m["content"] for m in body["messages"]] == ["Be brief.", "one", "two", "three"]  # type: ignore
    assert body["temperature"] == 0.2


def test_without_words_the_last_question_asked_again_is_shown(tmp_path: Path) -> None:
    body = run(shown(tmp_path, "openai", "http://127.0.0.1:1/v1", "k", "  \n")).body
    assert isinstance(body, dict)
    assert [m["content"] for m in body["messages"]] == ["one"]  # type: ignore


def test_a_provider_that_was_removed_gives_way_to_the_default(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path) as b:
            outgoing = await preview(b.providers, talk("one", "two", ConversationSettings("gone")), "three")
            assert "three" in body_text(outgoing)

    go(main())


def test_a_websocket_has_no_curl_command() -> None:
    assert as_curl(Outgoing("GET", "wss://spark.test/v3.5/chat", {"upgrade": "websocket"}, {"a": 1})) is None


def test_the_shell_reads_the_command_as_it_is_meant() -> None:
    """A real shell, in which `curl` says what it was given."""
    plain = NASTY.replace("\n", " ").replace("***", "")
    headers = {"authorization": "Bearer ***", "x-api-key": "***", "x-plain": plain}
    outgoing = Outgoing("POST", "https://llm.test/v1/chat?a=b&c='d'", headers, {"q": NASTY, "n": None})
    command = as_curl(outgoing)
    assert command is not None
    script = f"curl() {{ printf '%s\\0' \"$@\"; }}\nAPI_KEY='the key'\n{command}"
    done = subprocess.run(["sh", "-c", script], capture_output=True, timeout=60, check=True)
    words = done.stdout.decode().split("\0")[:-1]
    assert words[:5] == ["--no-buffer", "--globoff", "--request", "POST", outgoing.url]
    assert words[5:11] == [
        "--header",
        "authorization: Bearer the key",
        "--header",
        "x-api-key: the key",
        "--header",
        f"x-plain: {plain}",
    ]
    assert words[11] == "--data-raw"
    assert json.loads(words[12]) == outgoing.body  # the stars in a question are not taken for a key


@pytest.mark.skipif(not shutil.which("curl"), reason="needs the program curl")
def test_the_command_sends_what_the_program_would_send(tmp_path: Path) -> None:
    def sent(server: RawServer) -> dict[str, Any]:
        return dict(json.loads(server.requests[-1].body))

    with raw_server(answering(response(b"data: x\n\n"))) as server:
        outgoing = run(shown(tmp_path, "openai", f"{server.url}/v1", "sk-real", NASTY))
        command = as_curl(outgoing)
        assert command is not None
        script = f"API_KEY=sk-real\n{command} --silent --noproxy '*'"
        subprocess.run(["sh", "-c", script], capture_output=True, timeout=60, check=True)
        request = server.requests[-1]
        assert request.line == "POST /v1/chat/completions HTTP/1.1"
        assert request.headers["authorization"] == "Bearer sk-real"
        assert sent(server) == outgoing.body
