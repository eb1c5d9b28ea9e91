"""`desktopchat keys`: what is in the system's key store. A key comes in on standard input and never out again."""

from __future__ import annotations

import getpass
import os
import sys
from typing import TYPE_CHECKING

from desktopchat.cli import arguments
from desktopchat.cli.endpoint import check_key, tidied
from desktopchat.cli.output import FINISHED, UsageError
from desktopchat.cli.providers import key_of
from desktopchat.cli.running import run_with_core
from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.provider import KeyPlace, ProviderConfig
from desktopchat.i18n import render, tr

if TYPE_CHECKING:
    from desktopchat.cli.running import Call
    from desktopchat.core import Core

MAX_KEY_BYTES = 64 * 1024


def add_to(commands: arguments.Commands) -> None:
    group = arguments.group(commands, "keys", tr("the providers' keys in the system's key store"))
    setting = arguments.command(group, "set", set_key, tr("store a provider's key, read from standard input"))
    setting.add_argument("name", metavar="NAME")
    delete = arguments.command(group, "delete", delete_key, tr("remove a provider's key"))
    delete.add_argument("name", metavar="NAME")
    arguments.add_json(arguments.command(group, "status", status, tr("say where each provider's key is")))


def set_key(call: Call) -> int:
    from desktopchat.settings.keys import pasted_key

    try:
        pasted = pasted_key(_typed_key(call.args.name))
    except ChatError as error:
        if error.kind is ErrorKind.BAD_REQUEST:
            raise UsageError(render(error.failure.message)) from error
        raise
    if pasted.tidied:
        call.out.note(tidied())

    async def work(core: Core) -> int:
        config = await core.providers.named(call.args.name)
        check_key(config.kind, pasted.key.reveal())
        await core.providers.set_key(config.id, pasted.key, KeyPlace.KEYRING)
        backend = await core.providers.key_backend()
        call.out.say(tr("The key of {name} is in the keyring ({backend}).", name=config.name, backend=backend.name))
        return FINISHED

    return run_with_core(call, work)


def delete_key(call: Call) -> int:
    async def work(core: Core) -> int:
        config = await core.providers.named(call.args.name)
        removed = await core.providers.delete_key(config.id)
        if removed:
            call.out.say(tr("The key of {name} was removed.", name=config.name))
        elif config.key_env:
            call.out.say(
                tr(
                    "No key of {name} is stored; the variable {variable} stays in use.",
                    name=config.name,
                    variable=config.key_env,
                )
            )
        else:
            call.out.say(tr("No key of {name} is stored.", name=config.name))
        return FINISHED

    return run_with_core(call, work)


def status(call: Call) -> int:
    async def work(core: Core) -> int:
        backend = await core.providers.key_backend()
        rows = [(c.name, key_of(c), await _found(core, c, usable=backend.usable)) for c in await core.providers.all()]
        if call.out.as_json:
            for name, key, found in rows:
                call.out.record(name=name, key=key, backend=backend.name, found=found)
            return FINISHED
        if backend.why is not None:
            call.out.note(render(backend.why))
        else:
            call.out.note(tr("Key store: {name}", name=backend.name))
        if rows:
            titles = [tr("Name"), tr("Key"), tr("Found")]
            call.out.table(titles, [(name, key, _found_text(found)) for name, key, found in rows])
        return FINISHED

    return run_with_core(call, work)


async def _found(core: Core, config: ProviderConfig, *, usable: bool) -> bool | None:
    """Whether the key is where it should be; None where there is none to be found, or nobody can tell from here."""
    if config.key_env:
        return bool(os.environ.get(config.key_env, "").strip())
    if config.key_place is not KeyPlace.KEYRING or not usable:
        return None
    try:
        return await core.providers.has_key(config)
    except ChatError:  # locked, and nobody unlocked it
        return None


def _found_text(found: bool | None) -> str:
    return "" if found is None else tr("yes") if found else tr("no")


def _typed_key(name: str) -> str:
    """The key, without showing it where it is typed. Raises `UsageError` where there is none."""
    if sys.stdin is None:
        raise UsageError(tr("the key is read from standard input, and there is none"))
    if sys.stdin.isatty():
        return getpass.getpass(tr("Key of {name} (it is not shown): ", name=name))
    data = sys.stdin.buffer.read(MAX_KEY_BYTES + 1)
    if len(data) > MAX_KEY_BYTES:
        raise UsageError(tr("what came on standard input is too long to be a key"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:  # not chained: the exception would carry the key
        raise UsageError(tr("what came on standard input is not text")) from None
