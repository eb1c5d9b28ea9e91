"""What each model of the demo says and how it misbehaves, for any dialect. No wire formats and no network here."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from desktopchat.servers.demo import tour, translator
from desktopchat.services.continuing import WISH

SLOW_TOKENS_PER_SECOND = 1.0


class Fault(Enum):
    """How an answer fails, if it does."""

    STALL = auto()
    CUT = auto()
    SPLIT_UTF8 = auto()
    ERROR_INSIDE = auto()
    PAGE = auto()
    EMPTY = auto()
    NEVER_CLOSES = auto()
    UNAUTHORISED = auto()
    FORBIDDEN = auto()
    UNKNOWN_MODEL = auto()
    TOO_MANY = auto()
    BROKEN = auto()
    NO_SUCH_FILE = auto()
    PARSING = auto()


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation that is asked about, in the demo's own terms."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Script:
    """What to do: think, say, and go wrong. `tokens_per_second` is None for the server's usual pace."""

    text: str = ""
    reasoning: str = ""
    fault: Fault | None = None
    tokens_per_second: float | None = None


REFUSALS = {
    "demo-401": Fault.UNAUTHORISED,
    "demo-403": Fault.FORBIDDEN,
    "demo-404": Fault.UNKNOWN_MODEL,
    "demo-429": Fault.TOO_MANY,
    "demo-500": Fault.BROKEN,
    "demo-html": Fault.PAGE,
    "demo-empty": Fault.EMPTY,
}
FAULTS = {
    "demo-stall": Fault.STALL,
    "demo-cut": Fault.CUT,
    "demo-split-utf8": Fault.SPLIT_UTF8,
    "demo-error-in-200": Fault.ERROR_INSIDE,
    "demo-never-closes": Fault.NEVER_CLOSES,
}
BROKEN_OFF = frozenset({Fault.STALL, Fault.CUT, Fault.ERROR_INSIDE})
ANSWERERS = ("assistant", "model")
MODELS = ("demo", "demo-qa", "demo-reasoning", "demo-slow", *FAULTS, *REFUSALS, *translator.MODELS)
"""The models that are listed, the tour first."""

_LIKE_THE_TOUR = re.compile(r"demo(-qa)?")


def script_for(model: str, turns: Sequence[Turn]) -> Script:
    """What `model` does with this conversation. An unknown model is answered as a real server would: not at all."""
    return continued(turns, lambda said: _script(model, said))


def continued(turns: Sequence[Turn], answer: Callable[[Sequence[Turn]], Script]) -> Script:
    """What `answer` says to a conversation, or the rest of it.

    A conversation that ends with the beginning of the answer is gone on with from there, and so is one that asks for
    that in words; what had broken off does not break off again.
    """
    if turns and turns[-1].role in ANSWERERS:
        return _going_on(answer(turns), turns[-1].text)
    if len(turns) > 1 and turns[-2].role in ANSWERERS and turns[-1].text.startswith(WISH):
        plan = answer(turns[:-2])
        if plan.text.startswith(turns[-2].text):
            return _going_on(plan, turns[-2].text, repeated=turns[-1].text.removeprefix(WISH))
    return answer(turns)


def _going_on(plan: Script, begun: str, repeated: str = "") -> Script:
    """The rest of an answer behind its beginning; `repeated` are words that are to be said again."""
    fault = None if plan.fault in BROKEN_OFF else plan.fault
    return replace(plan, text=repeated.rstrip() + plan.text.removeprefix(begun), reasoning="", fault=fault)


def _script(model: str, turns: Sequence[Turn]) -> Script:
    if translator.serves(model):
        return Script(translator.answer(model, [(turn.role, turn.text) for turn in turns]))
    return _tour_or_fault(model, turns)


def _tour_or_fault(model: str, turns: Sequence[Turn]) -> Script:
    language = tour.language_of(_question(turns))
    if model in REFUSALS:
        return Script(fault=REFUSALS[model])
    if model in FAULTS:
        return Script(tour.text(model.removeprefix("demo-"), language), fault=FAULTS[model])
    if model == "demo-slow":
        return Script(tour.text("slow", language), tokens_per_second=SLOW_TOKENS_PER_SECOND)
    if model == "demo-reasoning":
        return Script(tour.text("reasoned", language), reasoning=tour.text("reasoning", language))
    if _LIKE_THE_TOUR.fullmatch(model):
        return Script(tour.answer(_question(turns), is_first=sum(turn.role == "user" for turn in turns) <= 1))
    return Script(fault=Fault.UNKNOWN_MODEL)


_TOKEN = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af]{1,2}|\s?[^\W\u2e80-\u9fff\uac00-\ud7af]{1,6}|\s+|.", re.DOTALL)


def tokens(text: str) -> Iterator[str]:
    """`text` in pieces about as large as a model's tokens; together they are `text` again."""
    return (found[0] for found in _TOKEN.finditer(text))


def count(text: str) -> int:
    """How many tokens a model would count, roughly."""
    return sum(1 for _token in tokens(text))


def _question(turns: Sequence[Turn]) -> str:
    return next((turn.text for turn in reversed(turns) if turn.role == "user"), "")
