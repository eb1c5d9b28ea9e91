"""What stands above and below the text of a message: the author, the folded thoughts, files, errors, the small line."""

from collections.abc import Callable
from functools import cached_property, partial

from PySide6.QtWidgets import QWidget

from desktopchat.domain.errors import Failure
from desktopchat.domain.message import FinishReason, Message, MessageState, Role
from desktopchat.ui.chat import look as sizes
from desktopchat.ui.chat import wording
from desktopchat.ui.chat.attachments import AttachmentStrip
from desktopchat.ui.chat.cards import ErrorCard, Fold, Unfinished
from desktopchat.ui.chat.context import Alternatives, Context
from desktopchat.ui.chat.countdown import Countdown
from desktopchat.ui.chat.pager import Pager
from desktopchat.ui.chat.parts import Around, AuthorLine, Embedded, Footer, Space, WorkLine


class Surroundings:
    """Makes the parts around the text of one message. `unfold`, `retry` and `resized` are called when somebody acts."""

    def __init__(
        self,
        viewport: QWidget,
        context: Context,
        *,
        unfold: Callable[[bool], None],
        retry: Callable[[], None],
        resized: Callable[[], None],
    ) -> None:
        self._viewport = viewport
        self._context = context
        self._unfold, self._retry, self._resized = unfold, retry, resized
        self._fold: Embedded | None = None
        self._fold_text = ""
        self._is_open = False
        self.footer: Footer | None = None
        """The line below the text, where the actions stand."""

    @cached_property
    def work(self) -> WorkLine:
        """The sign of work."""
        return WorkLine()

    def forget(self) -> None:
        self._fold = self.footer = None

    def above(self, message: Message, *, fold_text: str, is_open: bool) -> list[Around]:
        """The parts above the text; `fold_text` is the heading of the thoughts, "" where there are none."""
        if message.role is Role.USER:
            return [*self._files(message, at_right=True), Space(sizes.BUBBLE_PADDING[1])]
        head: list[Around] = [AuthorLine(wording.author(message))]
        if fold_text:
            self._is_open, self._fold_text = is_open, fold_text
            self._fold = self._fold or Embedded(self._make_fold, 32, fills=False)
            if isinstance(self._fold.widget, Fold):
                self._dress(self._fold.widget)
            self._fold.measured = False
            head += [self._fold, Space(6)]
        return head

    def show_fold_text(self, text: str) -> None:
        """The heading of the thoughts says something else now; nothing moves."""
        self._fold_text = text
        if self._fold is not None and isinstance(self._fold.widget, Fold):
            self._dress(self._fold.widget)
            self._fold.widget.resize(self._fold.widget.sizeHint())

    def below(self, message: Message, *, has_text: bool, is_streaming: bool) -> list[Around]:
        """The parts below the text; `has_text` tells whether anything stands between the name and them."""
        alternatives = self._context.alternatives.get(message.id)
        pager = None if alternatives is None else partial(self._make_pager, message.id, alternatives)
        self.footer = None
        if message.role is Role.USER:
            self.footer = Footer(wording.meta(message), at_right=True, make_pager=pager)
            return [Space(sizes.BUBBLE_PADDING[1]), self.footer]
        if is_streaming:
            return [] if pager is None else [Footer("", make_pager=pager)]
        troubles = self._troubles(message, has_text=has_text)
        self.footer = Footer(wording.meta(message), "" if troubles else wording.state(message), make_pager=pager)
        return [*self._files(message), *troubles, self.footer]

    def countdown(self, message: Message, failure: Failure, until: float) -> Embedded:
        """The card that stands there until the question is sent again."""
        return Embedded(partial(self._make_countdown, message.id, failure, until), 58, fills=True, gap=4)

    def _make_countdown(self, message_id: str, failure: Failure, until: float) -> QWidget:
        card = Countdown(failure, until, self._viewport)
        card.nowRequested.connect(partial(self._context.retry_now, message_id))
        card.giveUpRequested.connect(partial(self._context.give_up, message_id))
        return card

    def _files(self, message: Message, *, at_right: bool = False) -> list[Around]:
        if not message.attachments:
            return []
        make = partial(AttachmentStrip, message.attachments, self._context, self._viewport, at_right=at_right)
        strip = Embedded(make, 60, fills=True, gap=0 if at_right else 10)
        return [strip, Space(8)] if at_right else [strip]

    def _troubles(self, message: Message, *, has_text: bool) -> list[Around]:
        may_go_on = has_text and self._context.can_continue(message)
        if message.failure is not None:
            gap = 12 if has_text else 0
            return [Embedded(partial(self._make_card, message, may_go_on), 130 + gap, fills=True, gap=gap)]
        if message.state is MessageState.PARTIAL or (may_go_on and _is_cut(message)):
            return [Embedded(partial(self._make_unfinished, message, may_go_on), 58, fills=True, gap=12)]
        return []

    def _make_fold(self) -> QWidget:
        fold = Fold(self._viewport)
        self._dress(fold)
        fold.clicked.connect(self._unfold)
        return fold

    def _dress(self, fold: Fold) -> None:
        fold.setChecked(self._is_open)
        fold.show_text(self._fold_text)

    def _make_pager(self, message_id: str, alternatives: Alternatives) -> QWidget:
        pager = Pager(alternatives, self._viewport)
        pager.stepped.connect(partial(self._context.step, message_id))
        return pager

    def _make_card(self, message: Message, may_go_on: bool) -> QWidget:
        if message.failure is None:
            raise RuntimeError("there is no failure to show")
        card = ErrorCard(message.failure, self._viewport, may_go_on=may_go_on)
        card.retryRequested.connect(self._retry)
        card.continueRequested.connect(partial(self._context.go_on, message.id))
        card.resized.connect(self._resized)
        return card

    def _make_unfinished(self, message: Message, may_go_on: bool) -> QWidget:
        card = Unfinished(wording.unfinished(message), self._viewport, may_go_on=may_go_on)
        card.retryRequested.connect(self._retry)
        card.continueRequested.connect(partial(self._context.go_on, message.id))
        return card


def _is_cut(message: Message) -> bool:
    """Whether an answer ended before its end, for a reason that is no error."""
    return message.state is MessageState.STOPPED or message.finish_reason is FinishReason.LENGTH
