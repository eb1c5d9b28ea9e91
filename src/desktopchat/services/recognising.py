"""From a snapshot to the part of a message: what the file is, and pictures made fit to be sent."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from desktopchat.documents.kinds import MEDIA_TYPES, FileType, Kind, recognised
from desktopchat.documents.limits import ImageLimits
from desktopchat.documents.refusals import Refusal, RefusedError
from desktopchat.domain.attachment import Attached
from desktopchat.domain.message import FilePart, ImagePart
from desktopchat.domain.text import msg
from desktopchat.services.extracting import read

if TYPE_CHECKING:
    from desktopchat.documents.images import PreparedImage
    from desktopchat.storage.blobs import Blob, BlobStore

IMAGES = ImageLimits(max_side=4096, max_bytes=3_700_000)
"""In base64, this is under the 5 MB that the strictest vendor takes."""
LONGEST_NAME = 200
_ENDINGS = {
    "docx": Kind.DOCX,
    "pptx": Kind.PPTX,
    "xlsx": Kind.XLSX,
    "odt": Kind.ODT,
    "odp": Kind.ODP,
    "ods": Kind.ODS,
    "epub": Kind.EPUB,
}
_IMAGE_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif"}


async def attached(blobs: BlobStore, blob: Blob, name: str) -> Attached:
    """Raises `ChatError` `file_rejected` for what is of no use to any model."""
    name = _short(name)
    if not blob.size:
        raise RefusedError(Refusal.EMPTY).named(name)
    kind = recognised(blob.head, name)
    if isinstance(kind, Refusal):
        raise RefusedError(kind).named(name)
    if kind.kind is Kind.IMAGE:
        return await _picture(blobs, blob, name)
    return Attached(FilePart(blob.sha256, _media_type(kind, name), name, blob.size))


def _media_type(kind: FileType, name: str) -> str:
    """Office files are zip files that are told apart by their names here; their content is looked at when it is
    read."""
    if kind.kind is not Kind.PACKAGE:
        return kind.media_type
    known = _ENDINGS.get(PurePath(name.lower()).suffix.lstrip("."))
    return MEDIA_TYPES[known] if known else kind.media_type


async def _picture(blobs: BlobStore, blob: Blob, name: str) -> Attached:
    from desktopchat.documents.notes import sentence
    from desktopchat.documents.sandbox import image_reading

    prepared = await read(image_reading(blobs.path(blob.sha256), name=name, limits=IMAGES))
    notes = tuple(map(sentence, prepared.removed))
    if prepared.scaled:
        size = f"{prepared.width} × {prepared.height}"
        notes = (*notes, msg("The picture was made smaller: {size} pixels.", size=size))
    kept = await blobs.add_bytes(prepared.data)
    if kept.sha256 != blob.sha256:
        await blobs.remove([blob.sha256])  # what was taken out of it is not kept here either
    return Attached(ImagePart(kept.sha256, prepared.media_type, _renamed(name, prepared), kept.size), notes)


def _renamed(name: str, prepared: PreparedImage) -> str:
    """With the ending that the picture has now: HEIC files have become JPEG."""
    path = PurePath(name)
    ending = _IMAGE_ENDINGS.get(prepared.media_type, path.suffix)
    same = path.suffix.lower() in (ending, ending.replace("jpg", "jpeg"))
    return name if same else f"{path.stem}{ending}"


def _short(name: str) -> str:
    name = " ".join(name.split()) or "file"
    if len(name) <= LONGEST_NAME:
        return name
    ending = PurePath(name).suffix[:16]
    return f"{name[: LONGEST_NAME - len(ending) - 1]}…{ending}"
