import asyncio
import hashlib
import os
import socket
from pathlib import Path

import pytest
from tests.support.waiting import until

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.storage.blobs import Blob, BlobStore

TEXT = b"The notice period is three months."
SHA = hashlib.sha256(TEXT).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


def kept(store: BlobStore, path: Path, limit: int = 10_000_000) -> Blob:
    return asyncio.run(store.add_file(path, max_bytes=limit))


def written(path: Path, data: bytes = TEXT) -> Path:
    path.write_bytes(data)
    return path


def left_behind(store: BlobStore) -> list[str]:
    return [path.name for path in store.folder.rglob(".new-*")] if store.folder.exists() else []


def test_a_snapshot_does_not_follow_its_original(store: BlobStore, tmp_path: Path) -> None:
    original = written(tmp_path / "a.txt")
    blob = kept(store, original)
    original.write_bytes(b"something else")
    original.unlink()
    assert (blob.sha256, blob.size, blob.head) == (SHA, len(TEXT), TEXT)
    assert asyncio.run(store.read(SHA)) == TEXT
    assert store.path(SHA) == store.folder / SHA[:2] / SHA[2:]


def test_equal_content_is_there_once(store: BlobStore, tmp_path: Path) -> None:
    kept(store, written(tmp_path / "a.txt"))
    kept(store, written(tmp_path / "b.txt"))
    asyncio.run(store.add_bytes(TEXT))
    assert [blob.sha256 for blob in asyncio.run(store.all())] == [SHA]
    assert left_behind(store) == []


def test_what_is_larger_than_a_piece_comes_whole(store: BlobStore, tmp_path: Path) -> None:
    data = os.urandom(2_500_001)
    blob = kept(store, written(tmp_path / "a.bin", data))
    assert blob.size == len(data)
    assert asyncio.run(store.read(blob.sha256)) == data
    assert blob.head == data[: len(blob.head)]


def test_one_byte_too_many_is_refused_and_nothing_stays(store: BlobStore, tmp_path: Path) -> None:
    assert kept(store, written(tmp_path / "a.bin", b"x" * 1000), limit=1000).size == 1000
    with pytest.raises(ChatError) as refused:
        kept(store, written(tmp_path / "b.bin", b"y" * 1001), limit=1000)
    assert refused.value.kind is ErrorKind.FILE_REJECTED
    assert len(asyncio.run(store.all())) == 1
    assert left_behind(store) == []


def special(tmp_path: Path, kind: str) -> Path:
    path = tmp_path / "special"
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "socket":
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(path))
            listener.close()
        case "device":
            return Path("/dev/zero")
        case "nothing":
            return path
        case "link to a device":
            path.symlink_to("/dev/zero")
    return path


@pytest.mark.parametrize("kind", ["folder", "pipe", "socket", "device", "nothing", "link to a device"])
def test_only_regular_files_are_taken(store: BlobStore, tmp_path: Path, kind: str) -> None:
    with pytest.raises(ChatError) as refused:
        kept(store, special(tmp_path, kind))
    assert refused.value.kind is ErrorKind.FILE_REJECTED
    assert left_behind(store) == []


def test_a_name_that_no_file_can_have_is_refused(store: BlobStore) -> None:
    with pytest.raises(ChatError) as refused:
        kept(store, Path("a\0b"))
    assert refused.value.kind is ErrorKind.FILE_REJECTED


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("in the way")
    with pytest.raises(ChatError) as refused:
        kept(BlobStore(tmp_path / "blobs"), written(tmp_path / "a.txt"))
    assert refused.value.kind is ErrorKind.STORAGE


def test_a_cancelled_snapshot_leaves_nothing(store: BlobStore, tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.truncate(3_000_000_000)

    async def cancelled() -> None:
        task = asyncio.ensure_future(store.add_file(path, max_bytes=4_000_000_000))
        await until(lambda: bool(left_behind(store)))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: not left_behind(store))

    asyncio.run(cancelled())
    assert asyncio.run(store.all()) == []


def test_removing_says_what_it_freed(store: BlobStore, tmp_path: Path) -> None:
    kept(store, written(tmp_path / "a.txt"))
    assert asyncio.run(store.remove([SHA, "0" * 64, "no hash at all"])) == len(TEXT)
    assert not store.has(SHA)
    with pytest.raises(ChatError) as missing:
        asyncio.run(store.read(SHA))
    assert missing.value.kind is ErrorKind.STORAGE


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63])
def test_what_is_no_hash_leads_to_no_path(store: BlobStore, name: str) -> None:
    assert not store.has(name)
    with pytest.raises(ValueError, match="SHA-256"):
        store.path(name)
