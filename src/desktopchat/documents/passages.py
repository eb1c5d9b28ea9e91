"""Finds the passages of a document that have to do with a question, by the words in them (BM25)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from desktopchat.documents.estimate import estimated_tokens
from desktopchat.documents.extracted import Extracted, Section
from desktopchat.domain.search_tokens import document as indexed
from desktopchat.domain.search_tokens import tokens

TARGET_TOKENS = 300
MAX_TOKENS = 400
MAX_QUERY_TOKENS = 64
_sentence_end = re.compile(r"(?<=[。！？；])|(?<=[.!?;])\s+")
_CHUNK_CHARACTERS = 300
"""Of text that has no sentences: few enough for `MAX_TOKENS` in every script."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a section, with where it stands: `page` as in the section, `index` counts the document's passages.

    `score` is higher the better it fits the question; 0 for passages that nobody searched.
    """

    text: str
    title: str = ""
    page: int | None = None
    index: int = 0
    score: float = 0.0


class PassageIndex:
    """A document's passages, ready for one question after the other."""

    def __init__(self, document: Extracted) -> None:
        import apsw

        self.passages = tuple(passages_of(document))
        self._index = apsw.Connection(":memory:")
        # the tokens are made by us; porter makes "terminated" and "termination" one
        self._index.execute("CREATE VIRTUAL TABLE found USING fts5(words, characters, tokenize = 'porter ascii')")
        rows = ((p.index, *indexed(f"{p.title}\n{p.text}")) for p in self.passages)
        with self._index:
            self._index.executemany("INSERT INTO found (rowid, words, characters) VALUES (?, ?, ?)", rows)

    def best(self, question: str, budget_tokens: int) -> list[Passage]:
        """The passages that fit the question best, best first, as many as have `budget_tokens` together.

        Empty if no word of the question is in the document; `index` gives their order in it.
        """
        terms = _terms(question)
        if not terms:
            return []
        sql = "SELECT rowid, bm25(found, 1.0, 0.2) FROM found WHERE found MATCH ? ORDER BY 2, 1"
        chosen = []
        for row, rank in self._index.execute(sql, (" OR ".join(terms),)):
            passage = self.passages[int(row)]
            cost = estimated_tokens(passage.text)
            if cost <= budget_tokens:
                budget_tokens -= cost
                chosen.append(replace(passage, score=-float(rank)))
            if budget_tokens <= 0:
                break
        return chosen


def best_passages(document: Extracted, question: str, budget_tokens: int) -> list[Passage]:
    """`PassageIndex.best` for a single question."""
    return PassageIndex(document).best(question, budget_tokens)


def passages_of(document: Extracted) -> Iterator[Passage]:
    """The whole document in passages of about `TARGET_TOKENS`, none over a section's border."""
    index = 0
    for section in document.sections:
        for text in _chunks(section):
            yield Passage(text, section.title, section.page, index)
            index += 1


def _chunks(section: Section) -> Iterator[str]:
    held: list[str] = []
    size = 0
    for piece in _pieces(section.text):
        cost = estimated_tokens(piece)
        if held and (size + cost > MAX_TOKENS or (size >= TARGET_TOKENS and not piece.strip())):
            yield from _joined(held)
            held, size = [], 0
        held.append(piece)
        size += cost
    yield from _joined(held)


def _joined(pieces: list[str]) -> Iterator[str]:
    if text := "".join(pieces).strip():
        yield text


def _pieces(text: str) -> Iterator[str]:
    """Lines with their ends; longer ones in sentences, and longer sentences in pieces."""
    for line in text.splitlines(keepends=True):
        if estimated_tokens(line) <= TARGET_TOKENS:
            yield line
            continue
        for sentence in _with_separators(line):
            yield from (sentence[at : at + _CHUNK_CHARACTERS] for at in range(0, len(sentence), _CHUNK_CHARACTERS))


def _with_separators(line: str) -> Iterator[str]:
    start = 0
    for end in _sentence_end.finditer(line):
        yield line[start : end.end()]
        start = end.end()
    yield line[start:]


def _terms(question: str) -> list[str]:
    """What to look for, each once: words, pairs of characters that are written without spaces, and lone ones."""
    return [f'"{token}"' for token in dict.fromkeys(token for token, _, _ in tokens(question))][:MAX_QUERY_TOKENS]
