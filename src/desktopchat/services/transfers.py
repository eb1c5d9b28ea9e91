"""Where an attachment stands on its way to a provider. Values only."""

from dataclasses import dataclass
from enum import StrEnum

from desktopchat.domain.errors import Failure
from desktopchat.storage.attachments import UploadRecord, UploadState


class TransferState(StrEnum):
    """Where a file stands with one provider."""

    WAITING = "waiting"
    """For others before it."""
    UPLOADING = "uploading"
    PROCESSING = "processing"
    """It is there; the provider reads it."""
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    """The program ended while it was sent. Whether it arrived is found out before it is sent again."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """An attachment's way to a provider. `sent` and `total` in bytes, `speed` in bytes a second.

    `reused`: it was there already, nothing was sent.
    """

    sha256: str
    provider_id: str
    name: str
    state: TransferState
    sent: int = 0
    total: int = 0
    speed: float | None = None
    file_id: str = ""
    reused: bool = False
    failure: Failure | None = None

    @property
    def is_going_on(self) -> bool:
        return self.state in (TransferState.WAITING, TransferState.UPLOADING, TransferState.PROCESSING)


_MEANS = {
    UploadState.UPLOADING: TransferState.INTERRUPTED,
    UploadState.PROCESSING: TransferState.PROCESSING,
    UploadState.READY: TransferState.READY,
    UploadState.FAILED: TransferState.FAILED,
}


def told(record: UploadRecord, provider_id: str) -> Transfer:
    """What a stored state means when nobody is sending."""
    return Transfer(
        record.sha256,
        provider_id,
        record.name,
        _MEANS[record.state],
        total=record.size,
        file_id=record.file_id,
        failure=record.failure,
    )
