"""What a file is: by its first bytes, and only where those say "text" by its name. Nothing is parsed here."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from desktopchat.documents.refusals import Refusal

HEAD_BYTES = 64 * 1024
"""What `recognised` wants to see of a file's beginning."""


class Kind(StrEnum):
    PDF = "pdf"
    DOCX = "docx"
    PPTX = "pptx"
    XLSX = "xlsx"
    ODT = "odt"
    ODP = "odp"
    ODS = "ods"
    EPUB = "epub"
    HTML = "html"
    MARKDOWN = "markdown"
    CSV = "csv"
    TSV = "tsv"
    CODE = "code"
    SUBTITLES = "subtitles"
    MAIL = "mail"
    MAILBOX = "mailbox"
    TEXT = "text"
    PACKAGE = "package"  # some zip file: its table of contents says which
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class FileType:
    """`language` is that of source code, as highlighters call it; empty for everything else."""

    kind: Kind
    media_type: str
    language: str = ""


MEDIA_TYPES = {
    Kind.PDF: "application/pdf",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.ODT: "application/vnd.oasis.opendocument.text",
    Kind.ODP: "application/vnd.oasis.opendocument.presentation",
    Kind.ODS: "application/vnd.oasis.opendocument.spreadsheet",
    Kind.EPUB: "application/epub+zip",
    Kind.HTML: "text/html",
    Kind.MARKDOWN: "text/markdown",
    Kind.CSV: "text/csv",
    Kind.TSV: "text/tab-separated-values",
    Kind.CODE: "text/plain",
    Kind.SUBTITLES: "text/plain",
    Kind.MAIL: "message/rfc822",
    Kind.MAILBOX: "application/mbox",
    Kind.TEXT: "text/plain",
    Kind.PACKAGE: "application/zip",
}

