"""Who may say that an answer on disk was cut off by a crash: the window, or a command while there is no window."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from desktopchat.domain.errors import ChatError

if TYPE_CHECKING:
    from desktopchat.core import Core

log = logging.getLogger(__name__)


async def settle_if_no_window(core: Core) -> bool:
    """Marks answers that a crash cut off as partial, unless a window runs; says whether it did.

    An answer that another command is storing at this moment is marked as well and loses nothing: what comes is
    still added to it, and its end replaces the mark.
    """
    try:
        with FileLock(core.data.lock, timeout=0):
            await core.conversations.settle_interrupted()
            return True
    except Timeout:
        return False
    except ChatError as error:  # a full or write-protected disk: what can be read is read
        log.warning("answers that were cut off stay unmarked: %s", error)
        return False
    except (OSError, NotImplementedError):  # a file system without locks: nobody can know who else is there
        log.warning("the data folder cannot be locked", exc_info=True)
        return False
