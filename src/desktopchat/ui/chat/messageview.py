"""One message on the screen: its parts above each other, built when it comes near, fed while it streams."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from desktopchat.domain.errors import Failure
from desktopchat.domain.message import Message, MessageState, Role
from desktopchat.ui.chat import look as sizes
from desktopchat.ui.chat.blockview import BlockView, Mark, Tone
from desktopchat.ui.chat.column import Column
from desktopchat.ui.chat.context import Context
from desktopchat.ui.chat.flow import Text
from desktopchat.ui.chat.look import look
from desktopchat.ui.chat.parts import Around, Embedded, Footer, Part, Space, WorkLine
from desktopchat.ui.chat.surround import Surroundings
from desktopchat.ui.chat.thinking import Thinking

PARSED_AT_ONCE = 40_000
"""Characters of a finished message that are parsed when it comes on the screen; the rest follows in turns."""
BUILD_S = 0.06
"""And so much time of this thread; few messages need a quarter of it."""
PIECE = 2_000


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a message asks of the view that holds it."""

    viewport: QWidget
    changed: Callable[["MessageView"], None]
    retry: Callable[[str], None]
    more_to_do: Callable[["MessageView"], None]
    context: Context = field(default_factory=Context)


class MessageView:
    """Coordinates are from the top left corner of the text column; `height` includes the gap above."""

    def __init__(self, message: Message, hooks: Hooks) -> None:
        self.message = message
        self.is_built = False
        self.parts: list[Part] = []
        self.column = Column()
        self.is_open = False
        self.width = 0
        self.dirty_from = 0
        """Nothing above this has changed since the holder of the view has set it."""
        self._hooks = hooks
        self._turned_by_hand = False
        self._thoughts_at = 0
        """Where among the parts the thoughts begin; then the text, what stands below it."""
        self._body_at = 0
        self._foot_at = 0
        self._around = Surroundings(
            hooks.viewport, hooks.context, unfold=self.set_open, retry=self._retry, resized=self._card_resized
        )
        self._thinking = Thinking(message)
        self._edit: Embedded | None = None
        self._pause: Embedded | None = None
        self._awaits_more = False
        """It is gone on with, and nothing new has come yet."""
        self._answer: Text | None = None
        self._thought: Text | None = None

    @property
    def answer(self) -> Text:
        """What is said. Made with its first use: thousands of messages are never looked at."""
        if self._answer is None:
            self._answer = Text(Tone())
            self._answer.add(self.message.text)
            self._answer.wants_end = not self.is_streaming
        return self._answer

    @property
    def thought(self) -> Text:
        if self._thought is None:
            self._thought = _reasoning(self.message.reasoning)
            self._thought.wants_end = not self.is_streaming
        return self._thought

    @property
    def said(self) -> str:
        """The source of the text, as far as it has come; nothing is made for it."""
        return self.message.text if self._answer is None else self._answer.source

    @property
    def thoughts(self) -> str:
        """As `said`, of the reasoning."""
        return self.message.reasoning if self._thought is None else self._thought.source

    @property
    def is_busy(self) -> bool:
        """Whether some of what has come is not parsed yet."""
        return not self.is_user and (self.thought.is_busy or self.answer.is_busy)

    @property
    def work(self) -> WorkLine:
        return self._around.work

    @property
    def is_user(self) -> bool:
        return self.message.role is Role.USER

    @property
    def is_streaming(self) -> bool:
        return self.message.state is MessageState.STREAMING

    @property
    def is_working(self) -> bool:
        """Whether the sign of work is shown: an answer is awaited and no (new) text of it is here."""
        return self.is_streaming and (self._awaits_more or not self.answer.length)

    @property
    def is_pausing(self) -> bool:
        """Whether the time is shown until the question is sent again."""
        return self._pause is not None

    @property
    def is_edited(self) -> bool:
        """Whether a box for writing stands in the place of its text."""
        return self._edit is not None

    @property
    def footer(self) -> tuple[Footer, int] | None:
        """The line below the text, where the actions stand, and how far below the message's top it begins."""
        footer = self._around.footer
        if not self.is_built or footer is None or footer not in self.parts:
            return None
        return footer, self.column.top(self.parts.index(footer, self._foot_at)) + sizes.MESSAGE_GAP

    @property
    def height(self) -> int:
        return self.column.total + sizes.MESSAGE_GAP

    def guess(self, width: int) -> int:
        """About how high it will be, from the length of its text alone."""
        return guessed_height(self.message, self.said, width)

    # -- content

    def update(self, message: Message) -> None:
        """A newer state of the same message. Text that is shown already is not laid out again."""
        was_over = not self.is_streaming
        self.message = message
        self._awaits_more = self.is_streaming and was_over and bool(message.text)
        if self._awaits_more:
            self._open_again()
        elif self.answer.source != message.text:
            self.replace_text(message.text)
        if self.thought.source != message.reasoning:
            self._thought = _reasoning(message.reasoning)
        if not self.is_streaming:
            self.answer.wants_end = self.thought.wants_end = True
            self._drop_pause()
        self._fold_when_answered()
        self._rebuild()

    def add_text(self, text: str) -> None:
        first = self.is_working or not self.answer.length
        self.answer.add(text)
        self._awaits_more = False
        if first:
            self._thinking.end()
            self._fold_when_answered()
            self._rebuild()

    def add_reasoning(self, text: str) -> None:
        first = not self.thought.length
        self.thought.add(text)
        if first:
            self._thinking.begin()
            self.is_open = self._turned_by_hand or not self.answer.length
            self._rebuild()

    def replace_text(self, text: str) -> None:
        """What was said so far is taken back: `text` stands in its place."""
        for view in self.answer.views:
            view.release()
        self._answer = Text(Tone())
        if self.is_user:
            self._answer.set_plain(text)
        else:
            self._answer.add(text)
        self._rebuild()

    def set_retrying(self, seconds: float, failure: Failure) -> None:
        self._drop_pause()
        self._pause = self._around.countdown(self.message, failure, time.monotonic() + seconds)
        self._rebuild()

    def end_retrying(self) -> None:
        self._drop_pause()
        self._rebuild()

    def _drop_pause(self) -> None:
        if self._pause is not None:
            self._pause.drop()
            self._pause = None

    def _open_again(self) -> None:
        """The text had come to its end and grows again: it is parsed anew, as its last block may be another one now."""
        self.replace_text(self.message.text)
        while self.is_built and self.answer.is_busy and self.answer.parsed < PARSED_AT_ONCE:
            self.answer.parse(PIECE)

    def parse(self, most: int) -> bool:
        """Parses up to `most` characters of what has arrived; True if anything is left to do."""
        if not self.is_built or self.is_user:
            return False
        if self.thought.is_busy:
            shown = self._thoughts_at + self._thoughts_shown()
            first = self.thought.parse(most)
            if self.is_open:
                self._splice(self._thoughts_at, shown, self.thought.views, first)
        elif self.answer.is_busy:
            first = self.answer.parse(most)
            self._splice(self._body_at, self._foot_at, self.answer.views, first)
        return self.thought.is_busy or self.answer.is_busy

    def tick(self, now: float) -> None:
        """Moves the sign of work on."""
        self.work.phase = now
        if self._is_thinking and self.thought.length:
            self._around.show_fold_text(self._thinking.heading(self.message, is_on=True))

    def begin_edit(self, make: Callable[[], QWidget], height: int) -> None:
        """Puts a widget, of about this height, in the place of the text."""
        self._edit = Embedded(make, height, fills=True, keep=True)
        self._rebuild()
        self._hooks.changed(self)

    def end_edit(self) -> None:
        if self._edit is not None:
            self._edit.drop()
            self._edit = None
            self._rebuild()
            self._hooks.changed(self)

    def refit(self) -> None:
        """A widget of this message wants another height."""
        self._card_resized()

    def show_chrome(self) -> None:
        """What stands around the text is to be asked for again: its alternatives are others now."""
        self._rebuild()
        self._hooks.changed(self)

    def set_open(self, is_open: bool) -> None:
        """Unfolds or folds the reasoning, because somebody wants it so."""
        self._turned_by_hand = True
        if is_open != self.is_open:
            self.is_open = is_open
            self._rebuild()
            self._hooks.changed(self)

    # -- building and layout

    def prepare(self, top: int, bottom: int, width: int) -> list[BlockView]:
        """Makes sure that everything between two heights is laid out; returns the block views there."""
        if not self.is_built:
            self._build(width)
        if width != self.width:
            self._set_width(width)
        near: list[BlockView] = []
        index = self.column.at(max(0, top - sizes.MESSAGE_GAP))
        y = self.column.top(index) + sizes.MESSAGE_GAP
        while index < len(self.parts) and y <= bottom:
            part = self.parts[index]
            if not part.measured or (isinstance(part, BlockView) and not part.is_live):
                self.column.set(index, part.measure(self._room(part)))
            if isinstance(part, BlockView):
                near.append(part)
            y += part.height
            index += 1
        return near

    def unbuild(self) -> None:
        """Forgets everything that can be made again."""
        for part in self.parts:
            part.release()
        if self._edit is not None:
            self._edit.drop()
            self._edit = None
        if self._pause is not None:
            self._pause.release()
        self.parts, self.is_built = [], False
        self._answer = self._thought = None
        self._around.forget()

    def release_widgets(self) -> None:
        for part in self.parts:
            if isinstance(part, Around):
                part.withdraw()

    def show_pictures(self) -> bool:
        """Takes up the pictures of formulas that have become ready; True if anything looks different now."""
        changed = [part.show_pictures() for part in self.parts if isinstance(part, BlockView)]
        return any(changed)

    def forget_layout(self) -> None:
        """Fonts or colours are others now."""
        for part in self.parts:
            part.release()
            part.measured = False
            if isinstance(part, BlockView):
                part.side.forget()

    def blocks_in_order(self) -> Iterator[tuple[int, int, BlockView]]:
        """Section (0 reasoning, 1 text), number and view of every block that is shown."""
        if self.is_open:
            for number, view in enumerate(self.thought.views):
                yield 0, number, view
        for number, view in enumerate(self.answer.views):
            yield 1, number, view

    def view_of(self, section: int, number: int) -> BlockView | None:
        views = self.answer.views if section else self.thought.views
        return views[number] if number < len(views) else None

    def top_of(self, section: int, number: int) -> int:
        """Where a block begins."""
        at = (self._body_at if section else self._thoughts_at) + number
        return self.column.top(min(at, len(self.column))) + sizes.MESSAGE_GAP

    def block_at(self, y: float) -> tuple[int, int] | None:
        """Section and number of the block nearest to `y`; None for a message without text."""
        index = self.column.at(y - sizes.MESSAGE_GAP)
        first, last = self._thoughts_at, self._foot_at - 1
        if last < first:
            return None
        return self._name_of(min(max(index, first), last))

    def text_left(self) -> int:
        """Where text begins: a question stands at the right, in its bubble."""
        if not self.is_user:
            return 0
        return self.width - self._bubble_width() + sizes.BUBBLE_PADDING[0]

    @property
    def body_bottom(self) -> int:
        return self.column.top(self._foot_at) + sizes.MESSAGE_GAP

    # -- painting

    def paint(self, painter: QPainter, top: int, bottom: int, marks: Callable[[int, int], list[Mark]]) -> None:
        """Paints what lies between two heights."""
        if self.is_user and self.answer.views and not self.is_edited:
            self._paint_bubble(painter)
        index = self.column.at(max(0, top - sizes.MESSAGE_GAP))
        while index < len(self.parts):
            y = self.column.top(index) + sizes.MESSAGE_GAP
            if y > bottom:
                return
            part = self.parts[index]
            if part.measured:
                painter.save()
                is_text = isinstance(part, BlockView)
                painter.translate(self.text_left() if is_text else 0, y)
                part.paint(painter, marks(*self._name_of(index)) if is_text else [])
                painter.restore()
            index += 1

    def place_widgets(self, x: int, y: int) -> None:
        """Moves the embedded widgets; `x` and `y` are the message's corner in the viewport."""
        for index in (*range(self._thoughts_at), *range(self._foot_at, len(self.parts))):
            part = self.parts[index]
            if isinstance(part, Around):
                part.place(x, y + self.column.top(index) + sizes.MESSAGE_GAP)

    def _name_of(self, index: int) -> tuple[int, int]:
        """Section and number of the block that a part is; of the last thought for the gap below it."""
        if index >= self._body_at:
            return 1, index - self._body_at
        return 0, min(index - self._thoughts_at, max(0, self._thoughts_shown() - 1))

    def _paint_bubble(self, painter: QPainter) -> None:
        top = self.column.top(self._body_at) + sizes.MESSAGE_GAP - sizes.BUBBLE_PADDING[1]
        bottom = self.body_bottom + sizes.BUBBLE_PADDING[1]
        width = self._bubble_width()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look().color("user_bubble"))
        painter.drawRoundedRect(QRectF(self.width - width, top, width, bottom - top), 16, 16)

    def _bubble_width(self) -> int:
        views = self.answer.views
        if len(views) != 1 or not views[0].measured:
            return min(self.width, round(self.width * sizes.BUBBLE_SHARE))
        return views[0].ideal_width() + 2 * sizes.BUBBLE_PADDING[0]

    def _room(self, part: Part) -> int:
        if not self.is_user or not isinstance(part, BlockView):
            return self.width
        return round(self.width * sizes.BUBBLE_SHARE) - 2 * sizes.BUBBLE_PADDING[0]

    # -- parts

    def _build(self, width: int) -> None:
        self.is_built, self.width = True, width
        if self.is_user:
            self.answer.set_plain(self.answer.source)
        else:
            until = time.thread_time() + BUILD_S
            for text in (self.thought, self.answer):
                while text.is_busy and text.parsed < PARSED_AT_ONCE and time.thread_time() < until:
                    text.parse(PIECE)
        self._rebuild()
        if self.is_busy:
            self._hooks.more_to_do(self)

    def _rebuild(self) -> None:
        """Puts the parts together again; block views and their layouts stay."""
        if not self.is_built:
            return
        self.dirty_from = 0
        head, foot = self._above(), self._below()
        for part in self.parts:
            if isinstance(part, Around) and part not in head:
                part.withdraw()
        shown: list[Part] = [*self.thought.views, Space(sizes.BLOCK_GAP)] if self.is_open else []
        said = [] if self.is_edited else self.answer.views
        self._thoughts_at = len(head)
        self._body_at = len(head) + len(shown)
        self._foot_at = self._body_at + len(said)
        self.parts = [*head, *shown, *said, *foot]
        self.column = Column([part.height if part.measured else self._soon(part) for part in self.parts])

    def _above(self) -> list[Around]:
        heading = self._thinking.heading(self.message, is_on=self._is_thinking) if self.thought.length else ""
        return self._around.above(self.message, fold_text=heading, is_open=self.is_open)

    def _below(self) -> list[Around]:
        has_text = bool(self.answer.length or self.thought.length)
        foot = self._around.below(self.message, has_text=has_text, is_streaming=self.is_streaming)
        if self._edit is not None:
            return [self._edit, *foot]
        if self._pause is not None:
            return [self._pause, *foot]
        return [self.work, *foot] if self.is_working else foot

    @property
    def _is_thinking(self) -> bool:
        return self.is_working and not self._awaits_more

    def _retry(self) -> None:
        self._hooks.retry(self.message.id)

    def _card_resized(self) -> None:
        for part in self.parts[self._foot_at :]:
            part.measured = False
        self._hooks.changed(self)

    def _fold_when_answered(self) -> None:
        if self.is_open and not self._turned_by_hand and self.answer.length:
            self.is_open = False

    def _thoughts_shown(self) -> int:
        return len(self.thought.views) if self.is_open and self.is_built else 0

    def _set_width(self, width: int) -> None:
        self.width = width
        for part in self.parts:
            part.measured = False

    def _splice(self, start: int, stop: int, views: Sequence[BlockView], first: int) -> None:
        """Views from number `first` on are new or changed: takes them up among the parts."""
        self.dirty_from = min(self.dirty_from, self.column.top(min(start + first, len(self.column))))
        fresh = views[first:]
        self.parts[start + first : stop] = fresh
        heights = [view.height if view.measured else self._soon(view) for view in fresh]
        self.column.splice(start + first, stop, heights)
        more = start + len(views) - stop
        self._foot_at += more
        if start < self._body_at:
            self._body_at += more

    def _soon(self, part: Part) -> int:
        """What to reckon with until it is measured: what it was before, so that nothing jumps, or a guess.

        A guess is kept: an answer of megabytes has ten thousands of blocks that nobody has seen.
        """
        part.height = part.height or part.guess(self._room(part))
        return part.height


def guessed_height(message: Message, text: str, width: int) -> int:
    """About how high a message with this text will be. It is asked for thousands at once."""
    is_user, now = message.role is Role.USER, look()
    letters = len(text) + text.count("\n") * 20
    lines = 1 + letters * now.letter / max(80, width * (0.7 if is_user else 0.95))
    return sizes.MESSAGE_GAP + round(lines * now.line) + (40 if is_user else 70)


def _reasoning(text: str) -> Text:
    made = Text(Tone("text_muted", small=True), quoted=True)
    made.add(text)
    return made
