"""What would be sent, for people to read and to send themselves. No connection is opened and no key is in it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from desktopchat.domain.message import FilePart, ImagePart, Message, Role, user_message
from desktopchat.domain.surrogates import repaired
from desktopchat.providers.over_http import MASK
from desktopchat.services.asking import Asking, request_on

if TYPE_CHECKING:
    from desktopchat.domain.conversation import Conversation
    from desktopchat.domain.request import Outgoing
    from desktopchat.services.attachments import AttachmentService
    from desktopchat.services.providers import ProviderService

VARIABLE = "API_KEY"


async def preview(
    providers: ProviderService,
    conversation: Conversation,
    text: str,
    *,
    attachments: AttachmentService | None = None,
    attached: Sequence[ImagePart | FilePart] = (),
) -> Outgoing:
    """The request that `text`, as the next question, would make; without text, asking the last question again.

    `attached` goes with `text`; `attachments` knows the content of all. The key is read, as only with it the headers
    are known. Raises the `ChatError`s that sending raises before it sends.
    """
    settings = conversation.settings
    config = await providers.answering(settings.provider_id)
    provider = await providers.connect(config)
    path = _path(conversation, text, attached)
    request = request_on(path, settings, settings.model or config.model, Asking())
    if attachments is not None and any(message.attachments for message in request.messages):
        request = await attachments.previewed(request, config)
    return provider.outgoing(request)


def _path(conversation: Conversation, text: str, attached: Sequence[ImagePart | FilePart]) -> list[Message]:
    path = conversation.path()
    if text.strip() or attached:
        return [*path, user_message(repaired(text), attachments=attached)]
    last = max((at for at, message in enumerate(path) if message.role is Role.USER), default=-1)
    return path[: last + 1] or [user_message("")]


def body_text(outgoing: Outgoing) -> str:
    """The body as indented JSON; "" where there is none."""
    return "" if outgoing.body is None else repaired(json.dumps(outgoing.body, ensure_ascii=False, indent=2))


def as_curl(outgoing: Outgoing) -> str | None:
    """A command for a POSIX shell that sends the same, with the key in the variable `API_KEY`; None for a WebSocket."""
    if not outgoing.url.startswith(("http://", "https://")):
        return None
    parts = [f"curl --no-buffer --globoff --request {outgoing.method} {_quoted(outgoing.url)}"]
    parts += [f"--header {_quoted(f'{name}: {value}')}" for name, value in outgoing.headers.items()]
    if outgoing.body is not None:
        body = repaired(json.dumps(outgoing.body, ensure_ascii=False))
        parts.append(f"--data-raw {_quoted(body, masks=False)}")
    return " \\\n  ".join(parts)


def _quoted(text: str, *, masks: bool = True) -> str:
    """One word for the shell, in which nothing is expanded but the variable in the place of a masked key."""
    if not masks or MASK not in text:
        return shlex.quote(text)
    pieces = [shlex.quote(piece) if piece else "" for piece in text.split(MASK)]
    return f'"${VARIABLE}"'.join(pieces)
