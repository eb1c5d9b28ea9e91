"""What the program and the process that reads a file say to each other: a request as one line of JSON, then answers.

The reading process is not trusted: it may have been taken over by the file. So an answer is only values, each checked
for its type, and sentences are named, not sent.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from desktopchat.documents.extracted import Extracted, Note, NoteKind, Section, Span
from desktopchat.documents.images import PreparedImage, Removed
from desktopchat.documents.kinds import FileType, Kind
from desktopchat.documents.limits import ImageLimits, Limits
from desktopchat.documents.refusals import Refusal, RefusedError


@dataclass(frozen=True, slots=True)
class Request:
    """Read this file: as a picture if there are `image_limits`, else as a document. 0 means no limit of the process."""

    path: str
    name: str
    encoding: str | None = None
    limits: Limits = field(default_factory=Limits)
    image_limits: ImageLimits | None = None
    max_memory: int = 0
    max_cpu_s: int = 0

    def line(self) -> bytes:
        return _line(asdict(self))

    @classmethod
    def parsed(cls, line: bytes) -> "Request":
        values = json.loads(line)
        image = values.pop("image_limits")
        if image is not None:
            image = ImageLimits(image["max_side"], image["max_bytes"], tuple(image["media_types"]))
        return cls(**{**values, "limits": Limits(**values["limits"]), "image_limits": image})


class BadAnswerError(Exception):
    """The reading process said something that it never says."""


def section_line(section: Section) -> bytes:
    hidden = [[span.start, span.end] for span in section.hidden]
    return _line({"text": section.text, "title": section.title, "page": section.page, "hidden": hidden})


def end_line(document: Extracted) -> bytes:
    type_ = document.type
    return _line(
        {
            "kind": type_.kind,
            "media_type": type_.media_type,
            "language": type_.language,
            "encoding": document.encoding,
            "guessed": document.guessed,
            "notes": [[note.kind, note.count] for note in document.notes],
            "pages": document.pages,
        }
    )


def image_line(image: PreparedImage) -> bytes:
    """Followed by the picture's bytes, as many as `bytes` says."""
    return _line(
        {
            "bytes": len(image.data),
            "media_type": image.media_type,
            "width": image.width,
            "height": image.height,
            "removed": list(image.removed),
            "frames": image.frames,
            "scaled": image.scaled,
        }
    )


def refusal_line(error: RefusedError) -> bytes:
    return _line({"refused": error.refusal, "detail": error.detail[:500], "values": error.values})


def failure_line(what: str) -> bytes:
    return _line({"failed": what[:500]})


def parsed_document(lines: Iterator[bytes]) -> Extracted:
    """The document that these lines describe. Raises `RefusedError` for a refusal, `BadAnswerError` for nonsense."""
    sections: list[Section] = []
    for line in lines:
        answer = _answer(line)
        if "text" not in answer:
            return _document(answer, tuple(sections))
        sections.append(_section(answer))
    raise BadAnswerError("no end")


def parsed_image(line: bytes) -> tuple[int, PreparedImage]:
    """How many bytes follow, and the picture without them."""
    answer = _answer(line)
    removed = tuple(Removed(name) for name in _typed(answer, "removed", list) if name in set(Removed))
    count, width, height, frames = (_typed(answer, name, int) for name in ("bytes", "width", "height", "frames"))
    media_type = _typed(answer, "media_type", str)
    return count, PreparedImage(b"", media_type, width, height, removed, frames, _typed(answer, "scaled", bool))


def _line(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _answer(line: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadAnswerError("no JSON") from error
    if not isinstance(answer, dict):
        raise BadAnswerError("no object")
    if "failed" in answer:
        raise BadAnswerError(str(answer["failed"])[:500])
    if "refused" in answer:
        raise _refusal(answer)
    return answer


def _refusal(answer: dict[str, Any]) -> Exception:
    values = _typed(answer, "values", dict)
    plain = {str(key): value for key, value in values.items() if isinstance(value, str | int | float)}
    try:
        return RefusedError(Refusal(answer["refused"]), detail=_typed(answer, "detail", str)[:500], **plain)
    except (ValueError, TypeError):
        return BadAnswerError("an unknown refusal")


def _section(answer: dict[str, Any]) -> Section:
    text, page = _typed(answer, "text", str), answer.get("page")
    spans = []
    position = 0
    for pair in _typed(answer, "hidden", list):
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(at, int) for at in pair)):
            raise BadAnswerError("hidden")
        if not position <= pair[0] <= pair[1] <= len(text):
            raise BadAnswerError("hidden")
        spans.append(Span(pair[0], pair[1]))
        position = pair[1]
    return Section(text, _typed(answer, "title", str), page if isinstance(page, int) else None, tuple(spans))


def _document(answer: dict[str, Any], sections: tuple[Section, ...]) -> Extracted:
    pages = answer.get("pages")
    try:
        notes = tuple(Note(NoteKind(kind), int(count)) for kind, count in _typed(answer, "notes", list))
        kind = Kind(_typed(answer, "kind", str))
    except (ValueError, TypeError) as error:
        raise BadAnswerError("notes or kind") from error
    return Extracted(
        sections,
        FileType(kind, _typed(answer, "media_type", str), _typed(answer, "language", str)),
        _typed(answer, "encoding", str),
        _typed(answer, "guessed", bool),
        notes,
        pages if isinstance(pages, int) else None,
    )


def _typed(answer: dict[str, Any], name: str, type_: type) -> Any:
    value = answer.get(name)
    if not isinstance(value, type_):
        raise BadAnswerError(name)
    return value
