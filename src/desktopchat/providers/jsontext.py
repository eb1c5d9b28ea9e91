"""JSON from strangers: parsed without surprises, and read without trusting its shape. Knows no dialect."""

import json
import math
from typing import cast

from desktopchat.domain.surrogates import repaired
from desktopchat.domain.values import Json

MAX_NUMBER = 2**53
"""Larger counts are nonsense, and no other program could read them exactly."""

_DECODER = json.JSONDecoder(parse_constant=lambda _name: None)
"""One for all: `json.loads` would build another for every call that has an option."""

_BLANKS = " \t\r\n"


def parse(text: str | bytes) -> Json:
    """The value in `text`. Raises ValueError for anything that is not JSON, is nested too deep, or is not UTF-8.

    `NaN` and `Infinity`, which some servers write, become None.
    """
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text), "surrogatepass")
    text = text.strip(_BLANKS)
    try:
        value, end = _DECODER.raw_decode(text)  # `decode` would look for blanks twice with regular expressions
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if end != len(text):
        raise ValueError("something stands behind the value")
    return cast(Json, value)


def first_value(text: str, start: int) -> tuple[Json, int]:
    """The value that begins at `start`, and where it ends. Raises ValueError where there is none."""
    return _DECODER.raw_decode(text, start)


def object_of(value: Json) -> dict[str, Json]:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def list_of(value: Json) -> list[Json]:
    """`value` if it is a list, else a list of what is there: nothing for None, one element otherwise."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def string_of(value: Json) -> str:
    """`value` if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def count_of(value: Json) -> int | None:
    """A number of tokens, however it is written; None for anything that cannot be one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not math.isfinite(value) or not 0 <= value <= MAX_NUMBER:
        return None
    return int(value)


def wording(value: Json) -> str:
    """`value` as a person may read it: strings as they are, everything else as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return repaired(value).strip()
    try:
        return repaired(json.dumps(value, ensure_ascii=False))
    except RecursionError:
        return ""
