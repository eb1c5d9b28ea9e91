"""Looks for a secret where no secret may be: byte by byte, in the forms in which secrets leak."""

import base64
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4


def new_canary() -> str:
    """A key that is found nowhere else."""
    return f"sk-CANARY-{uuid4()}"


def forms_of(secret: str) -> dict[str, bytes]:
    """The bytes to look for, by the name of the form."""
    raw = secret.encode()
    found = {
        "UTF-8": raw,
        "UTF-16-LE": secret.encode("utf-16-le"),
        "UTF-16-BE": secret.encode("utf-16-be"),
        "reversed": raw[::-1],
        "URL-encoded": quote(secret, safe="").encode(),
        "hexadecimal": raw.hex().encode(),
    }
    for shift in range(3):  # base64 looks different at each of the three places in a group
        for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
            found[f"{name}+{shift}"] = _core(encode(b"\0" * shift + raw), shift, len(raw))
    return found


def _core(encoded: bytes, shift: int, length: int) -> bytes:
    """The part that does not depend on the neighbours: whole characters that hold bits of the secret alone."""
    return encoded[-(-shift * 8 // 6) : (shift + length) * 8 // 6]


def hits(secret: str, folders: Iterable[Path | str], texts: Iterable[str | bytes] = ()) -> list[str]:
    """Where the secret is, and in which form first: in files, file names, or `texts`."""
    forms = forms_of(secret)
    found = []
    for place, content in _haystacks(folders, texts):
        lowered = content.lower()  # a hexadecimal form may be in capitals
        where = ((form, lowered if form == "hexadecimal" else content) for form in forms)
        if form := next((form for form, hay in where if forms[form] in hay), ""):
            found.append(f"{place}: {form}")
    return found


def assert_absent(secret: str, *folders: Path | str, texts: Iterable[str | bytes] = ()) -> None:
    """Fails if the secret is anywhere in these folders or files (which must be there) or texts."""
    missing = [str(folder) for folder in folders if not Path(folder).exists()]
    assert not missing, f"nothing to search in: {missing}"
    found = hits(secret, folders, texts)
    assert not found, "the secret was found in " + ", ".join(found)


def process_texts(pid: int) -> list[bytes]:
    """What other users may read of a running process (Linux): its arguments. And its environment."""
    folder = Path("/proc") / str(pid)
    return [(folder / name).read_bytes() for name in ("cmdline", "environ") if (folder / name).exists()]


def _haystacks(folders: Iterable[Path | str], texts: Iterable[str | bytes]) -> Iterator[tuple[str, bytes]]:
    for folder in folders:
        for file in _files(Path(folder)):
            yield f"the name of {file}", os.fsencode(file)
            content = file.read_bytes()
            yield str(file), content
            if unpacked := _unpacked(content):
                yield f"{file} (unpacked)", unpacked
    for n, text in enumerate(texts, start=1):
        yield f"text {n}", text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_file():
        yield folder
    for path in sorted(folder.rglob("*")):
        if path.is_file():  # sockets, pipes and devices hold no text
            yield path


def _unpacked(content: bytes) -> bytes:
    """What a gzip file holds; nothing for other files."""
    return zlib.decompress(content, wbits=31) if content[:2] == b"\x1f\x8b" else b""
