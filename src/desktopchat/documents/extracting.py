"""From a file to its text: finds out what it is and gives it to the reader for that. Runs in this process: see
`sandbox` for files that somebody else made."""

from pathlib import Path

from desktopchat.documents import book, mail, opendocument, pdf, plain, sheets, slides, web, word
from desktopchat.documents.encodings import Decoded, decoded
from desktopchat.documents.extracted import Extracted, NoteKind
from desktopchat.documents.kinds import FileType, Kind, package_type, recognised
from desktopchat.documents.limits import Limits
from desktopchat.documents.opening import Opened
from desktopchat.documents.packages import Package
from desktopchat.documents.refusals import Refusal, RefusedError
from desktopchat.documents.writing import EnoughError, Writer

_PACKAGES = {
    Kind.DOCX: word.read,
    Kind.PPTX: slides.read,
    Kind.XLSX: sheets.read,
    Kind.ODT: opendocument.read,
    Kind.ODP: opendocument.read,
    Kind.ODS: opendocument.read,
    Kind.EPUB: book.read,
}
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")


def extract(path: Path, *, name: str = "", encoding: str | None = None, limits: Limits | None = None) -> Extracted:
    """The text of the file. `name` is what people call it, if `path` is not named so; `encoding` overrules the guess.

    Raises `ChatError` `file_rejected` with a sentence about why there is none.
    """
    shown = name or path.name
    try:
        return read(path, shown, encoding, limits or Limits())
    except RefusedError as error:
        raise error.named(shown) from error


def read(path: Path, name: str, encoding: str | None, limits: Limits) -> Extracted:
    """As `extract`; raises `RefusedError`."""
    with Opened(path) as file:
        type_ = recognised(file.head(), name)
        if type_ is Refusal.OLD_OFFICE and _ENCRYPTED_PACKAGE in file.all(limits.max_bytes):
            type_ = Refusal.ENCRYPTED
        if isinstance(type_, Refusal):
            raise RefusedError(type_)
        if type_.kind is Kind.IMAGE:
            raise RefusedError(Refusal.NOT_A_DOCUMENT)
        if type_.kind in (Kind.PDF, Kind.PACKAGE, Kind.MAIL, Kind.MAILBOX):
            return _from_whole(file.all(limits.max_bytes), type_, limits)
        return _from_text(file, type_, encoding, limits)


def _from_whole(data: bytes, type_: FileType, limits: Limits) -> Extracted:
    into = Writer(limits)
    try:
        if type_.kind is Kind.PDF:
            pdf.read(data, into)
        elif type_.kind is Kind.PACKAGE:
            package = Package(data)
            type_ = _package_type(package)
            _PACKAGES[type_.kind](package, into)
        else:
            mail.read(data, into, is_mailbox=type_.kind is Kind.MAILBOX)
    except EnoughError:
        pass  # a note says so
    sections, notes = into.finish()
    return Extracted(sections, type_, notes=notes, pages=into.pages)


def _package_type(package: Package) -> FileType:
    mimetype = package.read("mimetype", 1024) if "mimetype" in package.parts else b""
    type_ = package_type(mimetype.decode("ascii", "replace").strip(), package.parts)
    if isinstance(type_, Refusal):
        raise RefusedError(type_)
    return type_


def _from_text(file: Opened, type_: FileType, encoding: str | None, limits: Limits) -> Extracted:
    wanted = 4 * limits.max_characters  # no character has more bytes
    data = file.first(wanted + 1)
    found = _decoded(data, type_, encoding, cut=len(data) > wanted)
    into = Writer(limits)
    into.note(NoteKind.WRONG_BYTES, found.wrong)
    try:
        if type_.kind is Kind.HTML:
            web.read(found.text, into)
        else:
            plain.read(found.text, type_.kind, into)
    except EnoughError:
        pass  # a note says so
    sections, notes = into.finish()
    return Extracted(sections, type_, found.encoding, found.guessed, notes)


def _decoded(data: bytes, type_: FileType, encoding: str | None, *, cut: bool) -> Decoded:
    if type_.kind is Kind.HTML:
        return web.decode_page(data, encoding)
    return decoded(data, encoding, cut=cut)
