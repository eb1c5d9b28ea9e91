"""What runs when the program is started: the window, or a shell command."""

import os
import sys
import threading

from desktopchat.cli import main as command_line

LEAVING_S = 3.0
"""How long a thread that hangs in a system call (a name look-up, a locked keyring) may hold up the end."""


def main() -> int:
    """Runs the program; returns its exit status. All that must be kept is on disk by then."""
    status = command_line.main()
    leave = threading.Timer(LEAVING_S, os._exit, (status,))
    leave.daemon = True
    leave.start()
    return status


if __name__ == "__main__":
    sys.exit(main())
