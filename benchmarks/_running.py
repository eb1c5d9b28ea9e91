"""Starts the other processes of a benchmark: the server, the window, the reference."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent


@contextmanager
def server() -> Iterator[str]:
    command = [sys.executable, str(HERE / "_server.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def said_by(*command: str, display: str = "") -> dict[str, float]:
    """The JSON object that a script of this folder prints."""
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    script, *arguments = command
    done = subprocess.run(
        [sys.executable, str(HERE / script), *arguments], env=environment, stdout=subprocess.PIPE, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found
