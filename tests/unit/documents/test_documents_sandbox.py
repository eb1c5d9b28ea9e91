"""The process that reads files: its limits, its end, and what is believed of what it says."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import hostile_documents as hostile
from tests.support.document_files import DATA, picture

from desktopchat.documents import sandbox
from desktopchat.documents.extracted import Extracted, Note, NoteKind, Section, Span
from desktopchat.documents.extracting import extract
from desktopchat.documents.kinds import FileType, Kind
from desktopchat.documents.limits import MIB, ImageLimits, Limits
from desktopchat.documents.notes import is_about_hidden, sentence
from desktopchat.documents.protocol import (
    BadAnswerError,
    Request,
    end_line,
    parsed_document,
    parsed_image,
    refusal_line,
    section_line,
)
from desktopchat.documents.refusals import Refusal, RefusedError
from desktopchat.documents.sandbox import Bounds, document_reading, extract_safely, image_reading, prepare_safely
from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.text import Value
from desktopchat.i18n import render


def running(code: str) -> list[str]:
    """A reading process that does something else."""
    return [sys.executable, "-c", code]


def failure_of(reading: "sandbox.Reading[Extracted]") -> ChatError:
    with pytest.raises(ChatError) as caught:
        reading.run()
    return caught.value


@pytest.mark.parametrize("name", ["lease.docx", "lease.pdf", "accounts.xlsx"])
def test_what_comes_out_of_the_process_is_what_comes_out_here(name: str) -> None:
    assert extract_safely(DATA / name) == extract(DATA / name)


def test_a_guess_and_its_change_go_through(home: Path) -> None:
    path = home / "blob"
    path.write_bytes("这份合同的有效期为三年".encode("gb18030"))
    found = extract_safely(path, name="合同.txt")
    assert (found.text, found.encoding, found.guessed) == ("这份合同的有效期为三年", "gb18030", True)
    assert extract_safely(path, encoding="big5").encoding == "big5"


def test_a_picture_goes_through(home: Path) -> None:
    path = home / "a.png"
    path.write_bytes(picture("PNG", (800, 600)))
    image = prepare_safely(path, limits=ImageLimits(max_side=200))
    assert (image.width, image.height, image.media_type) == (200, 150, "image/png")
    assert image.data.startswith(b"\x89PNG")


def test_a_refusal_names_the_file_as_people_call_it(home: Path) -> None:
    path = home / "0123abcd"
    path.write_bytes(b"\x7fELF")
    error = failure_of(document_reading(path, name="tool.exe"))
    assert render(error.failure.message) == "tool.exe is a program or a database, of which no text can be taken."


def test_a_process_that_hangs_is_ended(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_command", lambda: running("import time; time.sleep(600)"))
    error = failure_of(document_reading(home / "a", bounds=Bounds(time_s=0.2)))
    assert error.failure.code == "too_slow"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_file_that_takes_all_of_the_processor_is_given_up(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spin = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 9))\nwhile True: pass"
    monkeypatch.setattr(sandbox, "_command", lambda: running(spin))
    assert failure_of(document_reading(home / "a")).failure.code == "too_slow"


def test_a_reading_is_cancelled_while_it_runs(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = home / "started"
    code = f"import pathlib, time; pathlib.Path({str(started)!r}).touch(); time.sleep(600)"
    monkeypatch.setattr(sandbox, "_command", lambda: running(code))
    reading = document_reading(home / "a")

    def cancel_when_started() -> None:
        while not started.exists():
            threading.Event().wait(0.01)
        reading.cancel()

    thread = threading.Thread(target=cancel_when_started)
    thread.start()
    assert failure_of(reading).kind is ErrorKind.CANCELLED
    thread.join()


def test_a_reading_that_was_cancelled_before_starts_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_command", lambda: pytest.fail("started"))
    reading = document_reading(home / "a")
    reading.cancel()
    assert failure_of(reading).kind is ErrorKind.CANCELLED


@pytest.mark.parametrize(
    "code",
    [
        "pass",
        "import os; os.abort()",
        "import sys; sys.exit(3)",
        "print('no json')",
        "print('[1]')",
        "print('{\"text\": 5}')",
        'print(\'{"failed": "ValueError: x"}\')',
        'print(\'{"refused": "nonsense", "values": {}, "detail": ""}\')',
        "import sys; sys.stdout.write('{' * 100000)",
    ],
)
def test_a_process_that_crashes_or_talks_nonsense_is_a_sentence(
    home: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr(sandbox, "_command", lambda: running(code))
    error = failure_of(document_reading(home / "a.pdf"))
    assert error.failure.code == "crashed"
    assert "a.pdf" in render(error.failure.message)


def test_a_process_that_never_stops_talking_is_cut_off(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import json\nwhile True: print(json.dumps({'text': 'x' * 10000, 'title': '', 'hidden': []}))"
    monkeypatch.setattr(sandbox, "_command", lambda: running(code))
    assert failure_of(document_reading(home / "a", limits=Limits(max_characters=1000))).failure.code == "crashed"


def test_a_picture_that_does_not_come_whole_is_a_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = {"bytes": 99, "media_type": "image/png", "width": 1, "height": 1}
    answer = json.dumps({**head, "removed": [], "frames": 1, "scaled": False}) + "\nabc"
    monkeypatch.setattr(sandbox, "_command", lambda: running(f"print({answer!r})"))
    with pytest.raises(ChatError) as caught:
        image_reading(home / "a.png").run()
    assert caught.value.failure.code == "crashed"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts memory this way")
def test_a_file_that_needs_too_much_memory_is_a_sentence(home: Path) -> None:
    path = hostile.long_text(home)
    found = failure_of(document_reading(path, bounds=Bounds(memory=90 * MIB)))
    assert found.failure.code == "out_of_memory"


def test_the_process_gets_no_secrets_from_the_surroundings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = home / "seen"
    code = f"import os, pathlib; pathlib.Path({str(seen)!r}).write_text(repr(dict(os.environ)))"
    monkeypatch.setenv("OPENAI_API_KEY", "sk-CANARY")
    monkeypatch.setattr(sandbox, "_command", lambda: running(code))
    failure_of(document_reading(home / "a"))
    assert "PATH" in seen.read_text()
    assert "CANARY" not in seen.read_text()


def test_the_process_ends_when_its_parent_is_gone(home: Path) -> None:
    request = Request(str(hostile.wide_table(home)), "a.xlsx")
    with subprocess.Popen(sandbox._command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write(request.line())
        process.stdin.close()
        assert process.wait(60) == 1


def test_without_a_request_the_process_ends() -> None:
    ended = subprocess.run(sandbox._command(), input=b"", capture_output=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (1, b"")


DOCUMENT = Extracted(
    (Section("a\nb\U0001f600", "T", 3, (Span(0, 1),)), Section("")),
    FileType(Kind.CODE, "text/plain", "python"),
    "gb18030",
    True,
    (Note(NoteKind.COMMENTS, 4),),
    9,
)


def test_a_document_comes_back_from_its_lines() -> None:
    lines = [*(section_line(section) for section in DOCUMENT.sections), end_line(DOCUMENT)]
    assert parsed_document(iter(lines)) == DOCUMENT
    with pytest.raises(BadAnswerError):
        parsed_document(iter(lines[:-1]))


def test_a_request_and_a_refusal_come_back() -> None:
    request = Request("p", "n", "big5", Limits(max_pages=3), ImageLimits(media_types=("image/png",)), 5, 6)
    assert Request.parsed(request.line()) == request
    with pytest.raises(RefusedError) as caught:
        parsed_document(iter([refusal_line(RefusedError(Refusal.TOO_LARGE, detail="d", limit_mb=3))]))
    assert (caught.value.refusal, caught.value.values, caught.value.detail) == (
        Refusal.TOO_LARGE,
        {"limit_mb": 3},
        "d",
    )


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)
_KEYS = (
    *("text", "title", "page", "hidden", "kind", "media_type", "language", "encoding", "guessed", "notes", "pages"),
    *("refused", "values", "detail", "bytes"),
)


@given(st.lists(st.dictionaries(st.sampled_from(_KEYS), _json), max_size=3))
def test_no_answer_does_more_than_be_refused(answers: list[dict[str, object]]) -> None:
    lines = [json.dumps(answer).encode() for answer in answers]
    with pytest.raises((BadAnswerError, RefusedError)):
        parsed_document(iter(lines))  # random answers have no complete end
    with pytest.raises((BadAnswerError, RefusedError)):
        parsed_image(lines[0] if lines else b"")


@pytest.mark.parametrize("kind", NoteKind)
def test_every_note_has_a_sentence_with_its_count(kind: NoteKind) -> None:
    text = render(sentence(Note(kind, 4711)))
    assert "4711" in text
    assert is_about_hidden(Note(kind)) is (
        kind.value in ("hidden_text", "tag_characters", "bidi_controls", "invisible_runs")
    )


@pytest.mark.parametrize("refusal", Refusal)
def test_every_refusal_has_a_sentence(refusal: Refusal) -> None:
    values: dict[str, Value] = {
        "limit_mb": 1,
        "limit_kb": 1,
        "limit": 1,
        "megapixels": 1,
        "seconds": 1,
        "encoding": "x",
    }
    failure = RefusedError(refusal, detail="", **values).named("n").failure
    text = render(failure.message)
    assert text.endswith(".")
    assert "{" not in text
