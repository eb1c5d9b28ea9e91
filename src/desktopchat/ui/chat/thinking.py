"""How long a model thinks, as the reader sees it: while it goes on, and after."""

import time

from desktopchat.domain.message import Message, MessageState, now
from desktopchat.ui.chat import wording


class Thinking:
    """Measures from the first thought to the first word. A finished message says by itself how long it was."""

    def __init__(self, message: Message) -> None:
        self._since: float | None = None
        self._took_ms: int | None = None
        if message.state is MessageState.STREAMING and message.reasoning and not message.text:
            # it was opened in the middle of a thought: about when the thinking began is known from the message
            self._since = time.monotonic() - max(0.0, (now() - message.created).total_seconds())

    def begin(self) -> None:
        if self._since is None:
            self._since = time.monotonic()

    def end(self) -> None:
        if self._since is not None and self._took_ms is None:
            self._took_ms = round((time.monotonic() - self._since) * 1000)

    def heading(self, message: Message, *, is_on: bool) -> str:
        """The words above the thoughts; `is_on` while they are still coming."""
        if is_on:
            return wording.thinking(0 if self._since is None else time.monotonic() - self._since)
        return wording.thought(message, self._took_ms)
