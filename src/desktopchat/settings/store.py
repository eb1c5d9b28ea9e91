"""The settings file: one JSON object beside the database. Which settings there are is said in `schema`.

Reading happens once, at the start; changes are kept in memory at once and written behind the caller's back, in the
order in which they were made, so that no window waits for a disk.
"""

import contextlib
import json
import logging
import os
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from desktopchat.domain.errors import ChatError, ErrorKind, Failure, failed
from desktopchat.domain.observe import Signal
from desktopchat.domain.text import Text, msg
from desktopchat.domain.values import Json
from desktopchat.settings.schema import Setting, T

log = logging.getLogger(__name__)


class _Removed:
    """Stands for a value that is to be taken out of the file."""


_REMOVED: Final = _Removed()
_Change = Json | _Removed


class Settings:
    """The user's preferences. Used by one thread; the file may be shared with other processes.

    Values that this version does not know stay in the file; values that do not fit count as not set. Before a write
    the file is read again, so that another process's changes of other settings survive.
    """

    def __init__(self, path: Path) -> None:
        self.changed: Signal[Setting[Any]] = Signal()
        self._path = path
        self._warnings: list[Text] = []
        self._told: set[str] = set()
        self._lock = threading.Lock()  # guards the four below
        self._values: dict[str, Json] = self._load()
        self._pending: dict[str, _Change] = {}
        self._writer: threading.Thread | None = None
        self._failure: Failure | None = None

    @property
    def warnings(self) -> tuple[Text, ...]:
        """What people should be told about the file: that it was broken, or could not be read."""
        return tuple(self._warnings)

    @property
    def failure(self) -> Failure | None:
        """Why the last write did not succeed; None if it did. The changes are tried again with the next one."""
        return self._failure

    def get(self, setting: Setting[T]) -> T:
        """The value that is set, or the default. Cheap: nothing is read from the disk."""
        value = self._values.get(setting.name, setting.default)
        if setting.misfit(value) is None:
            return value  # type: ignore[return-value]  # `misfit` looked at the type
        if setting.name not in self._told:
            self._told.add(setting.name)
            log.warning("the setting %s holds a value that does not fit; its default is used", setting.name)
        return setting.default

    def set(self, setting: Setting[T], value: T) -> None:
        """Changes the value, tells the watchers, and has it written soon.

        Raises `ChatError` `bad_request` for a value that the setting does not take.
        """
        if problem := setting.problem(value):
            raise failed(ErrorKind.BAD_REQUEST, problem)
        before = self._values.get(setting.name, setting.default)
        if type(before) is type(value) and before == value:
            return
        self._change(setting, value)

    def reset(self, setting: Setting[T]) -> None:
        """Goes back to the default."""
        if setting.name in self._values:
            self._change(setting, _REMOVED)

    def flush(self) -> None:
        """Waits until every change is on the disk. Raises `ChatError` `storage` if that does not succeed."""
        self._write_behind()
        while (writer := self._writer) is not None:
            writer.join()
        if self._pending and self._failure is not None:
            raise ChatError(self._failure)

    def close(self) -> None:
        """As `flush`; what cannot be written is logged and lost."""
        with contextlib.suppress(ChatError):  # the writer has logged it
            self.flush()

    def _change(self, setting: Setting[T], change: _Change) -> None:
        with self._lock:
            self._values = _applied(self._values, {setting.name: change})
            self._pending[setting.name] = change
        self._write_behind()
        self.changed.emit(setting)

    def _write_behind(self) -> None:
        """Has a thread write what is pending. It ends when nothing is left, and the interpreter waits for it."""
        with self._lock:
            if self._pending and self._writer is None:
                self._writer = threading.Thread(target=self._write_all, name="settings", daemon=False)
                self._writer.start()

    def _write_all(self) -> None:
        while True:
            with self._lock:
                changes, self._pending = self._pending, {}
                if not changes:
                    self._writer = None
                    return
            try:
                _write(self._path, _applied(self._fresh(), changes))
                self._failure = None
            except OSError as error:
                log.warning("the settings could not be written: %s", error)
                with self._lock:
                    self._failure = _not_written(self._path, error)
                    self._pending = {**changes, **self._pending}
                    self._writer = None
                return

    def _fresh(self) -> Mapping[str, Json]:
        """What the file holds now; what was known before where it is gone or broken."""
        try:
            return _parsed(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except ValueError:
            log.warning("the settings file was broken by somebody else; it is written anew")
            return self._values

    def _load(self) -> dict[str, Json]:
        try:
            return _parsed(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except ValueError as error:
            self._set_aside(error)
        except OSError as error:
            log.warning("the settings file could not be read: %s", error)
            self._warnings.append(msg("The settings could not be read, so the defaults are in use."))
        return {}

    def _set_aside(self, why: ValueError) -> None:
        log.warning("the settings file is broken: %s", why)
        aside = _unused(self._path.with_name(f"{self._path.name}.broken-{datetime.now():%Y%m%d-%H%M%S}"))  # noqa: DTZ005
        try:
            self._path.rename(aside)
        except OSError as error:
            log.warning("the broken settings file could not be moved aside: %s", error)
        self._warnings.append(
            msg("The settings file was broken, so the defaults are in use. It was kept as {name}.", name=aside.name)
        )


def _applied(values: Mapping[str, Json], changes: Mapping[str, _Change]) -> dict[str, Json]:
    """`values` with `changes` made. A new dict: other threads may still read the old one."""
    both: dict[str, _Change] = {**values, **changes}
    return {name: value for name, value in both.items() if not isinstance(value, _Removed)}


def _parsed(content: bytes) -> dict[str, Json]:
    """Raises ValueError for anything but a JSON object."""
    try:
        found = json.loads(content.decode("utf-8-sig"))  # an editor on Windows may have put a BOM in front
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return found


def _write(path: Path, values: Mapping[str, Json]) -> None:
    """Replaces the file in one step: after a crash it holds either all of the old or all of the new."""
    path = path.resolve()  # a link stays a link
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    content = json.dumps(values, ensure_ascii=True, indent=1, sort_keys=True) + "\n"
    try:
        with open(draft, "w", encoding="utf-8", opener=_private) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):  # the first error is the one to tell
            draft.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    """Makes the new name of a file safe against a power cut, where folders can be synced at all."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems refuse; the file itself is safe
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unused(path: Path) -> Path:
    """`path`, or a name like it that nothing has yet."""
    found, n = path, 1
    while found.exists():
        n += 1
        found = path.with_name(f"{path.name}-{n}")
    return found


def _not_written(path: Path, error: OSError) -> Failure:
    return failed(
        ErrorKind.STORAGE,
        msg("The settings could not be written to {file}; the changes last until the program ends.", file=str(path)),
        hint=msg("Make sure that the disk has space and that the folder may be written; then change a setting again."),
        detail=error.strerror or "",
    ).failure
