"""The real program with its window, driven by a benchmark from inside: `python benchmarks/_window.py SCENARIO …`.

Each scenario prints one JSON object. CPU is that of the whole process, all threads, from where the scenario begins.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from _xwatch import pss_mb
from PySide6.QtCore import QTimer

from desktopchat import app
from desktopchat.domain.provider import ProviderConfig
from desktopchat.ui.tour import press, type_text, until

SETTLED_S = 1.0
PATIENCE_S = 300.0
Result = dict[str, float | int]


class Turns:
    """The longest time that the window's thread was busy between two chances for a key press: its CPU, not the clock's
    time, so that what other programs do meanwhile does not count."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self._last = time.thread_time()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(10)

    def _tick(self) -> None:
        moment = time.thread_time()
        self.longest_s = max(self.longest_s, moment - self._last)
        self._last = moment


class Window:
    """The program, shown and settled; `run` drives it and prints what the scenario found."""

    def __init__(self, data: Path, trace: Path) -> None:
        self.program: Any = app.create(["--data-dir", str(data), "--trace", str(trace)])
        self.status = 1

    @property
    def transcript(self) -> Any:
        return self.program.window.transcript

    def run(self, scenario: Callable[["Window"], Awaitable[Result]]) -> int:
        async def driven() -> None:
            try:
                await until(lambda: self.program.window.was_painted)
                await asyncio.sleep(SETTLED_S)
                print(json.dumps(await scenario(self)), flush=True)
                self.status = 0
            finally:
                self.program.window.close()

        QTimer.singleShot(0, lambda: self.program.core.tasks.start(driven(), name="benchmark"))
        return int(self.program.run()) or self.status

    async def question_typed(self, url: str, model: str) -> None:
        """Chooses the benchmark's server and types a question; it is not sent yet."""
        config = await self.program.core.providers.add(
            ProviderConfig(name="Bench", kind="openai", base_url=f"{url}/v1", model=model, is_default=True)
        )
        assert config.is_default
        self.program.window.controller.new_chat()
        type_text(self.program.window.composer.focusProxy(), "Go on.")
        await asyncio.sleep(0.3)


def streaming(url: str, model: str) -> Callable[[Window], Awaitable[Result]]:
    """One answer from the key press to its last word on the screen."""

    async def scenario(window: Window) -> Result:
        from PySide6.QtCore import Qt

        await window.question_typed(url, model)
        shown: list[int] = [0]
        window.transcript.painted.connect(lambda _id, length: shown.append(length))
        session: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        window.program.core.chat.session_started.connect(session.set_result)
        begun, cpu, turns = time.monotonic(), time.process_time(), Turns()
        press(window.program.window.composer.focusProxy(), Qt.Key.Key_Return, "\r")
        message = await asyncio.wait_for((await session).wait(), PATIENCE_S)
        await until(lambda: shown[-1] >= len(message.text), PATIENCE_S)
        return {
            "cpu": time.process_time() - cpu, "seconds": time.monotonic() - begun, "begun": begun,
            "characters": len(message.text), "paints": len(shown) - 1, "turn_ms": turns.longest_s * 1000,
        }  # fmt: skip

    return scenario


def reading(conversation_id: str, pixels: int) -> Callable[[Window], Awaitable[Result]]:
    """A stored conversation is opened, scrolled upwards in 300 steps and resized in 20."""

    async def scenario(window: Window) -> Result:
        transcript, main = window.transcript, window.program.window
        before, turns, begun = pss_mb(os.getpid()), Turns(), time.monotonic()
        main.controller.open(conversation_id)
        while not transcript.stack.views:  # noqa: ASYNC110 - looks from outside
            await asyncio.sleep(0.001)  # without rest it would take the database's thread its time
        transcript.viewport().repaint()
        opened = time.monotonic() - begun
        while not main.controller.conversation.is_whole:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        while any(view.answer.is_busy for _, view, _ in transcript.stack.visible()):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        complete = time.monotonic() - begun
        await asyncio.sleep(SETTLED_S)
        longest, grown = turns.longest_s, pss_mb(os.getpid()) - before
        bar = transcript.verticalScrollBar()

        def scroll(_step: int) -> None:
            bar.setValue(bar.value() - pixels)

        def resize(step: int) -> None:
            main.resize(900 + 15 * (step % 20), 700)

        frames = [await _frame(transcript, scroll, step) for step in range(300)]
        sizes = [await _frame(transcript, resize, step) for step in range(20)]
        return {
            "opened_ms": opened * 1000, "complete_ms": complete * 1000, "turn_ms": longest * 1000, "pss": grown,
            "scroll_p95_ms": _p95(frames), "scroll_worst_ms": max(frames), "resize_p95_ms": _p95(sizes),
            "blocks": sum(len(view.answer.views) for view in transcript.stack.views if view.is_built),
        }  # fmt: skip

    return scenario


async def _frame(transcript: Any, act: Callable[[int], None], step: int) -> float:
    """Milliseconds from an act to the picture that shows it."""
    begin = time.monotonic()
    act(step)
    transcript.viewport().repaint()
    taken = (time.monotonic() - begin) * 1000
    await asyncio.sleep(0)
    return taken


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", choices=("streaming", "reading"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--trace", type=Path, required=True)
    parser.add_argument("--url", default="")
    parser.add_argument("--model", default="")
    parser.add_argument("--conversation", default="")
    parser.add_argument("--pixels", type=int, default=120, help="of one step of scrolling")
    options = parser.parse_args()
    scenario = (
        streaming(options.url, options.model)
        if options.scenario == "streaming"
        else reading(options.conversation, options.pixels)
    )
    return Window(options.data, options.trace).run(scenario)


if __name__ == "__main__":
    sys.exit(main())
