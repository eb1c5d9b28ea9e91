"""Keeps PySide from reading the source of every module that is imported after it."""

import sys

import PySide6.QtCore


def leave_sources_unread() -> None:
    """PySide looks for its own name in each source, for the sake of `from __feature__ import …`, which nobody here
    writes. It keeps all of them in memory: 14 MB, and a tenth of the time until the window is complete.

    WORKAROUND there is no switch for it; a test fails if the name goes away.
    """
    feature = sys.modules.get("shibokensupport.feature")
    if hasattr(feature, "_mod_uses_pyside"):
        feature._mod_uses_pyside = lambda module: module.__name__.startswith(__package__)


assert PySide6.QtCore  # it brings the module along that is changed here
leave_sources_unread()
