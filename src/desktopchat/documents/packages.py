"""Zip files that hold documents: opened with care, read with a count, each part's XML without its dangers."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO, Any

from desktopchat.documents.limits import MAX_ENTRIES, MAX_RATIO, MAX_UNPACKED, MAX_XML_PART, RATIO_FROM
from desktopchat.documents.refusals import Refusal, RefusedError

Element = Any  # lxml has no types of its own
_END = b"PK\x05\x06"
_END_BYTES = 22
_LOCATOR_BYTES = 20
_RECORD_BYTES = 56
_MAX_COMMENT = 65_535
_ENTRY_BYTES = 1_024
"""Of the table of contents, for an entry: 46 and its name, with room to spare."""
_PIECE = 256 * 1024
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error, NotImplementedError, ValueError, KeyError)


class Package:
    """The parts of a zip file. All of them together may unpack to so much; declared sizes are not believed."""

    def __init__(self, data: bytes) -> None:
        """Raises `RefusedError` for what is no zip file, is damaged, or has too many parts."""
        if _table_bytes(data) > MAX_ENTRIES * _ENTRY_BYTES:
            raise RefusedError(Refusal.TOO_MANY_PARTS, limit=MAX_ENTRIES)
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except _BROKEN as error:
            raise RefusedError(Refusal.BROKEN, detail=str(error)) from error
        entries = [info for info in self._zip.infolist() if not info.is_dir()]
        if len(entries) > MAX_ENTRIES:
            raise RefusedError(Refusal.TOO_MANY_PARTS, limit=MAX_ENTRIES)
        self._entries = {info.filename: info for info in entries}
        self._unpacked = 0

    @property
    def parts(self) -> frozenset[str]:
        return frozenset(self._entries)

    def read(self, part: str, limit: int = MAX_UNPACKED) -> bytes:
        """The bytes of `part`. Raises `RefusedError` if it is missing or damaged, or more than can be meant."""
        return b"".join(self.pieces(part, limit))

    def pieces(self, part: str, limit: int = MAX_UNPACKED) -> Iterator[bytes]:
        """As `read`, piece by piece."""
        info = self._entries.get(part)
        if info is None:
            raise RefusedError(Refusal.BROKEN, detail=f"there is no part {part}")
        if info.flag_bits & 0x1:
            raise RefusedError(Refusal.ENCRYPTED)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise RefusedError(Refusal.BROKEN, detail=f"{part} is packed in a way that no document is")
        try:
            with self._zip.open(info) as stream:
                yield from self._counted(stream, info.compress_size, limit)
        except _BROKEN as error:
            raise RefusedError(Refusal.BROKEN, detail=f"{part}: {error}") from error

    def xml(self, part: str) -> Element:
        """The root of `part` as a tree, without anything from outside of it."""
        return parsed_xml(self.read(part, MAX_XML_PART))

    def xml_if_there(self, part: str) -> Element | None:
        return self.xml(part) if part in self._entries else None

    def _counted(self, stream: IO[bytes], packed: int, limit: int) -> Iterator[bytes]:
        count = 0
        while piece := stream.read(_PIECE):
            count += len(piece)
            self._unpacked += len(piece)
            if self._unpacked > MAX_UNPACKED or count > limit:
                raise RefusedError(Refusal.BOMB)
            if count > RATIO_FROM and count > MAX_RATIO * packed:
                raise RefusedError(Refusal.BOMB)
            yield piece


def parsed_xml(data: bytes) -> Element:
    """The root element of XML. Raises `RefusedError` if it is damaged; entities and the network are left alone."""
    from lxml import etree

    try:
        return etree.fromstring(data, xml_parser())
    except etree.XMLSyntaxError as error:
        raise RefusedError(Refusal.BROKEN, detail=str(error)) from error


def xml_parser() -> Any:
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True
    )


def related(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Which parts `part` refers to: by the reference's id, the last word of its type and the part's name."""
    path = PurePosixPath(part)
    tree = package.xml_if_there(str(path.parent / "_rels" / f"{path.name}.rels"))
    if tree is None:
        return {}
    return {
        node.get("Id", ""): (node.get("Type", "").rpartition("/")[2], resolved(part, node.get("Target", "")))
        for node in tree.iter("{*}Relationship")
        if node.get("TargetMode") != "External"
    }


def resolved(part: str, target: str) -> str:
    """The name of the part that `target` means when it stands in `part`."""
    names = [] if target.startswith("/") else list(PurePosixPath(part).parent.parts)
    for name in target.split("/"):
        if name == "..":
            names = names[:-1]
        elif name not in ("", "."):
            names.append(name)
    return "/".join(names)


def _table_bytes(data: bytes) -> int:
    """How long the table of contents says it is, which is how much of it `zipfile` would read.

    `zipfile` makes an object of each entry before anyone can ask how many there are.
    """
    at = len(data) - _END_BYTES
    if at < 0 or data[at : at + 4] != _END or data[-2:] != b"\0\0":
        at = data.rfind(_END, max(0, len(data) - _END_BYTES - _MAX_COMMENT))
    if at < 0 or len(data) - at < _END_BYTES:
        raise RefusedError(Refusal.BROKEN, detail="no table of contents")
    size: int = struct.unpack_from("<L", data, at + 12)[0]
    locator = at - _LOCATOR_BYTES
    if locator < 0 or data[locator : locator + 4] != b"PK\x06\x07":
        return size
    named: int = struct.unpack_from("<Q", data, locator + 8)[0]  # zipfile looks at one or the other, by its version
    records = [at for at in (named, locator - _RECORD_BYTES) if 0 <= at <= len(data) - _RECORD_BYTES]
    return max([struct.unpack_from("<Q", data, at + 40)[0] for at in records], default=size)
