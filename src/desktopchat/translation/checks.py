"""What can be told of a translation from its two texts alone: each defect with its place, a reason and maybe a fix.

The rules of one concern are a function each; `check` runs them in the order in which readers want to know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from desktopchat.domain.text import msg
from desktopchat.domain.translation import Check, Fix, Issue, Severity, TermHit, TermRule
from desktopchat.translation import phrases
from desktopchat.translation.atoms import LINKS, Protected
from desktopchat.translation.glossary import folded
from desktopchat.translation.language_checks import language_issues
from desktopchat.translation.languages import same
from desktopchat.translation.numbers import difference
from desktopchat.translation.sizes import tokens
from desktopchat.translation.term_checks import term_issues

_MARKS = re.compile(r"⟦/?#?\d+⟧")
_QUESTION = re.compile(r"[?？؟;՞]")
_ENDS_ASKING = re.compile(r"[?？؟][\"'”’」』)）*_]*\s*$")
_NO_QUESTION_MARK = frozenset({"th", "lo", "km", "my", "ja", "el", "am", "hy"})
_SENTENCE_END = re.compile(r"[.!?。！？…．][\"'”’」』)）*_]*\s*$")
_ANY_END = re.compile(r"[.!?。！？…:：;；।؟။។][\"'”’»」』)）*_]*\s*$")
_HALF_STOP = re.compile(r"(?<=[\u3040-\u30ff\u3400-\u9fff])\.(?=[\"'”’」』)）*_]*\s*$)")
_TWICE = re.compile(r"\b([^\W\d_]{2,})[ \t]+\1\b", re.IGNORECASE)
_MANY_BLANKS = re.compile(r"(?<=\S) {2,}(?=\S)")
_PAIRS = ("()", "[]", "{}", "（）", "「」", "『』", "【】", "《》", "“”")
_LOW, _HIGH = 0.3, 3.0
_LEAST_MEASURED = 12


@dataclass(frozen=True, slots=True)
class Work:
    """One piece and its translation, with all that is known of both.

    `target` has everything in its place again; `marked` is the answer while marks still stood in it.
    """

    source: str
    target: str
    source_language: str = ""
    target_language: str = ""
    protected: Protected = field(default_factory=lambda: Protected(""))
    marked: str = ""
    hits: Sequence[TermHit] = ()
    forbidden: Sequence[str] = ()
    was_cut: bool = False


def check(work: Work) -> tuple[Issue, ...]:
    """The defects of `work`, the worst first. A text that is none gets this one issue and no others."""
    if not work.target.strip():
        return tuple(_empty(work))
    found = [issue for rule in _RULES for issue in rule(work)]
    return tuple(sorted(found, key=lambda issue: issue.severity is not Severity.ERROR))


def errors(issues: Sequence[Issue]) -> tuple[Issue, ...]:
    """Those that are worth asking again for."""
    return tuple(issue for issue in issues if issue.severity is Severity.ERROR)


def _empty(work: Work) -> Iterator[Issue]:
    if work.source.strip():
        yield Issue(Check.EMPTY, msg("The translation is empty."))


def _truncated(work: Work) -> Iterator[Issue]:
    if work.was_cut:
        reason = msg("The model stopped at its length limit: the end is missing.")
        yield Issue(Check.TRUNCATED, reason, target_span=(max(0, len(work.target) - 1), len(work.target)))


def _refused(work: Work) -> Iterator[Issue]:
    found = phrases.REFUSAL.match(work.target)
    if found and not phrases.REFUSAL.match(work.source):
        yield Issue(Check.REFUSED, msg("The model refuses instead of translating."), target_span=found.span())


def _answered(work: Work) -> Iterator[Issue]:
    for pattern in (phrases.ANSWER, phrases.ANSWER_END):
        found = pattern.search(work.target)
        if found and not phrases.ANSWER.search(work.source) and not phrases.ANSWER_END.search(work.source):
            reason = msg("This reads like an answer to the text, not like its translation.")
            yield Issue(Check.ANSWERED, reason, target_span=found.span())
            return
    asks = _ENDS_ASKING.search(work.source) and work.target_language.split("-")[0] not in _NO_QUESTION_MARK
    if asks and not _QUESTION.search(work.target):
        reason = msg("The text asks a question, the translation does not: it may be an answer.")
        yield Issue(Check.ANSWERED, reason, target_span=(0, len(work.target)))


def _preamble(work: Work) -> Iterator[Issue]:
    found = phrases.PREAMBLE.match(work.target)
    if found and not phrases.PREAMBLE.match(work.source):
        reason = msg("Words of the model stand in front of the translation.")
        has_rest = bool(work.target[found.end() :].strip())
        yield Issue(Check.PREAMBLE, reason, target_span=found.span(), fix=Fix(found.span(), "") if has_rest else None)
    late = phrases.POSTSCRIPT.search(work.target)
    if late and not phrases.POSTSCRIPT.search(work.source):
        span = (late.start(), len(work.target))
        yield Issue(
            Check.PREAMBLE, msg("Words of the model stand behind the translation."), target_span=span, fix=Fix(span, "")
        )


def _echo(work: Work) -> Iterator[Issue]:
    if same(work.source_language, work.target_language) and work.source_language:
        return
    words = _MARKS.sub(" ", work.protected.text or work.source)
    kept = sum(hit.span[1] - hit.span[0] for hit in work.hits if _keeps(hit))
    if sum(map(str.isalpha, words)) <= kept:
        return
    source, target = _bare(work.source), _bare(work.target)
    if source == target:
        reason = msg("This is the source text, not a translation.")
        severity = Severity.WARNING if _may_stay(words) else Severity.ERROR
        yield Issue(Check.ECHO, reason, severity, target_span=(0, len(work.target)))
    elif len(source) >= 24 and source in target:
        yield Issue(
            Check.ECHO, msg("The source text is repeated in the translation."), target_span=(0, len(work.target))
        )


def _keeps(hit: TermHit) -> bool:
    return hit.term.target.strip() in ("", hit.term.source.strip())


def _may_stay(words: str) -> bool:
    """Whether a text can be the same in another language: a name, an abbreviation, a single short word."""
    parts = words.split()
    return len(parts) <= 3 and words.isascii() and (len(parts) == 1 or all(not part.islower() for part in parts))


def _placeholders(work: Work) -> Iterator[Issue]:
    missing = work.protected.missing(work.marked)
    if missing:
        names = ", ".join(atom.raw for atom in missing)
        span = _place(work.source, missing[0].raw)
        yield Issue(Check.PLACEHOLDERS, msg("Missing in the translation: {names}", names=names), source_span=span)
    if surplus := work.protected.surplus(work.marked):
        raw = {atom.mark: atom.raw for atom in work.protected.atoms}
        names = ", ".join(raw.get(mark, mark) for mark in surplus)
        span = _place(work.target, raw.get(surplus[0], surplus[0]))
        yield Issue(Check.PLACEHOLDERS, msg("More often than in the source: {names}", names=names), target_span=span)
    elif not missing and work.protected.misplaced(work.marked):
        yield Issue(Check.PLACEHOLDERS, msg("The two ends of a link or tag have changed places."))


def _links(work: Work) -> Iterator[Issue]:
    if work.protected.atoms:
        return  # they are marks, and counted as such
    for found in LINKS.finditer(work.source):
        if found[0] not in work.target:
            reason = msg("This address is not in the translation: {address}", address=found[0])
            yield Issue(Check.LINKS, reason, source_span=found.span())


def _numbers(work: Work) -> Iterator[Issue]:
    source, target = _without_atoms(work.source, work), _without_atoms(work.target, work)
    changed = difference(source, target)
    if not changed.missing and not changed.surplus:
        return
    values = ", ".join(source[slice(*each.span)] for each in changed.missing)
    surplus = ", ".join(target[slice(*each.span)] for each in changed.surplus)
    if not changed.missing:
        reason = msg("Numbers that the source does not have: {numbers}", numbers=surplus)
    elif surplus:
        reason = msg("Numbers differ: {numbers} has become {others}", numbers=values, others=surplus)
    else:
        reason = msg("Numbers are missing: {numbers}", numbers=values)
    yield Issue(
        Check.NUMBERS,
        reason,
        Severity.ERROR if changed.is_certain else Severity.WARNING,
        changed.surplus[0].span if changed.surplus else None,
        changed.missing[0].span if changed.missing else None,
    )


def _length(work: Work) -> Iterator[Issue]:
    source, target = tokens(work.source), tokens(work.target)
    if source < _LEAST_MEASURED and target < 4 * _LEAST_MEASURED:
        return
    ratio = target / max(1, source)
    if ratio > _HIGH:
        reason = msg("Much longer than the source.")
        yield Issue(Check.LENGTH, reason, target_span=(0, len(work.target)))
    elif ratio < _LOW:
        yield Issue(Check.LENGTH, msg("Much shorter than the source: something may be missing."))


def _lines(work: Work) -> Iterator[Issue]:
    source, target = work.source.strip().count("\n"), work.target.strip().count("\n")
    if source != target:
        reason = msg("{target} line breaks instead of {source}.", target=target, source=source)
        at = work.target.find("\n")
        span = (at, at + 1) if at >= 0 else None
        fix = Fix((0, len(work.target)), " ".join(work.target.split())) if source == 0 else None
        yield Issue(Check.LINES, reason, Severity.WARNING, target_span=span, fix=fix)


def _punctuation(work: Work) -> Iterator[Issue]:
    if _HALF_STOP.search(work.target) and (found := _HALF_STOP.search(work.target)):
        reason = msg("A full stop of another script.")
        yield Issue(Check.PUNCTUATION, reason, Severity.WARNING, found.span(), fix=Fix(found.span(), "。"))
    end = len(work.target.rstrip())
    if _SENTENCE_END.search(work.source) and not _ANY_END.search(work.target) and end and not _spaceless(work):
        reason = msg("The mark at the end of the sentence is missing.")
        stop = "。" if "\u3040" <= work.target[end - 1] <= "\u9fff" else "."
        fix = Fix((end, end), stop) if re.search(r"[.。]\s*$", work.source) else None
        yield Issue(Check.PUNCTUATION, reason, Severity.WARNING, (end - 1, end), fix=fix)


def _spaceless(work: Work) -> bool:
    return work.target_language.split("-")[0] in ("th", "lo")


def _brackets(work: Work) -> Iterator[Issue]:
    for pair in _PAIRS:
        opening, closing = pair[0], pair[1]
        was_even = work.source.count(opening) == work.source.count(closing)
        if was_even and work.target.count(opening) != work.target.count(closing):
            reason = msg("An odd bracket or quotation mark: {marks}", marks=f"{opening}{closing}")
            at = max(work.target.find(opening), work.target.find(closing))
            yield Issue(Check.BRACKETS, reason, Severity.WARNING, target_span=(at, at + 1))


def _repeated(work: Work) -> Iterator[Issue]:
    found = _TWICE.search(work.target)
    if found and not _TWICE.search(work.source):
        reason = msg("“{word}” stands twice.", word=found[1])
        yield Issue(Check.REPEATED, reason, Severity.WARNING, found.span(), fix=Fix(found.span(), found[1]))


def _spaces(work: Work) -> Iterator[Issue]:
    found = _MANY_BLANKS.search(work.target)
    if found and not _MANY_BLANKS.search(work.source):
        reason = msg("More than one blank.")
        yield Issue(Check.SPACES, reason, Severity.WARNING, found.span(), fix=Fix(found.span(), " "))


def _terms(work: Work) -> Iterator[Issue]:
    kept = {atom.raw for atom in work.protected.atoms}  # those are counted as marks
    hits = [hit for hit in work.hits if not (hit.term.rule is TermRule.KEEP and work.source[slice(*hit.span)] in kept)]
    return term_issues(work.source, work.target, hits, work.forbidden, work.target_language)


def _language(work: Work) -> Iterator[Issue]:
    if _bare(work.source) == _bare(work.target):
        return iter(())
    target = _without_atoms(work.target, work)
    return language_issues(target, work.source_language, work.target_language)


def _without_atoms(text: str, work: Work) -> str:
    """`text` with blanks in the place of what was protected: places stay what they are."""
    for atom in work.protected.atoms:
        text = text.replace(atom.raw, " " * len(atom.raw))
    return text


def _bare(text: str) -> str:
    return " ".join(folded(text).split()).strip(" .。\"“”'*_`")


def _place(text: str, part: str) -> tuple[int, int] | None:
    at = text.find(part)
    return (at, at + len(part)) if at >= 0 else None


_RULES: tuple[Callable[[Work], Iterator[Issue]], ...] = (
    _truncated,
    _refused,
    _answered,
    _preamble,
    _echo,
    _language,
    _placeholders,
    _numbers,
    _links,
    _terms,
    _length,
    _lines,
    _punctuation,
    _brackets,
    _repeated,
    _spaces,
)
