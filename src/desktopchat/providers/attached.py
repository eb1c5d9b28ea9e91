"""Attachments in the words of a question: who takes what, and a document's text between marks with its name.

The blocks of the dialects are their own; what is the same for all is here.
"""

from collections.abc import Iterator

from desktopchat.domain.attachment import AttachmentSource, InlineSource, TextSource, Way
from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.message import FilePart, ImagePart, Message
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.surrogates import repaired
from desktopchat.domain.text import msg
from desktopchat.providers.capabilities import of_model
from desktopchat.providers.turns import text_of
from desktopchat.transports.foreign import failed

PDF = "application/pdf"
_OFFICE = "application/vnd.openxmlformats-officedocument."
OFFICE_TYPES = frozenset(
    {
        f"{_OFFICE}wordprocessingml.document",
        f"{_OFFICE}presentationml.presentation",
        f"{_OFFICE}spreadsheetml.sheet",
    }
)

Attachment = ImagePart | FilePart


def is_image(media_type: str) -> bool:
    return media_type.startswith("image/")


def in_words(_model: str, media_type: str) -> tuple[Way, ...]:
    """For dialects that know nothing but text."""
    return () if is_image(media_type) else (Way.TEXT,)


def with_eyes(model: str, media_type: str) -> tuple[Way, ...]:
    """For dialects that take pictures, where the model is not known to be blind, and documents as text."""
    if not is_image(media_type):
        return (Way.TEXT,)
    return () if of_model(model).images is False else (Way.INLINE,)


def as_file(model: str, media_type: str, *types: str) -> tuple[Way, ...]:
    """As `with_eyes`, but documents of these types (or of a kind such as `text/`) are put at the provider."""
    fits = any(media_type == known or (known.endswith("/") and media_type.startswith(known)) for known in types)
    return (Way.UPLOAD, Way.TEXT) if fits else with_eyes(model, media_type)


def is_demo(model: str) -> bool:
    """Whether it is the demo, which reads any document that was put there, in every dialect that has files.

    Where no model is named its server chooses one; the demo's does.
    """
    return model in ("", "demo") or model.startswith("demo-")


def attached_to(message: Message, request: ChatRequest) -> Iterator[tuple[Attachment, AttachmentSource]]:
    """What is attached to a message, with its content."""
    for part in message.attachments:
        source = request.attachments.get(part.sha256)
        if source is None:
            raise failed(
                ErrorKind.FILE_REJECTED,
                msg("“{name}” cannot be sent from here.", name=part.name),
                hint=msg("Remove the attachment, or paste its text into the question."),
            )
        yield part, source


def require_contents(request: ChatRequest) -> None:
    """Raises `ChatError` `file_rejected` if anything is attached whose content is not with the request."""
    for message in request.messages:
        for _ in attached_to(message, request):
            continue


def words_of(message: Message, request: ChatRequest) -> str:
    """A message as text alone: the documents that go as text, each between marks, and below what was asked."""
    return "\n\n".join(filter(None, (*documents(message, request), text_of(message))))


def documents(message: Message, request: ChatRequest) -> list[str]:
    """The documents of a message that go as text in its own words."""
    return [
        marked(part, source.text)
        for part, source in attached_to(message, request)
        if isinstance(source, TextSource) and not source.by_provider
    ]


def marked(part: Attachment, text: str) -> str:
    """A document's text between marks that the text itself cannot close: they hold a piece of its hash."""
    name = repaired(part.name).replace('"', "'").replace("\n", " ")
    mark = part.sha256[:8]
    return f'<file name="{name}" id="{mark}">\n{repaired(text).strip()}\n</file {mark}>'


def has_pictures(request: ChatRequest) -> bool:
    """Whether bytes of pictures go with the request."""
    return any(isinstance(source, InlineSource) for source in request.attachments.values())


def data_url(media_type: str, base64: str) -> str:
    return f"data:{media_type};base64,{base64}"
