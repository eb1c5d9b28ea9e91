"""How much of what was said before goes with a question. Which messages there are is the conversation's business."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktopchat.domain.message import Message

MOST = 10_000


@dataclass(frozen=True, slots=True)
class ContextRule:
    """`last` messages that stand before the question: None for all of them, 0 for none."""

    last: int | None = None

    @property
    def sends_all(self) -> bool:
        return self.last is None

    @property
    def sends_none(self) -> bool:
        return self.last == 0

    def __str__(self) -> str:
        """The form of the command line and of files: `none`, `all` or `last:K`."""
        if self.last is None:
            return "all"
        return f"last:{self.last}" if self.last else "none"

    def applied(self, path: Sequence[Message]) -> Sequence[Message]:
        """What of `path`, which ends in the question, is sent."""
        return path if self.last is None else path[-1 - self.last :]


ALL = ContextRule()
NONE = ContextRule(0)


def context_rule(text: str) -> ContextRule:
    """The rule that `text` (as `str(rule)`) names. Raises ValueError for anything else."""
    text = text.strip().lower()
    if text in ("all", ""):
        return ALL
    if text == "none":
        return NONE
    word, colon, number = text.partition(":")
    if word != "last" or not colon or not number.isascii() or not number.isdecimal() or len(number) > 5:
        raise ValueError(text)
    return ContextRule(min(int(number), MOST))
