"""The system's key stores: which of them may be used, and one narrow way to talk to each.

Everything here blocks and may show a dialog of the system: `keys` calls it in a thread. `keyring` is imported when a
key store is looked for, never before.
"""

import contextlib
import importlib
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.text import Text, msg

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend as Ring
    from secretstorage import Collection

log = logging.getLogger(__name__)

SERVICE = "desktopchat"
CHOICE_VARIABLE = "PYTHON_KEYRING_BACKEND"

OTHER_PLACES = msg("Keep the key for this session only, or name an environment variable that holds it.")
"""What to do wherever the system cannot keep a key."""


class SecretBackend(Protocol):
    """Keeps short texts under names. Blocks, and raises only `ChatError` (`keyring`, `cancelled`)."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    @property
    def limit(self) -> int | None:
        """How many UTF-16 code units one entry holds; None where that is no matter."""
        ...

    def may_ask(self) -> bool:
        """Whether the next call may show a dialog, and so take as long as a person does."""
        ...

    def unlock(self) -> None:
        """Makes it usable, by asking the person if that is needed; changes nothing else."""
        ...

    def get(self, account: str) -> str | None: ...
    def set(self, account: str, value: str) -> None: ...
    def delete(self, account: str) -> bool:
        """Returns whether there was something."""
        ...


class MemoryBackend:
    """A key store that lasts as long as the object, for tests."""

    name = "memory"

    def __init__(self, limit: int | None = None) -> None:
        self.limit = limit
        self.entries: dict[str, str] = {}

    def may_ask(self) -> bool:
        return False

    def unlock(self) -> None:
        return

    def get(self, account: str) -> str | None:
        return self.entries.get(account)

    def set(self, account: str, value: str) -> None:
        self.entries[account] = value

    def delete(self, account: str) -> bool:
        return self.entries.pop(account, None) is not None


class RingBackend:
    """One of keyring's backends."""

    def __init__(self, kind: "Kind", ring: "Ring") -> None:
        self.name = kind.title
        self.limit = kind.limit
        self._asks = kind.asks
        self._ring = ring

    def may_ask(self) -> bool:
        return self._asks

    def unlock(self) -> None:
        return

    def get(self, account: str) -> str | None:
        with _translated():
            return self._ring.get_password(SERVICE, account)

    def set(self, account: str, value: str) -> None:
        with _translated():
            self._ring.set_password(SERVICE, account, value)

    def delete(self, account: str) -> bool:
        if self.get(account) is None:
            return False
        with _translated():
            self._ring.delete_password(SERVICE, account)
        return True


class SecretServiceBackend(RingBackend):
    """The Secret Service of Linux desktops (GNOME Keyring, KeePassXC …), which can say whether it is locked."""

    def may_ask(self) -> bool:
        import secretstorage

        with _translated(), closing(secretstorage.dbus_init()) as connection:
            try:
                return bool(self._collection(connection).is_locked())
            except secretstorage.ItemNotFoundException:  # there is none yet: a password for a new one will be asked
                return True

    def unlock(self) -> None:
        import secretstorage

        with _translated(), closing(secretstorage.dbus_init()) as connection:
            try:
                collection = self._collection(connection, make=True)
                dismissed = collection.is_locked() and collection.unlock()
            except secretstorage.PromptDismissedException as error:
                raise locked() from error
            if dismissed:
                raise locked()

    def _collection(self, connection: Any, *, make: bool = False) -> "Collection":
        """The collection that the user told keyring to use, else the default one."""
        import secretstorage

        if path := getattr(self._ring, "preferred_collection", ""):
            return secretstorage.Collection(connection, path)
        return secretstorage.get_default_collection(connection) if make else secretstorage.Collection(connection)


@dataclass(frozen=True, slots=True)
class Kind:
    """A backend of keyring that we trust: it encrypts, and belongs to the system."""

    module: str
    class_name: str
    title: str
    platforms: tuple[str, ...]
    asks: bool = True
    limit: int | None = None
    adapter: type[RingBackend] = RingBackend

    @property
    def path(self) -> str:
        return f"{self.module}.{self.class_name}"

    def load(self) -> "tuple[float, Ring]":
        """The backend and its rank. Raises whatever the libraries below raise where it cannot work."""
        ring_type = getattr(importlib.import_module(self.module), self.class_name)
        return float(ring_type.priority), ring_type()


