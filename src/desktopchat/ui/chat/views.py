"""The views of a conversation's messages, each made when somebody first looks at it: thousands are never looked at."""

from collections.abc import Callable, Iterable, Sequence
from typing import overload

from desktopchat.domain.message import Message
from desktopchat.ui.chat.messageview import MessageView


class Views(Sequence[MessageView]):
    """Reads like a list."""

    def __init__(self, make: Callable[[Message], MessageView]) -> None:
        self._make = make
        self._there: list[MessageView | Message] = []

    def __len__(self) -> int:
        return len(self._there)

    @overload
    def __getitem__(self, index: int) -> MessageView: ...
    @overload
    def __getitem__(self, index: slice) -> list[MessageView]: ...
    def __getitem__(self, index: int | slice) -> MessageView | list[MessageView]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        found = self._there[index]
        if isinstance(found, Message):
            found = self._there[index] = self._make(found)
        return found

    def id_at(self, index: int) -> str:
        """The id of a message, without making its view."""
        found = self._there[index]
        return found.id if isinstance(found, Message) else found.message.id

    def extend(self, messages: Iterable[Message]) -> None:
        self._there.extend(messages)

    def add_earlier(self, messages: Sequence[Message]) -> None:
        self._there[:0] = messages

    def made(self) -> list[MessageView]:
        """Those that are there already."""
        return [found for found in self._there if isinstance(found, MessageView)]

    def cut(self, count: int) -> None:
        """Forgets everything behind the first `count`."""
        del self._there[count:]
