"""Which provider a model's name means for the relay, and which names it offers."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from tests.support.databases import OpenStores, with_stores
from tests.support.rawserver import Peer, raw_server

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.provider import ProviderConfig
from desktopchat.servers.demo import DemoServer, script
from desktopchat.services import relaying
from desktopchat.services.providers import ProviderService
from desktopchat.services.relaying import Upstreams
from desktopchat.settings.backends import MemoryBackend
from desktopchat.settings.keys import KeyStore

Work = Callable[[ProviderService, Upstreams], Awaitable[None]]
NOBODY = "http://127.0.0.1:9/v1"


@pytest.fixture
def demo() -> Iterator[DemoServer]:
    server = DemoServer(tokens_per_second=5000)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def play(tmp_path: Path, demo: DemoServer) -> Callable[[Work], None]:
    async def demo_url() -> str:
        return f"{demo.url}/v1"

    def run(work: Work) -> None:
        async def with_service(stores: OpenStores) -> None:
            keys = KeyStore(MemoryBackend())
            providers = ProviderService(stores.providers, keys, demo_url=demo_url)
            try:
                await work(providers, Upstreams(providers))
            finally:
                await providers.aclose()
                keys.close()

        with_stores(tmp_path / "chat.sqlite3", with_service)

    return run


async def add(providers: ProviderService, name: str, url: str = NOBODY, model: str = "own") -> ProviderConfig:
    return await providers.add(ProviderConfig(name, "openai", url, model, proxy="none"))


def test_a_name_is_the_providers_and_the_models(play: Callable[[Work], None]) -> None:
    async def work(providers: ProviderService, upstreams: Upstreams) -> None:
        for name in ("Local server", "a/b", "a"):
            await add(providers, name)
        for asked, provider, model in (
            ("Local server/llama", "Local server", "llama"),
            (" local SERVER/llama ", "Local server", "llama"),
            ("a/x/y", "a", "x/y"),
            ("a/b/x", "a/b", "x"),
            ("a", "a", "own"),
            ("a/", "a", "own"),
            ("demo/demo-cut", "Demo", "demo-cut"),
            ("DEMO", "Demo", "demo"),
        ):
            found = await upstreams.target(asked)
            assert (found.config.name, found.model) == (provider, model)

    play(work)


def test_no_name_is_the_default_providers_model(play: Callable[[Work], None]) -> None:
    async def work(providers: ProviderService, upstreams: Upstreams) -> None:
        assert (await upstreams.target("")).name == "demo/demo"
        await add(providers, "first")
        second = await add(providers, "second", model="best")
        await providers.set_default(second.id)
        assert (await upstreams.target("")).name == "second/best"

    play(work)


@pytest.mark.parametrize("name", ["gpt-4o", "nobody/x", "localserver/x", "/", "x/demo"])
def test_a_name_that_fits_no_provider_is_sent_to_none(play: Callable[[Work], None], name: str) -> None:
    async def work(providers: ProviderService, upstreams: Upstreams) -> None:
        await add(providers, "local")
        with pytest.raises(ChatError) as caught:
            await upstreams.target(name)
        assert caught.value.kind is ErrorKind.NOT_FOUND

    play(work)


def test_every_provider_is_listed_with_its_models_and_one_that_is_down_with_its_own(
    play: Callable[[Work], None], demo: DemoServer
) -> None:
    async def work(providers: ProviderService, upstreams: Upstreams) -> None:
        await add(providers, "down", model="mine")
        await add(providers, "bare", model="")
        up = await add(providers, "up", f"{demo.url}/v1", model="special")
        await providers.set_default(up.id)
        names = [target.name for target in await upstreams.targets()]
        assert names == [
            "up/special",
            *(f"up/{model}" for model in script.MODELS),
            "down/mine",
            "bare",
            *(f"demo/{model}" for model in script.MODELS),
        ]

    play(work)


def test_a_list_is_asked_for_once(play: Callable[[Work], None], demo: DemoServer) -> None:
    async def work(_providers: ProviderService, upstreams: Upstreams) -> None:
        for _ in range(3):
            await upstreams.targets()
        assert len(demo.recorder.all()) == 1

    play(work)


def test_a_list_that_does_not_come_holds_nothing_up(
    play: Callable[[Work], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "LISTED_WITHIN_S", 0.1)

    def silent(peer: Peer) -> None:
        peer.read_request()
        peer.server.stopping.wait(20)

    async def work(providers: ProviderService, upstreams: Upstreams) -> None:
        with raw_server(silent) as server:
            await add(providers, "slow", f"{server.url}/v1")
            targets = await upstreams.targets()
        assert "slow/own" in [target.name for target in targets]

    play(work)
