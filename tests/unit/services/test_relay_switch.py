"""The relay's switch and its token, with a relay behind it that only says that it runs."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from desktopchat.domain.errors import ChatError, ErrorKind, Failure, failed
from desktopchat.domain.provider import KeyPlace
from desktopchat.domain.secret import Secret
from desktopchat.domain.text import msg
from desktopchat.services.relay import RelaySwitch, RelayToken
from desktopchat.settings.backends import MemoryBackend
from desktopchat.settings.keys import KeyStore
from desktopchat.settings.store import Settings
from desktopchat.transports.redact import redact


class LockedBackend(MemoryBackend):
    def get(self, account: str) -> str | None:
        raise failed(ErrorKind.KEYRING, msg("There is no keyring."))


@dataclass
class Street:
    """Where relays run."""

    begun: list[tuple[int, str]] = field(default_factory=list)
    running: int = 0
    taken: bool = False

    async def start(self, port: int, token: Secret) -> "Running":
        if self.taken:
            raise failed(ErrorKind.NETWORK, msg("The port is taken."))
        self.begun.append((port, token.reveal()))
        self.running += 1
        return Running(self, f"http://127.0.0.1:{port or 4711}")


@dataclass
class Running:
    street: Street
    url: str

    async def stop(self) -> None:
        await asyncio.sleep(0)
        self.street.running -= 1


@pytest.fixture
def street() -> Street:
    return Street()


def _failure_of(switch: RelaySwitch) -> Failure | None:
    return switch.failure


def switch_on(folder: Path, street: Street, backend: MemoryBackend | None = None) -> tuple[RelaySwitch, RelayToken]:
    token = RelayToken(Settings(folder / "settings.json"), KeyStore(backend or MemoryBackend()))
    return RelaySwitch(token, street.start), token


def test_the_token_is_made_once_and_is_long_and_known_to_the_redaction(tmp_path: Path) -> None:
    backend = MemoryBackend()
    settings = Settings(tmp_path / "settings.json")

    async def work() -> None:
        first = await RelayToken(settings, KeyStore(backend)).get()
        again = await RelayToken(settings, KeyStore(backend)).get()
        assert first == again
        assert len(first.reveal()) > 40
        assert first.reveal() not in redact(f"the token is {first.reveal()}.")

    asyncio.run(work())
    assert len(backend.entries) == 1


def test_another_data_directory_has_another_token(tmp_path: Path, street: Street) -> None:
    backend = MemoryBackend()

    async def work() -> None:
        tokens = [await switch_on(tmp_path / name, street, backend)[1].get() for name in ("a", "b")]
        assert tokens[0] != tokens[1]

    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    asyncio.run(work())


def test_a_new_token_takes_the_old_ones_place(tmp_path: Path, street: Street) -> None:
    async def work() -> None:
        _, token = switch_on(tmp_path, street)
        first = await token.get()
        second = await token.renew()
        assert (await token.get(), first == second) == (second, False)

    asyncio.run(work())


def test_it_goes_on_and_off_and_says_so(tmp_path: Path, street: Street) -> None:
    async def work() -> None:
        switch, _ = switch_on(tmp_path, street)
        seen: list[str] = []
        switch.changed.connect(lambda: seen.append(switch.url))
        await switch.start(8000)
        await switch.start(8001)
        assert (street.running, switch.url) == (1, "http://127.0.0.1:8000")
        await asyncio.gather(switch.stop(), switch.stop())
        assert (street.running, switch.url) == (0, "")
        assert seen == ["http://127.0.0.1:8000", ""]
        await switch.stop()

    asyncio.run(work())


def test_what_keeps_it_from_running_is_kept_and_forgotten_when_it_runs(tmp_path: Path, street: Street) -> None:
    async def work() -> None:
        switch, _ = switch_on(tmp_path, street)
        street.taken = True
        await switch.start(8000)
        assert switch.failure is not None
        assert switch.failure.kind is ErrorKind.NETWORK
        street.taken = False
        await switch.start(8000)
        assert (_failure_of(switch), bool(switch.url)) == (None, True)
        await switch.stop()

    asyncio.run(work())


def test_without_a_keyring_a_token_lasts_as_long_as_the_program(tmp_path: Path, street: Street) -> None:
    async def work() -> None:
        switch, token = switch_on(tmp_path, street, LockedBackend())
        await switch.start(0)
        assert not switch.lasts
        await switch.stop()
        await switch.start(0)
        assert street.begun[0] == street.begun[1]
        await switch.renew_token()
        assert street.begun[2] == (4711, (await token.get(KeyPlace.SESSION)).reveal())
        assert street.begun[2][1] != street.begun[0][1]
        with pytest.raises(ChatError):
            await token.get()
        await switch.stop()

    asyncio.run(work())
