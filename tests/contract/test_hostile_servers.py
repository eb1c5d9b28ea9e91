"""No server of any kind makes the program wait for longer, or read more, than the limits say; and it can be stopped."""

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest
from tests.support import hostile
from tests.support.asking import account, ask
from tests.support.hostile import WIRES, Hostility, Wire
from tests.support.rawserver import raw_server
from tests.support.waiting import until

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.message import user_message
from desktopchat.domain.request import MIB, ChatRequest, Limits
from desktopchat.providers import registry

LIMITS = Limits(
    connect_s=5, first_content_s=0.5, idle_s=0.5, max_line_bytes=MIB, max_event_bytes=MIB, max_reply_bytes=MIB
)
HANG_S = 15
"""Far more than a busy machine needs for half a second of patience."""

HOSTILE: list[tuple[Hostility, set[ErrorKind]]] = [
    (hostile.endless_line, {ErrorKind.TOO_LARGE}),
    (hostile.endless_fragments, {ErrorKind.TOO_LARGE, ErrorKind.PROTOCOL, ErrorKind.TIMEOUT}),
    (hostile.gzip_bomb, {ErrorKind.TIMEOUT, ErrorKind.TOO_LARGE}),
    (hostile.gzip_bomb_of_zeros, {ErrorKind.TOO_LARGE}),
    (hostile.endless_heartbeat, {ErrorKind.TIMEOUT, ErrorKind.TOO_LARGE}),
    (hostile.slow_heartbeat, {ErrorKind.TIMEOUT}),
    (hostile.one_byte_at_a_time, {ErrorKind.TIMEOUT}),
    (hostile.error_page, {ErrorKind.OVERLOADED}),
    (hostile.packed_error_page, {ErrorKind.OVERLOADED}),
]
PAIRS = [
    pytest.param(wire, how, kinds, id=f"{wire.name}-{how.__name__}")
    for wire in WIRES
    for how, kinds in HOSTILE
    if not (wire.form == "websocket" and how in hostile.PACKED)
]


@pytest.mark.parametrize(("wire", "how", "kinds"), PAIRS)
def test_a_hostile_server_is_left_within_the_limits(wire: Wire, how: Hostility, kinds: set[ErrorKind]) -> None:
    with raw_server(how(wire)) as server:
        patient = replace(LIMITS, first_content_s=HANG_S, idle_s=HANG_S)  # where it is not the time that runs out
        limits = LIMITS if ErrorKind.TIMEOUT in kinds else patient
        outcome = ask(wire.kind, wire.address(server.url), key=wire.key.format("x"), limits=limits)
    assert outcome.failure is not None
    assert outcome.failure.kind in kinds
    assert outcome.seconds < HANG_S
    assert len(outcome.text) <= 2 * MIB


@pytest.mark.parametrize(
    ("wire", "how"),
    [
        pytest.param(wire, how, id=f"{form}-{how.__name__}")
        for form, wire in hostile.BY_FORM.items()
        for how in (hostile.endless_heartbeat, hostile.gzip_bomb, hostile.slow_heartbeat, hostile.error_page)
        if not (form == "websocket" and how in hostile.PACKED)
    ],
)
def test_a_flood_can_be_stopped_in_its_middle(wire: Wire, how: Hostility) -> None:
    """Others get their turns while it comes, and the connection is closed when it is stopped."""

    async def main(url: str) -> float:
        provider = registry.create(account(wire.kind, wire.address(url), wire.key.format("x")))
        limits = Limits(connect_s=5, first_content_s=60, idle_s=60, max_error_bytes=1 << 40)
        began = asyncio.Event()

        async def read() -> None:
            began.set()
            request = ChatRequest("m", (user_message("q"),), limits=limits)
            async with aclosing(provider.stream(request)) as events:  # type: ignore[type-var]
                async for _event in events:
                    continue

        task = asyncio.create_task(read())
        await began.wait()
        await until(lambda: server.requests)
        turns = 0
        for _ in range(20):  # the reader is at work: whoever shares its loop is not kept out
            await asyncio.sleep(0.005)
            turns += 1
        loop = asyncio.get_running_loop()
        stopped_at = loop.time()
        task.cancel()
        await asyncio.wait([task], timeout=HANG_S)
        took = loop.time() - stopped_at
        assert task.done()
        assert turns == 20
        await provider.aclose()
        return took

    with raw_server(how(wire)) as server:
        took = asyncio.run(main(server.url))
    assert took < 10 * 0.2  # two tenths of a second are promised
