"""The files of one draft: what each is, where it stands, and the tasks that bring it further. No widgets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktopchat.domain.attachment import Way
from desktopchat.domain.errors import ChatError, ErrorKind, Failure, failed
from desktopchat.domain.message import FilePart, ImagePart, new_id
from desktopchat.domain.text import Text, msg
from desktopchat.services.tasks import Tasks
from desktopchat.ui.doing import start

if TYPE_CHECKING:
    from desktopchat.domain.provider import ProviderConfig
    from desktopchat.services.attachments import AttachmentService
    from desktopchat.services.forecast import Forecast, Forecaster
    from desktopchat.services.transfers import Transfer

MOST = 100
"""Files of one question: more than any provider takes."""
AT_ONCE = 3
"""Files that are read side by side."""

Attachment = ImagePart | FilePart
Source = Path | tuple[bytes, str]
"""A file, or content with a name."""


class Stage(Enum):
    """Where a file stands."""

    READING = "reading"  # being copied into the program's own store
    STORED = "stored"  # there; nothing of it has left this computer
    WAITING = "waiting"  # for its turn to be uploaded
    UPLOADING = "uploading"
    PROCESSING = "processing"  # at the provider, which reads it
    READY = "ready"
    INTERRUPTED = "interrupted"  # the program ended while it was sent
    FAILED = "failed"


GOING = (Stage.READING, Stage.WAITING, Stage.UPLOADING, Stage.PROCESSING)


@dataclass(slots=True)
class Item:
    """One file. `part` is None until it is in the store; `done` and `total` are bytes, `speed` bytes a second."""

    name: str
    source: Source | None = None
    id: str = field(default_factory=new_id)
    part: Attachment | None = None
    notes: tuple[Text, ...] = ()
    stage: Stage = Stage.READING
    done: int = 0
    total: int = 0
    speed: float | None = None
    forecast: Forecast | None = None
    failure: Failure | None = None
    task: asyncio.Task[None] | None = None

    @property
    def is_going(self) -> bool:
        return self.stage in GOING and self.failure is None

    @property
    def is_being_read(self) -> bool:
        """Whether it is not in the store yet, or nobody has looked at it."""
        return self.task is not None and self.forecast is None

    @property
    def goes_as_file(self) -> bool:
        """Whether the provider gets the file itself."""
        return self.forecast is not None and self.forecast.way in (Way.UPLOAD, Way.CONTENT)

    @property
    def needs_decision(self) -> bool:
        """Whether its text is too long, and nobody has said yet what to send of it."""
        return self.forecast is not None and self.forecast.too_long

    @property
    def problem(self) -> Text | None:
        """Why the question cannot be sent with it."""
        if self.part is None and self.failure is not None:
            return self.failure.message
        return self.forecast.problem if self.forecast is not None else None


def follow(item: Item, transfer: Transfer) -> None:
    """Brings an item to where a transfer is."""
    from desktopchat.services.transfers import TransferState

    stages = {
        TransferState.WAITING: Stage.WAITING,
        TransferState.UPLOADING: Stage.UPLOADING,
        TransferState.PROCESSING: Stage.PROCESSING,
        TransferState.READY: Stage.READY,
        TransferState.INTERRUPTED: Stage.INTERRUPTED,
        TransferState.FAILED: Stage.FAILED,
        TransferState.CANCELLED: Stage.STORED,
    }
    item.stage, item.failure = stages[transfer.state], transfer.failure
    item.done, item.total, item.speed = transfer.sent, transfer.total, transfer.speed


class Tray(QObject):
    """Owns the items. Whoever shows them listens to `listChanged` (which there are) and `itemChanged` (one of them)."""

    listChanged = Signal()  # noqa: N815 - Qt's way of naming signals
    itemChanged = Signal(str)  # noqa: N815

    def __init__(
        self, service: AttachmentService, forecaster: Forecaster, tasks: Tasks, say: Callable[[Failure], object]
    ) -> None:
        super().__init__()
        self._service, self._forecaster, self._tasks, self._say = service, forecaster, tasks, say
        self._items: dict[str, Item] = {}
        self._config: ProviderConfig | None = None
        self.model = ""
        """The model that is to get the files."""
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._off = service.transfer_changed.connect(self._transferred)

    def close(self) -> None:
        """Ends what runs; it hears of nothing any more."""
        self._off()
        for item in self.items:
            _end(item)

    def __len__(self) -> int:
        return len(self._items)

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(self._items.values())

    def item(self, item_id: str) -> Item | None:
        return self._items.get(item_id)

    @property
    def parts(self) -> tuple[Attachment, ...]:
        """What goes into the message, in its order."""
        return tuple(item.part for item in self._items.values() if item.part is not None)

    @property
    def tokens(self) -> int:
        """What all files take of each question, by estimate."""
        return sum(item.forecast.tokens or 0 for item in self._items.values() if item.forecast is not None)

    @property
    def counted(self) -> int:
        """How many files `tokens` is of."""
        return sum(1 for item in self._items.values() if item.forecast is not None and item.forecast.tokens)

    # -- which there are ----------------------------------------------------------------------------------------

    def add(self, sources: Iterable[Source]) -> list[str]:
        """Takes files in; returns their ids. More than `MOST` are refused with a sentence."""
        wanted = list(sources)
        if len(self) + len(wanted) > MOST:
            self._say(_too_many().failure)
            return []
        added = [Item(source.name if isinstance(source, Path) else source[1], source) for source in wanted]
        self._items.update((item.id, item) for item in added)
        for item in added:
            self._begin(item, self._take(item), "attach a file")
        self.listChanged.emit()
        return [item.id for item in added]

    def fill(self, parts: Sequence[Attachment]) -> None:
        """Shows what was kept, in the place of what is here."""
        self.clear()
        for part in parts:
            item = Item(part.name, part=part, stage=Stage.STORED)
            self._items[item.id] = item
        self.listChanged.emit()
        self._look_at_all()

    def remove(self, item_id: str) -> Item | None:
        """Takes a file off the draft and ends what runs for it."""
        item = self._items.pop(item_id, None)
        if item is not None:
            self.cancel_transfer(item)
            _end(item)
            self.listChanged.emit()
        return item

    def put_back(self, items: Sequence[Item]) -> None:
        """Undoes `remove` or `clear`."""
        self._items = {item.id: item for item in (*items, *self.items)}
        for item in items:
            if item.part is None:
                self._begin(item, self._take(item), "attach a file")
        self.listChanged.emit()

    def clear(self) -> tuple[Item, ...]:
        """Forgets all of them; what is being sent for a question goes on."""
        items, self._items = self.items, {}
        for item in items:
            _end(item)
        if items:
            self.listChanged.emit()
        return items

    # -- what happens with one ----------------------------------------------------------------------------------

    def cancel(self, item_id: str) -> None:
        """Stops reading (the file is gone from the draft then) or sending (it stays, not sent)."""
        item = self._items.get(item_id)
        if item is None or not item.is_going:
            return
        if item.part is None:
            self.remove(item_id)
            return
        self.cancel_transfer(item)
        _end(item)
        item.stage = Stage.STORED
        self.itemChanged.emit(item_id)

    def cancel_transfer(self, item: Item) -> None:
        if item.part is not None and self._config is not None and item.is_going:
            self._service.cancel_transfer(item.part, self._config)

    def retry(self, item_id: str) -> None:
        """Does again what failed: reading, looking at it, or sending."""
        item = self._items.get(item_id)
        if item is None or item.task is not None:
            return
        item.failure = None
        if item.part is None:
            item.stage = Stage.READING
            self._begin(item, self._take(item), "attach a file")
        elif item.forecast is None:
            item.stage = Stage.STORED
            self._begin(item, self._look_at(item), "look at a file")
        else:
            self.upload(item_id)
        self.itemChanged.emit(item_id)

    def upload(self, item_id: str) -> None:
        """Sends a file to the provider now, before the question."""
        item = self._items.get(item_id)
        if item is not None and item.task is None and item.part is not None:
            item.stage, item.failure = Stage.WAITING, None
            self._begin(item, self._send(item), "upload a file")
            self.itemChanged.emit(item_id)

    def replace_part(self, item_id: str, part: Attachment) -> None:
        """Another decision about the same file: its encoding, its hidden text, how much of it is sent."""
        item = self._items.get(item_id)
        if item is not None and item.part != part:
            _end(item)
            item.part, item.forecast, item.failure = part, None, None
            self._begin(item, self._look_at(item), "look at a file")
            self.itemChanged.emit(item_id)
            self.listChanged.emit()

    def set_target(self, config: ProviderConfig, model: str) -> None:
        """Another model gets the files: what would be sent of each is looked at again."""
        if (config, model) != (self._config, self.model):
            self._config, self.model = config, model
            self._look_at_all()

    async def were_read(self) -> None:
        """Waits until every file is in the store and was looked at, or was given up."""
        while waiting := [item.task for item in self.items if item.task is not None and item.is_being_read]:
            await asyncio.wait(waiting)

    # -- tasks --------------------------------------------------------------------------------------------------

    def _look_at_all(self) -> None:
        for item in self.items:
            if item.part is not None:
                _end(item)
                item.forecast, item.failure = None, None
                self._begin(item, self._look_at(item), "look at a file")

    def _begin(self, item: Item, work: Coroutine[Any, Any, None], name: str) -> None:
        def said(failure: Failure) -> None:
            item.failure, item.stage = failure, Stage.FAILED

        def ended(task: asyncio.Task[None]) -> None:
            if item.task is task:
                item.task = None
                self._tell(item)

        item.task = start(self._tasks, work, name, said)
        item.task.add_done_callback(ended)

    async def _take(self, item: Item) -> None:
        source = item.source
        if source is None:
            return
        async with self._turns:
            if isinstance(source, Path):
                attached = await self._service.attach(source)
            else:
                attached = await self._service.attach_bytes(*source)
        item.part, item.notes, item.source, item.stage = attached.part, attached.notes, None, Stage.STORED
        self._tell(item)
        self.listChanged.emit()
        await self._look_at(item)

    async def _look_at(self, item: Item) -> None:
        config = self._config
        if item.part is None or config is None:
            return
        item.stage = Stage.STORED
        known = await self._service.transfers([item.part], config)
        if item.part.sha256 in known:
            follow(item, known[item.part.sha256])
        async with self._turns:
            item.forecast = await self._forecaster.of(item.part, config, self.model)

    async def _send(self, item: Item) -> None:
        if item.part is not None and self._config is not None:
            there = await self._service.upload(item.part, self._config, self.model)
            item.stage = Stage.READY if there else Stage.STORED

    def _transferred(self, transfer: Transfer) -> None:
        for item in self._items.values():
            same = item.part is not None and item.part.sha256 == transfer.sha256
            if same and self._config is not None and self._config.id == transfer.provider_id:
                follow(item, transfer)
                self._tell(item)

    def _tell(self, item: Item) -> None:
        if item.id in self._items:
            self.itemChanged.emit(item.id)


def with_extent(part: Attachment, extent: str) -> Attachment:
    """The same file, of which another stretch is sent (see `FilePart.extent`)."""
    return replace(part, extent=extent) if isinstance(part, FilePart) else part


def _end(item: Item) -> None:
    task, item.task = item.task, None
    if task is not None:
        task.cancel()


def _too_many() -> ChatError:
    return failed(
        ErrorKind.FILE_REJECTED,
        msg("These are more than {most} files, more than one question can have.", most=MOST),
        hint=msg("Attach the ones that matter, and ask about the others in another question."),
    )
