"""What is on the screen before an answer grows, to tell what of it need not be painted again. Positions only."""

from typing import NamedTuple

from desktopchat.ui.chat.messageview import MessageView
from desktopchat.ui.chat.stack import Stack


class Change(NamedTuple):
    """Everything has moved by so many pixels; from `new_from` (of the window) on it looks different."""

    moved: int
    new_from: int


class Picture:
    """Taken before a layout in which only `view` has other content: nothing above its `dirty_from`."""

    def __init__(self, stack: Stack, view: MessageView) -> None:
        self._stack, self._view = stack, view
        self._tops = self._seen()
        self._part = view.column.at(view.dirty_from)
        self._above = view.column.top(self._part) if len(view.column) else 0

    def change(self) -> Change | None:
        """How the picture differs now; None if all of it does."""
        view, now = self._view, self._seen()
        moves = {now[other] - top for other, top in self._tops.items() if other in now}
        if len(moves) != 1 or (len(view.column) and view.column.top(self._part) != self._above):
            return None
        top = self._stack.top_of(self._stack.index_of(view.message.id)) - self._stack.top
        return Change(moves.pop(), top + view.dirty_from)

    def _seen(self) -> dict[MessageView, int]:
        return {view: y - self._stack.top for _, view, y in self._stack.visible()}
