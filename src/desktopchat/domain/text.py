"""Sentences for people, kept as a key and its values until someone knows the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Text:
    """An English sentence that doubles as the catalogue's key, with `{named}` places and their values."""

    key: str
    params: Mapping[str, Value] = field(default_factory=dict)


def msg(key: str, /, **params: Value) -> Text:
    """Marks `key` for the catalogues and keeps its values; `i18n.render` makes the text."""
    return Text(key, params)
