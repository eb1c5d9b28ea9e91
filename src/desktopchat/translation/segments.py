"""A text in the pieces that are translated one by one, and back in one: every character between them is kept.

Paragraphs are pieces; one that is too long for a request is cut between sentences. Markdown's parts are found in
`markdown_parts`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from desktopchat.translation.languages import Script, find
from desktopchat.translation.sentences import sentences
from desktopchat.translation.sizes import tokens

LONGEST = 1_200
"""Tokens of one piece. A longer paragraph is cut: weak models lose their way, and short ones are soon done again."""

_BREAK = re.compile(r"\r\n|[\n\r\u2028\u2029\x0b\x0c]")
_WRAP_AT = 110
_LEAST_WRAPPED = 40


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece: `raw` as it stands in the source, `text` as it is sent, `trail` what follows up to the next piece.

    `text` has a line break only where the author insists on one; in the source that is `line_break`. `soft` says that
    the cut behind the piece lies inside a paragraph.
    """

    raw: str
    text: str
    trail: str = ""
    soft: bool = False
    line_break: str = "\n"


@dataclass(frozen=True, slots=True)
class Cut:
    """A text in pieces: `lead` stands before the first one. All put together are the text again, byte for byte."""

    lead: str
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        return self.lead + "".join(each.raw + each.trail for each in self.segments)


def cut(text: str, longest: int = LONGEST, language: str = "") -> Cut:
    """Plain text in its paragraphs: lines, and lines together that were only wrapped to fit a width."""
    spans = [_trimmed(text, start, end) for start, end in _paragraphs(text)]
    return cut_at(text, [span for span in spans if span[0] < span[1]], longest, language)


def cut_at(
    text: str,
    spans: Sequence[tuple[int, int]],
    longest: int = LONGEST,
    language: str = "",
    flat: Callable[[int, int], tuple[str, str]] | None = None,
) -> Cut:
    """`text` with the pieces at `spans`, which follow each other; everything else is between them.

    `flat` gives for a span the text as it is sent, and its line break.
    """
    pieces = [part for span in spans for part in _short_enough(text, span, longest, language)]
    if not pieces:
        return Cut(text, ())
    starts = [start for (start, _), _ in pieces[1:]] + [len(text)]
    make = flat or (lambda start, end: (flattened(text[start:end]), "\n"))
    segments = []
    for ((start, end), soft), following in zip(pieces, starts, strict=True):
        sent, line_break = make(start, end)
        segments.append(Segment(text[start:end], sent, text[end:following], soft, line_break))
    return Cut(text[: pieces[0][0][0]], tuple(segments))


def flattened(raw: str) -> str:
    """Wrapped lines as one: with a blank between them where the script has blanks."""
    lines = [line.strip() for line in _BREAK.split(raw)]
    joined = lines[0]
    for line in lines[1:]:
        joined += line if _is_unspaced(joined[-1:]) and _is_unspaced(line[:1]) else f" {line}"
    return joined


def stitched(parts: Cut, targets: Sequence[str | None], target_language: str = "") -> str:
    """The translation as one text. None keeps a piece as it is in the source, and so does its own text unchanged."""
    found = find(target_language)
    unspaced = found is not None and found.script.has_no_spaces
    out = [parts.lead]
    for segment, target in zip(parts.segments, targets, strict=True):
        if target is None or target == segment.text:
            out += (segment.raw, segment.trail)
        else:
            out += (
                target.replace("\n", segment.line_break),
                _inner_gap(segment, found.script if found else None, unspaced),
            )
    return "".join(out)


def _inner_gap(segment: Segment, script: Script | None, unspaced: bool) -> str:
    """What stands behind a translated piece: inside a paragraph as the target's script wants it, else as it was."""
    if not segment.soft or script is None:
        return segment.trail
    if segment.trail == "" and not unspaced:
        return " "
    return "" if segment.trail == " " and unspaced else segment.trail


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    run: list[tuple[int, int]] = []
    for start, end in _lines(text):
        if text[start:end].strip():
            run.append((start, end))
        else:
            yield from _unwrapped(text, run)
            run = []
    yield from _unwrapped(text, run)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for found in _BREAK.finditer(text):
        yield start, found.start()
        start = found.end()
    yield start, len(text)


def _unwrapped(text: str, run: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """A run of lines as one paragraph if a width made it, else each line for itself."""
    if len(run) > 1 and _was_wrapped([text[start:end].rstrip() for start, end in run]):
        yield run[0][0], run[-1][1]
    else:
        yield from run


def _was_wrapped(lines: list[str]) -> bool:
    """Whether each line ends because the next one's first word did not fit."""
    width = max(map(len, lines))
    if not _LEAST_WRAPPED <= width <= _WRAP_AT or any(line[:1].isspace() for line in lines[1:]):
        return False
    return all(len(line) + 1 + len(following.split()[0]) > width for line, following in pairwise(lines))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    inner = text[start:end]
    return start + len(inner) - len(inner.lstrip()), end - (len(inner) - len(inner.rstrip()))


def _short_enough(
    text: str, span: tuple[int, int], longest: int, language: str
) -> Iterator[tuple[tuple[int, int], bool]]:
    """The span, or its sentences in groups that are short enough; True with those that go on in the next one."""
    start, end = span
    if tokens(text[start:end]) <= longest:
        yield span, False
        return
    groups = list(_groups(text, span, longest, language))
    for number, group in enumerate(groups):
        yield group, number < len(groups) - 1


def _groups(text: str, span: tuple[int, int], longest: int, language: str) -> Iterator[tuple[int, int]]:
    begun, size, until = span[0], 0, span[0]
    for start, end in _sentences_or_less(text, span, longest, language):
        more = tokens(text[start:end])
        if size and size + more > longest:
            yield _trimmed(text, begun, until)
            begun, size = start, 0
        size += more
        until = end
    if text[begun:until].strip():
        yield _trimmed(text, begun, until)


def _sentences_or_less(text: str, span: tuple[int, int], longest: int, language: str) -> Iterator[tuple[int, int]]:
    """Sentences; one that is too long by itself in stretches that end at a blank if there is one."""
    for start, end in sentences(text[span[0] : span[1]], language):
        at, stop = span[0] + start, span[0] + end
        while tokens(text[at:stop]) > longest:
            room = at + longest  # a token has at least one character, so this much surely fits
            blank = text.rfind(" ", at + longest // 2, room)
            border = blank + 1 if blank > at else room
            yield at, border
            at = border
        if at < stop:
            yield at, stop


def _is_unspaced(character: str) -> bool:
    return "\u2e80" <= character <= "\u9fff" or "\uff00" <= character <= "\uff60"
