"""The pictures of messages, from the store of attachments."""

from typing import TYPE_CHECKING

from desktopchat.domain.message import ImagePart

if TYPE_CHECKING:
    from desktopchat.services.attachments import AttachmentService

MOST_BYTES = 64 * 1024 * 1024
"""Pictures are made fit to be sent when they are attached; larger ones came from elsewhere."""


class StoredPictures:
    """An `ImageSource`."""

    def __init__(self, service: "AttachmentService") -> None:
        self._service = service

    def image_of(self, sha256: str) -> bytes | None:
        """The file with this hash (hex); None if it is not there."""
        try:
            path = self._service.path(ImagePart(sha256, ""))
            return path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
        except (OSError, ValueError):  # ValueError: not a hash
            return None
