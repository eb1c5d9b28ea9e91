"""The connection test of an endpoint that has no list of models and needs no model's name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.databases import OpenStores, with_stores

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.provider import ProviderConfig
from desktopchat.servers.demo import DemoServer
from desktopchat.services.providers import Diagnosis, ProviderService
from desktopchat.settings.backends import MemoryBackend
from desktopchat.settings.keys import KeyStore


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    server = DemoServer(tokens_per_second=50_000)
    yield server.start()
    server.stop()


def tried(folder: Path, config: ProviderConfig) -> Diagnosis:
    async def nowhere() -> str:
        return "http://127.0.0.1:9/v1"

    async def work(stores: OpenStores) -> Diagnosis:
        keys = KeyStore(MemoryBackend())
        service = ProviderService(stores.providers, keys, demo_url=nowhere)
        try:
            return await service.test(config)
        finally:
            await service.aclose()
            keys.close()

    return with_stores(folder / "chat.sqlite3", work)


@pytest.mark.parametrize("model", ["", "demo"])
def test_a_relay_that_answers_works_with_or_without_a_model(tmp_path: Path, demo: str, model: str) -> None:
    diagnosis = tried(tmp_path, ProviderConfig("r", "sse-relay", f"{demo}/relay/ai/streamChat", model=model))
    assert diagnosis.ok


def test_a_relay_that_refuses_is_told_by_its_refusal(tmp_path: Path, demo: str) -> None:
    address = f"{demo}/relay/ai/streamChat?model=demo-500"
    diagnosis = tried(tmp_path, ProviderConfig("r", "sse-relay", address))
    assert diagnosis.failure is not None
    assert diagnosis.failure.kind is ErrorKind.OVERLOADED
