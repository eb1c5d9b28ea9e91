"""The text in documents, as it goes to providers that get no file. Read in a process of its own, and remembered."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from desktopchat.storage.blobs import gone

if TYPE_CHECKING:
    from desktopchat.documents.extracted import Extracted
    from desktopchat.domain.message import FilePart
    from desktopchat.storage.blobs import BlobStore

REMEMBERED = 16
PASSAGES_TOKENS = 6000
"""As much of a document as goes with a question when only its best passages do."""


class Texts:
    """Reads blobs as documents."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self._read: OrderedDict[tuple[str, str, str], Extracted] = OrderedDict()

    async def extracted(self, part: FilePart) -> Extracted:
        """All of the document's text. Raises `ChatError` `file_rejected` for what cannot be read."""
        key = (part.sha256, part.encoding, part.name)
        if key not in self._read:
            self._remember(key, await self._extract(part))
        self._read.move_to_end(key)
        found = self._read[key]
        return found.without_hidden() if part.without_hidden else found

    async def sent(self, part: FilePart, question: str) -> str:
        """The part's text within its `extent`."""
        extracted = await self.extracted(part)
        kind, _, count = part.extent.partition(":")
        if kind == "pages" and count.isdecimal():
            return extracted.first_pages(int(count)).text
        if kind == "passages":
            return _best(extracted, question)
        return extracted.text

    async def _extract(self, part: FilePart) -> Extracted:
        from desktopchat.documents.sandbox import extract_safely

        if not self._blobs.has(part.sha256):
            raise gone()
        return await extract_safely(self._blobs.path(part.sha256), name=part.name, encoding=part.encoding or None)

    def _remember(self, key: tuple[str, str, str], extracted: Extracted) -> None:
        self._read[key] = extracted
        while len(self._read) > REMEMBERED:
            self._read.popitem(last=False)


def _best(extracted: Extracted, question: str) -> str:
    """The passages that fit the question best, in the document's order, each under its place."""
    from desktopchat.documents.passages import best_passages

    found = best_passages(extracted, question, PASSAGES_TOKENS)
    return "\n\n".join(f"[{passage.where}]\n{passage.text}" for passage in found)
