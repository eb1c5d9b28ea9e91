import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktopchat.servers.demo.multipart import FieldData, FieldStarted, FormReader, NotAFormError, boundary_of
from desktopchat.transports.upload import FileBody, MultipartBody


def read(pieces: Iterable[bytes], boundary: bytes = b"B") -> tuple[list[tuple[str, str | None, bytes]], bool]:
    reader = FormReader(boundary)
    fields: list[tuple[str, str | None, bytes]] = []
    for piece in pieces:
        for step in reader.feed(piece):
            match step:
                case FieldStarted(name, file_name):
                    fields.append((name, file_name, b""))
                case FieldData(data):
                    name, file_name, so_far = fields[-1]
                    fields[-1] = (name, file_name, so_far + data)
    return fields, reader.ended


def form(path: Path, content: bytes) -> bytes:
    path.write_bytes(content)
    body = MultipartBody(FileBody(path, len(content)), "a.txt", "text/plain", {"purpose": "x"}, boundary="B")

    async def whole() -> bytes:
        return b"".join([piece async for piece in body.pieces()])

    return asyncio.run(whole())


CONTENT = b"line\r\n--\r\n--A\r\n\r\n--b and more\r"


def test_a_form_split_anywhere_says_the_same(tmp_path: Path) -> None:
    data = form(tmp_path / "a", CONTENT)
    wanted = [("purpose", None, b"x"), ("file", "a.txt", CONTENT)]
    for at in range(len(data) + 1):
        assert read([data[:at], data[at:]]) == (wanted, True)
    assert read(data[i : i + 1] for i in range(len(data))) == (wanted, True)


@given(st.binary(max_size=200))
def test_any_content_comes_back(content: bytes) -> None:
    if b"\r\n--B" in content:
        return
    head = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    fields, ended = read([head + content + b"\r\n--B--\r\n"])
    assert fields == [("file", "a", content)]
    assert ended


def test_a_cut_form_has_no_end(tmp_path: Path) -> None:
    data = form(tmp_path / "a", CONTENT)
    for at in range(len(data) - len(b"--\r\n")):
        try:
            _, ended = read([data[:at]])
        except NotAFormError:
            continue
        assert not ended


@pytest.mark.parametrize("data", [b"not a form at all, and long enough to tell", b"--B\r\n" + b"x" * 20_000])
def test_what_is_no_form_is_refused(data: bytes) -> None:
    with pytest.raises(NotAFormError):
        read([data])


def test_the_boundary_is_in_the_content_type() -> None:
    assert boundary_of('multipart/form-data; boundary="a b"') == b"a b"
    with pytest.raises(NotAFormError):
        boundary_of("application/json")
