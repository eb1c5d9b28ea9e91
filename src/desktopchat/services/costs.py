"""How many tokens attachments cost, roughly: a guess for people, made before anything is sent."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import TYPE_CHECKING

from desktopchat.domain.attachment import Way
from desktopchat.domain.errors import ChatError
from desktopchat.domain.message import FilePart, ImagePart

if TYPE_CHECKING:
    from desktopchat.services.extracting import Texts

PIXELS_PER_TOKEN = 750
"""Anthropic's published rule of thumb; others are of the same order."""
MOST_OF_A_PICTURE = 1600


async def tokens_of(texts: Texts, path: Path, part: ImagePart | FilePart, way: Way, question: str) -> int | None:
    """The tokens that go with a question; None where nobody can know (a scan that only the provider can read).

    A provider that keeps the file bills its text all the same: all of it.
    """
    if isinstance(part, ImagePart):
        return await asyncio.to_thread(_picture, path)
    from desktopchat.documents.estimate import estimated_tokens

    try:
        text = await texts.sent(part, question) if way is Way.TEXT else (await texts.extracted(part)).text
    except ChatError:
        if way is Way.TEXT:
            raise
        return None
    return estimated_tokens(text) or (0 if way is Way.TEXT else None)


def _picture(path: Path) -> int | None:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            width, height = image.size
    except (OSError, UnidentifiedImageError):
        return None
    return min(math.ceil(width * height / PIXELS_PER_TOKEN), MOST_OF_A_PICTURE)
