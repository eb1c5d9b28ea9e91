"""One translation while it runs: piece by piece in order, checked, repaired once, and stitched together again.

It knows neither who shows it nor where it is kept. The rules are in the room `translation`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from desktopchat.domain.errors import ErrorKind, Failure
from desktopchat.domain.message import (
    FinishReason,
    Message,
    MessageState,
    Role,
    Usage,
    new_id,
    user_message,
)
from desktopchat.domain.observe import Signal
from desktopchat.domain.request import ChatRequest, Limits
from desktopchat.domain.text import msg
from desktopchat.domain.translation import Glossary, Issue, Style, Term, TermHit, TermRule, TextFormat
from desktopchat.domain.values import Json
from desktopchat.services.retrying import RetryRule
from desktopchat.services.streaming import NoJournal, StreamSession
from desktopchat.translation import checks, prompts, repair
from desktopchat.translation.atoms import LiveMarks, Protected, protect, recovered
from desktopchat.translation.glossary import Matcher, matcher_for
from desktopchat.translation.languages import same
from desktopchat.translation.segments import Cut, Segment, cut, stitched
from desktopchat.translation.sizes import tokens

if TYPE_CHECKING:
    from desktopchat.providers.base import Provider

BATCH_TOKENS = 800
BATCH_PIECES = 40
CONTEXT_PAIRS = 2
GROWS_AFTER = 5
"""So many good answers in a row make requests larger again after a bad one."""

MT_LONGEST = 6_000
"""Tokens of one piece for Qwen-MT, which takes 8,192 with its options."""

_RUNAWAY = 40
_REPLY_FLOOR = 64 * 1024


class RunState(StrEnum):
    IDLE = "idle"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class PieceState(StrEnum):
    WAITING = "waiting"
    COMING = "coming"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be translated, into what, how and by whom. Languages are BCP-47 tags.

    `source` may be empty: the model finds out. `glossaries` are used if they are enabled. `provider_id` and `model`
    may be empty: the defaults. A private order leaves no trace. `versions` above 1 asks for so many alternatives of a
    short text. `repairs` false leaves defects to the reader.
    """

    text: str
    target: str
    source: str = ""
    style: Style = Style.NEUTRAL
    brief: str = ""
    glossaries: tuple[Glossary, ...] = ()
    provider_id: str = ""
    model: str = ""
    params: Mapping[str, Json] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    format: TextFormat = TextFormat.PLAIN
    private: bool = False
    versions: int = 1
    repairs: bool = True
    memory: tuple[tuple[str, str], ...] = ()

    @property
    def has_wishes(self) -> bool:
        """Whether it asks for more than languages and terms."""
        return bool(self.brief.strip()) or self.style is not Style.NEUTRAL


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who translates: a name for people, and a way to the adapter."""

    name: str
    kind: str
    base_url: str
    model: str
    connect: Callable[[], Awaitable[Provider]]
    retry: Callable[[], RetryRule] = RetryRule

    @classmethod
    def unknown(cls, model: str) -> Answerer:
        """For estimates: it cannot be asked."""
        return cls("", "", "", model, _nobody)

    @property
    def is_translation_model(self) -> bool:
        """Whether it is one of Qwen's, which take one message and options in the place of words."""
        return self.model.lower().split("/")[-1].startswith("qwen-mt-")


async def _nobody() -> Provider:
    raise AssertionError("an estimate asks nobody")


@dataclass(slots=True)
class Piece:
    """A paragraph or a part of one. `issues` that a reader has dismissed are in `ignored`."""

    index: int
    segment: Segment
    protected: Protected
    hits: list[TermHit]
    target: str | None = None
    marked: str = ""
    state: PieceState = PieceState.WAITING
    issues: tuple[Issue, ...] = ()
    ignored: set[Issue] = field(default_factory=set)
    was_cut: bool = False
    requests: int = 0

    @property
    def source(self) -> str:
        return self.segment.text

    @property
    def shown_issues(self) -> tuple[Issue, ...]:
        return tuple(issue for issue in self.issues if issue not in self.ignored)


class _StoppedError(Exception):
    """Somebody wants no more."""


