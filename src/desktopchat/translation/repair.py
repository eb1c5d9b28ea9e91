"""From a model's raw answer to pieces that are certain, and which of two answers is the better one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from desktopchat.domain.translation import Issue, Severity
from desktopchat.translation.atoms import Protected, by_number, recovered

_FENCE = re.compile(r"^\s*```[\w-]*\n(.*?)\n?```\s*$", re.DOTALL)
_OUR_MARKS = re.compile(r"^\s*<(src|bad)-[0-9a-f]+>\s*\n?|\n?\s*</(src|bad)-[0-9a-f]+>\s*$")
_QUOTES = (('"', '"'), ("“", "”"), ("「", "」"), ("'", "'"))
_VERSION = re.compile(r"^\s*[*_]{0,2}(\d{1,2})[.)、:：]\s*", re.MULTILINE)


def cleaned(answer: str, source: str) -> str:
    """`answer` without what models wrap around it: fences, our own marks, quotation marks that the source has not."""
    text = answer.strip()
    if (fenced := _FENCE.match(text)) and not source.lstrip().startswith("```"):
        text = fenced[1].strip()
    text = _OUR_MARKS.sub("", text).strip()
    for opening, closing in _QUOTES:
        inner = text[1:-1]
        is_wrapped = len(text) > 2 and text.startswith(opening) and text.endswith(closing)
        if is_wrapped and opening not in inner and closing not in inner and source.strip()[:1] not in "\"“「'„«":
            return inner.strip()
    return text


def pieces_in(answer: str, sent: Sequence[Protected]) -> dict[int, str]:
    """The translations in an answer by the number of their piece: those that are certain to belong to it.

    They still have their marks. Pieces that are left out have to be asked for again.
    """
    if len(sent) == 1:
        return {0: recovered(cleaned(answer, sent[0].text))}
    found = by_number(recovered(answer, paragraphs=True), len(sent))
    last = len(sent) - 1
    if last in found:
        found[last] = re.sub(r"\s*</src-[0-9a-f]+>\s*$", "", found[last])
    return {number: text for number, text in found.items() if text}


def versions_in(answer: str) -> list[str]:
    """The numbered versions in an answer, as far as it has come; without numbers, its lines."""
    starts = list(_VERSION.finditer(answer))
    if not starts:
        return [line.strip() for line in answer.splitlines() if line.strip()]
    ends = [found.start() for found in starts[1:]] + [len(answer)]
    found = (answer[start.end() : end].strip().strip("*_") for start, end in zip(starts, ends, strict=True))
    return [version for version in found if version]


def weight(issues: Sequence[Issue]) -> int:
    """How bad a translation is: errors weigh more than any number of warnings."""
    return sum(100 if issue.severity is Severity.ERROR else 1 for issue in issues)
