"""A real desktop session's key store for tests: a D-Bus of its own and a gnome-keyring, in a folder of their own."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = ("dbus-daemon", "gnome-keyring-daemon")
PASSWORD = "a password for tests"


def skip_without_programs() -> None:
    """Skips the test, visibly, where the programs are not installed."""
    if missing := [name for name in PROGRAMS if shutil.which(name) is None]:
        pytest.skip(f"needs {', '.join(missing)} (Debian: dbus gnome-keyring)")


class KeyringSession:
    """What a login session would be. `environment` is for every program that is to live in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bus: subprocess.Popen[str] | None = None
        self._daemon: subprocess.Popen[str] | None = None
        self.environment: dict[str, str] = {}

    def start(self) -> None:
        """Starts the bus and the unlocked key store; what an earlier session in this folder stored is there again."""
        folders = {"HOME": "home", "XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "config", "XDG_RUNTIME_DIR": "run"}
        for name in folders.values():
            (self._folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        self.environment = kept | {name: str(self._folder / folder) for name, folder in folders.items()}
        self._bus = self._spawn("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1")
        assert self._bus.stdout is not None
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = self._bus.stdout.readline().strip()
        self.start_daemon()

    def start_daemon(self, *, unlocked: bool = True) -> None:
        """Starts the key store; a locked one has nobody whom it could ask for the password."""
        options = ["--unlock"] if unlocked else []
        self._daemon = self._spawn("gnome-keyring-daemon", "--foreground", "--components=secrets", *options)
        assert self._daemon.stdin is not None
        self._daemon.stdin.write(PASSWORD if unlocked else "")
        self._daemon.stdin.close()
        self._until_ready()

    def stop_daemon(self) -> None:
        _end(self._daemon)
        self._daemon = None

    def stop(self) -> None:
        self.stop_daemon()
        _end(self._bus)
        self._bus = None

    def run(
        self, arguments: Sequence[str], *, stdin: str = "", timeout_s: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Runs a program inside the session."""
        return subprocess.run(
            arguments,
            input=stdin,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def _spawn(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            arguments,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def _until_ready(self) -> None:
        jeepney: Any = import_module("jeepney")  # has no types
        blocking: Any = import_module("jeepney.io.blocking")
        bus = jeepney.DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
        question = jeepney.new_method_call(bus, "NameHasOwner", "s", ("org.freedesktop.secrets",))
        deadline = time.monotonic() + 20
        with blocking.open_dbus_connection(self.environment["DBUS_SESSION_BUS_ADDRESS"]) as connection:
            while not connection.send_and_get_reply(question, timeout=5).body[0]:
                assert time.monotonic() < deadline, "gnome-keyring did not come up"
                time.sleep(0.02)


@contextmanager
def keyring_session(folder: Path) -> Iterator[KeyringSession]:
    """A running session in `folder`; skips the test where it cannot be had."""
    skip_without_programs()
    session = KeyringSession(folder)
    try:
        session.start()
        yield session
    finally:
        session.stop()


def _end(process: subprocess.Popen[str] | None) -> None:
    if process is None:
        return
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
