import pickle

import pytest

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.message import FilePart, Message, ReasoningPart, Role, TextPart
from desktopchat.domain.observe import Signal
from desktopchat.domain.secret import Secret
from desktopchat.domain.text import msg


def test_a_secret_shows_itself_only_when_asked() -> None:
    secret = Secret("sk-canary")
    shown = f"{secret} {secret!r} {[secret]} {secret!s}"
    assert "canary" not in shown
    assert secret.reveal() == "sk-canary"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        hash(secret)


def test_secrets_compare_by_what_they_hold() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert not Secret("")


def test_an_error_says_its_kind_and_sentence() -> None:
    error = failed(ErrorKind.NOT_FOUND, msg("No model {name} here.", name="x{y}"))
    assert isinstance(error, ChatError)
    assert str(error) == "not_found: No model x{y} here."


def test_new_text_leaves_the_other_parts_alone() -> None:
    file = FilePart("00", "text/plain", "a.txt", 3)
    message = Message(Role.ASSISTANT, (ReasoningPart("old"), TextPart("old"), file))
    changed = message.with_text("new", "thought", 12)
    assert changed.parts == (ReasoningPart("thought", 12), TextPart("new"), file)
    assert (changed.text, changed.reasoning, changed.attachments) == ("new", "thought", (file,))
    assert changed.id == message.id


def test_observers_are_told_in_order_until_they_leave() -> None:
    seen: list[str] = []
    signal: Signal[str] = Signal()
    leave = signal.connect(lambda word: seen.append(f"1{word}"))
    signal.connect(lambda word: seen.append(f"2{word}"))
    signal.emit("a")
    leave()
    leave()
    signal.emit("b")
    assert seen == ["1a", "2a", "2b"]


def test_an_observer_that_fails_does_not_silence_the_others() -> None:
    seen: list[int] = []
    signal: Signal[int] = Signal()

    def fails(_number: int) -> None:
        raise ValueError("mine")

    signal.connect(fails)
    signal.connect(seen.append)
    with pytest.raises(ValueError, match="mine"):
        signal.emit(1)
    assert seen == [1]
    signal.connect(fails)
    with pytest.raises(ExceptionGroup):
        signal.emit(2)
    assert seen == [1, 2]
