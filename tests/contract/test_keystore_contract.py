"""What every key store does, whatever keeps the keys: checked on memory, on short entries, and on a real keyring."""

import asyncio
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.support.canary import assert_absent, new_canary
from tests.support.keyring_session import KeyringSession, keyring_session

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.provider import KeyPlace
from desktopchat.domain.secret import Secret
from desktopchat.settings.backends import MemoryBackend, SecretBackend, find_backend
from desktopchat.settings.keys import KeyStore
from desktopchat.settings.pieces import MARK


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyringSession]:
    with keyring_session(tmp_path_factory.mktemp("session")) as found:
        yield found


@pytest.fixture
def real_backend(session: KeyringSession, monkeypatch: pytest.MonkeyPatch) -> SecretBackend:
    for name, value in session.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    return find_backend()


@pytest.fixture(params=["memory", "short memory", "gnome-keyring"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> SecretBackend:
    if request.param == "memory":
        return MemoryBackend()
    if request.param == "short memory":
        return MemoryBackend(limit=10)
    real: SecretBackend = request.getfixturevalue("real_backend")
    monkeypatch.setattr(real, "limit", 20)  # some of the secrets below fit, and some are cut
    return real


@pytest.fixture
def account() -> str:
    return str(uuid4())


def run(backend: SecretBackend, *steps: Any) -> list[Any]:
    """Runs the steps, each a function of the store that returns something to wait for, one after the other."""

    async def all_of_them() -> list[Any]:
        store = KeyStore(backend)
        try:
            return [await step(store) for step in steps]
        finally:
            store.close()

    return asyncio.run(all_of_them())


def test_what_is_set_is_got_until_it_is_deleted(backend: SecretBackend, account: str) -> None:
    key = Secret("sk-a key of some length")
    results = run(
        backend,
        lambda store: store.get(account),
        lambda store: store.set(account, key),
        lambda store: store.get(account),
        lambda store: store.delete(account),
        lambda store: store.get(account),
        lambda store: store.delete(account),
    )
    assert results == [None, None, key, True, None, False]


def test_another_store_finds_the_key_again(backend: SecretBackend, account: str) -> None:
    run(backend, lambda store: store.set(account, Secret("sk-kept")))
    assert run(backend, lambda store: store.get(account)) == [Secret("sk-kept")]


@pytest.mark.parametrize(
    "value",
    ["x", "0123456789", "01234567890", "x" * 45, "键" * 25, "😀" * 25, "a😀" * 9, f"{MARK}2:abc", MARK, "a\nb\tc "],
    ids=["one", "full", "one more", "long", "Chinese", "pairs", "odd pairs", "like a mark", "a mark", "blanks"],
)
def test_every_secret_comes_back_as_it_was(backend: SecretBackend, account: str, value: str) -> None:
    stored, got, deleted = run(
        backend,
        lambda store: store.set(account, Secret(value)),
        lambda store: store.get(account),
        lambda store: store.delete(account),
    )
    assert (stored, deleted) == (None, True)
    assert got is not None
    assert got.reveal() == value


@pytest.mark.parametrize("lengths", [(35, 12), (12, 35), (35, 3), (3, 35)])
def test_a_new_key_leaves_nothing_of_the_old_one(
    backend: SecretBackend, account: str, lengths: tuple[int, int]
) -> None:
    first, second = ("a" * lengths[0], "b" * lengths[1])
    results = run(
        backend,
        lambda store: store.set(account, Secret(first)),
        lambda store: store.set(account, Secret(second)),
        lambda store: store.get(account),
        lambda store: store.delete(account),
    )
    assert results[2] == Secret(second)
    left = [backend.get(name) for name in (account, *(f"{account}#{i}" for i in range(1, 6)))]
    assert left == [None] * 6


def test_accounts_do_not_see_each_other(backend: SecretBackend, account: str) -> None:
    other = str(uuid4())
    results = run(
        backend,
        lambda store: store.set(account, Secret("mine, and quite long")),
        lambda store: store.set(other, Secret("yours, and quite long")),
        lambda store: store.delete(other),
        lambda store: store.get(account),
    )
    assert results[2:] == [True, Secret("mine, and quite long")]


def test_a_sessions_key_never_reaches_the_backend(backend: SecretBackend, account: str) -> None:
    results = run(
        backend,
        lambda store: store.set(account, Secret("sk-only now"), place=KeyPlace.SESSION),
        lambda store: store.get(account),
    )
    assert results[1] == Secret("sk-only now")
    assert backend.get(account) is None
    assert run(backend, lambda store: store.get(account)) == [None]


def test_ten_calls_at_once_do_not_disturb_each_other(backend: SecretBackend) -> None:
    accounts = [str(uuid4()) for _ in range(10)]

    async def at_once(store: KeyStore) -> list[Secret | None]:
        await asyncio.gather(*(store.set(name, Secret(f"key of {name}")) for name in accounts))
        return await asyncio.gather(*(store.get(name) for name in accounts))

    (found,) = run(backend, at_once)
    assert found == [Secret(f"key of {name}") for name in accounts]


def in_session(session: KeyringSession, monkeypatch: pytest.MonkeyPatch, step: Any) -> Any:
    """Runs one step with a store that finds its key store itself, as the program does."""
    for name, value in session.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)

    async def once() -> Any:
        store = KeyStore()
        try:
            return await step(store)
        finally:
            store.close()

    work: Coroutine[Any, Any, Any] = once()
    return asyncio.run(work)


def test_a_key_survives_the_end_of_the_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    canary = new_canary()
    with keyring_session(tmp_path) as session:
        in_session(session, monkeypatch, lambda store: store.set("a-provider", Secret(canary)))
    with keyring_session(tmp_path) as session:
        assert in_session(session, monkeypatch, lambda store: store.get("a-provider")) == Secret(canary)
    assert list(tmp_path.rglob("*.keyring")), "the keyring's own file should be here"
    assert_absent(canary, tmp_path)


def test_a_locked_keyring_that_nobody_unlocks_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with keyring_session(tmp_path) as session:
        in_session(session, monkeypatch, lambda store: store.set("a-provider", Secret("sk-locked away")))
        session.stop_daemon()
        session.start_daemon(unlocked=False)
        with pytest.raises(ChatError) as caught:
            in_session(session, monkeypatch, lambda store: store.get("a-provider"))
    assert caught.value.kind in (ErrorKind.CANCELLED, ErrorKind.KEYRING)
    assert caught.value.failure.hint is not None


def test_the_secret_service_is_named(session: KeyringSession, monkeypatch: pytest.MonkeyPatch) -> None:
    found = in_session(session, monkeypatch, lambda store: store.backend())
    assert (found.name, found.usable, found.why) == ("Secret Service", True, None)
