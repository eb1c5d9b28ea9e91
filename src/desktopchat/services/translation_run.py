"""One translation while it runs: piece by piece in order, checked, repaired once, and stitched together again.

It knows neither who shows it nor where it is kept. The rules are in the room `translation`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Mapping, Sequence

from desktopchat.domain.errors import Failure
from desktopchat.domain.message import Usage, new_id
from desktopchat.domain.observe import Signal
from desktopchat.domain.translation import Glossary, Issue, Term, TermRule, TextFormat
from desktopchat.services.translation_asking import Asker, FailedError, StoppedError
from desktopchat.services.translation_order import Answerer, Order, Piece, PieceState, RunState
from desktopchat.translation import checks, prompts, repair
from desktopchat.translation.atoms import Protected, protect, recovered
from desktopchat.translation.glossary import Matcher, matcher_for
from desktopchat.translation.languages import same
from desktopchat.translation.segments import LONGEST, Cut, Segment, cut, stitched
from desktopchat.translation.sizes import tokens

BATCH_TOKENS = 800
BATCH_PIECES = 40
SMALLEST_BATCH = 60
CONTEXT_PAIRS = 2
GROWS_AFTER = 5
"""So many good answers in a row make requests larger again after a bad one."""

MT_LONGEST = 6_000
"""Tokens of one piece for Qwen-MT, which takes 8,192 with its options."""


class Translation:
    """idle → running → done | stopped | failed; `redo` and `repair` run again for one piece.

    Signals are emitted on the loop's thread: `piece_changed` (index) whenever a piece's target, state or issues have
    changed, many times while it comes; `piece_came` (index) once its end is certain; `piece_done` (index) once it is
    checked; `versions_changed`; `retrying` (seconds, failure); `state_changed`.
    """

    def __init__(
        self,
        order: Order,
        answerer: Answerer,
        *,
        done: Mapping[int, str] | None = None,
        came: Mapping[int, str] | None = None,
    ) -> None:
        """`done` and `came` are targets that are there from an earlier run: checked ones, and others."""
        self.id = new_id()
        self.order = order
        self.answerer = answerer
        self.state = RunState.IDLE
        self.failure: Failure | None = None
        self.versions: list[str] = []
        """The alternatives so far, for an order of more than one."""
        self.piece_done: Signal[int] = Signal()
        self.versions_changed: Signal[()] = Signal()
        self.state_changed: Signal[Translation] = Signal()
        self._matcher = matcher_for(fitting(order))
        self._task = prompts.Task(order.source, order.target, order.style, order.brief, order.versions)
        self._asker = Asker(order, answerer, self._task)
        self.piece_changed = self._asker.piece_changed
        self.piece_came = self._asker.piece_came
        self.retrying = self._asker.retrying
        self._cut = _cut(order, answerer)
        self.pieces = [_piece(number, each, order, self._matcher) for number, each in enumerate(self._cut.segments)]
        self._batch_tokens = BATCH_TOKENS
        self._good_in_a_row = 0
        self._ended = asyncio.Event()
        self._busy = asyncio.Lock()
        self._resume(done or {}, PieceState.DONE)
        self._resume(came or {}, PieceState.CAME)

    @property
    def target(self) -> str:
        """The translation as far as it is there, in the order of the pieces; without gaps at the end."""
        last = max((piece.index for piece in self.pieces if piece.target is not None), default=-1)
        if last == len(self.pieces) - 1:
            return self.whole
        upto = Cut(self._cut.lead, self._cut.segments[: last + 1])
        return stitched(upto, self._targets()[: last + 1], self.order.target) if last >= 0 else ""

    @property
    def whole(self) -> str:
        """As `target`, with the source's words in the place of what is missing: nothing is ever left out."""
        return stitched(self._cut, self._targets(), self.order.target)

    @property
    def issues(self) -> list[tuple[int, Issue]]:
        """What is wrong and was not dismissed: (the piece's index, the issue); spans are those of the piece."""
        return [(piece.index, issue) for piece in self.pieces for issue in piece.shown_issues]

    @property
    def done_count(self) -> int:
        return sum(piece.state is PieceState.DONE for piece in self.pieces)

    @property
    def requests(self) -> int:
        """How many requests were sent, repairs included."""
        return self._asker.requests

    @property
    def usage(self) -> Usage | None:
        """Tokens of all requests together, as far as the provider counts them."""
        return self._asker.usage

    def span_of(self, index: int) -> tuple[int, int]:
        """Where a piece stands in the source text."""
        before = Cut(self._cut.lead, self._cut.segments[:index])
        start = len(before.text)
        return start, start + len(self._cut.segments[index].raw)

    def target_span_of(self, index: int) -> tuple[int, int]:
        """Where a piece stands in `target` (and in `whole`). One without a translation stands as its source."""
        before = Cut(self._cut.lead, self._cut.segments[:index])
        start = len(stitched(before, self._targets()[:index], self.order.target))
        only = Cut("", (self._cut.segments[index],))
        gap = len(stitched(only, [""], self.order.target))
        return start, start + len(stitched(only, [self.pieces[index].target], self.order.target)) - gap

    def estimate(self) -> tuple[int, int, int]:
        """Requests, tokens sent and tokens received, roughly."""
        batches = list(self._batches())
        sent = sum(self._size_of(batch) for batch in batches)
        received = sum(tokens(piece.source) for piece in self.pieces) * 5 // 4
        return len(batches), sent, received

    def ignore(self, index: int, issue: Issue) -> None:
        """A reader thinks that the issue is none."""
        self.pieces[index].ignored.append(issue)
        self.piece_changed.emit(index)

    def fix(self, index: int, issue: Issue) -> None:
        """Applies the issue's mechanical fix and checks the piece again."""
        piece = self.pieces[index]
        if issue.fix is not None and piece.target is not None:
            self.edit(index, issue.fix.applied(piece.target))

    def edit(self, index: int, target: str) -> None:
        """A person's own words for a piece; they are checked like a model's."""
        piece = self.pieces[index]
        piece.target, piece.marked = target, piece.protected.marked(target)
        piece.was_cut = False
        piece.issues = self._checked(piece)
        self._finish(piece)

    def stop(self) -> None:
        """Ends it here; what came is kept."""
        self._asker.stop()

    async def wait(self) -> Translation:
        """Returns once it has ended."""
        await self._ended.wait()
        return self

    async def run(self) -> None:
        """Translates what is not translated yet. Raises nothing but programming errors."""
        await self._guarded(self._versions() if self.order.versions > 1 else self._everything())

    async def redo(self, index: int) -> None:
        """One piece anew."""
        await self._guarded(self._alone(self.pieces[index]))

    async def repair(self, index: int, issues: tuple[Issue, ...] = ()) -> None:
        """One piece without its defects, asked for once."""
        piece = self.pieces[index]
        await self._guarded(self._ask_again(piece, issues or piece.shown_issues))

    async def _guarded(self, work: Awaitable[None]) -> None:
        async with self._busy:
            self._asker.stopping = self._asker.stopping and self.state is RunState.IDLE
            self._ended.clear()
            self.failure = None
            self._set_state(RunState.RUNNING)
            try:
                await work
                self._set_state(RunState.DONE if self._is_complete() else RunState.STOPPED)
            except (StoppedError, asyncio.CancelledError) as end:
                self._give_up(RunState.STOPPED)
                if isinstance(end, asyncio.CancelledError):
                    raise
            except FailedError as error:
                self.failure = error.failure
                self._give_up(RunState.FAILED)
            finally:
                self._ended.set()

    def _give_up(self, state: RunState) -> None:
        """Half a piece stays in sight and is asked for again next time."""
        for piece in self.pieces:
            if piece.state is PieceState.COMING:
                piece.state = PieceState.WAITING
        self._set_state(state)

    def _is_complete(self) -> bool:
        return self.order.versions > 1 or all(piece.state is PieceState.DONE for piece in self.pieces)

    async def _everything(self) -> None:
        for piece in self.pieces:
            if piece.state is PieceState.CAME:
                await self._take(piece, piece.marked, was_cut=False)
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
        answer, was_cut = await self._asker.ask(batch, self._asked_for(batch))
        found = repair.pieces_in(answer, [piece.protected for piece in batch])
        if was_cut and len(batch) > 1 and found:  # the last paragraph that began has no end
            del found[max(found)]
        self._adapt(len(found) == len(batch))
        for number, piece in enumerate(batch):
            if number in found:
                await self._take(piece, found[number], was_cut=was_cut and len(batch) == 1)
            else:  # never by its place in the answer: asked for on its own
                await self._alone(piece)

    def _adapt(self, is_good: bool) -> None:
        self._good_in_a_row = self._good_in_a_row + 1 if is_good else 0
        if not is_good:
            self._batch_tokens = max(SMALLEST_BATCH, self._batch_tokens // 2)
        elif self._good_in_a_row % GROWS_AFTER == 0:
            self._batch_tokens = min(BATCH_TOKENS, self._batch_tokens * 2)

    async def _alone(self, piece: Piece) -> None:
        answer, was_cut = await self._asker.ask([piece], self._asked_for([piece]))
        await self._take(piece, repair.pieces_in(answer, [piece.protected])[0], was_cut=was_cut)

    async def _take(self, piece: Piece, marked: str, *, was_cut: bool) -> None:
        """Keeps an answer's words for a piece; asks once more where they have defects that the model can mend."""
        self._put(piece, marked, was_cut=was_cut)
        bad = checks.errors(piece.issues)
        if bad and self.order.repairs and not self.answerer.is_translation_model:
            await self._ask_again(piece, bad)
        else:
            self._finish(piece)

    async def _ask_again(self, piece: Piece, issues: Sequence[Issue]) -> None:
        before = (piece.target, piece.marked, piece.was_cut, piece.issues)
        terms = self._matcher.wanted(piece.hits)
        asked = prompts.asked_again(self._task, piece.protected, terms, piece.marked, prompts.defects(issues))
        answer, was_cut = await self._asker.ask([piece], asked, lambda _answer: None)
        self._put(piece, repair.pieces_in(answer, [piece.protected])[0], was_cut=was_cut)
        if before[0] is not None and repair.weight(piece.issues) > repair.weight(before[3]):
            piece.target, piece.marked, piece.was_cut, piece.issues = before
        self._finish(piece)

    def _put(self, piece: Piece, marked: str, *, was_cut: bool) -> None:
        piece.marked = piece.protected.marked(recovered(marked)) if piece.protected.atoms else marked
        piece.was_cut = was_cut
        piece.target = piece.protected.restored(piece.marked)
        piece.issues = self._checked(piece)
        piece.state = PieceState.CAME

    def _finish(self, piece: Piece) -> None:
        piece.state = PieceState.DONE
        self.piece_changed.emit(piece.index)
        self.piece_done.emit(piece.index)

    def _resume(self, targets: Mapping[int, str], state: PieceState) -> None:
        for index, target in targets.items():
            piece = self.pieces[index]
            piece.target, piece.marked = target, piece.protected.marked(target)
            piece.issues = self._checked(piece)
            piece.state = state

    def _checked(self, piece: Piece) -> tuple[Issue, ...]:
        work = checks.Work(
            piece.source,
            piece.target or "",
            self.order.source,
            self.order.target,
            piece.protected,
            piece.marked,
            piece.hits,
            self._matcher.forbidden_everywhere,
            piece.was_cut,
        )
        return checks.check(work)

    def _asked_for(self, batch: Sequence[Piece]) -> prompts.Asked:
        terms = self._matcher.wanted([hit for piece in batch for hit in piece.hits])
        return prompts.asked(self._task, [piece.protected for piece in batch], terms, self._context(batch[0].index))

    def _context(self, index: int) -> list[tuple[str, str]]:
        before = self.pieces[max(0, index - CONTEXT_PAIRS) : index]
        return [(piece.source, piece.target) for piece in before if piece.target and piece.state is PieceState.DONE]

    def _size_of(self, batch: Sequence[Piece]) -> int:
        if self.answerer.is_translation_model:
            return sum(tokens(piece.source) for piece in batch)
        asked = self._asked_for(batch)
        return tokens(asked.system) + tokens(asked.user)

    async def _versions(self) -> None:
        if self.answerer.is_translation_model:
            await self._everything()
            self.versions = [self.target]
            self.versions_changed.emit()
            return
        terms: Sequence[Term] = self._matcher.wanted([hit for piece in self.pieces for hit in piece.hits])
        asked = prompts.asked(self._task, [Protected(self.order.text.strip())], terms)
        answer, _ = await self._asker.ask([], asked, self._show_versions)
        self._show_versions(answer)

    def _show_versions(self, answer: str) -> None:
        self.versions = repair.versions_in(answer)
        self.versions_changed.emit()

    def _targets(self) -> list[str | None]:
        return [piece.target for piece in self.pieces]

    def _set_state(self, state: RunState) -> None:
        if state is not self.state:
            self.state = state
            self.state_changed.emit(self)


def fitting(order: Order) -> tuple[Glossary, ...]:
    """The order's glossaries that are switched on and are for its languages."""

    def fits(tag: str, wanted: str) -> bool:
        return not tag or not wanted or same(tag, wanted) or tag.partition("-")[0] == wanted.partition("-")[0]

    return tuple(
        each
        for each in order.glossaries
        if each.enabled and fits(each.source_language, order.source) and fits(each.target_language, order.target)
    )


def _cut(order: Order, answerer: Answerer) -> Cut:
    if order.versions > 1 and not answerer.is_translation_model:
        return Cut("", (Segment(order.text, order.text),))
    longest = MT_LONGEST if answerer.is_translation_model else LONGEST
    if order.format is TextFormat.MARKDOWN:
        from desktopchat.translation.markdown_parts import cut_markdown

        return cut_markdown(order.text, longest, order.source)
    return cut(order.text, longest, order.source)


def _piece(number: int, segment: Segment, order: Order, matcher: Matcher) -> Piece:
    hits = matcher.find(segment.text)
    kept = [hit.span for hit in hits if hit.term.rule is TermRule.KEEP]
    protected = protect(segment.text, markdown=order.format is TextFormat.MARKDOWN, kept=kept)
    return Piece(number, segment, protected, hits)
