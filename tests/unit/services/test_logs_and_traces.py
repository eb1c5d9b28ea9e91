"""The log belongs to its owner alone; a trace that cannot be written is a sentence."""

import logging
import os
from pathlib import Path

import pytest
from tests.support.small_disk import fill_up, small_disk

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.services import logs
from desktopchat.services.trace import Trace


@pytest.mark.skipif(os.name != "posix", reason="POSIX modes")
@pytest.mark.parametrize("before", [None, 0o644])
def test_the_log_is_its_owners_alone_whatever_it_was_before(tmp_path: Path, before: int | None) -> None:
    path = tmp_path / "logs" / "desktopchat.log"
    if before is not None:
        path.parent.mkdir()
        path.touch()
        path.chmod(before)
    level = logging.getLogger().level
    handler = logs.start(path.parent)
    try:
        logging.getLogger("a.room").warning("something happened")
    finally:
        logs.stop(handler)
        logging.getLogger().setLevel(level)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "something happened" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["no such folder/trace", ".", "a\0b"])
def test_a_trace_that_cannot_be_written_is_a_sentence_and_makes_no_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ChatError) as caught:
        Trace.to(f"{tmp_path}/{name}")
    assert caught.value.kind is ErrorKind.STORAGE
    assert list(tmp_path.iterdir()) == []


def test_a_log_on_a_full_disk_is_closed_without_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    level = logging.getLogger().level
    with small_disk(tmp_path / "disk", 1) as disk:
        handler = logs.start(disk / "logs")
        fill_up(disk)
        logging.getLogger("a.room").warning("something happened")
        logs.stop(handler)
        assert (disk / "logs" / "desktopchat.log").read_bytes() == b""
    logging.getLogger().setLevel(level)
