"""`desktopchat doctor`: says what the program runs on and what of it does not work, for people and bug reports."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from desktopchat import __version__
from desktopchat.cli import arguments, running
from desktopchat.cli.output import FAILED, FINISHED
from desktopchat.domain.errors import ChatError
from desktopchat.i18n import render, tr

if TYPE_CHECKING:
    from desktopchat.cli.running import Call
    from desktopchat.core import Core
    from desktopchat.domain.provider import ProviderConfig
    from desktopchat.settings.options import Options
    from desktopchat.settings.paths import DataDir

MIB = 1024 * 1024
ENOUGH_FREE_BYTES = 64 * MIB
CONNECTION_TEST_S = 20.0
LIBRARIES = ("PySide6-Essentials", "qasync", "httpx", "keyring", "apsw", "truststore", "markdown-it-py", "uvicorn")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `ok` is false where something will not work."""

    name: str
    ok: bool
    detail: str


def add_to(commands: arguments.Commands) -> None:
    parser = arguments.command(commands, "doctor", run, tr("look for what does not work, and say which versions run"))
    parser.add_argument(
        "--offline", action="store_true", help=tr("do not connect to the configured providers, only to the demo")
    )
    arguments.add_json(parser)


def run(call: Call) -> int:
    return running.run(lambda _stopping: _examined(call))


async def _examined(call: Call) -> int:
    all_well = True
    async for check in _checks(call):
        all_well = all_well and check.ok
        if call.out.as_json:
            call.out.record(name=check.name, ok=check.ok, detail=check.detail)
        else:
            call.out.say(f"{'✓' if check.ok else '✗'} {check.name}: {check.detail}")
    return FINISHED if all_well else FAILED


async def _checks(call: Call) -> AsyncIterator[Check]:
    for check in _versions():
        yield check
    async with AsyncExitStack() as stack:
        core: Core | None = None
        try:
            core = await stack.enter_async_context(running.core_for(call.options))
        except ChatError as error:
            yield Check("database", ok=False, detail=_words(error))
        async for check in _stored(call, core) if core else _without_core(call.options):
            yield check


async def _stored(call: Call, core: Core) -> AsyncIterator[Check]:
    yield _paths(core.data)
    yield _disk(core.data)
    yield await _database(core)
    yield await _keyring(core)
    yield _proxies(core)
    configs = await core.providers.all()
    yield await _connection(core, "demo", await core.providers.get("demo"))
    for config in [] if call.args.offline else configs:
        yield await _connection(core, f"provider {config.name}", config)


async def _without_core(options: Options) -> AsyncIterator[Check]:
    """What can be looked at when the database cannot be opened."""
    from desktopchat.settings.paths import data_dir

    try:
        data = data_dir(options.data_dir or None, os.environ)
    except ChatError as error:
        yield Check("paths", ok=False, detail=_words(error))
        return
    yield _paths(data)
    yield _disk(data)


def _versions() -> Iterator[Check]:
    yield Check("desktopchat", ok=True, detail=f"{__version__} ({_where()})")
    yield Check("python", ok=True, detail=f"{platform.python_version()} ({sys.executable})")
    yield Check("system", ok=True, detail=f"{platform.platform()}, {_encoding()}")
    versions = {name: _version_of(name) for name in LIBRARIES}
    missing = [name for name, version in versions.items() if version is None]
    text = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    yield Check(
        "libraries", ok=not missing, detail=text + (f"; {tr('missing')}: {', '.join(missing)}" if missing else "")
    )
    yield _sqlite()


def _sqlite() -> Check:
    try:
        import apsw
    except ImportError as error:
        return Check("sqlite", ok=False, detail=str(error))
    return Check("sqlite", ok=True, detail=apsw.sqlite_lib_version())


def _where() -> str:
    return tr("packaged") if getattr(sys, "frozen", False) else str(Path(__file__).parents[1])


def _encoding() -> str:
    return f"{sys.getfilesystemencoding()}, LANG={os.environ.get('LANG', '')}"


def _version_of(distribution: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _paths(data: DataDir) -> Check:
    from desktopchat.settings.paths import require_writable

    try:
        require_writable(data)
    except ChatError as error:
        return Check("paths", ok=False, detail=_words(error))
    return Check("paths", ok=True, detail=f"{data.root}; {data.database.name}; {data.logs}")


def _disk(data: DataDir) -> Check:
    try:
        free = shutil.disk_usage(data.root).free
    except OSError as error:
        return Check("disk", ok=False, detail=str(error))
    return Check("disk", ok=free >= ENOUGH_FREE_BYTES, detail=tr("{n} MiB free", n=free // MIB))


async def _database(core: Core) -> Check:
    try:
        faults = await core.database.integrity()
        conversations = await core.conversations.count()
    except ChatError as error:
        return Check("database", ok=False, detail=_words(error))
    if faults:
        return Check("database", ok=False, detail="; ".join(faults))
    return Check("database", ok=True, detail=tr("intact, {n} conversations", n=conversations))


async def _keyring(core: Core) -> Check:
    backend = await core.providers.key_backend()
    why = " ".join(render(text) for text in (backend.why, backend.hint) if text)
    detail = f"{backend.name}: {why}" if why else backend.name
    return Check("keyring", ok=backend.usable, detail=detail)


def _proxies(core: Core) -> Check:
    from urllib.request import getproxies

    from desktopchat.settings import schema

    chosen = core.settings.get(schema.PROXY) or "system"
    system = ", ".join(f"{scheme}={_without_password(url)}" for scheme, url in sorted(getproxies().items()))
    if chosen != "system":
        return Check("proxies", ok=True, detail=_without_password(chosen))
    return Check("proxies", ok=True, detail=system or tr("none"))


def _without_password(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "…"
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"…@{host}" if "@" in parts.netloc else host).geturl()


async def _connection(core: Core, name: str, config: ProviderConfig) -> Check:
    try:
        async with asyncio.timeout(CONNECTION_TEST_S):
            diagnosis = await core.providers.test(config)
    except TimeoutError:
        return Check(name, ok=False, detail=tr("no answer within {n} s", n=int(CONNECTION_TEST_S)))
    return Check(name, ok=diagnosis.ok, detail=render(diagnosis.message))


def _words(error: ChatError) -> str:
    hint = f" {render(error.failure.hint)}" if error.failure.hint else ""
    detail = f" ({error.failure.detail})" if error.failure.detail else ""
    return f"{render(error.failure.message)}{hint}{detail}"
