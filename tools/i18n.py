"""Translations: finds the sentences in the code, keeps the catalogues in step with them, compiles and checks them.

`python -m tools.i18n update` after sentences have changed, then translate what it lists in
resources/i18n/LANGUAGE/LC_MESSAGES/desktopchat.po and run it again. `check` is what the tests run.
"""

import argparse
import ast
import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "desktopchat"
FOLDER = ROOT / "resources" / "i18n"
LANGUAGES = ("zh_CN",)
DOMAIN = "desktopchat"

MARKS = {"tr": 1, "msg": 1, "ntr": 2}
"""The functions that mark a sentence, and how many of their first arguments are keys."""

MARKED_ELSEWHERE = {
    ("domain/errors.py", "message"),
    ("i18n/catalogue.py", "text.key"),
    ("ui/dialogs/provider_form.py", "preset.region"),
}
"""Where a key is passed on that is written out in another place: the file, and what stands for the key."""

Key = str | tuple[str, str]


class StableCatalog(Catalog):
    """A catalogue without dates and versions in its header: the same sentences are always the same file."""

    def _header(self) -> list[tuple[str, str]]:
        header = [("Project-Id-Version", "Desktop Chat")]
        if self.locale is not None:
            header += [("Language", str(self.locale_identifier)), ("Plural-Forms", self.plural_forms)]
        return [
            *header,
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return self._header()

    @mime_headers.setter
    def mime_headers(self, headers: Iterable[tuple[str, str]]) -> None:
        """What a file says about itself is not taken over."""


def _empty(language: str | None = None) -> StableCatalog:
    what = "Translation into " + language if language else "The sentences"
    return StableCatalog(language, header_comment=f"# {what} of Desktop Chat.", charset="utf-8", fuzzy=False)


@dataclass(frozen=True, slots=True)
class Sentence:
    key: Key
    file: str


def sentences(source: Path = SOURCE) -> list[Sentence]:
    """Every marked sentence. Raises ValueError for a mark whose key is not written out: nobody could translate it."""
    found: list[Sentence] = []
    for path in sorted(source.rglob("*.py")):
        name = path.relative_to(source).as_posix()
        for call in _marks(ast.parse(path.read_text(encoding="utf-8"), str(path))):
            key = _key(call)
            if key is not None:
                found.append(Sentence(key, name))
            elif (name, ast.unparse(call.args[0]) if call.args else "") not in MARKED_ELSEWHERE:
                raise ValueError(f"{name}:{call.lineno}: the key must be written out here, as a plain string")
    return found


def _marks(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in MARKS:
            yield node


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _key(call: ast.Call) -> Key | None:
    texts = [
        argument.value
        for argument in call.args[: MARKS[_name(call.func)]]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
    if len(texts) != MARKS[_name(call.func)]:
        return None
    return texts[0] if len(texts) == 1 else (texts[0], texts[1])


def template(source: Path = SOURCE) -> StableCatalog:
    """The catalogue of all sentences, with the files that say them."""
    places: dict[str, list[Sentence]] = {}
    for sentence in sentences(source):  # a sentence with a plural and the same one without are one entry
        places.setdefault(_id(sentence.key), []).append(sentence)
    catalog = _empty()
    for said in places.values():
        key = next((one.key for one in said if isinstance(one.key, tuple)), said[0].key)
        catalog.add(key, locations=[(f"src/desktopchat/{file}", 1) for file in sorted({one.file for one in said})])
    return catalog


def _id(key: Key) -> str:
    return key if isinstance(key, str) else key[0]


def translations(language: str, folder: Path = FOLDER) -> StableCatalog:
    """The catalogue of a language as it is in its file; empty if there is none."""
    catalog = _empty(language)
    file = po_file(language, folder)
    if file.exists():
        with file.open("rb") as stream:
            for message in read_po(stream, locale=language, charset="utf-8", abort_invalid=True):
                if message.id:
                    catalog[message.id] = message
    return catalog


def updated(language: str, wanted: Catalog, folder: Path = FOLDER) -> StableCatalog:
    """The language's catalogue with exactly the sentences that are wanted now; what is translated stays."""
    old = translations(language, folder)
    new = _empty(language)
    for message in _messages(wanted):
        known = old.get(message.id if isinstance(message.id, str) else message.id[0])
        keep = known is not None and bool(known.pluralizable) == bool(message.pluralizable)
        new.add(message.id, known.string if known is not None and keep else None, locations=message.locations)
    return new


def po_text(catalog: Catalog) -> bytes:
    stream = io.BytesIO()
    write_po(
        stream, catalog, width=110, sort_output=True, omit_header=False, include_lineno=False, ignore_obsolete=True
    )
    return stream.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    stream = io.BytesIO()
    write_mo(stream, catalog)
    return stream.getvalue()


def pot_file(folder: Path = FOLDER) -> Path:
    return folder / f"{DOMAIN}.pot"


def po_file(language: str, folder: Path = FOLDER) -> Path:
    return folder / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def mo_file(language: str, folder: Path = FOLDER) -> Path:
    return po_file(language, folder).with_suffix(".mo")


def untranslated(catalog: Catalog) -> list[str]:
    """The keys without a translation."""
    return [_id(_key_of(message)) for message in _messages(catalog) if not all(_strings(message))]


def mistakes(catalog: Catalog) -> list[str]:
    """Translations that would not work: other places than their keys have, or other line breaks at the ends."""
    found = []
    for message in _messages(catalog):
        key = _key_of(message)
        keys = [key] if isinstance(key, str) else list(key)
        allowed = [places(one) for one in keys]
        for text in filter(None, _strings(message)):
            if places(text) not in allowed:
                found.append(f"{_id(key)!r}: the {{places}} of the translation are others")
            if _edges(text) != _edges(keys[-1]):
                found.append(f"{_id(key)!r}: the translation begins or ends with other line breaks")
    return found


def places(text: str) -> set[str]:
    """The `{named}` places of a text."""
    return set(re.findall(r"\{([A-Za-z_]\w*)[^{}]*\}", text.replace("{{", "").replace("}}", "")))


def _edges(text: str) -> tuple[int, int]:
    return len(text) - len(text.lstrip("\n")), len(text) - len(text.rstrip("\n"))


def _messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def _key_of(message: Message) -> Key:
    return message.id if isinstance(message.id, str) else (message.id[0], message.id[1])


def _strings(message: Message) -> list[str]:
    return [message.string or ""] if isinstance(message.string, str | None) else [text or "" for text in message.string]


def problems(source: Path = SOURCE, folder: Path = FOLDER) -> list[str]:
    """Everything that keeps the catalogues from being shipped; empty if nothing does."""
    wanted = template(source)
    found = [] if _holds(pot_file(folder), po_text(wanted)) else [f"{pot_file(folder).name} is not what the code says"]
    for language in LANGUAGES:
        there = translations(language, folder)
        found += [f"{language}: not translated: {key!r}" for key in untranslated(updated(language, wanted, folder))]
        found += [f"{language}: {mistake}" for mistake in mistakes(there)]
        if not _holds(po_file(language, folder), po_text(updated(language, wanted, folder))):
            found.append(f"{language}: the .po file is not in step with the code")
        if not _holds(mo_file(language, folder), mo_bytes(there)):
            found.append(f"{language}: the .mo file is not compiled from the .po file")
    return found


def _holds(file: Path, content: bytes) -> bool:
    return file.exists() and file.read_bytes() == content


def extract(source: Path = SOURCE, folder: Path = FOLDER) -> None:
    """Writes the template."""
    pot_file(folder).parent.mkdir(parents=True, exist_ok=True)
    pot_file(folder).write_bytes(po_text(template(source)))


def update(source: Path = SOURCE, folder: Path = FOLDER) -> list[str]:
    """Brings every file in step with the code; returns what is left to translate."""
    extract(source, folder)
    left = []
    for language in LANGUAGES:
        catalog = updated(language, template(source), folder)
        po_file(language, folder).parent.mkdir(parents=True, exist_ok=True)
        po_file(language, folder).write_bytes(po_text(catalog))
        left += [f"{language}: {key}" for key in untranslated(catalog)]
    compile_all(folder)
    return left


def compile_all(folder: Path = FOLDER) -> None:
    """Writes the files that the program reads."""
    for language in LANGUAGES:
        mo_file(language, folder).write_bytes(mo_bytes(translations(language, folder)))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="dev.py i18n", description=__doc__)
    parser.add_argument("command", nargs="?", default="update", choices=["extract", "update", "compile", "check"])
    commands: dict[str, Callable[[], list[str] | None]] = {
        "extract": extract,
        "update": update,
        "compile": compile_all,
        "check": problems,
    }
    try:
        lines = commands[parser.parse_args(arguments).command]() or []
    except ValueError as error:
        lines = [str(error)]
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
