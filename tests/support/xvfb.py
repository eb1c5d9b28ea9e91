"""A real X server without a screen, for tests that look at the window from outside."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from tools import display


@contextmanager
def xvfb(size: str = "1440x900") -> Iterator[str]:
    """The name (":7") of a display of its own; the test is skipped, visibly, where there is no Xvfb."""
    with ExitStack() as stack:
        try:
            name = stack.enter_context(display.virtual(size))
        except display.NoVirtualDisplayError as problem:
            pytest.skip(f"{problem} (Debian: xvfb)")
        yield name
