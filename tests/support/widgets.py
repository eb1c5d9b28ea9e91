"""Finding widgets as an outside test does: by kind and object name."""

from typing import TypeVar

from PySide6.QtCore import QObject

W = TypeVar("W", bound=QObject)


def child(owner: QObject | None, kind: type[W], name: str = "") -> W:
    """The only child of that kind (and name); a test that finds none fails here."""
    assert owner is not None
    found = owner.findChildren(kind, name) if name else owner.findChildren(kind)
    assert found, f"no {kind.__name__} {name}"
    return found[0]
