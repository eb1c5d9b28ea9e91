"""What holds for every test: a home of its own, English, no network but loopback, no display of the user's."""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

RUNS_ALL = "DESKTOPCHAT_TEST_ALL"
LONG_S = 1800
"""What a long test may take, unless it says otherwise itself."""
FOREIGN_PREFIXES = ("DESKTOPCHAT_", "LC_", "QT_", "XDG_", "PYTHON_KEYRING", "KEYRING_", "GNOME_KEYRING")
FOREIGN_ENDINGS = ("_PROXY", "_API_KEY", "_BASE_URL")
FOREIGN = {"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "LANGUAGE", "PYTHONPATH"}
RESERVED_NAMES = (".invalid", ".test", ".example")  # RFC 6761: nobody answers for them, so a test may ask


def _forget_the_user() -> None:
    """Removes, for this process and its children, what the surroundings would change in the program."""
    keep = {RUNS_ALL: os.environ.get(RUNS_ALL), "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM") or "offscreen"}
    for name in list(os.environ):
        upper = name.upper()
        if upper in FOREIGN or upper.startswith(FOREIGN_PREFIXES) or upper.endswith(FOREIGN_ENDINGS):
            del os.environ[name]
    os.environ.update({name: value for name, value in keep.items() if value})
    os.environ.update(LANG="C.UTF-8", QT_API="pyside6")


_forget_the_user()
settings.register_profile("desktopchat", deadline=None, print_blob=True)  # a busy machine is not a failing test
settings.load_profile("desktopchat")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    skip = pytest.mark.skip(reason="long: only `python3 dev.py test --all` runs it")
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.timeout(LONG_S) if os.environ.get(RUNS_ALL) else skip)


@pytest.fixture(scope="session")
def shared_cache() -> Iterator[Path]:
    """One cache folder for all tests: fontconfig alone would take seconds to fill one for each."""
    folder = Path(tempfile.mkdtemp(prefix="dc-cache-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, shared_cache: Path) -> Iterator[Path]:
    """A home directory with nothing in it; the program's data go to `home / "data"`. Its path is short on purpose:
    sockets in it may not have more than about a hundred characters."""
    folder = Path(tempfile.mkdtemp(prefix="dc-")).resolve()
    (folder / "run").mkdir(mode=0o700)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    monkeypatch.setenv("DESKTOPCHAT_DATA_DIR", str(folder / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / ".config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / ".local" / "share"))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / ".local" / "state"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder / "run"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared_cache))
    # a session bus would lead to the real keyring of whoever runs the tests
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={folder / 'run' / 'no-bus'}")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def no_known_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that one test made known must not be taken out of another one's text."""
    from desktopchat.transports import redact

    monkeypatch.setattr(redact, "_known", redact._Known())


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A test may switch the language; the next one starts in English."""
    yield
    i18n = sys.modules.get("desktopchat.i18n")
    if i18n:
        i18n.install("en")


class _NetworkGuard:
    """Refuses, in this process, every address outside the machine; what was tried fails the test that tried it."""

    def __init__(self) -> None:
        self.tried: list[str] = []
        sys.addaudithook(self)

    def __call__(self, event: str, values: tuple[Any, ...]) -> None:
        if event in {"socket.connect", "socket.sendto"}:
            address = values[1]
            if isinstance(address, tuple):
                self._judge(str(address[0]))
        elif event in {"socket.getaddrinfo", "socket.gethostbyname"} and values[0]:
            host = values[0].decode("ascii", "replace") if isinstance(values[0], bytes) else str(values[0])
            self._judge(host)

    def _judge(self, host: str) -> None:
        if is_this_machine(host):
            return
        if host.rstrip(".").endswith(RESERVED_NAMES):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        self.tried.append(host)
        raise ConnectionRefusedError(f"tests may not reach {host}")


def is_this_machine(host: str) -> bool:
    if host in {"", "localhost", "0.0.0.0", "::"}:
        return True
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:  # a name
        return host.rstrip(".").endswith(".localhost")


_guard = _NetworkGuard()


@pytest.fixture(autouse=True)
def loopback_only() -> Iterator[list[str]]:
    """What this test tried to reach elsewhere; a test that does so on purpose clears the list."""
    _guard.tried.clear()
    yield _guard.tried
    assert not _guard.tried, f"the test tried to reach {_guard.tried}"
