import asyncio
import os
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import psutil
import pytest
from tests.support.rawserver import RawRequest, answering, raw_server, response
from tests.support.waiting import until

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.request import Limits
from desktopchat.transports.http import HttpAnswer, HttpClient, HttpRequest
from desktopchat.transports.upload import PIECE_BYTES, READ_BYTES, Body, FileBody, MultipartBody


async def whole(body: Body) -> list[bytes]:
    return [piece async for piece in body.pieces()]


def parsed(body: MultipartBody) -> list[Message]:
    data = b"".join(asyncio.run(whole(body)))
    assert len(data) == body.length
    head = f"content-type: {body.content_type}\r\n\r\n".encode()
    return list(message_from_bytes(head + data).get_payload())


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES, READ_BYTES, READ_BYTES + 1, 3 * READ_BYTES + 77])
def test_a_file_is_sent_as_it_is_and_progress_counts_its_bytes(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "a").write_bytes(data)
    told: list[int] = []
    pieces = asyncio.run(whole(FileBody(tmp_path / "a", size, progress=told.append)))
    assert b"".join(pieces) == data
    assert max(map(len, pieces), default=0) <= PIECE_BYTES
    assert told == sorted(told)
    assert (told[-1] if told else 0) == size


def test_a_part_of_a_file_can_be_sent(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    assert asyncio.run(whole(FileBody(tmp_path / "a", 4, start=3))) == [b"3456"]


def test_a_file_that_has_become_shorter_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    with pytest.raises(ChatError) as short:
        asyncio.run(whole(FileBody(tmp_path / "a", 11)))
    assert short.value.kind is ErrorKind.STORAGE
    with pytest.raises(ChatError) as gone:
        asyncio.run(whole(FileBody(tmp_path / "b", 11)))
    assert gone.value.kind is ErrorKind.STORAGE


def test_a_form_can_be_read_by_others(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"--boundary\r\n\r\nbytes\r\n")
    file = FileBody(tmp_path / "a", 21)
    purpose, sent = parsed(MultipartBody(file, "租约 “1”.pdf", "application/pdf", {"purpose": "user_data"}))
    assert purpose.get_param("name", header="content-disposition") == "purpose"
    assert purpose.get_payload() == "user_data"
    assert sent.get_content_type() == "application/pdf"
    assert sent.get_payload(decode=True) == b"--boundary\r\n\r\nbytes\r\n"


def test_a_name_cannot_break_out_of_its_quotes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    name = 'a"; name="purpose"\r\nX-Evil: 1\r\n\r\n.txt'
    (sent,) = parsed(MultipartBody(FileBody(tmp_path / "a", 1), name, "text/plain"))
    assert sent.get_filename() == "a%22; name=%22purpose%22%0D%0AX-Evil: 1%0D%0A%0D%0A.txt"
    assert "x-evil" not in sent


def sent_to_a_server(body: Body) -> tuple[HttpAnswer, RawRequest]:
    async def fetch(url: str) -> HttpAnswer:
        client = HttpClient(proxy="none")
        try:
            return await client.fetch(HttpRequest("POST", url, body=body), Limits())
        finally:
            await client.aclose()

    with raw_server(answering(response(b"{}", media_type="application/json"))) as server:
        return asyncio.run(fetch(server.url)), server.requests[0]


def test_the_length_is_said_before_and_the_bytes_follow(tmp_path: Path) -> None:
    data = os.urandom(2 * READ_BYTES)
    (tmp_path / "a").write_bytes(data)
    answer, request = sent_to_a_server(FileBody(tmp_path / "a", len(data)))
    assert answer.status == 200
    assert request.headers["content-length"] == str(len(data))
    assert request.body == data


def test_an_empty_file_is_sent_too(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    _, request = sent_to_a_server(FileBody(tmp_path / "a", 0))
    assert request.headers["content-length"] == "0"


def test_what_cannot_be_read_while_it_is_sent_is_told_as_that(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"short")
    with pytest.raises(ChatError) as told:
        sent_to_a_server(FileBody(tmp_path / "a", 500))
    assert told.value.kind is ErrorKind.STORAGE


def test_cancelling_closes_the_file_and_the_connection(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.truncate(500_000_000)
    begun: list[int] = []
    body = FileBody(tmp_path / "a", 500_000_000, progress=begun.append)

    async def cancelled(url: str) -> None:
        client = HttpClient(proxy="none")
        task = asyncio.ensure_future(client.fetch(HttpRequest("POST", url, body=body), Limits()))
        await until(lambda: bool(begun))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await client.aclose()

    with raw_server(lambda peer: peer.wait_for_close()) as server:
        asyncio.run(cancelled(server.url))
        assert server.client_closed.wait(20)
    assert str(tmp_path / "a") not in [file.path for file in psutil.Process().open_files()]
