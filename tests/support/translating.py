"""Translations against the demo's translators, in one line of a test."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.support.asking import account

from desktopchat.domain.translation import Glossary, Term, TermRule
from desktopchat.providers import registry
from desktopchat.providers.base import Provider
from desktopchat.servers.demo.server import DemoServer
from desktopchat.services.translation_order import Answerer, Order
from desktopchat.services.translation_run import Translation

FAST = 100_000.0
GLOSSARY = Glossary(
    "terms",
    terms=(
        Term("Widget", "小部件"),
        Term("release note", "发行说明", "in software"),
        Term("Acme", "", rule=TermRule.KEEP),
        Term("server", "服务生", rule=TermRule.FORBIDDEN),
    ),
)


@contextmanager
def demo_server() -> Iterator[DemoServer]:
    """The demo, as fast as it can."""
    server = DemoServer(tokens_per_second=FAST)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def translated(
    server: DemoServer,
    order: Order,
    *,
    kind: str = "openai",
    path: str = "/v1",
    prepare: Callable[[Translation], object] = lambda _run: None,
    **earlier: Mapping[int, str],
) -> Translation:
    """The order carried out, in a loop of its own; `prepare` sees the translation before it begins."""

    async def main() -> Translation:
        provider = registry.create(account(kind, server.url + path))

        async def connect() -> Provider:
            return provider

        run = Translation(order, Answerer("Demo", order.model or "demo-mt", connect), **earlier)
        prepare(run)
        try:
            await run.run()
        finally:
            await provider.aclose()
        return run

    return asyncio.run(main())


def paragraphs(count: int) -> list[str]:
    """English paragraphs that all differ, each with a number, a place to fill, a term and a question."""
    return [
        f"Paragraph {number + 1000} of the manual tells how a Widget by Acme opens {{name}} in {number + 20} steps,"
        f" as https://example.org/{number} says. Does every reader know the way?"
        for number in range(count)
    ]


def body_of(server: DemoServer) -> dict[str, Any]:
    """The newest request's body."""
    body = server.recorder.last().body
    assert isinstance(body, dict)
    return body
