"""What a search over the conversations finds."""

from dataclasses import dataclass
from datetime import datetime

from desktopchat.domain.message import Role


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A message (or a title, then `message_id` and `role` are None) in which the words were found.

    `snippet` is plain text on one line around the first match; `highlights` are (start, end) places in it.
    """

    conversation_id: str
    conversation_title: str
    message_id: str | None
    role: Role | None
    snippet: str
    highlights: tuple[tuple[int, int], ...]
    created: datetime
