"""`desktopchat demo-server`: the demo provider as a server of its own, until a signal ends it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from desktopchat.cli import arguments, running
from desktopchat.i18n import tr

if TYPE_CHECKING:
    from desktopchat.cli.running import Call, Stopping


def add_to(commands: arguments.Commands) -> None:
    parser = arguments.command(
        commands, "demo-server", run, tr("serve the demo provider on loopback, for trying out and for tests")
    )
    parser.add_argument(
        "--port", type=arguments.port, default=0, metavar="P", help=tr("the port; 0 takes a free one (0)")
    )
    parser.add_argument(
        "--max-file-mb",
        type=arguments.count,
        metavar="N",
        help=tr("how large files may be that are sent to it; 0 for no limit (as the vendors)"),
    )
    parser.add_argument(
        "--parsing",
        type=arguments.seconds,
        default=0.0,
        metavar="SECONDS",
        help=tr("how long it says of a new file that it is still being read (0)"),
    )


def run(call: Call) -> int:
    return running.run(lambda stopping: _serve(call, stopping))


async def _serve(call: Call, stopping: Stopping) -> int:
    from desktopchat.servers.demo import DemoServer

    ended = asyncio.Event()
    stopping.action = ended.set
    most = call.args.max_file_mb
    server = DemoServer(
        port=call.args.port,
        max_file_bytes=None if most is None else most * 1_000_000,
        parsing_s=call.args.parsing,
    )
    server.start()
    try:
        call.out.record(type="listening", url=server.url)
        await ended.wait()
        return stopping.status
    finally:
        server.stop()