_BY_ENDING = {
    "htm": Kind.HTML,
    "html": Kind.HTML,
    "xhtml": Kind.HTML,
    "md": Kind.MARKDOWN,
    "markdown": Kind.MARKDOWN,
    "csv": Kind.CSV,
    "tsv": Kind.TSV,
    "tab": Kind.TSV,
    "srt": Kind.SUBTITLES,
    "vtt": Kind.SUBTITLES,
    "ass": Kind.SUBTITLES,
    "ssa": Kind.SUBTITLES,
    "eml": Kind.MAIL,
    "mbox": Kind.MAILBOX,
}
_LANGUAGES = {
    "ada": "ada adb ads",
    "asm": "asm s",
    "bash": "bash sh zsh",
    "batch": "bat cmd",
    "c": "c h",
    "clojure": "clj cljs edn",
    "cmake": "cmake",
    "cpp": "cc cpp cxx hh hpp hxx",
    "csharp": "cs",
    "css": "css",
    "dart": "dart",
    "diff": "diff patch",
    "elixir": "ex exs",
    "erlang": "erl hrl",
    "fortran": "f f90 f95 for",
    "fsharp": "fs fsx",
    "go": "go",
    "graphql": "graphql gql",
    "groovy": "gradle groovy",
    "haskell": "hs",
    "ini": "cfg conf ini properties",
    "java": "java",
    "javascript": "cjs js jsx mjs",
    "json": "ipynb json json5 jsonc jsonl ndjson",
    "julia": "jl",
    "kotlin": "kt kts",
    "latex": "cls sty tex",
    "lua": "lua",
    "make": "mak mk",
    "matlab": "m",
    "nim": "nim",
    "ocaml": "ml mli",
    "pascal": "dpr pas",
    "perl": "pl pm",
    "php": "php",
    "powershell": "ps1 psm1",
    "protobuf": "proto",
    "python": "py pyi pyw",
    "r": "r rmd",
    "ruby": "rb",
    "rust": "rs",
    "scala": "sc scala",
    "scss": "less sass scss",
    "sql": "sql",
    "svelte": "svelte",
    "swift": "swift",
    "tcl": "tcl",
    "terraform": "hcl tf",
    "toml": "toml",
    "typescript": "cts mts ts tsx",
    "vbnet": "bas vb vbs",
    "verilog": "sv v",
    "vhdl": "vhd vhdl",
    "vue": "vue",
    "xml": "plist rng svg xml xsd xsl xslt",
    "yaml": "yaml yml",
    "zig": "zig",
}
_LANGUAGE_BY_ENDING = {ending: language for language, endings in _LANGUAGES.items() for ending in endings.split()}
_LANGUAGE_BY_NAME = {
    "cmakelists.txt": "cmake",
    "dockerfile": "docker",
    "gemfile": "ruby",
    "jenkinsfile": "groovy",
    "makefile": "make",
    "rakefile": "ruby",
}
_IMAGES = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF87a", "gif"), (b"GIF89a", "gif"))
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_REFUSED = (
    (b"{\\rtf", Refusal.RICH_TEXT),
    (b"PK\x05\x06", Refusal.EMPTY),
    (b"\x1f\x8b", Refusal.ARCHIVE),
    (b"BZh", Refusal.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", Refusal.ARCHIVE),
    (b"Rar!\x1a\x07", Refusal.ARCHIVE),
    (b"\xfd7zXZ\x00", Refusal.ARCHIVE),
    (b"\x28\xb5\x2f\xfd", Refusal.ARCHIVE),
    (b"ID3", Refusal.MEDIA),
    (b"OggS", Refusal.MEDIA),
    (b"fLaC", Refusal.MEDIA),
    (b"\x1aE\xdf\xa3", Refusal.MEDIA),
    (b"\xff\xfb", Refusal.MEDIA),
    (b"\x7fELF", Refusal.PROGRAM),
    (b"\xcf\xfa\xed\xfe", Refusal.PROGRAM),
    (b"\xca\xfe\xba\xbe", Refusal.PROGRAM),
    (b"SQLite format 3\x00", Refusal.PROGRAM),
)


def recognised(head: bytes, name: str) -> FileType | Refusal:
    """The type of a file that begins with `head`; a refusal for what is known not to be readable.

    What is not recognised counts as text: whether it is, `encodings.decoded` finds out.
    """
    if image := image_type(head):
        return FileType(Kind.IMAGE, image)
    if b"%PDF-" in head[:1024]:
        return _typed(Kind.PDF)
    if head.startswith(b"PK\x03\x04"):
        return _typed(Kind.PACKAGE)
    if head.startswith(_OLD_OFFICE):
        return Refusal.OLD_OFFICE  # or an encrypted file of today, which says so somewhere in it
    return _known_binary(head) or text_type(head, name)


def image_type(head: bytes) -> str:
    """The media type of a picture that can be decoded here; empty for everything else."""
    for magic, name in _IMAGES:
        if head.startswith(magic):
            return f"image/{name}"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS and b"avif" not in head[8:64]:
        return "image/heic"
    return ""


def text_type(head: bytes, name: str) -> FileType:
    """The type of a text: by its name, else by how it begins."""
    path = PurePath(name.lower())
    ending = path.suffix.lstrip(".")
    if kind := _BY_ENDING.get(ending):
        return _typed(kind)
    if language := _LANGUAGE_BY_NAME.get(path.name) or _LANGUAGE_BY_ENDING.get(ending):
        return FileType(Kind.CODE, MEDIA_TYPES[Kind.CODE], language)
    return _typed(Kind.TEXT if ending else _looks_like(head))


def package_type(mimetype: str, parts: frozenset[str]) -> FileType | Refusal:
    """The type of a zip file: by the media type that it says of itself, else by which parts are in it."""
    for kind in (Kind.EPUB, Kind.ODT, Kind.ODP, Kind.ODS):
        if mimetype == MEDIA_TYPES[kind]:
            return _typed(kind)
    for part, kind in (("word/", Kind.DOCX), ("ppt/", Kind.PPTX), ("xl/", Kind.XLSX)):
        if "[Content_Types].xml" in parts and any(name.startswith(part) for name in parts):
            return _typed(kind)
    return _typed(Kind.EPUB) if "META-INF/container.xml" in parts else Refusal.ARCHIVE


def _typed(kind: Kind) -> FileType:
    return FileType(kind, MEDIA_TYPES[kind])


def _known_binary(head: bytes) -> Refusal | None:
    for magic, refusal in _REFUSED:
        if head.startswith(magic):
            return refusal
    if head[4:8] == b"ftyp" or (head[:4] == b"RIFF" and head[8:12] in (b"WAVE", b"AVI ")):
        return Refusal.MEDIA
    if head[:2] == b"MZ" and b"\x00" in head[:512]:
        return Refusal.PROGRAM
    return Refusal.ARCHIVE if head[257:262] == b"ustar" else None


def _looks_like(head: bytes) -> Kind:
    start = head[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return Kind.HTML
    if start.startswith(b"webvtt"):
        return Kind.SUBTITLES
    if start.startswith((b"received:", b"return-path:", b"delivered-to:")):
        return Kind.MAIL
    return Kind.TEXT
