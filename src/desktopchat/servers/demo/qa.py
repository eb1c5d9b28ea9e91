"""How the demo answers from documents: what fits the question best is quoted, with the page where it stands.

Documents come as ids of files on the shelf, or as text between the marks that the program puts around it.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from desktopchat.documents.extracted import Extracted, Section
from desktopchat.documents.kinds import MEDIA_TYPES, FileType, Kind
from desktopchat.documents.passages import Passage, PassageIndex
from desktopchat.domain.errors import ChatError
from desktopchat.domain.values import Json
from desktopchat.i18n import render
from desktopchat.providers.jsontext import string_of
from desktopchat.servers.demo import script, tour
from desktopchat.servers.demo.script import Fault, Script, Turn
from desktopchat.servers.demo.shelf import Shelf

ANSWERS = frozenset({"demo", "demo-qa"})
"""The models that read documents."""

QUOTED_TOKENS = 500
MOST_QUOTES = 3
_ID_FIELDS = frozenset({"file_id", "fileUri", "file_uri"})
_NAMED = re.compile(r"fileid://([\w-]+)")
_MARKED = re.compile(r'<file name="([^"]*)" id="([^"]*)">\n(.*?)\n</file \2>\s*', re.DOTALL)
_PLACE = re.compile(r"^\[(\d+)\](?: ([^\n]*))?$", re.MULTILINE)
_TEXT = FileType(Kind.TEXT, MEDIA_TYPES[Kind.TEXT])


@dataclass(frozen=True, slots=True)
class Document:
    name: str
    text: Extracted


async def script_for(model: str, turns: Sequence[Turn], body: Json, shelf: Shelf) -> Script:
    """What `model` does with this conversation and the documents in it."""
    if model not in ANSWERS:
        return script.script_for(model, turns)
    named = list(dict.fromkeys(_ids_in(body)))
    kept = [shelf.get(file_id) for file_id in named]
    if any(file is None for file in kept):
        return Script(fault=Fault.NO_SUCH_FILE)
    if any(file is not None and shelf.is_parsing(file) for file in kept):
        return Script(fault=Fault.PARSING)
    documents = [*_marked_in(turns)]
    for file in filter(None, kept):
        try:
            documents.append(Document(file.name, await shelf.text_of(file)))
        except ChatError as error:
            return Script(f"{file.name}: {render(error.failure.message)}")
    plain = [replace(turn, text=_MARKED.sub("", turn.text)) for turn in turns]
    if not documents:
        return _without(model, plain)
    return await asyncio.to_thread(script.continued, plain, lambda said: Script(answer(documents, _question(said))))


def answer(documents: Sequence[Document], question: str) -> str:
    """The passages of all documents that fit the question best."""
    language = tour.language_of(question)
    found = [
        (passage, document)
        for document in documents
        for passage in PassageIndex(document.text).best(question, QUOTED_TOKENS * MOST_QUOTES)
    ]
    found.sort(key=lambda pair: -pair[0].score)
    theme = "qa-found" if found else "qa-not-found"
    quotes = found[:MOST_QUOTES] or [(p, d) for d in documents for p in PassageIndex(d.text).passages[:1]]
    told = "\n\n".join(_quoted(passage, document, language) for passage, document in quotes)
    return f"{tour.text(theme, language)}\n\n{told}".strip()


def _without(model: str, turns: Sequence[Turn]) -> Script:
    plan = script.script_for(model, turns)
    if model != "demo-qa" or plan.fault is not None:
        return plan
    return replace(plan, text=tour.text("qa-nothing", tour.language_of(_question(turns))))


def _quoted(passage: Passage, document: Document, language: str) -> str:
    quote = "\n".join(f"> {line}".rstrip() for line in passage.text.strip().splitlines())
    place = ""
    if passage.page is not None:
        place = f"，第 {passage.page} 页" if language == tour.CHINESE else f", page {passage.page}"
    elif passage.title:
        place = f" · {passage.title}"
    return f"{quote}\n\n— *{document.name}*{place}"


def _ids_in(value: Json) -> Iterator[str]:
    """Every file that a request names, in any dialect, in order."""
    if isinstance(value, list):
        for each in value:
            yield from _ids_in(each)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name in _ID_FIELDS and isinstance(inner, str):
                at = inner.rfind("files/")
                yield inner[at:] if name != "file_id" and at >= 0 else inner
            else:
                yield from _ids_in(inner)
        if value.get("role") == "system":
            yield from _NAMED.findall(string_of(value.get("content")))


def _marked_in(turns: Sequence[Turn]) -> Iterator[Document]:
    seen = set()
    for turn in turns:
        for name, mark, text in _MARKED.findall(turn.text):
            if mark not in seen:
                seen.add(mark)
                yield Document(name, _sections(text))


def _sections(text: str) -> Extracted:
    """A text whose pages are marked as `Extracted.text` marks them."""
    places = list(_PLACE.finditer(text))
    if not places:
        return Extracted((Section(text),), _TEXT)
    ends = [*(place.start() for place in places[1:]), len(text)]
    sections = [
        Section(text[place.end() : end].strip(), place[2] or "", int(place[1]))
        for place, end in zip(places, ends, strict=True)
    ]
    return Extracted(tuple(sections), _TEXT)


def _question(turns: Sequence[Turn]) -> str:
    return next((turn.text for turn in reversed(turns) if turn.role == "user"), "")
