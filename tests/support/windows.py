"""The real window on a real data directory, with the demo's server behind it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from desktopchat.core import Core
from desktopchat.settings.options import Options
from desktopchat.ui.attachments.stored import StoredPictures
from desktopchat.ui.main_window import MainWindow, build
from desktopchat.ui.parts import WindowParts


class Opened:
    """A window with the core behind it; `errors` is what was reported as unexpected."""

    def __init__(self, core: Core, *, demo: bool) -> None:
        self.core = core
        self.errors: list[BaseException] = []
        core.tasks.on_error = self.errors.append
        self.parts = WindowParts(
            chat=core.chat,
            providers=core.providers,
            presets=core.presets,
            relay=core.relay,
            settings=core.settings,
            tasks=core.tasks,
            trace=core.trace,
            data_dir=core.data,
            attachments=core.attachments,
            files=core.files,
            images=StoredPictures(core.attachments),
            report=self.errors.append,
            start_with_demo=demo,
        )
        self.window: MainWindow | None = None

    async def show(self) -> MainWindow:
        """Builds the window and waits until it is filled."""
        self.window = build(self.parts)
        self.window.show()
        await self.window.controller.start()
        return self.window

    def close(self) -> None:
        if self.window is not None:
            self.window.controller.close()
            self.window.hide()
            self.window.deleteLater()


@asynccontextmanager
async def opened(root: Path, *, demo: bool = True, trace: str = "") -> AsyncIterator[Opened]:
    """The core on `root`; whatever was reported as unexpected fails the test."""
    found = Opened(await Core.open(Options(data_dir=str(root), trace=trace)), demo=demo)
    try:
        yield found
        await found.core.chat.stop_all()
        if found.window is not None:
            await found.window.controller.save_draft()
    finally:
        found.close()
        await found.core.aclose()
    assert not found.errors, found.errors
