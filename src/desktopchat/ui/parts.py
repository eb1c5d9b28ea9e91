"""What the window is built from: handed in by the composition root, so that the window knows no globals."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from desktopchat.services.attachments import AttachmentService
from desktopchat.services.chat import ChatService
from desktopchat.services.files import FileService
from desktopchat.services.presets import PresetService
from desktopchat.services.providers import ProviderService
from desktopchat.services.relay import RelaySwitch
from desktopchat.services.tasks import Tasks
from desktopchat.services.trace import Trace
from desktopchat.settings.paths import DataDir
from desktopchat.settings.store import Settings


class ImageSource(Protocol):
    """Where the bytes of messages' pictures are. Asked on a worker thread."""

    def image_of(self, sha256: str) -> bytes | None:
        """The file with this hash (hex); None if it is not there."""
        ...


@dataclass(frozen=True, slots=True)
class WindowParts:
    """The services and values of one program. `report` shows an unexpected error (see `ui.reporter`)."""

    chat: ChatService
    providers: ProviderService
    presets: PresetService
    attachments: AttachmentService
    files: FileService
    relay: RelaySwitch
    settings: Settings
    tasks: Tasks
    trace: Trace
    data_dir: DataDir
    report: Callable[[BaseException], object]
    start_with_demo: bool = False
    images: ImageSource | None = None
