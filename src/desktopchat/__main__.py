"""What runs when the program is started: the window, or a shell command."""

import sys

from desktopchat.cli.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
