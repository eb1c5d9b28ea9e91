"""The translator's service on real stores, with the demo as provider."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from tests.support.translating import demo_server

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.translation import Glossary, Style, Term
from desktopchat.servers.demo.server import DemoServer
from desktopchat.services.providers import ProviderService
from desktopchat.services.tasks import Tasks
from desktopchat.services.translating import Order, RunState, TranslatorService
from desktopchat.settings.keys import KeyStore
from desktopchat.storage.database import Database
from desktopchat.storage.glossaries import GlossaryStore
from desktopchat.storage.pairs import PairStore
from desktopchat.storage.providers import ProviderStore


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with demo_server() as running:
        yield running


Work = Callable[[TranslatorService], Awaitable[object]]


@pytest.fixture
def with_service(tmp_path: Path, server: DemoServer) -> Callable[[Work], None]:
    def run(work: Work) -> None:
        async def main() -> None:
            database = await Database.open(tmp_path / "test.sqlite3")
            lost: list[BaseException] = []
            tasks, keys = Tasks(lost.append), KeyStore()

            async def url() -> str:
                return f"{server.url}/v1"

            providers = ProviderService(ProviderStore(database), keys, demo_url=url)
            service = TranslatorService(providers, tasks, GlossaryStore(database), PairStore(database))
            try:
                await work(service)
            finally:
                service.stop_all()
                await tasks.cancel_all()
                await providers.aclose()
                keys.close()
                await database.close()
            assert lost == []

        asyncio.run(main())

    return run


def test_a_translation_runs_and_its_pair_is_found_again(with_service: Callable[[Work], None]) -> None:
    async def work(service: TranslatorService) -> None:
        kept = asyncio.Event()
        service.pairs_changed.connect(kept.set)
        run = await service.translate(Order("Hello world", "zh-Hans", model="demo-mt"))
        await run.wait()
        assert (run.state, run.target) == (RunState.DONE, "你好世界")
        async with asyncio.timeout(20):
            await kept.wait()
        (pair,) = await service.pairs.search("世界")
        assert (pair.source, pair.target_language, pair.model) == ("Hello world", "zh-Hans", "demo-mt")

    with_service(work)


def test_a_private_order_leaves_nothing(with_service: Callable[[Work], None]) -> None:
    async def work(service: TranslatorService) -> None:
        told: list[bool] = []
        service.pairs_changed.connect(lambda: told.append(True))
        run = await service.translate(Order("Hello world", "zh-Hans", model="demo-mt", private=True))
        await run.wait()
        await asyncio.sleep(0)
        assert run.target
        assert (await service.pairs.count(), told) == (0, [])

    with_service(work)


def test_models_are_compared_side_by_side(with_service: Callable[[Work], None]) -> None:
    async def work(service: TranslatorService) -> None:
        order = Order("It has 25 files.", "zh-Hans", "en", repairs=False)
        runs = await service.compare(order, [("demo", "demo-mt"), ("demo", "demo-mt-numbers")])
        for run in runs:
            await run.wait()
        assert [len(run.issues) for run in runs] == [0, 1]
        assert await service.pairs.count() == 0

    with_service(work)


def test_alternatives_and_the_way_back(with_service: Callable[[Work], None]) -> None:
    async def work(service: TranslatorService) -> None:
        order = Order("The system saves files.", "zh-Hans", model="demo-mt")
        versions = await service.alternatives(order, 10)
        await versions.wait()
        assert len(versions.versions) == 10
        run = await service.translate(order)
        back = await service.back(await run.wait())
        await back.wait()
        assert back.order.target == "en"
        assert back.target.isascii()

    with_service(work)


def test_a_piece_is_done_again_in_place(with_service: Callable[[Work], None]) -> None:
    async def work(service: TranslatorService) -> None:
        order = Order("Save 5 files.\n\nSave 6 files.", "zh-Hans", "en", model="demo-mt-numbers", repairs=False)
        run = await (await service.translate(order)).wait()
        done = asyncio.Event()
        run.piece_done.connect(lambda _index: done.set())
        await service.repair(run, 1)
        async with asyncio.timeout(20):
            await done.wait()
        assert [index for index, _ in run.issues] == [0]

    with_service(work)


def test_a_translation_model_says_that_it_ignores_wishes(with_service: Callable[[Work], None]) -> None:
    async def work(service: TranslatorService) -> None:
        plain = Order("x", "de", model="qwen-mt-plus")
        assert await service.note_on(plain) is None
        note = await service.note_on(Order("x", "de", model="qwen-mt-plus", style=Style.FORMAL))
        assert note is not None
        assert note.params["model"] == "qwen-mt-plus"
        assert await service.note_on(Order("x", "de", model="demo-mt", brief="b")) is None

    with_service(work)


def test_an_estimate_asks_nobody(with_service: Callable[[Work], None], server: DemoServer) -> None:
    async def work(service: TranslatorService) -> None:
        before = len(server.recorder.all())
        estimate = service.estimate(Order("\n\n".join(["A paragraph of some words."] * 400), "de"))
        assert 5 < estimate.requests < 40
        assert estimate.input_tokens > estimate.output_tokens > 1000
        assert len(server.recorder.all()) == before

    with_service(work)


def test_glossaries_come_from_files_and_go_to_files(with_service: Callable[[Work], None], tmp_path: Path) -> None:
    async def work(service: TranslatorService) -> None:
        source = tmp_path / "My terms.csv"
        source.write_text("en;zh-CN\nwidget;小部件\n", encoding="utf-8-sig")
        shown = await service.preview_glossary(source)
        assert shown is not None
        assert shown.titles == ("en", "zh-CN")
        made = await service.import_glossary(source, shown.columns)
        (stored,) = await service.glossaries.all()
        assert stored == made.glossary
        assert stored.terms == (Term("widget", "小部件"),)
        assert [hit.span for hit in service.hits("Two widgets", [stored])] == [(4, 11)]
        for ending in ("csv", "tsv", "xlsx", "tbx"):
            await service.export_glossary(stored, tmp_path / f"out.{ending}")
            assert (await service.import_glossary(tmp_path / f"out.{ending}")).glossary.terms == stored.terms

    with_service(work)


@pytest.mark.parametrize(("name", "kind"), [("x.doc", ErrorKind.BAD_REQUEST), ("no/x.csv", ErrorKind.STORAGE)])
def test_files_that_cannot_be_written_are_told_of(
    with_service: Callable[[Work], None], tmp_path: Path, name: str, kind: ErrorKind
) -> None:
    async def work(service: TranslatorService) -> None:
        with pytest.raises(ChatError) as caught:
            await service.export_glossary(Glossary("g"), tmp_path / name)
        assert caught.value.kind is kind
        with pytest.raises(ChatError):
            await service.export_pairs([], tmp_path / name)

    with_service(work)
