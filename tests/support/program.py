"""The real program as a child process, on a data directory of its own; its output is read as it comes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
FOREIGN = ("proxy", "desktopchat_", "xdg_", "dbus_", "python")
"""Beginnings and endings of names of variables that would make one machine's run differ from another's."""


@dataclass(frozen=True, slots=True)
class Result:
    status: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def events(self) -> list[dict[str, Any]]:
        """What was printed with `--json`."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def answer(self) -> str:
        return "".join(event["text"] for event in self.events if event["type"] == "text")

    @property
    def last(self) -> dict[str, Any]:
        return self.events[-1]


class Running:
    """A program that runs. As a context manager it is gone at the end of the block, whatever happens in it."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def line(self) -> bytes:
        """The next line of its standard output; empty at the end."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.line())
        return found

    def events(self) -> Iterator[tuple[float, dict[str, Any]]]:
        """What it says with `--json`, with the moment (monotonic seconds) at which it was heard."""
        while line := self.line():
            yield time.monotonic(), json.loads(line)

    def until(self, kind: str) -> dict[str, Any]:
        for _, event in self.events():
            if event["type"] == kind:
                return event
        raise AssertionError(
            f"the program ended without {kind!r}: {self.process.stderr and self.process.stderr.read()!r}"
        )

    def signal(self, signum: signal.Signals) -> None:
        self.process.send_signal(signum)

    def end(self, timeout_s: float = 20) -> Result:
        """Waits for its end; `out` is what was not read before."""
        out, err = self.process.communicate(timeout=timeout_s)
        return Result(self.process.returncode, out, err.decode())


class Program:
    """Runs `desktopchat …` on one data directory. `environment` is added to a clean one."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.home = folder / "home"
        self.data = folder / "data"
        self.home.mkdir(parents=True, exist_ok=True)
        self.environment = {**_clean_environment(self.home), **(environment or {})}

    def start(
        self, *arguments: str, environment: Mapping[str, str] | None = None, stdin: int = subprocess.DEVNULL
    ) -> Running:
        return Running(
            subprocess.Popen(
                [sys.executable, "-m", "desktopchat", "--data-dir", str(self.data), *arguments],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**self.environment, **(environment or {})},
                cwd=self.home,
            )
        )

    def run(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        environment: Mapping[str, str] | None = None,
        timeout_s: float = 60,
    ) -> Result:
        how = subprocess.DEVNULL if stdin is None else subprocess.PIPE
        with self.start(*arguments, environment=environment, stdin=how) as running:
            out, err = running.process.communicate(stdin, timeout=timeout_s)
            return Result(running.process.returncode, out, err.decode())


def _clean_environment(home: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.lower().startswith(FOREIGN) and not name.lower().endswith(FOREIGN)
    }
    return {
        **kept,
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(REPOSITORY / "src"),
        "PYTHONWARNINGS": "default",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
