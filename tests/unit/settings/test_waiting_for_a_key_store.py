"""A key store that hangs, asks or is given up holds nobody longer than promised. Real threads, short limits."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.support.waiting import until

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.provider import KeyPlace
from desktopchat.domain.secret import Secret
from desktopchat.settings.backends import MemoryBackend, locked
from desktopchat.settings.keys import KeyStore
from desktopchat.settings.patience import Patience

QUICK = Patience(silent_s=0.02, machine_s=0.1, person_s=5)


class SlowBackend(MemoryBackend):
    """Hangs in `get` or asks in `unlock` until it is released."""

    def __init__(self, *, asks: bool = False) -> None:
        super().__init__()
        self.released = threading.Event()
        self.entered = threading.Event()
        self._asks = asks

    def may_ask(self) -> bool:
        return self._asks

    def unlock(self) -> None:
        self._hang()

    def get(self, account: str) -> str | None:
        if not self._asks:
            self._hang()
        return super().get(account)

    def _hang(self) -> None:
        self.entered.set()
        assert self.released.wait(30)


class Refusing(MemoryBackend):
    def may_ask(self) -> bool:
        return True

    def unlock(self) -> None:
        raise locked()


@pytest.fixture
def hanging() -> Iterator[SlowBackend]:
    backend = SlowBackend()
    yield backend
    backend.released.set()


@pytest.fixture
def asking() -> Iterator[SlowBackend]:
    backend = SlowBackend(asks=True)
    yield backend
    backend.released.set()


def run(store: KeyStore, body: Callable[[], Any]) -> Any:
    async def closed() -> Any:
        try:
            return await body()
        finally:
            store.close()

    return asyncio.run(closed())


def test_a_key_store_that_hangs_is_given_up_in_plain_words(hanging: SlowBackend) -> None:
    store = KeyStore(hanging, patience=QUICK)
    with pytest.raises(ChatError) as caught:
        run(store, lambda: store.get("a"))
    assert caught.value.kind is ErrorKind.KEYRING
    assert caught.value.failure.hint is not None


def test_while_one_call_is_stuck_the_next_ones_fail_at_once_and_later_ones_work(hanging: SlowBackend) -> None:
    store = KeyStore(hanging, patience=QUICK)
    waited: list[bool] = []
    store.waiting.connect(waited.append)

    async def body() -> None:
        with pytest.raises(ChatError):
            await store.get("a")
        assert waited == [True, False]
        for _ in range(20):
            with pytest.raises(ChatError):
                await store.get("a")
        assert waited == [True, False]  # nobody waited any more, not even long enough to be told of it
        hanging.released.set()
        hanging.entries["a"] = "sk-at last"
        async with asyncio.timeout(10):
            while True:
                try:
                    assert await store.get("a") == Secret("sk-at last")
                    return
                except ChatError:
                    await asyncio.sleep(0.01)

    run(store, body)


def test_those_in_the_queue_are_told_too(hanging: SlowBackend) -> None:
    store = KeyStore(hanging, patience=QUICK)

    async def body() -> list[Any]:
        return await asyncio.gather(*(store.get(name) for name in "abc"), return_exceptions=True)

    assert [type(result) for result in run(store, body)] == [ChatError] * 3


def test_a_person_gets_longer_than_a_machine(asking: SlowBackend) -> None:
    asking.entries["a"] = "sk-unlocked"
    store = KeyStore(asking, patience=QUICK)
    states: list[bool] = []

    async def body() -> Secret | None:
        answer = asyncio.create_task(store.get("a"))
        begun = time.monotonic()
        await until(lambda: time.monotonic() - begun > 3 * QUICK.machine_s)
        assert not answer.done()
        asking.released.set()
        return await answer

    store.waiting.connect(states.append)
    assert run(store, body) == Secret("sk-unlocked")
    assert states == [True, False]


def test_a_quick_answer_shows_no_waiting() -> None:
    store = KeyStore(MemoryBackend())
    states: list[bool] = []
    store.waiting.connect(states.append)
    assert run(store, lambda: store.get("a")) is None
    assert states == []


def test_a_dismissed_question_is_cancelled() -> None:
    store = KeyStore(Refusing())
    with pytest.raises(ChatError) as caught:
        run(store, lambda: store.get("a"))
    assert caught.value.kind is ErrorKind.CANCELLED


def test_nothing_is_written_after_the_caller_gave_up(asking: SlowBackend) -> None:
    store = KeyStore(asking, patience=QUICK)

    async def body() -> None:
        writing = asyncio.create_task(store.set("a", Secret("sk-too late")))
        await until(asking.entered.is_set)
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        asking.released.set()
        assert await store.get("a") is None  # it stood in the queue behind the write

    run(store, body)
    assert asking.entries == {}


def test_a_hanging_key_store_does_not_keep_the_sessions_keys_from_being_used(hanging: SlowBackend) -> None:
    store = KeyStore(hanging, patience=QUICK)

    async def body() -> Secret | None:
        await store.set("a", Secret("sk-in memory"), place=KeyPlace.SESSION)
        return await store.get("a")

    assert run(store, body) == Secret("sk-in memory")
    assert not hanging.entered.is_set()


def test_the_thread_does_not_keep_the_program_from_ending(hanging: SlowBackend) -> None:
    store = KeyStore(hanging, patience=QUICK)
    with pytest.raises(ChatError):
        run(store, lambda: store.get("a"))
    left = [thread for thread in threading.enumerate() if thread.name == "keys"]
    assert all(thread.daemon for thread in left)
