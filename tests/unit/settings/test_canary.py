"""The search for leaked keys finds what it is for: a net with a hole would make every promise look kept."""

import base64
import gzip
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from tests.support.canary import assert_absent, hits, new_canary

LEAKS: dict[str, Callable[[str], bytes]] = {
    "plain": lambda key: f'{{"key": "{key}"}}'.encode(),
    "UTF-16": lambda key: f"key={key}".encode("utf-16"),
    "UTF-16 big": lambda key: f"key={key}".encode("utf-16-be"),
    "reversed": lambda key: key[::-1].encode(),
    "base64": lambda key: base64.b64encode(f"user:{key}".encode()),
    "base64 shifted": lambda key: base64.b64encode(f"ab{key}c".encode()),
    "base64 of a header": lambda key: base64.urlsafe_b64encode(f"Bearer {key}!".encode()),
    "hexadecimal": lambda key: key.encode().hex().upper().encode(),
    "gzip": lambda key: gzip.compress(key.encode() * 3),
}


@pytest.mark.parametrize("form", LEAKS)
def test_a_leak_is_found(form: str, tmp_path: Path) -> None:
    key = new_canary()
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "log.txt").write_bytes(b"\0\xff some bytes " + LEAKS[form](key) + b" and more")
    if form == "gzip":
        (tmp_path / "a" / "log.txt").write_bytes(LEAKS[form](key))
    with pytest.raises(AssertionError, match=r"log\.txt"):
        assert_absent(key, tmp_path)


def test_a_leak_in_an_address_is_found() -> None:
    key = "sk/with+signs=and more"
    for encoded in (quote(key, safe=""), quote_plus(key).replace("+", "%20")):
        with pytest.raises(AssertionError, match="text 1"):
            assert_absent(key, texts=[f"https://host/?key={encoded}"])


def test_a_leak_in_a_database_or_a_name_is_found(tmp_path: Path) -> None:
    key = new_canary()
    with sqlite3.connect(tmp_path / "data.sqlite3") as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.execute("INSERT INTO t VALUES (?)", (key,))
    connection.close()
    assert len(hits(key, [tmp_path])) == 1
    (tmp_path / key).write_text("")
    assert len(hits(key, [tmp_path])) == 2


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text(new_canary())
    assert_absent(new_canary(), tmp_path, texts=[new_canary(), b"\xff"])


def test_searching_in_no_place_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="nothing to search"):
        assert_absent(new_canary(), tmp_path / "not there")
