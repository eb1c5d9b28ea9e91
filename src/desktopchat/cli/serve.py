"""`desktopchat serve`: the configured providers for other programs of this computer, until a signal ends it."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktopchat.cli import arguments, running
from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.provider import KeyPlace
from desktopchat.domain.text import msg
from desktopchat.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktopchat.cli.output import Output
    from desktopchat.cli.running import Call, Stopping
    from desktopchat.core import Core
    from desktopchat.domain.secret import Secret
    from desktopchat.servers.relay.doorway import Visit


def add_to(commands: arguments.Commands) -> None:
    parser = arguments.command(
        commands, "serve", run, tr("let other programs of this computer use the configured providers")
    )
    parser.add_argument(
        "--port",
        type=arguments.port,
        metavar="P",
        help=tr("the port; 0 takes a free one (the one of the window's relay)"),
    )
    parser.add_argument(
        "--token-env",
        default="",
        metavar="VAR",
        help=tr("the environment variable that holds the token (else one is made once and kept in the keyring)"),
    )
    parser.add_argument("--show-token", action="store_true", help=tr("print the token of the keyring and end"))


def run(call: Call) -> int:
    if call.args.show_token:
        return running.run_with_core(call, lambda core: _show_token(call, core))
    return running.run(lambda stopping: _serve(call, stopping))


@dataclass(frozen=True, slots=True)
class _Token:
    """What opens the relay, and what people are told about it."""

    token: Secret
    note: str = ""


async def _show_token(call: Call, core: Core) -> int:
    call.out.say((await core.relay_token.get()).reveal())
    return 0


async def _serve(call: Call, stopping: Stopping) -> int:
    from desktopchat.servers.relay import RelayServer
    from desktopchat.services.relaying import Upstreams
    from desktopchat.settings import schema

    ended = asyncio.Event()
    stopping.action = ended.set
    async with running.core_for(call.options) as core:
        found = await _token(call, core)
        port = core.settings.get(schema.RELAY_PORT) if call.args.port is None else call.args.port
        relay = RelayServer(Upstreams(core.providers), found.token, on_visit=_teller(call.out))
        try:
            call.out.record(type="listening", url=await relay.start(port))
            if found.note:
                call.out.note(found.note)
            await ended.wait()
            return stopping.status
        finally:
            await relay.stop()


async def _token(call: Call, core: Core) -> _Token:
    """Raises `ChatError`: `auth` for a variable that is not set, `keyring` where nobody could learn the token."""
    if call.args.token_env:
        return _named(call.args.token_env, core)
    try:
        token = await core.relay_token.get()
    except ChatError as error:
        if not sys.stderr.isatty():
            raise _nobody_knows(error) from error
        token = await core.relay_token.get(KeyPlace.SESSION)
        return _Token(token, tr("The token, for this run only: {token}", token=token.reveal()))
    if sys.stderr.isatty():
        return _Token(token, tr("The token: {token}", token=token.reveal()))
    return _Token(token, tr("The token is in the keyring; `desktopchat serve --show-token` prints it."))


def _named(variable: str, core: Core) -> _Token:
    from desktopchat.cli.endpoint import tidied
    from desktopchat.settings.keys import pasted_key

    pasted = pasted_key(core.keys.from_environment(variable, os.environ).reveal())
    return _Token(pasted.key, tidied() if pasted.tidied else "")


def _nobody_knows(error: ChatError) -> ChatError:
    """The error for a token that could neither be kept nor shown."""
    return failed(
        ErrorKind.KEYRING,
        error.failure.message,
        hint=msg("Put a token into an environment variable and name it with --token-env."),
        detail=error.failure.detail,
    )


def _teller(out: Output) -> Callable[[Visit], object]:
    """The access log, for people who look; a file nobody reads must not hold up the relay."""
    return (lambda visit: out.note(str(visit))) if sys.stderr.isatty() else (lambda _visit: None)
