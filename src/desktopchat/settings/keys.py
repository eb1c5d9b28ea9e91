"""Where keys are kept: the system's key store, this process's memory, or an environment variable. Never a file.

`KeyStore` is what the rest of the program sees; the key stores themselves are in `backends`.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.observe import Signal
from desktopchat.domain.provider import KeyPlace
from desktopchat.domain.secret import Secret
from desktopchat.domain.text import Text, msg
from desktopchat.settings import pieces
from desktopchat.settings.backends import OTHER_PLACES, SecretBackend, find_backend
from desktopchat.settings.patience import Attempt, Patience, PatientThread, StillBusyError

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class KeyBackend:
    """The system's key store as people see it. Where it is not usable, `why` says so and `hint` what to do."""

    name: str
    usable: bool
    why: Text | None = None
    hint: Text | None = None


@dataclass(frozen=True, slots=True)
class PastedKey:
    """A key as it was meant; `tidied` if something was taken off it, which people are told."""

    key: Secret
    tidied: bool


class KeyStore:
    """The providers' keys, by the providers' ids.

    `waiting` is emitted with True when the key store lets us wait for more than a second (it may be asking for a
    password), and with False when that is over. Everything asynchronous raises `ChatError`: `keyring` where the key
    store cannot be used, `cancelled` where the user did not unlock it.
    """

    def __init__(self, backend: SecretBackend | None = None, *, patience: Patience | None = None) -> None:
        self._backend = backend
        self._patience = patience or Patience()
        self._thread = PatientThread(self._patience)
        self._session: dict[str, Secret] = {}
        self.waiting: Signal[bool] = self._thread.waiting

    async def get(self, account: str, *, place: KeyPlace | None = None) -> Secret | None:
        """The key, from this session's memory first; `place` narrows the search to the memory or the keyring."""
        if place is not KeyPlace.KEYRING and (known := self._session.get(account)):
            return known
        if place is KeyPlace.SESSION:
            return None
        value = await self._ask(lambda backend, _: pieces.read(backend, account))
        return None if value is None else _revealed(value)

    async def set(self, account: str, key: Secret, *, place: KeyPlace = KeyPlace.KEYRING) -> None:
        """Keeps `key`; in the keyring it is written, read back and compared. What was there stays on an error."""
        _redact_from_now_on(key)
        if place is KeyPlace.SESSION:
            self._session[account] = key
            return
        if place is not KeyPlace.KEYRING:
            raise ValueError("a key is kept in the keyring or for the session")

        def write(backend: SecretBackend, attempt: Attempt) -> None:
            pieces.write(backend, account, key.reveal(), check=attempt.check)

        await self._ask(write)
        self._session.pop(account, None)

    async def delete(self, account: str, *, place: KeyPlace | None = None) -> bool:
        """Removes the key with all its pieces; returns whether there was one. `place` as in `get`."""
        found = place is not KeyPlace.KEYRING and self._session.pop(account, None) is not None
        if place is KeyPlace.SESSION:
            return found
        return await self._ask(lambda backend, _: pieces.delete(backend, account)) or found

    async def backend(self) -> KeyBackend:
        """Which key store there is. Never raises `ChatError`, never asks for a password."""
        try:
            return KeyBackend(await self._run(lambda _: self._found().name), usable=True)
        except ChatError as error:
            return KeyBackend("none", usable=False, why=error.failure.message, hint=error.failure.hint)

    def from_environment(self, name: str, environ: Mapping[str, str] | None = None) -> Secret:
        """As `from_environment` below."""
        return from_environment(name, os.environ if environ is None else environ)

    def close(self) -> None:
        """Forgets the session's keys and ends the thread."""
        self._session.clear()
        self._thread.close()

    async def _ask(self, work: Callable[[SecretBackend, Attempt], R]) -> R:
        """Has `work` done with the unlocked key store."""

        def unlocked(attempt: Attempt) -> R:
            backend = self._found()
            if backend.may_ask():
                attempt.asking = True
                backend.unlock()
                attempt.check()  # whoever asked for this may have given up before the password came
            return work(backend, attempt)

        return await self._run(unlocked)

    async def _run(self, work: Callable[[Attempt], R]) -> R:
        try:
            return await self._thread.run(work)
        except StillBusyError as error:
            raise _silent() from error

    def _found(self) -> SecretBackend:
        """In the thread: the key store, looked for again until there is one."""
        if self._backend is None:
            self._backend = find_backend()
        return self._backend


def from_environment(name: str, environ: Mapping[str, str]) -> Secret:
    """What the variable `name` holds, as it stands there: `pasted_key` makes a key of it, and knows what it took off.

    Raises `ChatError` `auth` if it is not set or blank.
    """
    value = environ.get(name, "")
    if value.strip():
        _redact_from_now_on(Secret(value.strip()))
        return Secret(value)
    hint = msg("Set the variable before you start the program, or give the provider a key.")
    if not _is_shown(name):
        raise failed(ErrorKind.AUTH, msg("The environment variable that was named for the key is not set."), hint=hint)
    raise failed(
        ErrorKind.AUTH,
        msg("The environment variable {name} is not set or is empty, so there is no key to send.", name=name),
        hint=hint,
    )


def pasted_key(text: str) -> PastedKey:
    """The key in what a person pasted or piped: without blanks, quotes and a `Bearer ` around it.

    A key of several values may have blanks around its colons, and Chinese colons.

    Raises `ChatError` `bad_request` if nothing is left, or if it holds what no key can (blanks, line breaks,
    characters beyond ASCII); the message does not repeat it.
    """
    found = _INVISIBLE.sub("", text).strip()
    before = None
    while found != before:  # some paste `Bearer "Bearer sk-…"`
        before = found
        found = _BEARER.sub("", found).strip()
        found = found.strip(_QUOTES).strip()
    found = _COLON.sub(":", found)
    if not found:
        raise failed(ErrorKind.BAD_REQUEST, msg("There is no key in what was entered."))
    if not all("!" <= character <= "~" for character in found):
        raise failed(
            ErrorKind.BAD_REQUEST,
            msg("This is not a key: it holds blanks, line breaks or letters that keys do not have."),
            hint=msg("Copy the key again, alone and whole."),
        )
    return PastedKey(_revealed(found), tidied=found != text.removesuffix("\n").removesuffix("\r"))


_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_COLON = re.compile(r"\s*[:：]\s*")
_QUOTES = "\"'`“”‘’"
_BEARER = re.compile(rf"^[{_QUOTES}]?(?:authorization\s*:\s*)?bearer(?:\s+|$)", re.IGNORECASE)


def _is_shown(name: str) -> bool:
    """Whether `name` may be repeated: a key given by mistake as the name of a variable may not."""
    return name.isidentifier() and name.isascii() and (len(name) < 24 or "_" in name)


def _revealed(value: str) -> Secret:
    key = Secret(value)
    _redact_from_now_on(key)
    return key


def _redact_from_now_on(key: Secret) -> None:
    from desktopchat.transports.redact import register  # not for the first picture: no key is needed for it

    register(key)


def _silent() -> ChatError:
    return failed(
        ErrorKind.KEYRING,
        msg("The system's key store does not answer. It may be waiting for a password in another window."),
        hint=OTHER_PLACES,
    )
