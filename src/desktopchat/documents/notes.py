"""Sentences about a document that was read: what people should know before they send it."""

from desktopchat.documents.extracted import HIDDEN_KINDS, Note, NoteKind
from desktopchat.documents.images import Removed
from desktopchat.domain.text import Text, msg

_SENTENCES = {
    NoteKind.HIDDEN_TEXT: msg("There is text in it that readers of the file do not see. Places: {count}."),
    NoteKind.TAG_CHARACTERS: msg(
        "There are invisible tag characters in it, which models read and people do not see. Characters: {count}."
    ),
    NoteKind.BIDI_CONTROLS: msg(
        "There are characters in it that change the order in which text is shown. Characters: {count}."
    ),
    NoteKind.INVISIBLE_RUNS: msg("There are rows of invisible characters in it. Places: {count}."),
    NoteKind.SCANNED: msg("Pages that are pictures without text, of which nothing can be read here: {count}."),
    NoteKind.OCR_TEXT: msg("Pages that are pictures, with text that a program recognised in them: {count}."),
    NoteKind.TRUNCATED: msg("The text is longer than can be handled here; its first {count} characters were read."),
    NoteKind.PAGES_LEFT_OUT: msg("There are too many pages; the last {count} were not read."),
    NoteKind.OUT_OF_TIME: msg("Reading it took too long; only its first {count} parts were read."),
    NoteKind.PARTS_UNREADABLE: msg("Pages or parts that are damaged and were left out: {count}."),
    NoteKind.WRONG_BYTES: msg("Places that do not fit the text encoding: {count}. Another encoding may be right."),
    NoteKind.COMMENTS: msg("Comments in it, which are part of the text that is sent: {count}."),
    NoteKind.DELETIONS: msg("Tracked deletions in it, which are left out: {count}."),
    NoteKind.ATTACHMENTS: msg("Files inside of it, which are not read: {count}."),
    NoteKind.MORE_MESSAGES: msg("Only the first message was read; further messages in it: {count}."),
}
_REMOVED = {
    Removed.PLACE: msg("Where the picture was taken (GPS) was removed."),
    Removed.CAMERA_DATA: msg("What the camera wrote into the picture (time, device, settings) was removed."),
    Removed.DESCRIPTIONS: msg("Comments and descriptions in the picture were removed."),
    Removed.ANIMATION: msg("The picture moves; only its first frame is sent."),
}


def sentence(note: Note | Removed) -> Text:
    """What the note says, for people."""
    if isinstance(note, Removed):
        return _REMOVED[note]
    return Text(_SENTENCES[note.kind].key, {"count": note.count})


def is_about_hidden(note: Note) -> bool:
    """Whether `Extracted.without_hidden` would take away what the note speaks of."""
    return note.kind in HIDDEN_KINDS
