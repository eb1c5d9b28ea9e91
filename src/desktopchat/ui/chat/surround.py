"""What stands above and below the text of a message: the author, the folded thoughts, errors, the small line."""

from collections.abc import Callable
from functools import cached_property

from PySide6.QtWidgets import QWidget

from desktopchat.domain.message import Message, Role
from desktopchat.ui.chat import look as sizes
from desktopchat.ui.chat import wording
from desktopchat.ui.chat.cards import ErrorCard, Fold
from desktopchat.ui.chat.parts import AuthorLine, Embedded, MetaLine, Part, Space, WorkLine


class Surroundings:
    """Makes the parts around the text of one message. `unfold`, `retry` and `resized` are called when somebody acts."""

    def __init__(
        self,
        viewport: QWidget,
        *,
        unfold: Callable[[bool], None],
        retry: Callable[[], None],
        resized: Callable[[], None],
    ) -> None:
        self._viewport = viewport
        self._unfold, self._retry, self._resized = unfold, retry, resized
        self._fold: Embedded | None = None
        self._fold_text = ""
        self._is_open = False

    @cached_property
    def work(self) -> WorkLine:
        """The sign of work."""
        return WorkLine()

    def forget(self) -> None:
        self._fold = None

    def above(self, message: Message, *, thinks: bool, is_open: bool, is_working: bool) -> list[Part]:
        """The parts above the text; `thinks` tells whether there are thoughts to fold."""
        if message.role is Role.USER:
            return [Space(sizes.BUBBLE_PADDING[1])]
        head: list[Part] = [AuthorLine(wording.author(message))]
        if thinks:
            self._is_open, self._fold_text = is_open, wording.thought(message, thinking=is_working)
            self._fold = self._fold or Embedded(self._make_fold, 32, fills=False)
            if isinstance(self._fold.widget, Fold):
                self._dress(self._fold.widget)
            self._fold.measured = False
            head += [self._fold, Space(6)]
        return head

    def below(self, message: Message, *, has_text: bool, is_streaming: bool) -> list[Part]:
        """The parts below the text; `has_text` tells whether anything stands between the name and them."""
        if message.role is Role.USER:
            return [Space(sizes.BUBBLE_PADDING[1]), MetaLine(wording.meta(message), at_right=True)]
        if is_streaming:
            return []
        foot: list[Part] = []
        if message.failure is not None:
            gap = 12 if has_text else 0
            foot.append(Embedded(lambda: self._make_card(message), 130 + gap, fills=True, gap=gap))
        foot.append(MetaLine(wording.meta(message), wording.state(message)))
        return foot

    def _make_fold(self) -> QWidget:
        fold = Fold(self._viewport)
        self._dress(fold)
        fold.clicked.connect(self._unfold)
        return fold

    def _dress(self, fold: Fold) -> None:
        fold.setChecked(self._is_open)
        fold.show_text(self._fold_text)

    def _make_card(self, message: Message) -> QWidget:
        if message.failure is None:
            raise RuntimeError("there is no failure to show")
        card = ErrorCard(message.failure, self._viewport)
        card.retryRequested.connect(self._retry)
        card.resized.connect(self._resized)
        return card
