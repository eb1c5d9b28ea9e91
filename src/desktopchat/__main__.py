"""What runs when the program is started: the window, or a shell command."""

import sys

READER = "--documents-worker"
"""Starts the process that reads one attachment (`documents.worker`); for the program itself, not for people."""
LEAVING_S = 3.0
"""How long a thread that hangs in a system call (a name look-up, a locked keyring) may hold up the end."""


def main() -> int:
    """Runs the program; returns its exit status. All that must be kept is on disk by then."""
    if sys.argv[1:] == [READER]:
        from desktopchat.documents.worker import main as read_one_file

        return read_one_file()
    try:
        from desktopchat.cli import main as command_line  # here: Ctrl+C may come while modules are loaded

        status = command_line.main()
        _leave_soon(status)
    except KeyboardInterrupt:
        return 130
    return status


def _leave_soon(status: int) -> None:
    import os
    import threading

    leave = threading.Timer(LEAVING_S, os._exit, (status,))
    leave.daemon = True
    leave.start()


if __name__ == "__main__":
    sys.exit(main())