_POSIX = ("linux", "freebsd", "openbsd", "netbsd", "sunos", "cygwin")

# Named one by one, not found through entry points: a package such as keyrings.alt cannot slip a plain file in, and
# a frozen program, which has no entry points, finds them too.
TRUSTED = (
    Kind(
        "keyring.backends.Windows",
        "WinVaultKeyring",
        "Windows Credential Manager",
        ("win32",),
        asks=False,
        limit=1280,  # an entry holds 2,560 bytes of UTF-16: https://github.com/jaraco/keyring/issues/355
    ),
    Kind("keyring.backends.macOS", "Keyring", "macOS Keychain", ("darwin",)),
    Kind("keyring.backends.SecretService", "Keyring", "Secret Service", _POSIX, adapter=SecretServiceBackend),
    Kind("keyring.backends.libsecret", "Keyring", "libsecret", _POSIX),
    Kind("keyring.backends.kwallet", "DBusKeyring", "KWallet", _POSIX),
)

_OFF = ("keyring.backends.null.Keyring", "keyring.backends.fail.Keyring")


def find_backend() -> SecretBackend:
    """The key store to use: the one the user chose for keyring if it is trusted, else the best trusted one.

    Raises `ChatError` `keyring` where there is none, or where the user has turned keyring off.
    """
    chosen = _chosen()
    if chosen in _OFF:
        raise _turned_off(chosen)
    found = [(kind.path == chosen, rank, kind, ring) for kind in TRUSTED for rank, ring in _loaded(kind)]
    if not found:
        raise no_backend()
    _, _, kind, ring = max(found, key=lambda one: one[:2])
    return kind.adapter(kind, ring)


def _loaded(kind: Kind) -> "Iterator[tuple[float, Ring]]":
    """The backend with its rank, if it works here."""
    if not sys.platform.startswith(kind.platforms):
        return
    try:
        yield kind.load()
    except Exception as error:  # noqa: BLE001 - four libraries' errors, which have no common base
        log.info("the key store %s cannot be used: %s", kind.title, error)


def _chosen() -> str:
    """The backend that the user chose for all programs that use keyring; empty if none."""
    if named := os.environ.get(CHOICE_VARIABLE, ""):
        return named
    import configparser

    from keyring.util import platform_

    parser = configparser.RawConfigParser()
    try:
        parser.read(Path(platform_.config_root()) / "keyringrc.cfg", encoding="utf-8")
        return parser.get("backend", "default-keyring", fallback="").strip()
    except (OSError, ValueError, configparser.Error) as error:
        log.info("keyring's own settings cannot be read: %s", error)
        return ""


def no_backend() -> ChatError:
    return failed(
        ErrorKind.KEYRING,
        msg("This system has no key store that keeps keys encrypted, so a key cannot be kept beyond this session."),
        hint=OTHER_PLACES,
    )


def _turned_off(chosen: str) -> ChatError:
    return failed(
        ErrorKind.KEYRING,
        msg("The key store is turned off ({choice}), so a key cannot be kept beyond this session.", choice=chosen),
        hint=OTHER_PLACES,
    )


def locked() -> ChatError:
    return failed(
        ErrorKind.CANCELLED,
        msg("The system's key store is locked and was not unlocked, so the key in it cannot be used."),
        hint=msg("Unlock it and try again, or keep the key for this session only."),
    )


def refused(why: Text, detail: str = "") -> ChatError:
    return failed(ErrorKind.KEYRING, why, hint=OTHER_PLACES, detail=detail)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Turns what the libraries raise into `ChatError`."""
    from keyring.errors import KeyringLocked

    try:
        yield
    except ChatError:
        raise
    except KeyringLocked as error:
        raise locked() from error
    except Exception as error:
        raise refused(msg("The system's key store reported an error."), _reason(error)) from error


def _reason(error: Exception) -> str:
    from desktopchat.transports.redact import redact

    return redact(f"{type(error).__name__}: {error}")[:500]
