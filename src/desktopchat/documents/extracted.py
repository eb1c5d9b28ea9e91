"""What comes out of a document: sections of text in their order, and what people should know about them."""

from dataclasses import dataclass, replace
from enum import StrEnum

from desktopchat.documents.kinds import FileType
from desktopchat.documents.unseen import without_hidden


class NoteKind(StrEnum):
    """What is worth saying about a text; `notes.sentence` has the words. The comment says what is counted."""

    HIDDEN_TEXT = "hidden_text"  # stretches that a reader of the file does not see
    TAG_CHARACTERS = "tag_characters"  # characters of U+E0000..E007F outside of flags
    BIDI_CONTROLS = "bidi_controls"  # characters that change the order in which text is shown
    INVISIBLE_RUNS = "invisible_runs"  # runs of characters that draw nothing
    SCANNED = "scanned"  # pages that are pictures without text
    OCR_TEXT = "ocr_text"  # pages that are pictures with the text that a program read from them
    TRUNCATED = "truncated"  # characters that were kept
    PAGES_LEFT_OUT = "pages_left_out"  # pages after the last one that was read
    OUT_OF_TIME = "out_of_time"  # parts that were read
    PARTS_UNREADABLE = "parts_unreadable"  # pages or parts that are broken
    WRONG_BYTES = "wrong_bytes"  # places that do not fit the encoding
    COMMENTS = "comments"  # comments, which are part of the text
    DELETIONS = "deletions"  # tracked deletions, which are not part of the text
    ATTACHMENTS = "attachments"  # files inside the file, which are not read
    MORE_MESSAGES = "more_messages"  # messages of a mailbox after the first


HIDDEN_KINDS = {NoteKind.HIDDEN_TEXT, NoteKind.TAG_CHARACTERS, NoteKind.BIDI_CONTROLS, NoteKind.INVISIBLE_RUNS}


@dataclass(frozen=True, slots=True)
class Note:
    kind: NoteKind
    count: int = 1


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, as indices of characters."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """A page, slide, sheet, chapter, or what stands under one heading.

    `page` counts from 1 and is None where the format knows no pages. `hidden` are the stretches of `text` that a
    reader of the file does not see, in their order and apart from each other.
    """

    text: str
    title: str = ""
    page: int | None = None
    hidden: tuple[Span, ...] = ()

    def without_hidden(self) -> "Section":
        kept = []
        position = 0
        for span in self.hidden:
            kept.append(self.text[position : span.start])
            position = span.end
        kept.append(self.text[position:])
        return Section(without_hidden("".join(kept)).strip(), without_hidden(self.title), self.page)


@dataclass(frozen=True, slots=True)
class Extracted:
    """A document's text. `encoding` is empty where the format says it itself; `guessed` if nothing said it.

    `pages` is how many pages, slides or sheets the file has, read or not; None where the format knows none.
    """

    sections: tuple[Section, ...]
    type: FileType
    encoding: str = ""
    guessed: bool = False
    notes: tuple[Note, ...] = ()
    pages: int | None = None

    @property
    def text(self) -> str:
        """All sections, each under its title or page number: what is sent."""
        return "\n\n".join(_titled(section) for section in self.sections if section.text or section.title)

    @property
    def characters(self) -> int:
        return sum(len(section.text) for section in self.sections)

    @property
    def is_scanned(self) -> bool:
        """Whether there are pages, and all that were read are pictures without text."""
        return self.count(NoteKind.SCANNED) > 0 and self.characters == 0

    def count(self, kind: NoteKind) -> int:
        return next((note.count for note in self.notes if note.kind is kind), 0)

    def without_hidden(self) -> "Extracted":
        """The same without anything that a reader of the file does not see; the notes about it are gone, too."""
        return replace(
            self,
            sections=tuple(section.without_hidden() for section in self.sections),
            notes=tuple(note for note in self.notes if note.kind not in HIDDEN_KINDS),
        )

    def first_pages(self, count: int) -> "Extracted":
        """The sections of the first `count` pages; where there are no pages, the first `count` sections."""
        if self.pages is None:
            return replace(self, sections=self.sections[:count])
        return replace(self, sections=tuple(s for s in self.sections if s.page is not None and s.page <= count))


def _titled(section: Section) -> str:
    place = [f"[{section.page}]"] if section.page is not None else []
    head = " ".join([*place, section.title] if section.title else place)
    return "\n".join(text for text in (head, section.text) if text)
