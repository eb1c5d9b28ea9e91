"""Secrets of any length in key stores whose entries are short.

A secret that does not fit is cut: the entry `account` then holds a mark with the number of pieces and a check sum,
the pieces are in `account#1` … `account#n`. Which key store that is, and who waits for it, is not known here.
"""

import hashlib
import logging
from collections.abc import Callable
from itertools import count

from desktopchat.domain.errors import ChatError
from desktopchat.domain.text import msg
from desktopchat.settings.backends import SecretBackend, refused

log = logging.getLogger(__name__)

MARK = "desktopchat-pieces:"


def read(backend: SecretBackend, account: str) -> str | None:
    """The secret, whole. Raises `ChatError` `keyring` where pieces are missing or belong to another secret."""
    entry = backend.get(account)
    if entry is None or not entry.startswith(MARK):
        return entry
    number, _, check_sum = entry.removeprefix(MARK).partition(":")
    pieces = [backend.get(f"{account}#{i}") for i in range(1, int(number) + 1)] if number.isdecimal() else []
    whole = "".join(piece for piece in pieces if piece is not None)
    if not pieces or None in pieces or _sum_of(whole) != check_sum:
        raise refused(msg("The key in the system's key store is damaged. Enter it again."))
    return whole


def write(backend: SecretBackend, account: str, value: str, check: Callable[[], None] = lambda: None) -> None:
    """Stores the secret, reads it back and compares.

    On an error, or when `check` raises because nobody waits any more, what was there before is put back as far as
    the key store lets us.
    """
    before = _known(backend, account)
    check()
    try:
        _put(backend, account, value)
        check()
    except Exception:
        _restore(backend, account, before)
        raise


def delete(backend: SecretBackend, account: str) -> bool:
    """Removes the secret with all its pieces; returns whether there was one."""
    number = _pieces(backend, account)
    found = backend.delete(account)
    for i in range(number, 0, -1):  # the last one first: what an interruption leaves is found the next time
        backend.delete(f"{account}#{i}")
    return found or number > 0


def _put(backend: SecretBackend, account: str, value: str) -> None:
    pieces = _cut(value, backend.limit)
    old = _pieces(backend, account)
    for i, piece in enumerate(pieces, start=1):
        backend.set(f"{account}#{i}", piece)
    backend.set(account, f"{MARK}{len(pieces)}:{_sum_of(value)}" if pieces else value)
    for i in range(old, len(pieces), -1):
        backend.delete(f"{account}#{i}")
    if read(backend, account) != value:
        raise refused(msg("The system's key store took the key but did not give it back unchanged."))


def _cut(value: str, limit: int | None) -> list[str]:
    """The pieces to store `value` in; none where it fits into one entry and cannot be taken for a mark."""
    if (limit is None or _units(value) <= limit) and not value.startswith(MARK):
        return []
    pieces = [""]
    room = limit or _units(value)
    for character in value:
        size = _units(character)
        if size > room:
            pieces.append("")
            room = limit or size
        pieces[-1] += character
        room -= size
    return pieces


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _pieces(backend: SecretBackend, account: str) -> int:
    """How many pieces are there, whether or not an entry speaks of them."""
    return next(i - 1 for i in count(1) if backend.get(f"{account}#{i}") is None)


def _sum_of(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:16]


def _known(backend: SecretBackend, account: str) -> str | None:
    try:
        return read(backend, account)
    except ChatError:
        log.info("the key that is replaced cannot be read")
        return None


def _restore(backend: SecretBackend, account: str, before: str | None) -> None:
    try:
        if before is None:
            delete(backend, account)
        else:
            _put(backend, account, before)
    except ChatError as error:
        log.warning("the key store could not be brought back to what it held: %s", error)
