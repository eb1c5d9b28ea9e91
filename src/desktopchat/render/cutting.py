"""Where an unfinished text may be cut, so that nothing that comes later can change what stands before the cut."""

from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from desktopchat.render.content import slices
from desktopchat.render.flatten import CODE_SLICE_CHARS, SLICE_ROWS, Resumed, top_level


@dataclass(slots=True)
class Cut:
    """`closed` and `open` are token sequences on the two sides. `line` is the first one that stays open.

    `slices` is None, or how many slices of the last closed block (long code, a long table) are on the closed side;
    then `prefix` are the lines that must stand before what follows.
    """

    line: int
    closed: list[Token]
    open: list[Token]
    resumed: Resumed | None = None
    slices: int | None = None
    prefix: tuple[int, int] = (0, 0)


def find_cut(tokens: Sequence[Token], complete: int, resumed: Resumed | None) -> Cut | None:
    """The last safe cut in `tokens`, of whose source lines the first `complete` ones are complete; None if there is
    none. `resumed` is what the first block goes on with."""
    groups = list(top_level(tokens))
    if not groups:
        return None
    last = _last_open(groups, complete)
    before = [token for group in groups[:last] for token in group]
    going_on = resumed if last == 0 else None
    inner = _inner_cut(groups[last], complete, going_on) if last == len(groups) - 1 else None
    if inner is not None:
        inner.closed = before + inner.closed
        return inner
    if last == 0:
        return None
    rest = [token for group in groups[last:] for token in group]
    return Cut(_start(groups[last]), before, rest)


def _last_open(groups: Sequence[list[Token]], complete: int) -> int:
    """The index of the group that everything before is closed by.

    Two complete lines must be there, since a table's first line is one only if the next line says so.
    """
    for i in range(len(groups) - 1, 0, -1):
        if _start(groups[i]) + 1 < complete:
            while i > 0 and _may_swallow(groups[i - 1], groups[i]):
                i -= 1  # noqa: PLW2901
            return i
    return 0


def _may_swallow(group: Sequence[Token], following: Sequence[Token]) -> bool:
    """A link definition may still take the lines directly below for its title, but not another definition."""
    is_definition = group[0].type == "definition" != following[0].type
    return is_definition and _end(group) == _start(following)


def _start(group: Sequence[Token]) -> int:
    return group[0].map[0] if group[0].map else 0


def _end(group: Sequence[Token]) -> int:
    return group[0].map[1] if group[0].map else 0


def _inner_cut(group: list[Token], complete: int, resumed: Resumed | None) -> Cut | None:
    match group[0].type:
        case "bullet_list_open" | "ordered_list_open" | "blockquote_open":
            return _container_cut(group, complete, resumed)
        case "table_open":
            return _table_cut(group, complete, resumed)
        case "fence":
            return _fence_cut(group, complete)
        case _:
            return None


def _container_cut(group: list[Token], complete: int, resumed: Resumed | None) -> Cut | None:
    children = list(top_level(group[1:-1]))
    last = _last_open(children, complete)
    if last == 0:
        return None
    closed = [token for child in children[:last] for token in child]
    rest = [token for child in children[last:] for token in child]
    kind = group[0].type.removesuffix("_open")
    number = 0
    if kind == "ordered_list":
        start = group[0].attrGet("start")
        number = (resumed.number if resumed else 1 if start is None else int(start)) + last
    return Cut(
        _start(children[last]),
        [group[0], *closed, group[-1]],
        [group[0], *rest, group[-1]],
        resumed=Resumed(kind, number),
    )


def _table_cut(group: list[Token], complete: int, resumed: Resumed | None) -> Cut | None:
    start, end = _start(group), min(_end(group), complete)
    first = SLICE_ROWS if resumed else SLICE_ROWS - 1  # the header counts where it is shown
    rows = end - start - 2
    if rows <= first:
        return None
    count = 1 + (rows - first - 1) // SLICE_ROWS
    line = start + 2 + first + (count - 1) * SLICE_ROWS
    return Cut(line, group, [], Resumed("table"), count, (start, start + 2))


def _fence_cut(group: list[Token], complete: int) -> Cut | None:
    start, end = _start(group), min(_end(group), complete)
    lines = group[0].content.split("\n")[: end - start - 1]
    pieces = list(slices("\n".join(lines), CODE_SLICE_CHARS))[:-1]
    whole = next((i for i, piece in enumerate(pieces) if not piece.endswith("\n")), len(pieces))
    if whole == 0:
        return None
    line = start + 1 + sum(piece.count("\n") for piece in pieces[:whole])
    return Cut(line, group, [], Resumed("fence"), whole, (start, start + 1))
