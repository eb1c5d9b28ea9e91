"""Attaching, looking at what is sent, drafts, costs and the files at the provider, as a person meets them."""

import asyncio
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from tests.support.demo_core import QUICK, Running, demo_server, endpoint, with_core

from desktopchat.domain.attachment import Way
from desktopchat.domain.conversation import ConversationSettings
from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.message import FilePart, ImagePart, MessageState, user_message
from desktopchat.domain.request import ChatRequest
from desktopchat.providers.capabilities import of_model
from desktopchat.services.chat import Asking

DATA = Path(__file__).parents[2] / "data" / "documents"
LEASE = DATA / "lease.pdf"


def photo(path: Path, size: tuple[int, int] = (64, 48)) -> Path:
    """A JPEG with a place and a camera in it."""
    exif = Image.Exif()
    exif[0x010F] = "Canary Camera"
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", size, "teal").save(path, exif=exif)
    return path


def test_a_picture_loses_what_it_says_about_its_maker(tmp_path: Path) -> None:
    async def work(running: Running) -> None:
        attached = await running.core.attachments.attach(photo(tmp_path / "p.jpg"))
        assert isinstance(attached.part, ImagePart)
        assert attached.notes
        data = await running.core.attachments.read(attached.part)
        assert b"Canary" not in data
        assert Image.open(BytesIO(data)).size == (64, 48)
        blobs = [path for path in (tmp_path / "data" / "blobs").rglob("*") if path.is_file()]
        assert [b"Canary" in path.read_bytes() for path in blobs] == [False]

    with_core(tmp_path / "data", work)


def test_heic_becomes_a_picture_that_models_know(tmp_path: Path) -> None:
    async def work(running: Running) -> None:
        part = (await running.core.attachments.attach(DATA / "photo.heic")).part
        assert (part.media_type, part.name) == ("image/jpeg", "photo.jpg")

    with_core(tmp_path / "data", work)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.txt", b""),
        ("program", b"\x7fELF" + bytes(200)),
        ("archive.7z", b"7z\xbc\xaf\x27\x1c" + bytes(50)),
        ("song.mp3", b"ID3" + bytes(50)),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        ("broken.png", b"\x89PNG\r\n\x1a\n and nothing"),
    ],
)
def test_what_is_of_no_use_to_a_model_is_refused_with_its_name(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)

    async def work(running: Running) -> ChatError:
        with pytest.raises(ChatError) as refused:
            await running.core.attachments.attach(tmp_path / name)
        return refused.value

    error = with_core(tmp_path / "data", work)
    assert error.kind is ErrorKind.FILE_REJECTED
    assert error.failure.message.params["name"] == name


def test_pasted_text_and_office_files_are_documents(tmp_path: Path) -> None:
    async def work(running: Running) -> None:
        service = running.core.attachments
        pasted = (await service.attach_bytes("拷贝的文字".encode(), "pasted.txt")).part
        assert isinstance(pasted, FilePart)
        assert await service.text_sent(pasted) == "拷贝的文字"
        office = (await service.attach(DATA / "lease.docx")).part
        assert office.media_type.endswith("wordprocessingml.document")
        assert "Fabrikam" in await service.text_sent(office)  # type: ignore[arg-type]

    with_core(tmp_path / "data", work)


def test_the_extent_decides_how_much_of_a_text_is_sent(tmp_path: Path) -> None:
    async def work(running: Running) -> None:
        service = running.core.attachments
        part = (await service.attach(LEASE)).part
        assert isinstance(part, FilePart)
        whole = await service.text_sent(part)
        first = await service.text_sent(FilePart(part.sha256, part.media_type, part.name, extent="pages:1"))
        assert "[2]" in whole
        assert "[2]" not in first
        assert whole.startswith(first)
        best = FilePart(part.sha256, part.media_type, part.name, extent="passages")
        assert "three months" in await service.text_sent(best, "How long is the notice?")
        assert await service.text_sent(best, "Квартплата?"), "where nothing fits, the beginning"

    with_core(tmp_path / "data", work)


def test_a_document_without_text_is_not_sent_as_nothing(tmp_path: Path) -> None:
    (tmp_path / "blank.txt").write_text(" \n\n ")
    with demo_server() as server:
        config = endpoint(server, "ollama")

        async def work(running: Running) -> ChatError:
            part = (await running.core.attachments.attach(tmp_path / "blank.txt")).part
            with pytest.raises(ChatError) as refused:
                await running.asked(config, ChatRequest("demo", (user_message("What?", attachments=[part]),)))
            return refused.value

        assert with_core(tmp_path / "data", work).failure.message.params == {"name": "blank.txt"}
        assert server.recorder.all() == []


