"""Presets as files: our own JSON, Markdown with front matter (one file each), and collections as CSV tables.

Where a preset names a provider, a file has the provider's name in place of the id, which means nothing elsewhere;
whoever calls puts it there and takes it out.
"""

import codecs
import csv
import io
import json
import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import PurePath

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.preset import Preset
from desktopchat.domain.text import msg
from desktopchat.domain.values import Json
from desktopchat.exchange.preset_fields import fields_of, preset_from

MOST_BYTES = 16 * 1024 * 1024
MOST_PRESETS = 5000
FORMAT = "desktopchat-presets"

_FENCE = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*\n?(.*)", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#{1,3}\s+(.+)$", re.MULTILINE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class PresetFormat(StrEnum):
    """The value is the ending of the file's name."""

    JSON = "json"
    MARKDOWN = "md"
    CSV = "csv"


def format_of(name: str) -> PresetFormat:
    """By the ending of a file's name. Raises `ChatError` `file_rejected` for others."""
    ending = PurePath(name).suffix.lower().lstrip(".")
    known = {"markdown": PresetFormat.MARKDOWN, "txt": PresetFormat.MARKDOWN, "tsv": PresetFormat.CSV}
    found = known.get(ending) or (PresetFormat(ending) if ending in set(PresetFormat) else None)
    if found is None:
        raise failed(
            ErrorKind.FILE_REJECTED,
            msg("“{name}” is no kind of file that presets can be read from.", name=PurePath(name).name),
            hint=msg("JSON, Markdown and CSV files can be read."),
        )
    return found


def read_presets(data: bytes, name: str) -> list[Preset]:
    """The presets in a file of that name, with fresh ids. Raises `ChatError` `file_rejected` where there is none."""
    kind = format_of(name)
    if len(data) > MOST_BYTES:
        raise _rejected(name, "larger than 16 MiB")
    text = _decoded(data, name)
    match kind:
        case PresetFormat.JSON:
            found = _from_json(text, name)
        case PresetFormat.CSV:
            found = _from_csv(text, name)
        case PresetFormat.MARKDOWN:
            found = [each] if (each := from_markdown(text, PurePath(name).stem)) else []
    if not found:
        raise failed(
            ErrorKind.FILE_REJECTED,
            msg("There is no preset in “{name}”.", name=PurePath(name).name),
            hint=msg("A table needs a column of names (“act”, “name”) and one of prompts (“prompt”)."),
        )
    return found[:MOST_PRESETS]


def written_presets(presets: Sequence[Preset], kind: PresetFormat) -> bytes:
    """The content of a file; Markdown holds the first preset only."""
    match kind:
        case PresetFormat.JSON:
            return _as_json(presets).encode()
        case PresetFormat.CSV:
            return _as_csv(presets).encode("utf-8-sig")
        case PresetFormat.MARKDOWN:
            return as_markdown(presets[0]).encode()


def as_markdown(preset: Preset) -> str:
    """Front matter with a `name: value` a line, JSON where plain words will not do; then the prompt as it is."""
    fields = fields_of(preset)
    prompt = fields.pop("system_prompt")
    head = "".join(f"{name}: {_one_line(value)}\n" for name, value in fields.items())
    return f"---\n{head}---\n{prompt}\n"


def from_markdown(text: str, name: str = "") -> Preset | None:
    """The preset in a Markdown file; without front matter all of it is the prompt, called as its first heading."""
    text = text.replace("\r\n", "\n")
    found = _FENCE.match(text)
    if found is None:
        heading = _HEADING.search(text)
        return preset_from({"prompt": text.strip("\n")}, name=heading[1].strip() if heading else name)
    fields: dict[str, object] = {}
    for line in found[1].splitlines():
        key, colon, value = line.partition(":")
        if colon and key.strip() and not key.startswith((" ", "#")):
            fields[key.strip()] = _value(value.strip())
    return preset_from({**fields, "system_prompt": found[2].removesuffix("\n")}, name=name)


def file_name(preset: Preset) -> str:
    """A name for the preset's own Markdown file that every system allows."""
    safe = re.sub(r'[\x00-\x1f<>:"/\\|?*]+', " ", preset.name)
    return f"{' '.join(safe.split()).strip('. ')[:80] or 'preset'}.md"


def _one_line(value: Json) -> str:
    """As plain words where reading gives the same words again."""
    if isinstance(value, str) and "\n" not in value and value == value.strip() and _value(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def _value(text: str) -> object:
    """JSON where it is some, a list in brackets without quotes as YAML allows it, else the words."""
    if not text.startswith(('"', "[", "{")):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        inside = text.removeprefix("[").removesuffix("]")
        return [part.strip(" \"'") for part in inside.split(",")] if text.endswith("]") and inside != text else text


def _as_json(presets: Sequence[Preset]) -> str:
    whole = {"format": FORMAT, "version": 1, "presets": [fields_of(preset) for preset in presets]}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _from_json(text: str, name: str) -> list[Preset]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _rejected(name, str(error)) from error
    rows = whole.get("presets", [whole]) if isinstance(whole, dict) else whole
    rows = rows if isinstance(rows, list) else []
    return [preset for row in rows if isinstance(row, dict) and (preset := preset_from(row)) is not None]


def _as_csv(presets: Sequence[Preset]) -> str:
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(("act", "prompt", "tags", "context"))
    for preset in presets:
        table.writerow((preset.name, preset.system_prompt, ", ".join(preset.tags), str(preset.context)))
    return out.getvalue()


def _from_csv(text: str, name: str) -> list[Preset]:
    """Delimiters are told by the first line; a prompt may have line breaks in its quotes."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(MOST_BYTES)
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise _rejected(name, str(error)) from error
    cells = ({key: value for key, value in row.items() if isinstance(key, str)} for row in rows)
    return [preset for row in cells if (preset := preset_from(row)) is not None]


def _decoded(data: bytes, name: str) -> str:
    """UTF-8, UTF-16 with its mark, or what Excel writes in China."""
    encoding = next((each for mark, each in _MARKS if data.startswith(mark)), "")
    for attempt in [encoding] if encoding else ["utf-8", "gb18030"]:
        try:
            return data.decode(attempt)
        except UnicodeDecodeError:
            continue
    raise _rejected(name, "not text in UTF-8, UTF-16 or GB18030")


def _rejected(name: str, detail: str) -> ChatError:
    return failed(
        ErrorKind.FILE_REJECTED,
        msg("“{name}” cannot be read as presets.", name=PurePath(name).name),
        hint=msg("Check that the file is whole and of the kind that its name says."),
        detail=detail,
    )