class _FailedError(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


class Translation:
    """idle → running → done | stopped | failed; `redo` and `repair` run again for one piece.

    Signals are emitted on the loop's thread: `piece_changed` (index) whenever a piece's target, state or issues have
    changed, many times while it comes; `piece_done` (index) once it is checked; `state_changed`; `versions_changed`;
    `retrying` (seconds, failure).
    """

    def __init__(self, order: Order, answerer: Answerer, *, done: Mapping[int, str] | None = None) -> None:
        self.id = new_id()
        self.order = order
        self.answerer = answerer
        self.state = RunState.IDLE
        self.failure: Failure | None = None
        self.usage: Usage | None = None
        self.versions: list[str] = []
        """The alternatives so far, for an order of more than one."""
        self.piece_changed: Signal[int] = Signal()
        self.piece_done: Signal[int] = Signal()
        self.versions_changed: Signal[()] = Signal()
        self.state_changed: Signal[Translation] = Signal()
        self.retrying: Signal[float, Failure] = Signal()
        self._matcher = matcher_for(_fitting(order))
        self._task = prompts.Task(order.source, order.target, order.style, order.brief, order.versions)
        self._cut = _cut(order, answerer)
        self.pieces = [_piece(number, each, order, self._matcher) for number, each in enumerate(self._cut.segments)]
        self._batch_tokens = BATCH_TOKENS
        self._good_in_a_row = 0
        self._session: StreamSession | None = None
        self._stopping = False
        self._ended = asyncio.Event()
        self._busy = asyncio.Lock()
        for index, target in (done or {}).items():
            self._resume(index, target)

    @property
    def target(self) -> str:
        """The translation as far as it is there; what is not there yet is left out at the end."""
        if self.state is RunState.DONE or all(piece.target is not None for piece in self.pieces):
            return stitched(self._cut, [piece.target for piece in self.pieces], self.order.target)
        last = max((piece.index for piece in self.pieces if piece.target is not None), default=-1)
        upto = Cut(self._cut.lead, self._cut.segments[: last + 1])
        return (
            stitched(upto, [piece.target for piece in self.pieces[: last + 1]], self.order.target) if last >= 0 else ""
        )

    @property
    def whole(self) -> str:
        """As `target`, with the source's words in the place of what is missing: never shorter than the source."""
        return stitched(self._cut, [piece.target for piece in self.pieces], self.order.target)

    @property
    def issues(self) -> list[tuple[int, Issue]]:
        """What is wrong and was not dismissed: (the piece's index, the issue)."""
        return [(piece.index, issue) for piece in self.pieces for issue in piece.shown_issues]

    @property
    def done_count(self) -> int:
        return sum(piece.state is PieceState.DONE for piece in self.pieces)

    @property
    def requests(self) -> int:
        """How many requests were sent, repairs included."""
        return self._requests

    _requests = 0

    def span_of(self, index: int) -> tuple[int, int]:
        """Where a piece stands in the source text."""
        start = len(self._cut.lead) + sum(len(each.raw + each.trail) for each in self._cut.segments[:index])
        return start, start + len(self._cut.segments[index].raw)

    def target_span_of(self, index: int) -> tuple[int, int]:
        """Where a piece stands in `target` (and in `whole`). One without a translation stands as its source."""
        before = Cut(self._cut.lead, self._cut.segments[:index])
        start = len(stitched(before, [piece.target for piece in self.pieces[:index]], self.order.target))
        return start, start + len(self._text_in_place(self.pieces[index]))

    def estimate(self) -> tuple[int, int, int]:
        """Requests, tokens sent and tokens received, roughly."""
        batches = list(self._batches())
        sent = sum(self._size_of(batch) for batch in batches)
        received = sum(tokens(piece.source) for piece in self.pieces) * 5 // 4
        return len(batches), sent, received

    def ignore(self, index: int, issue: Issue) -> None:
        """A reader thinks that the issue is none."""
        self.pieces[index].ignored.add(issue)
        self.piece_changed.emit(index)

    def fix(self, index: int, issue: Issue) -> None:
        """Applies the issue's mechanical fix and checks the piece again."""
        piece = self.pieces[index]
        if issue.fix is not None and piece.target is not None:
            self.edit(index, issue.fix.applied(piece.target))

    def edit(self, index: int, target: str) -> None:
        """A person's own words for a piece; they are checked like a model's."""
        piece = self.pieces[index]
        piece.marked = _marked_again(target, piece.protected)
        piece.was_cut = False
        self._settle(piece, target)

    def stop(self) -> None:
        """Ends it here; what came is kept."""
        self._stopping = True
        if self._session is not None:
            self._session.stop()

    async def wait(self) -> Translation:
        await self._ended.wait()
        return self

    async def run(self) -> None:
        """Translates what is not translated yet. Raises nothing but programming errors."""
        work = self._versions() if self.order.versions > 1 else self._everything()
        await self._guarded(work)

    async def redo(self, index: int) -> None:
        """One piece anew."""
        await self._guarded(self._alone(self.pieces[index]))

    async def repair(self, index: int, issues: tuple[Issue, ...] = ()) -> None:
        """One piece without its defects, asked for once."""
        piece = self.pieces[index]
        await self._guarded(self._ask_again(piece, issues or piece.shown_issues))

    async def _guarded(self, work: Awaitable[None]) -> None:
        async with self._busy:
            self._ended.clear()
            self._stopping = False if self.state is not RunState.IDLE else self._stopping
            self.failure = None
            self._set_state(RunState.RUNNING)
            try:
                await work
                self._set_state(RunState.DONE if self._is_complete() else RunState.STOPPED)
            except (_StoppedError, asyncio.CancelledError) as end:
                self._set_state(RunState.STOPPED)
                if isinstance(end, asyncio.CancelledError):
                    raise
            except _FailedError as error:
                self.failure = error.failure
                self._set_state(RunState.FAILED)
            finally:
                for piece in self.pieces:
                    if piece.state is PieceState.COMING:  # half a sentence is shown, and asked for again next time
                        piece.state = PieceState.WAITING
                self._ended.set()

    def _is_complete(self) -> bool:
        return self.order.versions > 1 or all(piece.state is PieceState.DONE for piece in self.pieces)

    async def _everything(self) -> None:
        for batch in self._batches():
            await self._batch(batch)

    def _batches(self) -> Iterator[list[Piece]]:
        """The waiting pieces in order, in groups for one request each; how large they are may change on the way."""
        group: list[Piece] = []
        size = 0
        most = 1 if self.answerer.is_translation_model else BATCH_PIECES
        for piece in self.pieces:
            if piece.state is not PieceState.WAITING:
                continue
            more = tokens(piece.source)
            if group and (size + more > self._batch_tokens or len(group) >= most):
                yield group
                group, size = [], 0
            group.append(piece)
            size += more
        if group:
            yield group

    async def _batch(self, batch: list[Piece]) -> None:
        answer, cut_off = await self._ask(batch, self._asked_for(batch))
        found = repair.pieces_in(answer, [piece.protected for piece in batch])
        if cut_off:  # the last paragraph that began has no end
            found = {number: text for number, text in found.items() if number != max(found) or len(batch) == 1}
        self._adapt(len(found) == len(batch))
        for number, piece in enumerate(batch):
            if number in found:
                await self._take(piece, found[number], was_cut=cut_off and len(batch) == 1)
        for number, piece in enumerate(batch):
            if number not in found:  # never by its place in the answer: asked for on its own
                await self._alone(piece)

    def _adapt(self, is_good: bool) -> None:
        self._good_in_a_row = self._good_in_a_row + 1 if is_good else 0
        if not is_good:
            self._batch_tokens = max(60, self._batch_tokens // 2)
        elif self._good_in_a_row % GROWS_AFTER == 0:
            self._batch_tokens = min(BATCH_TOKENS, self._batch_tokens * 2)

    async def _alone(self, piece: Piece) -> None:
        answer, cut_off = await self._ask([piece], self._asked_for([piece]))
        await self._take(piece, repair.pieces_in(answer, [piece.protected])[0], was_cut=cut_off)

    async def _take(self, piece: Piece, marked: str, *, was_cut: bool) -> None:
        """Keeps an answer's words for a piece; asks once more where they have defects that the model can mend."""
        self._put(piece, marked, was_cut=was_cut)
        bad = checks.errors(piece.issues)
        if bad and self.order.repairs:
            await self._ask_again(piece, bad)
        self._finish(piece)

    async def _ask_again(self, piece: Piece, issues: Sequence[Issue]) -> None:
        before = (piece.target, piece.marked, piece.was_cut, piece.issues)
        asked = prompts.asked_again(
            self._task, piece.protected, self._terms([piece]), piece.marked, prompts.defects(issues)
        )
        answer, cut_off = await self._ask([piece], asked, shows=False)
        self._put(piece, repair.pieces_in(answer, [piece.protected])[0], was_cut=cut_off)
        if before[0] is not None and repair.weight(piece.issues) > repair.weight(before[3]):
            piece.target, piece.marked, piece.was_cut, piece.issues = before
        self._finish(piece)

    def _put(self, piece: Piece, marked: str, *, was_cut: bool) -> None:
        piece.marked = recovered(marked) if piece.protected.atoms else marked
        piece.was_cut = was_cut
        piece.target = piece.protected.restored(piece.marked)
        piece.issues = self._checked(piece)

    def _settle(self, piece: Piece, target: str) -> None:
        piece.target = target
        piece.issues = self._checked(piece)
        self._finish(piece)

    def _finish(self, piece: Piece) -> None:
        piece.state = PieceState.DONE
        self.piece_changed.emit(piece.index)
        self.piece_done.emit(piece.index)

    def _resume(self, index: int, target: str) -> None:
        if 0 <= index < len(self.pieces):
            piece = self.pieces[index]
            piece.target, piece.marked = target, _marked_again(target, piece.protected)
            piece.issues = self._checked(piece)
            piece.state = PieceState.DONE

    def _checked(self, piece: Piece) -> tuple[Issue, ...]:
        order = self.order
        work = checks.Work(
            piece.source,
            piece.target or "",
            order.source,
            order.target,
            piece.protected,
            piece.marked,
            piece.hits,
            self._matcher.forbidden_everywhere,
            piece.was_cut,
        )
        return checks.check(work)

    def _terms(self, batch: Sequence[Piece]) -> Sequence[Term]:
        return self._matcher.wanted([hit for piece in batch for hit in piece.hits])

    def _asked_for(self, batch: Sequence[Piece]) -> prompts.Asked:
        context = self._context(batch[0].index)
        return prompts.asked(self._task, [piece.protected for piece in batch], self._terms(batch), context)

    def _context(self, index: int) -> list[tuple[str, str]]:
        before = self.pieces[max(0, index - CONTEXT_PAIRS) : index]
        return [(piece.source, piece.target) for piece in before if piece.target and piece.state is PieceState.DONE]

    def _size_of(self, batch: Sequence[Piece]) -> int:
        if self.answerer.is_translation_model:
            return sum(tokens(piece.source) for piece in batch)
        asked = self._asked_for(batch)
        return tokens(asked.system) + tokens(asked.user)

    async def _versions(self) -> None:
        piece = Protected(self.order.text.strip())
        if self.answerer.is_translation_model:
            await self._everything()
            self.versions = [self.target]
            return
        asked = prompts.asked(self._task, [piece], self._terms(self.pieces))
        answer, _ = await self._ask([], asked, on_text=self._show_versions)
        self._show_versions(answer)

    def _show_versions(self, answer: str) -> None:
        self.versions = repair.versions_in(answer)
        self.versions_changed.emit()

    async def _ask(
        self,
        batch: Sequence[Piece],
        asked: prompts.Asked,
        *,
        shows: bool = True,
        on_text: Callable[[str], None] | None = None,
    ) -> tuple[str, bool]:
        """One request. The answer's whole text, and whether the model stopped at its limit."""
        if self._stopping:
            raise _StoppedError
        show = on_text or (self._shower(batch) if shows else lambda _answer: None)
        message = Message(
            Role.ASSISTANT, state=MessageState.STREAMING, provider=self.answerer.name, model=self.answerer.model
        )
        session = StreamSession(
            conversation_id="",
            message=message,
            connect=self.answerer.connect,
            request=self._request(batch, asked),
            journal=NoJournal(),
            retry=self.answerer.retry(),
        )
        session.text_added.connect(lambda _text: show(session.text))
        session.text_replaced.connect(show)
        session.retrying.connect(self.retrying.emit)
        self._requests += 1
        for piece in batch:
            piece.requests += 1
            piece.state = PieceState.COMING
        self._session = session
        try:
            return self._answer(await session.run())
        finally:
            self._session = None

    def _answer(self, message: Message) -> tuple[str, bool]:
        if message.usage is not None:
            self.usage = message.usage if self.usage is None else self.usage + message.usage
        if message.state is MessageState.STOPPED:
            if not self._stopping:  # the task itself was cancelled, which the session took for a stop
                raise asyncio.CancelledError
            raise _StoppedError
        if message.failure is not None:
            raise _FailedError(message.failure)
        if message.finish_reason is FinishReason.CONTENT_FILTER:
            raise _FailedError(_filtered())
        return message.text, message.finish_reason is FinishReason.LENGTH

    def _request(self, batch: Sequence[Piece], asked: prompts.Asked) -> ChatRequest:
        order = self.order
        most = max(_REPLY_FLOOR, _RUNAWAY * len(asked.user.encode()))
        limits = replace(order.limits, max_reply_bytes=min(most, order.limits.max_reply_bytes), joins_pieces=True)
        if not self.answerer.is_translation_model:
            return ChatRequest(self.answerer.model, (user_message(asked.user),), asked.system, order.params, limits)
        terms = [hit.term for piece in batch for hit in piece.hits]
        told = prompts.options(self._task, list(dict.fromkeys(terms)), order.memory, order.brief)
        text = "\n".join(piece.source for piece in batch)
        return ChatRequest(
            self.answerer.model, (user_message(text),), "", {**order.params, "translation_options": told}, limits
        )

    def _shower(self, batch: Sequence[Piece]) -> Callable[[str], None]:
        live = LiveMarks([piece.protected for piece in batch])

        def show(answer: str) -> None:
            shown = live.shown(answer)
            for number, text in shown[-2:] if len(shown) > 2 else shown:
                piece = batch[number]
                if piece.target != text:
                    piece.target = text
                    self.piece_changed.emit(piece.index)

        return show

    def _text_in_place(self, piece: Piece) -> str:
        if piece.target is None or piece.target == piece.segment.text:
            return piece.segment.raw
        return piece.target.replace("\n", piece.segment.line_break)

    def _set_state(self, state: RunState) -> None:
        if state is not self.state:
            self.state = state
            self.state_changed.emit(self)


def _cut(order: Order, answerer: Answerer) -> Cut:
    if order.versions > 1 and not answerer.is_translation_model:
        return Cut("", (Segment(order.text, order.text),))
    longest = MT_LONGEST if answerer.is_translation_model else None
    more = {} if longest is None else {"longest": longest}
    if order.format is TextFormat.MARKDOWN:
        from desktopchat.translation.markdown_parts import cut_markdown

        return cut_markdown(order.text, language=order.source, **more)
    return cut(order.text, language=order.source, **more)


def _piece(number: int, segment: Segment, order: Order, matcher: Matcher) -> Piece:
    hits = matcher.find(segment.text)
    kept = [hit.span for hit in hits if hit.term.rule is TermRule.KEEP]
    protected = protect(segment.text, markdown=order.format is TextFormat.MARKDOWN, kept=kept)
    return Piece(number, segment, protected, hits)


def _fitting(order: Order) -> tuple[Glossary, ...]:
    """The order's glossaries that are switched on and are for its languages."""

    def fits(tag: str, wanted: str) -> bool:
        return not tag or not wanted or same(tag, wanted) or tag.split("-", maxsplit=1)[0] == wanted.split("-", maxsplit=1)[0]

    return tuple(
        each
        for each in order.glossaries
        if each.enabled and fits(each.source_language, order.source) and fits(each.target_language, order.target)
    )


def _marked_again(target: str, protected: Protected) -> str:
    """A finished text with its marks, to count them: each atom's words once are its mark."""
    marked = target
    for atom in sorted(protected.atoms, key=lambda atom: -len(atom.raw)):
        marked = marked.replace(atom.raw, atom.mark, 1)
    return marked


def _filtered() -> Failure:
    return Failure(
        ErrorKind.CONTENT_FILTERED,
        msg("The provider's filter stopped the translation."),
        msg("Translate the other pieces, or use another model for this one."),
    )
