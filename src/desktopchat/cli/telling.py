"""How an answer is told while it comes: its bare text, or JSON lines. Both see the same session's signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from desktopchat.cli.output import Output, failure_fields, failure_text, json_line
from desktopchat.i18n import tr
from desktopchat.services.transfers import Transfer, TransferState

if TYPE_CHECKING:
    from desktopchat.cli.writer import Writer
    from desktopchat.domain.errors import Failure
    from desktopchat.domain.message import Message, Usage
    from desktopchat.domain.values import Json
    from desktopchat.services.streaming import StreamSession


TOLD = frozenset({TransferState.UPLOADING, TransferState.PROCESSING, TransferState.READY})
"""The states of an upload that are told; how it failed is told by the error."""


class Teller(Protocol):
    """Tells one answer. Called in this order: started, what comes, ended, and saved or failed."""

    def started(self, session: StreamSession, *, stored: bool) -> None: ...
    def text(self, text: str) -> None: ...
    def replaced(self, text: str) -> None: ...
    def reasoning(self, text: str) -> None: ...
    def retry(self, delay_s: float, failure: Failure) -> None: ...
    def upload(self, path: str, transfer: Transfer) -> None:
        """A file of the question is on its way, or there."""
        ...

    def ended(self, message: Message) -> None:
        """The answer is over; `message` is its final state, with its failure if it has one."""
        ...

    def failed(self, failure: Failure) -> None:
        """Something beside the answer failed."""
        ...

    def saved(self, conversation_id: str) -> None: ...


def listen(teller: Teller, session: StreamSession, *, stored: bool) -> None:
    """Lets `teller` hear everything that `session` says; its start is told at once."""
    teller.started(session, stored=stored)
    session.text_added.connect(teller.text)
    session.text_replaced.connect(teller.replaced)
    session.reasoning_added.connect(teller.reasoning)
    session.retrying.connect(teller.retry)


class _Told:
    """What was told of the text already, to find what is new when a model sends all of it again."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def add(self, text: str) -> None:
        self._pieces.append(text)

    def news_in(self, whole: str) -> str | None:
        """The end of `whole` that was not told yet; None if it says something else than what was told."""
        told = "".join(self._pieces)
        if not whole.startswith(told):
            self._pieces = [whole]
            return None
        self._pieces = [whole]
        return whole[len(told) :]


class PlainTeller:
    """The answer's exact text on standard output, everything else in words on standard error."""

    def __init__(self, writer: Writer, out: Output) -> None:
        self._writer = writer
        self._out = out
        self._told = _Told()
        self._failures: list[Failure] = []
        self._notes: list[str] = []
        self._sent: set[str] = set()
        self._read: set[str] = set()
        self._any = False

    def started(self, session: StreamSession, *, stored: bool) -> None:
        return

    def text(self, text: str) -> None:
        self._any = True
        self._told.add(text)
        self._writer.write(text.encode())

    def replaced(self, text: str) -> None:
        news = self._told.news_in(text)
        if news is None:  # what is printed stays printed: the whole answer follows on a line of its own
            self._out.note(tr("The model took back what it had said; its whole answer follows."))
            news = f"\n{text}"
        self._any = True
        self._writer.write(news.encode())

    def reasoning(self, text: str) -> None:
        return

    def retry(self, delay_s: float, failure: Failure) -> None:
        self._out.note(failure_text(failure))
        self._out.note(tr("Asking again in {seconds} s.", seconds=round(delay_s, 1)))

    def upload(self, path: str, transfer: Transfer) -> None:
        match transfer.state:
            case TransferState.PROCESSING if path not in self._read:
                self._read.add(path)
                self._out.note(tr("The provider is reading {name} …", name=transfer.name))
            case TransferState.READY if not transfer.reused and path not in self._sent:
                self._sent.add(path)
                self._out.note(tr("{name} was sent.", name=transfer.name))

    def ended(self, message: Message) -> None:
        if self._any and self._out.is_terminal:
            self._writer.write(b"\n")
        if message.failure is not None:
            self._failures.append(message.failure)

    def failed(self, failure: Failure) -> None:
        self._failures.append(failure)

    def saved(self, conversation_id: str) -> None:
        self._notes.append(tr("Stored as conversation {id}.", id=conversation_id))

    def after_words(self) -> None:
        """What goes to standard error, once standard output has all of the answer."""
        for failure in self._failures:
            self._out.note(failure_text(failure))
        for note in self._notes:
            self._out.note(note)


class JsonTeller:
    """The events of the contract, one object a line."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._told = _Told()
        self._steps: set[tuple[str, TransferState]] = set()

    def started(self, session: StreamSession, *, stored: bool) -> None:
        fields: dict[str, Json] = {"provider": session.message.provider, "model": session.message.model}
        if stored:
            fields["conversation"] = session.conversation_id
        self._event("started", **fields)

    def text(self, text: str) -> None:
        self._told.add(text)
        self._event("text", text=text)

    def replaced(self, text: str) -> None:
        """As `text` where the answer only grew; `replaced` carries all of it where the model changed its words."""
        news = self._told.news_in(text)
        if news is None:
            self._event("replaced", text=text)
        elif news:
            self._event("text", text=news)

    def reasoning(self, text: str) -> None:
        self._event("reasoning", text=text)

    def retry(self, delay_s: float, failure: Failure) -> None:
        self._event("retry", **{"in": round(delay_s, 3), "kind": failure.kind.value})

    def upload(self, path: str, transfer: Transfer) -> None:
        """One line for each piece of progress and one for each state behind it; of a file that was there already, one
        with nothing sent."""
        step = (path, transfer.state)
        if transfer.state not in TOLD or step in self._steps:
            return
        if transfer.state is not TransferState.UPLOADING:
            self._steps.add(step)
        self._event(
            "upload",
            path=path,
            sent=transfer.sent,
            total=transfer.total,
            file_id=transfer.file_id or None,
            state=transfer.state.value,
        )

    def ended(self, message: Message) -> None:
        if message.usage is not None:
            self._event("usage", **_usage_fields(message.usage))
        if message.failure is not None:
            self.failed(message.failure)
        else:
            self._event("finished", reason=message.finish_reason.value if message.finish_reason else "stop")

    def failed(self, failure: Failure) -> None:
        self._writer.write(json_line(failure_fields(failure)))

    def saved(self, conversation_id: str) -> None:
        self._event("saved", conversation=conversation_id)

    def _event(self, kind: str, /, **fields: Json) -> None:
        self._writer.write(json_line({"type": kind, **fields}))


def _usage_fields(usage: Usage) -> dict[str, Json]:
    fields: dict[str, Json] = {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}
    if usage.reasoning_tokens is not None:
        fields["reasoning_tokens"] = usage.reasoning_tokens
    if usage.cached_tokens is not None:
        fields["cached_tokens"] = usage.cached_tokens
    return fields
