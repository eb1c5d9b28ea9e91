"""The relay as something to switch on and off, and the token that opens it. The server itself is handed in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.message import new_id
from desktopchat.domain.observe import Signal
from desktopchat.domain.provider import KeyPlace
from desktopchat.domain.secret import Secret
from desktopchat.settings import schema

if TYPE_CHECKING:
    from desktopchat.domain.errors import Failure
    from desktopchat.settings.keys import KeyStore
    from desktopchat.settings.store import Settings

TOKEN_BYTES = 32
TOKEN_PREFIX = "dcr-"  # noqa: S105 - what a token begins with: people see what it is for


class RunningRelay(Protocol):
    """A relay that listens."""

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`."""
        ...

    async def stop(self) -> None:
        """Ends the answers on their way and closes the port."""
        ...


StartRelay = Callable[[int, Secret], Awaitable[RunningRelay]]
"""Listens on a port of this computer (0: any) for those who have the token. Raises `ChatError` `network`."""


class RelayToken:
    """The token, made once for each data directory and kept in the keyring."""

    def __init__(self, settings: Settings, keys: KeyStore) -> None:
        self._settings = settings
        self._keys = keys

    async def get(self, place: KeyPlace = KeyPlace.KEYRING) -> Secret:
        """The token; a new one where there is none. Raises `ChatError` `keyring`; for the session it never does."""
        found = await self._keys.get(self._account(), place=place)
        return found or await self.renew(place)

    async def renew(self, place: KeyPlace = KeyPlace.KEYRING) -> Secret:
        """Another token in place of the one before. Raises `ChatError` `keyring`."""
        import secrets

        token = Secret(TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES))
        await self._keys.set(self._account(), token, place=place)
        return token

    def _account(self) -> str:
        """Its entry in the keyring; no two data directories share one."""
        if not self._settings.get(schema.RELAY_ID):
            self._settings.set(schema.RELAY_ID, new_id())
        return self._settings.get(schema.RELAY_ID)


class RelaySwitch:
    """The one relay of a window's process. `changed` says that it went on or off, or could not."""

    def __init__(self, token: RelayToken, start: StartRelay) -> None:
        self.changed: Signal[()] = Signal()
        self.token: Secret | None = None
        """What opens the relay that runs."""
        self.lasts = True
        """Whether the token is in the keyring; otherwise it ends with the program."""
        self.failure: Failure | None = None
        """Why it is not running, if it was to."""
        self._token = token
        self._start = start
        self._running: RunningRelay | None = None
        self._busy = asyncio.Lock()

    @property
    def url(self) -> str:
        """Where it listens; empty while it is off."""
        return self._running.url if self._running is not None else ""

    async def start(self, port: int) -> None:
        """Switches it on; never raises `ChatError`: see `failure`. What runs already goes on."""
        async with self._busy:
            if self._running is None:
                self.failure = None
                try:
                    self.token = await self._known_token()
                    self._running = await self._start(port, self.token)
                except ChatError as error:
                    self.failure = error.failure
                self.changed.emit()

    async def stop(self) -> None:
        """Switches it off; what is off stays so."""
        async with self._busy:
            if self._running is not None:
                try:
                    await self._running.stop()
                finally:
                    self._running = None
                self.changed.emit()

    async def renew_token(self) -> None:
        """Shuts everybody out who has the token of before. Raises `ChatError` `keyring`, and changes nothing then."""
        self.token = await self._token.renew(KeyPlace.KEYRING if self.lasts else KeyPlace.SESSION)
        if self.url:
            port = int(self.url.rpartition(":")[2])
            await self.stop()
            await self.start(port)
        self.changed.emit()

    async def _known_token(self) -> Secret:
        """From the keyring, or where that cannot be used one that ends with the program."""
        try:
            token = await self._token.get()
        except ChatError as error:
            if error.kind is not ErrorKind.KEYRING:
                raise
            self.lasts = False
            return await self._token.get(KeyPlace.SESSION)
        self.lasts = True
        return token
