"""A preset: a system prompt with places to fill, and what a conversation is held with besides.

Only what stands between double braces is filled, and only where the preset knows the name: all else of a prompt goes
out as its author wrote it. Who stores presets, and where values come from, is not known here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from desktopchat.domain.context import ALL, ContextRule
from desktopchat.domain.message import new_id
from desktopchat.domain.values import Json

BUILT_IN = "builtin:"
"""How the ids of presets begin that came with the program."""

DATE, CLIPBOARD = "date", "clipboard"
BY_ITSELF = frozenset({DATE, CLIPBOARD})
"""Places that the program fills without asking."""

LANGUAGES = frozenset({"source_language", "target_language"})

_PLACE = re.compile(r"\{\{\s*([^\W\d]\w{0,63})\s*\}\}")


class FieldKind(StrEnum):
    """What may stand in a place, and so how it is asked for."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Variable:
    """A place in a prompt. `label` is shown in its form; `choices` are those of a CHOICE."""

    name: str
    kind: FieldKind = FieldKind.TEXT
    label: str = ""
    default: str = ""
    choices: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.label or self.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Preset:
    """What a conversation can be begun with. An empty provider or model means the one that the conversation has.

    `attachments` are ids of stored files. `variables` describes places that need more than a line of text; a place
    that it does not name is one of text.
    """

    name: str
    id: str = field(default_factory=new_id)
    icon: str = ""
    system_prompt: str = ""
    variables: tuple[Variable, ...] = ()
    provider_id: str = ""
    model: str = ""
    params: Mapping[str, Json] = field(default_factory=dict)
    context: ContextRule = ALL
    attachments: tuple[str, ...] = ()
    greeting: str = ""
    tags: tuple[str, ...] = ()

    @property
    def is_built_in(self) -> bool:
        return self.id.startswith(BUILT_IN)

    def places(self) -> tuple[str, ...]:
        """The names between double braces in the prompt, each once, in their order."""
        return tuple(dict.fromkeys(_PLACE.findall(self.system_prompt)))

    def asked(self) -> tuple[Variable, ...]:
        """What somebody has to say before the preset can be used, in the order of the prompt."""
        known = {variable.name: variable for variable in self.variables}
        return tuple(known.get(name) or plain_variable(name) for name in self.places() if name not in BY_ITSELF)

    def filled(self, values: Mapping[str, str]) -> str:
        """The prompt with `values` in their places; a place that has none stays as it is written."""
        return _PLACE.sub(lambda found: values.get(found[1], found[0]), self.system_prompt)

    def with_defaults(self, values: Mapping[str, str]) -> dict[str, str]:
        """A value for each of `asked`: the one in `values`, else its default; nothing where there is neither."""
        found = {variable.name: values.get(variable.name) or variable.default for variable in self.asked()}
        return {name: value for name, value in found.items() if value}


def plain_variable(name: str) -> Variable:
    """A place that nothing is known of but its name."""
    return Variable(name, FieldKind.LANGUAGE if name in LANGUAGES else FieldKind.TEXT)


def copy_of(preset: Preset, name: str) -> Preset:
    """The same preset under another name, as one of the user's own."""
    return replace(preset, id=new_id(), name=name)


def free_name(name: str, taken: Sequence[str]) -> str:
    """`name`, or `name (2)` and so on where it is taken; case does not matter."""
    used = {each.casefold() for each in taken}
    return next(candidate for candidate in _candidates(name.strip()) if candidate.casefold() not in used)


def _candidates(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name} ({number})"
        number += 1