def test_another_encoding_can_be_chosen(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("押金在三十天内退还。租客可以养小猫。".encode("gb18030"))

    async def work(running: Running) -> None:
        part = (await running.core.attachments.attach(tmp_path / "a.txt")).part
        right = FilePart(part.sha256, part.media_type, part.name, encoding="gb18030")
        wrong = FilePart(part.sha256, part.media_type, part.name, encoding="latin-1")
        assert "押金" in await running.core.attachments.text_sent(right)
        assert "押金" not in await running.core.attachments.text_sent(wrong)
        assert (await running.core.attachments.extracted(right)).encoding.lower().startswith("gb")

    with_core(tmp_path / "data", work)


def test_drafts_keep_their_files_over_a_restart(tmp_path: Path) -> None:
    parts: list[FilePart | ImagePart] = []

    async def work(running: Running) -> None:
        service = running.core.attachments
        parts.append((await service.attach(LEASE)).part)
        parts.append((await service.attach(photo(tmp_path / "p.jpg"))).part)
        await service.save_draft("", parts)
        await service.save_draft("other", [FilePart("0" * 64, "text/plain", "gone.txt")])

    async def after_a_restart(running: Running) -> None:
        service = running.core.attachments
        assert list(await service.load_draft("")) == parts
        assert await service.load_draft("other") == (), "its content is gone"
        assert await service.orphans() == []
        await service.save_draft("", [])
        assert await service.load_draft("") == ()
        assert sorted(await service.orphans()) == sorted(part.sha256 for part in parts)
        assert await service.remove_snapshots(await service.orphans()) == sum(part.size for part in parts)

    with_core(tmp_path / "data", work)
    with_core(tmp_path / "data", after_a_restart)


def test_what_attachments_cost_is_estimated_before_anything_is_sent(tmp_path: Path) -> None:
    with demo_server() as server:

        async def work(running: Running) -> None:
            service = running.core.attachments
            config = endpoint(server, "dashscope")
            parts = [(await service.attach(LEASE)).part, (await service.attach(photo(tmp_path / "p.jpg"))).part]
            document, picture = await service.costs(parts, config, "qwen-long")
            assert (document.way, picture.way) == (Way.UPLOAD, Way.UPLOAD)
            assert document.tokens is not None
            assert 100 < document.tokens < 1000
            as_text, unseen = await service.costs(parts, config, "qwen-max")
            assert as_text.way is Way.TEXT
            assert (unseen.way, unseen.problem is None) == (None, False)

        with_core(tmp_path / "data", work)
        assert server.recorder.all() == []


def test_the_stock_knows_who_uses_a_file_and_what_is_an_orphan(tmp_path: Path) -> None:
    with demo_server() as server:
        config = endpoint(server, "openai")

        async def work(running: Running) -> None:
            core = running.core
            stored = await core.providers.add(config)
            part = (await core.attachments.attach(LEASE)).part
            conversation = core.chat.new_conversation(ConversationSettings(stored.id))
            session = await core.chat.send(conversation, "Notice?", Asking(QUICK), attachments=[part])
            assert (await session.wait()).state is MessageState.DONE
            orphan = await core.files.upload(stored, DATA / "lease.epub")
            files = (await core.files.stock(stored)).files
            by_name = {each.file.name: each for each in files}
            assert [used.title for used in by_name["lease.pdf"].used_by] == ["Notice?"]
            assert [each.file.id for each in files if each.is_orphan] == [orphan.id]
            assert [each.file.name for each in await core.files.only_in(conversation.id, stored)] == ["lease.pdf"]
            assert await core.files.delete(stored, [each.file.id for each in files] + ["file-none"]) == {}
            assert (await core.files.stock(stored)).files == ()
            assert await core.attachments.transfers([part], stored) == {}

        with_core(tmp_path / "data", work)


def test_a_provider_without_files_says_so(tmp_path: Path) -> None:
    with demo_server() as server:

        async def work(running: Running) -> None:
            config = endpoint(server, "ollama")
            assert not await running.core.files.has_files(config)
            with pytest.raises(ChatError) as refused:
                await running.core.files.stock(config)
            assert refused.value.kind is ErrorKind.BAD_REQUEST

        with_core(tmp_path / "data", work)


def test_a_file_can_be_sent_before_it_is_asked_about_and_a_preview_sends_nothing(tmp_path: Path) -> None:
    with demo_server() as server:
        config = endpoint(server, "dashscope")

        async def work(running: Running) -> None:
            service = running.core.attachments
            part = (await service.attach(LEASE)).part
            request = ChatRequest("qwen-long", (user_message("Notice?", attachments=[part]),))
            provider = await running.core.providers.connect(config)
            before = provider.outgoing(await service.previewed(request, config))
            assert "fileid://<lease.pdf>" in str(before.body)
            assert server.recorder.all() == []
            assert await service.upload(part, config, "qwen-long")
            after = provider.outgoing(await service.previewed(request, config))
            file_id = (await service.transfers([part], config))[part.sha256].file_id
            assert f"fileid://{file_id}" in str(after.body)
            assert not await service.upload(part, config, "qwen-max"), "as text it is not sent ahead"

        with_core(tmp_path / "data", work)


def test_the_loop_is_free_while_a_document_is_read(tmp_path: Path) -> None:
    async def work(running: Running) -> None:
        part = (await running.core.attachments.attach(LEASE)).part
        assert isinstance(part, FilePart)
        task = asyncio.ensure_future(running.core.attachments.extracted(part))
        turns = 0
        while not task.done():
            await asyncio.sleep(0)
            turns += 1
        assert turns > 10
        assert (await task).pages == 2

    with_core(tmp_path / "data", work)


@pytest.mark.parametrize("model", ["qwen-vl-plus", "gpt-4o", "claude-sonnet-4", "gemini-2.5-flash", "llava"])
def test_models_with_eyes_are_not_called_blind(model: str) -> None:
    assert of_model(model).images is True


@pytest.mark.parametrize(
    "model", ["deepseek-chat", "qwen-max", "gpt-3.5-turbo", "gpt-4", "moonshot-v1-8k", "llama3:8b"]
)
def test_models_without_eyes_are_known(model: str) -> None:
    assert of_model(model).images is False


@pytest.mark.parametrize("model", ["some-model", "demo", "", "qwen3.5-plus", "gpt-4-vision-preview", "llama3.2-vision"])
def test_others_may_see(model: str) -> None:
    assert of_model(model).images is not False
