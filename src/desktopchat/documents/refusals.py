"""Why a file is not read: a table of sentences. A refusal travels as its name, between processes too."""

from dataclasses import dataclass
from enum import StrEnum

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.text import Text, Value, msg


class Refusal(StrEnum):
    NOT_A_FILE = "not_a_file"
    UNREADABLE = "unreadable"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    BROKEN = "broken"
    ENCRYPTED = "encrypted"
    PROTECTED = "protected"
    OLD_OFFICE = "old_office"
    RICH_TEXT = "rich_text"
    ARCHIVE = "archive"
    MEDIA = "media"
    PROGRAM = "program"
    UNKNOWN = "unknown"
    BOMB = "bomb"
    TOO_MANY_PARTS = "too_many_parts"
    NO_SUCH_ENCODING = "no_such_encoding"
    NOT_A_DOCUMENT = "not_a_document"
    NOT_AN_IMAGE = "not_an_image"
    IMAGE_TOO_LARGE = "image_too_large"
    IMAGE_WONT_FIT = "image_wont_fit"
    OUT_OF_MEMORY = "out_of_memory"
    TOO_SLOW = "too_slow"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class _Words:
    message: Text
    hint: Text | None = None


_TRY_ANOTHER = msg("Save it once more with the program it comes from, or attach another copy.")
_WORDS = {
    Refusal.NOT_A_FILE: _Words(
        msg("{name} is not a plain file but a folder, a device or a pipe, so it cannot be attached."),
        msg("Attach the files in it one by one."),
    ),
    Refusal.UNREADABLE: _Words(
        msg("{name} cannot be opened."), msg("Check that it is still there and that you may read it.")
    ),
    Refusal.EMPTY: _Words(msg("{name} is empty: there is nothing to send.")),
    Refusal.TOO_LARGE: _Words(
        msg("{name} is larger than {limit_mb} MB, too large to be read here."),
        msg("Split it, or choose a provider that takes the file itself."),
    ),
    Refusal.BROKEN: _Words(msg("{name} is damaged or incomplete and cannot be read."), _TRY_ANOTHER),
    Refusal.ENCRYPTED: _Words(
        msg("{name} is protected with a password, so its text cannot be read."),
        msg("Open it with its password, save a copy without one, and attach that."),
    ),
    Refusal.PROTECTED: _Words(
        msg("{name} is copy-protected (DRM), so its text cannot be read."), msg("Attach a copy without protection.")
    ),
    Refusal.OLD_OFFICE: _Words(
        msg("{name} is in the file format of Office before 2007, which cannot be read here."),
        msg("Open it and save it as .docx, .xlsx or .pptx (or as PDF), and attach that."),
    ),
    Refusal.RICH_TEXT: _Words(
        msg("{name} is in Rich Text Format, which cannot be read here."),
        msg("Open it and save it as .docx (or as PDF), and attach that."),
    ),
    Refusal.ARCHIVE: _Words(msg("{name} is an archive."), msg("Unpack it and attach the files that matter.")),
    Refusal.MEDIA: _Words(
        msg("{name} is sound or video, of which no text can be taken."), msg("Attach a transcript of it.")
    ),
    Refusal.PROGRAM: _Words(msg("{name} is a program or a database, of which no text can be taken.")),
    Refusal.UNKNOWN: _Words(
        msg("{name} is in a format that is not known here, and it is not text."),
        msg("Save it as PDF, as .docx or as text, and attach that."),
    ),
    Refusal.BOMB: _Words(
        msg("{name} unpacks to far more than a document holds, so it was not read."),
        msg("Files like this are made to harm. Do not open it unless you know where it comes from."),
    ),
    Refusal.TOO_MANY_PARTS: _Words(
        msg("{name} consists of more than {limit} parts, so it was not read."), msg("Save it as PDF, and attach that.")
    ),
    Refusal.NO_SUCH_ENCODING: _Words(msg("The encoding {encoding} is not known.")),
    Refusal.NOT_A_DOCUMENT: _Words(
        msg("{name} is a picture, of which no text can be taken."), msg("Send it to a model that sees pictures.")
    ),
    Refusal.NOT_AN_IMAGE: _Words(
        msg("{name} is not a picture of a known format."), msg("PNG, JPEG, WebP, GIF and HEIC can be sent.")
    ),
    Refusal.IMAGE_TOO_LARGE: _Words(
        msg("{name} has {megapixels} megapixels, more than can be handled here."),
        msg("Make it smaller with a picture editor, and attach that."),
    ),
    Refusal.IMAGE_WONT_FIT: _Words(
        msg("{name} cannot be made as small as the provider wants it ({limit_kb} kB)."),
        msg("Cut out the part that matters, and attach that."),
    ),
    Refusal.OUT_OF_MEMORY: _Words(
        msg("{name} would need more than {limit_mb} MB of memory, so reading it was stopped."),
        msg("Split it, or choose a provider that takes the file itself."),
    ),
    Refusal.TOO_SLOW: _Words(
        msg("{name} was not read after {seconds} seconds, so reading it was stopped."),
        msg("Split it, or choose a provider that takes the file itself."),
    ),
    Refusal.CRASHED: _Words(
        msg("{name} could not be read: the part of this program that reads files failed at it."), _TRY_ANOTHER
    ),
}


class RefusedError(Exception):
    """Raised inside this room, where the file's name is not known; it leaves as what `named` makes of it."""

    def __init__(self, refusal: Refusal, *, detail: str = "", **values: Value) -> None:
        super().__init__(refusal, values, detail)
        self.refusal = refusal
        self.detail = detail
        self.values = values

    def named(self, name: str) -> ChatError:
        """A `ChatError` `file_rejected`; its `code` is the refusal's name."""
        words = _WORDS[self.refusal]
        message = Text(words.message.key, {**self.values, "name": name})
        return failed(ErrorKind.FILE_REJECTED, message, hint=words.hint, detail=self.detail, code=self.refusal.value)
