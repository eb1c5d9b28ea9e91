"""Whether a translation keeps to the glossary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from desktopchat.domain.text import msg
from desktopchat.domain.translation import Check, Issue, TermHit, TermRule
from desktopchat.translation.glossary import folded, occurrences


def term_issues(
    source: str, target: str, hits: Sequence[TermHit], forbidden: Sequence[str], target_language: str
) -> Iterator[Issue]:
    """Missing and forbidden terms. `forbidden` are words that are never wanted, wherever they come from.

    Where a glossary has several translations of the same words, any of them will do.
    """
    yield from _missing(source, target, hits, exactly=target_language.split("-", maxsplit=1)[0] == "en")
    unwanted = [hit.term.target for hit in hits if hit.term.rule is TermRule.FORBIDDEN]
    for word in dict.fromkeys([*unwanted, *forbidden]):
        for span in occurrences(target, word):
            reason = msg("The glossary forbids “{word}” here.", word=word)
            yield Issue(Check.FORBIDDEN_TERM, reason, target_span=span)


def _missing(source: str, target: str, hits: Sequence[TermHit], *, exactly: bool) -> Iterator[Issue]:
    wanted = [hit for hit in hits if hit.term.rule is not TermRule.FORBIDDEN]
    spans = dict.fromkeys(hit.span for hit in wanted)
    by_words: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    kept: set[tuple[str, ...]] = set()
    sensitive: set[tuple[str, ...]] = set()
    for span in spans:
        here = [hit.term for hit in wanted if hit.span == span]
        choices = tuple(dict.fromkeys(_asked_for(hit) for hit in wanted if hit.span == span))
        by_words.setdefault(choices, []).append(span)
        if any(term.rule is TermRule.KEEP for term in here):
            kept.add(choices)
        if all(term.case_sensitive for term in here):
            sensitive.add(choices)
    for choices, places in by_words.items():
        found = sum(len(occurrences(target, c, case_sensitive=choices in sensitive, exactly=exactly)) for c in choices)
        if found < _least(source, choices, places):
            yield _issue(source, places[min(found, len(places) - 1)], choices, is_kept=choices in kept)


def _asked_for(hit: TermHit) -> str:
    term = hit.term
    return term.source if term.rule is TermRule.KEEP or not term.target.strip() else term.target


def _least(source: str, choices: tuple[str, ...], places: Sequence[tuple[int, int]]) -> int:
    """How often the term is to be there: once at least. Languages that use pronouns need not say it each time."""
    words = Counter(folded(source[start:end]) for start, end in places)
    return 1 if sum(words.values()) < 3 else (sum(words.values()) + 1) // 2


def _issue(source: str, span: tuple[int, int], choices: tuple[str, ...], *, is_kept: bool) -> Issue:
    word = source[slice(*span)]
    if is_kept:
        reason = msg("“{word}” must stay as it is.", word=choices[0])
        return Issue(Check.KEPT_TERM, reason, source_span=span)
    reason = msg("“{word}” must be translated as “{target}”.", word=word, target=" / ".join(choices))
    return Issue(Check.TERM, reason, source_span=span)
