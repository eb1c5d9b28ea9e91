"""Parameters of a chat as text: the values that are set, lists of texts, and JSON that somebody types. No widgets."""

import json
from collections.abc import Mapping, Sequence

from desktopchat.domain.values import Json
from desktopchat.i18n import render, tr
from desktopchat.providers.parameters import Form, Parameter, known, others_in, values_in


def set_in_words(params: Mapping[str, Json], kind: str, base_url: str, model: str) -> list[str]:
    """What is set, each in a few words, in the order in which it is offered; then the names of all else."""
    rows = known(kind, base_url, model)
    values = values_in(params, rows)
    named = [f"{render(row.title)}: {_in_words(row, values[row.name])}" for row in rows if row.name in values]
    return [*named, *others_in(params, rows)]


def _in_words(row: Parameter, value: Json) -> str:
    if row.form is Form.CHOICE:
        return next((render(each.title) for each in row.choices if each.value == value), str(value))
    if row.form is Form.TEXTS:
        return " / ".join(text_of_list(value).splitlines())
    return f"{value:g}" if isinstance(value, float) else str(value)


def text_of_list(value: Json) -> str:
    """A list of texts as lines; line breaks and tabs inside are written as \\n and \\t."""
    texts: Sequence[Json] = value if isinstance(value, list) else [value]
    return "\n".join(_escaped(text) for text in texts if isinstance(text, str))


def list_in(text: str) -> list[Json]:
    """The texts that stand in lines, as `text_of_list` writes them; empty lines are none."""
    return [_plain(line) for line in text.splitlines() if line]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


def _plain(line: str) -> str:
    made, rest = "", line
    while (at := rest.find("\\")) >= 0 and at + 1 < len(rest):
        made += rest[:at] + {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}.get(rest[at + 1], rest[at : at + 2])
        rest = rest[at + 2 :]
    return made + rest


def json_text(value: Mapping[str, Json]) -> str:
    """An object as people edit it; nothing for an empty one."""
    return json.dumps(value, ensure_ascii=False, indent=2) if value else ""


def object_in(text: str) -> dict[str, Json]:
    """The object that `text` holds, {} for none at all. Raises ValueError with a sentence for people."""
    if not text.strip():
        return {}
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise ValueError(tr("Line {line} is not JSON: {reason}", line=error.lineno, reason=error.msg)) from error
    except (ValueError, RecursionError) as error:
        raise ValueError(tr("This is not JSON: {reason}", reason=str(error)[:100])) from error
    if not isinstance(value, dict):
        raise ValueError(tr("This has to be an object: names with their values, in braces."))
    return value


def _no_constant(name: str) -> Json:
    raise ValueError(name)
