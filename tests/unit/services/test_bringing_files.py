"""Files on their way to a provider that fails as it is told to."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from tests.support.waiting import until

from desktopchat.domain.attachment import FileLimits, RemoteFile, RemoteState
from desktopchat.domain.errors import ChatError, ErrorKind, Failure
from desktopchat.domain.message import FilePart, ImagePart, now
from desktopchat.domain.text import msg
from desktopchat.providers.base import Upload
from desktopchat.services.transfers import Transfer, TransferState
from desktopchat.services.uploads import Uploads
from desktopchat.storage.attachments import AttachmentStore, UploadState
from desktopchat.storage.blobs import BlobStore
from desktopchat.storage.database import Database

T = TypeVar("T")
CONTENT = b"The notice period is three months."


def lost(kind: ErrorKind = ErrorKind.NETWORK) -> ChatError:
    return ChatError(Failure(kind, msg("The line broke."), should_retry=True))


@dataclass
class ScriptedFiles:
    """Keeps files in memory. `fails` are raised by the next uploads, one each; with `arrives` the file is there all
    the same. `holds` keeps every upload until it is set."""

    kept: list[RemoteFile] = field(default_factory=list)
    fails: list[ChatError] = field(default_factory=list)
    arrives: bool = False
    sent: int = 0
    holds: asyncio.Event | None = None
    states: list[RemoteState] = field(default_factory=list)
    limits: FileLimits = FileLimits()  # noqa: RUF009
    at_once: int = 0
    most_at_once: int = 0
    expires_in: timedelta | None = None

    def account(self, salt: bytes) -> str:
        assert len(salt) == 32
        return "account"

    async def available(self) -> bool:
        return True

    async def upload(self, upload: Upload) -> RemoteFile:
        self.sent += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            upload.progress(upload.size // 2)
            if self.holds is not None:
                await self.holds.wait()
            upload.progress(upload.size)
            return self._kept(upload)
        finally:
            self.at_once -= 1

    def _kept(self, upload: Upload) -> RemoteFile:
        state = RemoteState.PROCESSING if self.states else RemoteState.READY
        expires = now() + self.expires_in if self.expires_in else None
        file = RemoteFile(f"id-{len(self.kept)}", upload.name, upload.size, created=now(), expires=expires, state=state)
        if not self.fails:
            self.kept.append(file)
            return file
        if self.arrives:
            self.kept.append(file)
        raise self.fails.pop(0)

    async def list(self) -> list[RemoteFile]:
        return list(self.kept)

    async def status(self, file_id: str) -> RemoteFile:
        found = next((file for file in self.kept if file.id == file_id), None)
        if found is None:
            raise ChatError(Failure(ErrorKind.NOT_FOUND, msg("It is not there.")))
        return replace(found, state=self.states.pop(0) if self.states else RemoteState.READY)

    async def content(self, file_id: str) -> str:
        return ""

    async def delete(self, file_id: str) -> None:
        self.kept = [file for file in self.kept if file.id != file_id]


@dataclass
class Desk:
    uploads: Uploads
    store: AttachmentStore
    part: FilePart
    told: list[Transfer] = field(default_factory=list)

    async def bring(self, files: ScriptedFiles, part: FilePart | ImagePart | None = None) -> RemoteFile:
        return await self.uploads.bring(files, "p", part or self.part)

    async def record(self) -> UploadState | None:
        found = await self.store.upload("account", self.part.sha256)
        return found.state if found else None


def at_a_desk(folder: Path, work: Callable[[Desk], Awaitable[T]]) -> T:
    """One start of the program: what is in `folder` stays."""

    async def run() -> T:
        database = await Database.open(folder / "db.sqlite3")
        blobs = BlobStore(folder / "blobs")
        blob = await blobs.add_bytes(CONTENT)
        store = AttachmentStore(database)
        desk = Desk(Uploads(store, blobs), store, FilePart(blob.sha256, "text/plain", "lease.txt", blob.size))
        desk.uploads.changed.connect(desk.told.append)
        try:
            return await work(desk)
        finally:
            await database.close()

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktopchat.services.uploading.FIRST_LOOK_S", 0.001)
    monkeypatch.setattr("desktopchat.services.uploading._pause_after", quick_pause)


def quick_pause(failure: Failure, attempt: int) -> float | None:
    return 0.001 if failure.should_retry and attempt < 3 else None


def test_a_lost_line_is_tried_again(tmp_path: Path) -> None:
    files = ScriptedFiles(fails=[lost(), lost()])

    async def work(desk: Desk) -> None:
        assert (await desk.bring(files)).id == "id-0"
        assert (desk.told[-1].state, desk.told[-1].sent) == (TransferState.READY, len(CONTENT))

    at_a_desk(tmp_path, work)
    assert files.sent == 3


def test_what_arrived_although_the_line_broke_is_not_sent_twice(tmp_path: Path) -> None:
    files = ScriptedFiles(fails=[lost()], arrives=True)

    async def work(desk: Desk) -> None:
        assert (await desk.bring(files)).id == "id-0"

    at_a_desk(tmp_path, work)
    assert (files.sent, len(files.kept)) == (1, 1)


def test_in_the_end_the_failure_is_told_and_kept(tmp_path: Path) -> None:
    files = ScriptedFiles(fails=[lost() for _ in range(4)])

    async def work(desk: Desk) -> None:
        with pytest.raises(ChatError) as failed:
            await desk.bring(files)
        assert failed.value.kind is ErrorKind.NETWORK
        assert desk.told[-1].state is TransferState.FAILED
        assert desk.told[-1].failure == failed.value.failure

    at_a_desk(tmp_path, work)

    async def after_a_restart(desk: Desk) -> None:
        state = await desk.uploads.state(files, "p", desk.part)
        assert state is not None
        assert state.state is TransferState.INTERRUPTED, "it may have arrived"
        assert (await desk.bring(files)).id == "id-0"

    at_a_desk(tmp_path, after_a_restart)
    assert files.sent == 5


def test_a_refusal_is_not_tried_again_and_says_so_after_a_restart(tmp_path: Path) -> None:
    files = ScriptedFiles(fails=[ChatError(Failure(ErrorKind.FILE_REJECTED, msg("No.")))])

    async def work(desk: Desk) -> None:
        with pytest.raises(ChatError):
            await desk.bring(files)

    at_a_desk(tmp_path, work)

    async def after_a_restart(desk: Desk) -> None:
        state = await desk.uploads.state(files, "p", desk.part)
        assert state is not None
        assert state.state is TransferState.FAILED
        assert state.failure is not None
        assert state.failure.message.key == "No."

    at_a_desk(tmp_path, after_a_restart)
    assert files.sent == 1


@pytest.mark.parametrize("arrived", [True, False])
def test_after_a_kill_the_file_is_looked_for_before_it_is_sent(tmp_path: Path, arrived: bool) -> None:
    files = ScriptedFiles()

    async def killed(desk: Desk) -> None:
        """What the database knows if the program dies between the last byte and the answer."""
        await desk.bring(files)
        record = await desk.store.upload("account", desk.part.sha256)
        assert record is not None
        await desk.store.keep_upload(replace(record, state=UploadState.UPLOADING, file_id=""))
        if not arrived:
            files.kept.clear()

    at_a_desk(tmp_path, killed)

    async def after_a_restart(desk: Desk) -> None:
        state = await desk.uploads.state(files, "p", desk.part)
        assert state is not None
        assert state.state is TransferState.INTERRUPTED
        await desk.bring(files)
        assert await desk.record() is UploadState.READY

    at_a_desk(tmp_path, after_a_restart)
    assert len(files.kept) == 1
    assert files.sent == (1 if arrived else 2)


@pytest.mark.parametrize(
    "other", [{"name": "other.txt"}, {"size": 5}, {"created": now() - timedelta(days=1)}, {"state": RemoteState.FAILED}]
)
def test_only_a_file_that_must_be_ours_is_taken_for_it(tmp_path: Path, other: dict[str, object]) -> None:
    files = ScriptedFiles(kept=[replace(RemoteFile("x", "lease.txt", len(CONTENT), created=now()), **other)])  # type: ignore[arg-type]

    async def work(desk: Desk) -> str:
        files.holds = asyncio.Event()
        task = asyncio.ensure_future(desk.bring(files))
        await until(lambda: files.sent)
        record = await desk.store.upload("account", desk.part.sha256)
        task.cancel()
        await asyncio.wait([task])
        assert record is not None
        await desk.store.keep_upload(record)
        files.holds = None
        return (await desk.bring(files)).id

    assert at_a_desk(tmp_path, work) == "id-1"


def test_a_file_that_expires_soon_is_sent_again(tmp_path: Path) -> None:
    files = ScriptedFiles(expires_in=timedelta(minutes=2))

    async def work(desk: Desk) -> None:
        await desk.bring(files)
        files.expires_in = timedelta(hours=1)
        await desk.bring(files)
        await desk.bring(files)

    at_a_desk(tmp_path, work)
    assert files.sent == 2


def test_several_who_want_the_same_share_one_sending(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        files = ScriptedFiles(holds=asyncio.Event())
        tasks = [asyncio.ensure_future(desk.bring(files)) for _ in range(3)]
        await until(lambda: files.sent)
        tasks[0].cancel()
        await asyncio.wait([tasks[0]])
        assert files.holds is not None
        files.holds.set()
        assert [file.id for file in await asyncio.gather(*tasks[1:])] == ["id-0", "id-0"]
        assert files.sent == 1

    at_a_desk(tmp_path, work)


def test_the_last_one_who_gives_up_ends_the_sending_and_nothing_is_remembered(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        files = ScriptedFiles(holds=asyncio.Event())
        task = asyncio.ensure_future(desk.bring(files))
        await until(lambda: files.sent)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert files.at_once == 0
        assert desk.told[-1].state is TransferState.CANCELLED
        assert await desk.record() is None

    at_a_desk(tmp_path, work)


def test_a_cancelled_transfer_is_told_to_whoever_waits(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        files = ScriptedFiles(holds=asyncio.Event())
        task = asyncio.ensure_future(desk.bring(files))
        await until(lambda: files.sent)
        desk.uploads.cancel("p", desk.part.sha256)
        with pytest.raises(ChatError) as cancelled:
            await task
        assert cancelled.value.kind is ErrorKind.CANCELLED
        files.holds = None
        assert (await desk.bring(files)).id == "id-0"

    at_a_desk(tmp_path, work)


def test_not_too_many_go_at_once(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        files = ScriptedFiles(holds=asyncio.Event())
        parts = []
        for number in range(6):
            blob = await desk.uploads._means.blobs.add_bytes(f"file {number}".encode())
            parts.append(FilePart(blob.sha256, "text/plain", f"{number}.txt", blob.size))
        tasks = [asyncio.ensure_future(desk.bring(files, part)) for part in parts]
        await until(lambda: files.sent == 3)
        assert {desk.uploads.newest("p", part.sha256).state for part in parts[3:]} == {TransferState.WAITING}  # type: ignore[union-attr]
        assert files.holds is not None
        files.holds.set()
        await asyncio.gather(*tasks)
        assert files.most_at_once == 3

    at_a_desk(tmp_path, work)


@pytest.mark.parametrize("limits", [FileLimits(file_bytes=10), FileLimits(file_bytes=len(CONTENT) - 1)])
def test_what_exceeds_the_limit_is_refused_before_any_byte(tmp_path: Path, limits: FileLimits) -> None:
    files = ScriptedFiles(limits=limits)

    async def work(desk: Desk) -> None:
        with pytest.raises(ChatError) as refused:
            await desk.bring(files)
        assert refused.value.kind is ErrorKind.FILE_REJECTED

    at_a_desk(tmp_path, work)
    assert files.sent == 0


def test_pictures_have_a_limit_of_their_own(tmp_path: Path) -> None:
    files = ScriptedFiles(limits=FileLimits(file_bytes=10, image_bytes=1000))

    async def work(desk: Desk) -> None:
        part = ImagePart(desk.part.sha256, "image/png", "a.png", desk.part.size)
        assert (await desk.bring(files, part)).id == "id-0"

    at_a_desk(tmp_path, work)


def test_a_file_that_the_provider_reads_is_waited_for(tmp_path: Path) -> None:
    files = ScriptedFiles(states=[RemoteState.PROCESSING, RemoteState.PROCESSING, RemoteState.READY])

    async def work(desk: Desk) -> None:
        await desk.bring(files)
        assert TransferState.PROCESSING in {transfer.state for transfer in desk.told}
        assert await desk.record() is UploadState.READY

    at_a_desk(tmp_path, work)


def test_a_file_that_the_provider_cannot_read_is_rejected(tmp_path: Path) -> None:
    files = ScriptedFiles(states=[RemoteState.PROCESSING, RemoteState.FAILED])

    async def work(desk: Desk) -> None:
        with pytest.raises(ChatError) as refused:
            await desk.bring(files)
        assert refused.value.kind is ErrorKind.FILE_REJECTED

    at_a_desk(tmp_path, work)


def test_a_provider_that_is_killed_while_it_reads_is_asked_again_later(tmp_path: Path) -> None:
    files = ScriptedFiles(states=[RemoteState.PROCESSING, RemoteState.READY])

    async def work(desk: Desk) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ScriptedFiles, "status", refused_line)
            with pytest.raises(ChatError):
                await desk.bring(files)
        assert await desk.record() is UploadState.PROCESSING

    at_a_desk(tmp_path, work)

    async def after_a_restart(desk: Desk) -> None:
        state = await desk.uploads.state(files, "p", desk.part)
        assert state is not None
        assert state.state is TransferState.PROCESSING
        assert (await desk.bring(files)).id == "id-0"

    at_a_desk(tmp_path, after_a_restart)
    assert files.sent == 1


async def refused_line(_self: ScriptedFiles, _file_id: str) -> RemoteFile:
    raise lost()


def test_a_blob_that_is_gone_is_told(tmp_path: Path) -> None:
    files = ScriptedFiles()

    async def work(desk: Desk) -> None:
        with pytest.raises(ChatError) as told:
            await desk.bring(files, FilePart("0" * 64, "text/plain", "gone.txt", 5))
        assert told.value.kind is ErrorKind.STORAGE

    at_a_desk(tmp_path, work)
