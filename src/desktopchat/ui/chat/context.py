"""What all messages of a transcript share: their alternatives, their pictures, what can be done about them."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from desktopchat.domain.message import FilePart, Message
from desktopchat.ui.chat.pictures import Pictures


class Alternatives(NamedTuple):
    """The place of a message among its alternatives, counted from 1, and how many there are."""

    place: int
    total: int


def _never(_message: Message) -> bool:
    return False


def _nothing(*_: object) -> None:
    return


class Context:
    """One for each transcript. Whoever shows messages fills it; the messages' own parts ask it."""

    def __init__(self) -> None:
        self.alternatives: Mapping[str, Alternatives] = {}
        """By message id; only for those that have any."""
        self.can_continue: Callable[[Message], bool] = _never
        """Whether the model can go on with an answer that is not whole."""
        self.pictures = Pictures()
        self.step: Callable[[str, int], object] = _nothing
        """The alternative before (-1) or after (1) a message is wanted."""
        self.go_on: Callable[[str], object] = _nothing
        self.retry_now: Callable[[str], object] = _nothing
        """The pause before a message is asked for again is to end now."""
        self.give_up: Callable[[str], object] = _nothing
        """It is not to be asked for again by itself."""
        self.open_picture: Callable[[str, str], object] = _nothing
        """A picture, by its hash, is wanted in full size; with the name it has."""
        self.open_file: Callable[[FilePart], object] = _nothing
        """What is in a file of a message is wanted."""
