"""The text in documents, as it goes to providers that get no file. Read in a process of its own, and remembered."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, TypeVar

from desktopchat.storage.blobs import gone
from desktopchat.transports.threads import in_daemon_thread, result_of

if TYPE_CHECKING:
    from desktopchat.documents.extracted import Extracted
    from desktopchat.documents.passages import Passage, PassageIndex
    from desktopchat.documents.sandbox import Reading
    from desktopchat.domain.message import FilePart
    from desktopchat.storage.blobs import BlobStore

REMEMBERED = 16
PASSAGES_TOKENS = 6000
"""As much of a document as goes with a question where only its best passages do."""
PAGES, PASSAGES = "pages", "passages"
"""How `FilePart.extent` begins."""

T = TypeVar("T")


class Texts:
    """Reads blobs as documents."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self._read: OrderedDict[tuple[str, str, str], Extracted] = OrderedDict()

    async def extracted(self, part: FilePart) -> Extracted:
        """All of the document's text. Raises `ChatError` `file_rejected` for what cannot be read."""
        key = (part.sha256, part.encoding, part.name)
        found = self._read.get(key)
        if found is None:
            found = self._read[key] = await self._extract(part)
            while len(self._read) > REMEMBERED:
                self._read.popitem(last=False)
        self._read.move_to_end(key)
        return found.without_hidden() if part.without_hidden else found

    async def sent(self, part: FilePart, question: str) -> str:
        """The part's text within its `extent`."""
        extracted = await self.extracted(part)
        kind, _, count = part.extent.partition(":")
        if kind == PAGES and count.isdecimal():
            return extracted.first_pages(int(count)).text
        if kind == PASSAGES:
            return await asyncio.to_thread(_best, extracted, question)
        return extracted.text

    async def _extract(self, part: FilePart) -> Extracted:
        from desktopchat.documents.sandbox import document_reading

        if not self._blobs.has(part.sha256):
            raise gone()
        path = self._blobs.path(part.sha256)
        return await read(document_reading(path, name=part.name, encoding=part.encoding or None))


async def read(reading: Reading[T]) -> T:
    """What the process finds in a file; it ends when nobody waits for it any more."""
    try:
        return await result_of(in_daemon_thread(reading.run, name="read a document"))
    except asyncio.CancelledError:
        reading.cancel()
        raise


def _best(extracted: Extracted, question: str) -> str:
    """The passages that fit the question best, in the document's order, each under its place.

    Where none fits (the question has other words, or is in another language), the document's beginning.
    """
    from desktopchat.documents.passages import PassageIndex

    index = PassageIndex(extracted)
    found = index.best(question, PASSAGES_TOKENS) or list(_beginning(index))
    return "\n\n".join(f"{_place(passage)}{passage.text}" for passage in sorted(found, key=lambda p: p.index))


def _beginning(index: PassageIndex) -> list[Passage]:
    from desktopchat.documents.estimate import estimated_tokens

    taken, tokens = [], 0
    for passage in index.passages:
        tokens += estimated_tokens(passage.text)
        if tokens > PASSAGES_TOKENS:
            break
        taken.append(passage)
    return taken


def _place(passage: Passage) -> str:
    place = " ".join(filter(None, (f"[{passage.page}]" if passage.page is not None else "", passage.title)))
    return f"{place}\n" if place else ""
