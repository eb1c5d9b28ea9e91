"""Walking XML of office files by local names: their namespaces differ between the strict and the usual form."""

from collections.abc import Iterator
from typing import Any

Element = Any  # lxml has no types of its own


def local(node: Element) -> str:
    """The name without its namespace; empty for comments, entities and the like."""
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(node: Element | None, name: str) -> Element | None:
    """The first child of that name."""
    return None if node is None else next(node.iterchildren(f"{{*}}{name}"), None)


def children(node: Element | None, name: str) -> Iterator[Element]:
    return iter(()) if node is None else node.iterchildren(f"{{*}}{name}")


def descendants(node: Element | None, name: str) -> Iterator[Element]:
    return iter(()) if node is None else node.iter(f"{{*}}{name}")


def attribute(node: Element | None, name: str) -> str:
    """The attribute's value, whatever its namespace; empty if there is none."""
    if node is None:
        return ""
    for key, value in node.attrib.items():
        if key == name or key.endswith(f"}}{name}"):
            return str(value)
    return ""


def value(node: Element | None, name: str, otherwise: str = "") -> str:
    """The `val` of the child of that name; `otherwise` if there is no such child."""
    found = child(node, name)
    return otherwise if found is None else attribute(found, "val")


def is_on(node: Element | None, name: str) -> bool | None:
    """Whether the switch of that name is on; None where nothing is said."""
    found = child(node, name)
    return None if found is None else attribute(found, "val").lower() not in ("0", "false", "off", "none")


def number(text: str, otherwise: int = 0) -> int:
    """`text` as a whole number of at most nine digits."""
    try:
        return int(text[:9])
    except ValueError:
        return otherwise


def is_white(colour: str) -> bool:
    """Whether RRGGBB is white, or so near to it that nobody sees it on paper."""
    try:
        return len(colour) == 6 and all(int(colour[at : at + 2], 16) >= 0xF8 for at in (0, 2, 4))
    except ValueError:
        return False
