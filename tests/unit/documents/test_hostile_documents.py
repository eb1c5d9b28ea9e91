"""Files that were made to harm: each is refused with a sentence or read, in bounded memory, and nothing crashes."""

import time
from pathlib import Path

import pytest
from tests.support import hostile_documents as hostile

from desktopchat.documents.extracted import Extracted, NoteKind
from desktopchat.documents.sandbox import document_reading
from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.i18n import render

HANG_S = 60
"""The process is ended then anyway; what is wanted is ten seconds on a machine with nothing else to do."""


def outcome(path: Path) -> Extracted | ChatError:
    started = time.monotonic()
    try:
        return document_reading(path, name="paper").run()
    except ChatError as error:
        return error
    finally:
        assert time.monotonic() - started < HANG_S


@pytest.mark.parametrize("write", hostile.REFUSED, ids=lambda write: write.__name__)
def test_what_is_made_to_harm_is_refused_with_a_sentence(write: hostile.Written, home: Path) -> None:
    error = outcome(write(home))
    assert isinstance(error, ChatError)
    assert error.kind is ErrorKind.FILE_REJECTED
    assert error.failure.code in hostile.REFUSED[write].split()
    assert render(error.failure.message).startswith("paper ")


@pytest.mark.parametrize("write", hostile.SURVIVED, ids=lambda write: write.__name__)
def test_what_is_hard_to_read_ends_with_a_text_or_a_sentence(write: hostile.Written, home: Path) -> None:
    found = outcome(write(home))
    if isinstance(found, ChatError):
        assert found.kind is ErrorKind.FILE_REJECTED
        assert found.failure.code in ("bomb", "broken", "out_of_memory", "crashed")
    else:
        assert found.characters <= 5_000_000
        assert "CANARY" not in found.text


def test_of_too_many_pages_the_first_are_read(home: Path) -> None:
    found = outcome(hostile.many_pages(home))
    assert isinstance(found, Extracted)
    assert found.pages == 100_000
    assert len(found.sections) + found.count(NoteKind.PAGES_LEFT_OUT) == 100_000
