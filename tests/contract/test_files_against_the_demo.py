"""What every kind of provider keeps to when something is attached, against the real demo server over real HTTP."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.demo_core import PATHS, QUICK, WITH_FILES, Running, demo_server, endpoint, with_core

from desktopchat.domain.attachment import RemoteState
from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.message import FilePart, ImagePart, Message, Role, TextPart, user_message
from desktopchat.domain.request import ChatRequest
from desktopchat.providers.base import Upload
from desktopchat.servers.demo import DemoServer
from desktopchat.services.transfers import TransferState

LEASE = "\n\n".join(
    [
        "The rent is 1200 euros a month. " + "It is paid on the third working day by transfer. " * 40,
        "Pets are allowed if they are small. " + "Larger animals need a word with the landlord before. " * 40,
        "The notice period is three months to the end of a quarter. " + "It is given in writing. " * 40,
    ]
)
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with demo_server() as running:
        yield running


@pytest.fixture
def lease(tmp_path: Path) -> Path:
    path = tmp_path / "lease.txt"
    path.write_text(LEASE)
    return path


def question(text: str, *parts: FilePart | ImagePart, before: tuple[Message, ...] = (), model: str = "demo-qa") -> Any:
    return ChatRequest(model, (*before, user_message(text, attachments=parts)), limits=QUICK)


async def attached(running: Running, path: Path) -> FilePart:
    part = (await running.core.attachments.attach(path)).part
    assert isinstance(part, FilePart)
    return part


def last_body(server: DemoServer) -> Any:
    return next(r.body for r in reversed(server.recorder.all()) if "files" not in r.path)


@pytest.mark.parametrize("kind", PATHS)
def test_a_question_about_a_document_is_answered_from_it(
    server: DemoServer, tmp_path: Path, lease: Path, kind: str
) -> None:
    async def work(running: Running) -> str:
        return await running.asked(
            endpoint(server, kind), question("What is the notice period?", await attached(running, lease))
        )

    answer = with_core(tmp_path / "data", work)
    assert "three months to the end of a quarter" in answer
    assert "1200 euros" not in answer.partition("three months")[0]
    assert "lease.txt" in answer


@pytest.mark.parametrize("kind", WITH_FILES)
class TestWithFiles:
    def test_a_file_is_sent_once_and_found_again_by_the_next_start(
        self, server: DemoServer, tmp_path: Path, lease: Path, kind: str
    ) -> None:
        config = endpoint(server, kind)

        async def ask(running: Running) -> int:
            await running.asked(config, question("What about pets?", await attached(running, lease)))
            return len(await (await running.files(config)).list())

        before = with_core(tmp_path / "data", ask)
        server.recorder.clear()

        async def ask_again(running: Running) -> tuple[int, list[TransferState], int]:
            count = await ask(running)
            assert running.told[-1].reused
            return count, running.states, running.told[-1].sent

        assert with_core(tmp_path / "data", ask_again) == (before, [TransferState.READY], 0)
        assert [r.path for r in server.recorder.all() if r.method == "POST" and "files" in r.path] == []

    def test_what_was_sent_is_listed_described_and_deleted(
        self, server: DemoServer, tmp_path: Path, lease: Path, kind: str
    ) -> None:
        config = endpoint(server, kind)

        async def work(running: Running) -> None:
            files = await running.files(config)
            assert await files.available()
            told: list[int] = []
            size = len(LEASE)
            sent = await files.upload(Upload(lease, "租约 “1”.txt", "text/plain", size, told.append))
            assert told[-1] == size
            found = next(file for file in await files.list() if file.id == sent.id)
            assert (found.name, found.size) == ("租约 “1”.txt", size)
            assert found.created is not None
            assert (await files.status(sent.id)).state is RemoteState.READY
            await files.delete(sent.id)
            assert sent.id not in {file.id for file in await files.list()}
            for gone in (files.status, files.delete):
                with pytest.raises(ChatError) as missing:
                    await gone(sent.id)
                assert missing.value.kind in (ErrorKind.NOT_FOUND, ErrorKind.PERMISSION)

        with_core(tmp_path / "data", work)

    def test_a_file_that_somebody_deleted_there_is_sent_again_once(
        self, server: DemoServer, tmp_path: Path, lease: Path, kind: str
    ) -> None:
        config = endpoint(server, kind)

        async def work(running: Running) -> str:
            part = await attached(running, lease)
            await running.asked(config, question("What is the rent?", part))
            files = await running.files(config)
            await files.delete(running.told[-1].file_id)
            running.told.clear()
            return await running.asked(config, question("What is the rent?", part))

        server.recorder.clear()
        assert "1200 euros" in with_core(tmp_path / "data", work)
        starts = [r for r in server.recorder.all() if r.method == "POST" and r.path.endswith("/files")]
        assert len(starts) == 2

    def test_a_key_that_is_refused_is_told_as_that(
        self, server: DemoServer, tmp_path: Path, lease: Path, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TEST_KEY", "bad-key")
        config = endpoint(server, kind, "TEST_KEY")

        async def work(running: Running) -> ErrorKind:
            with pytest.raises(ChatError) as refused:
                await running.asked(config, question("What is the rent?", await attached(running, lease)))
            return refused.value.kind

        assert with_core(tmp_path / "data", work) is ErrorKind.AUTH

    def test_what_the_provider_does_not_take_is_told_with_its_name(
        self, tmp_path: Path, lease: Path, kind: str
    ) -> None:
        async def work(running: Running) -> ChatError:
            with pytest.raises(ChatError) as refused:
                await running.asked(endpoint(small, kind), question("What is the rent?", await attached(running, big)))
            return refused.value

        with demo_server(max_file_bytes=1) as small:
            big = lease.with_name("big.txt")
            big.write_text(LEASE * 30)
            error = with_core(tmp_path / "data", work)
        assert error.kind is ErrorKind.FILE_REJECTED
        assert error.failure.message.params["name"] == "big.txt"


class TestOrderOfDashScope:
    """Documented: the role first, then the files, then the talk; later files before the question they come with."""

    def test_files_are_named_in_system_messages_of_their_own(
        self, server: DemoServer, tmp_path: Path, lease: Path
    ) -> None:
        other = lease.with_name("other.md")
        other.write_text("# Garden\n\nThe garden is shared.")

        async def work(running: Running) -> None:
            first, second, third = [await attached(running, path) for path in (lease, other, lease)]
            talk = (user_message("one", attachments=[first, second]), Message(Role.ASSISTANT, (TextPart("two"),)))
            more = lease.with_name("more.csv")
            more.write_text("a,b\n1,2\n")
            third = await attached(running, more)
            asked = replace(question("three", third, before=talk), system_prompt="Be brief.")
            await running.asked(endpoint(server, "dashscope"), asked)

        with_core(tmp_path / "data", work)
        messages = last_body(server)["messages"]
        assert [m["role"] for m in messages] == ["system", "system", "user", "assistant", "system", "user"]
        assert messages[0]["content"] == "Be brief."
        ids = messages[1]["content"].split(",")
        assert len(ids) == 2
        assert all(each.startswith("fileid://file-fe-") for each in ids)
        assert [messages[at]["content"] for at in (2, 3, 5)] == ["one", "two", "three"]
        assert messages[4]["content"].startswith("fileid://file-fe-")

    def test_without_a_system_prompt_a_role_stands_in_its_place(
        self, server: DemoServer, tmp_path: Path, lease: Path
    ) -> None:
        async def work(running: Running) -> None:
            await running.asked(endpoint(server, "dashscope"), question("one", await attached(running, lease)))

        with_core(tmp_path / "data", work)
        role, files, asked = last_body(server)["messages"]
        assert (role["role"], asked) == ("system", {"role": "user", "content": "one"})
        assert files["content"].startswith("fileid://")

    def test_other_models_get_the_text(self, server: DemoServer, tmp_path: Path, lease: Path) -> None:
        async def work(running: Running) -> None:
            with pytest.raises(ChatError):  # the demo has no such model
                await running.asked(
                    endpoint(server, "dashscope"), question("one", await attached(running, lease), model="qwen-plus")
                )

        with_core(tmp_path / "data", work)
        (asked,) = last_body(server)["messages"]
        assert asked["content"].startswith('<file name="lease.txt"')
        assert asked["content"].endswith("one")


def test_a_file_that_is_still_being_read_is_waited_for(
    tmp_path: Path, lease: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktopchat.services.attaching.FIRST_PAUSE_S", 0.2)
    with demo_server(parsing_s=1.0) as slow:

        async def work(running: Running) -> list[TransferState]:
            answer = await running.asked(
                endpoint(slow, "dashscope"), question("What is the rent?", await attached(running, lease))
            )
            assert "1200 euros" in answer
            return running.states

        states = with_core(tmp_path / "data", work)
    assert TransferState.PROCESSING in states
    assert states[-1] is TransferState.READY


def test_gemini_waits_until_the_file_is_active(tmp_path: Path, lease: Path) -> None:
    with demo_server(parsing_s=0.8) as slow:

        async def work(running: Running) -> list[TransferState]:
            await running.asked(endpoint(slow, "gemini"), question("What is the rent?", await attached(running, lease)))
            return running.states

        states = with_core(tmp_path / "data", work)
    wanted = [TransferState.WAITING, TransferState.UPLOADING, TransferState.PROCESSING, TransferState.READY]
    assert states == wanted


@pytest.mark.parametrize("kind", ["openai", "openai-responses", "anthropic", "gemini", "ollama"])
def test_a_picture_goes_with_the_question(server: DemoServer, tmp_path: Path, kind: str) -> None:
    (tmp_path / "dot.png").write_bytes(PNG)

    async def work(running: Running) -> None:
        part = (await running.core.attachments.attach(tmp_path / "dot.png")).part
        assert isinstance(part, ImagePart)
        await running.asked(endpoint(server, kind), question("What is it?", part, model="demo"))

    with_core(tmp_path / "data", work)
    body = str(last_body(server))
    assert "iVBORw0KGgo" in body
    assert "What is it?" in body


def test_a_model_without_eyes_refuses_a_picture_before_anything_is_sent(server: DemoServer, tmp_path: Path) -> None:
    (tmp_path / "dot.png").write_bytes(PNG)
    server.recorder.clear()

    async def work(running: Running) -> ChatError:
        part = (await running.core.attachments.attach(tmp_path / "dot.png")).part
        with pytest.raises(ChatError) as refused:
            await running.asked(endpoint(server, "openai"), question("What is it?", part, model="deepseek-chat"))
        return refused.value

    error = with_core(tmp_path / "data", work)
    assert error.kind is ErrorKind.FILE_REJECTED
    assert error.failure.message.params == {"model": "deepseek-chat", "name": "dot.png"}
    assert server.recorder.all() == []
