"""The real window on a real (virtual) X display, driven from outside with xdotool, as a person's hands would."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.support.program import Program, Running


def xdotool() -> str:
    """The program's path; the test is skipped, visibly, where it is missing."""
    found = shutil.which("xdotool")
    if found is None:
        pytest.skip("xdotool is missing (Debian: xdotool)")
    return found


class Desktop:
    """One display and the program on it. Times are waited for through the trace, never with fixed pauses."""

    def __init__(self, display: str, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.trace = folder / "trace.jsonl"
        self.program = Program(folder, {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", **(environment or {})})
        self._display = display
        self._hand = xdotool()

    def open(self, *arguments: str) -> Running:
        """Starts the window and waits until it can be used."""
        self.trace.unlink(missing_ok=True)
        running = self.program.start("--trace", str(self.trace), *arguments)
        self.wait_for("startup.interactive", running)
        return running

    def type(self, text: str) -> None:
        self._do("type", "--delay", "5", text)

    def press(self, *keys: str) -> None:
        self._do("key", *keys)

    def events(self, name: str) -> list[dict[str, Any]]:
        """What the trace says of `name` so far."""
        if not self.trace.exists():
            return []
        lines = self.trace.read_text(encoding="utf-8").splitlines()
        return [event for event in map(json.loads, lines) if event["event"] == name]

    def wait_for(self, name: str, running: Running, count: int = 1, timeout_s: float = 60) -> dict[str, Any]:
        """The `count`-th event of that name; fails when the program ends or the time is over."""
        self.wait_until(lambda: len(self.events(name)) >= count, running, timeout_s)
        return self.events(name)[count - 1]

    def wait_until(self, check: Callable[[], object], running: Running, timeout_s: float = 60) -> None:
        end = time.monotonic() + timeout_s
        while not check():
            if running.process.poll() is not None:
                raise AssertionError(f"the program ended: {running.end().err}")
            assert time.monotonic() < end, "waited too long"
            time.sleep(0.02)

    def windows(self) -> list[str]:
        """The names of the windows that the X server shows."""
        found = subprocess.run(
            [self._hand, "search", "--onlyvisible", "--name", ""],
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        return [self._ask("getwindowname", window) for window in found.stdout.split()]

    def _ask(self, *arguments: str) -> str:
        done = subprocess.run(
            [self._hand, *arguments], env=self._environment(), capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def _do(self, *arguments: str) -> None:
        subprocess.run([self._hand, *arguments], env=self._environment(), check=True, capture_output=True)

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "DISPLAY": self._display}
