"""`desktopchat files`: what is kept at a provider, listed, sent, deleted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from desktopchat.cli import arguments, endpoint
from desktopchat.cli.output import FAILED, FINISHED, Output, failure_text, local_time, timestamp
from desktopchat.cli.running import run_with_core
from desktopchat.cli.telling import TOLD
from desktopchat.i18n import tr

if TYPE_CHECKING:
    from desktopchat.cli.running import Call
    from desktopchat.core import Core
    from desktopchat.domain.attachment import RemoteFile
    from desktopchat.domain.provider import ProviderConfig
    from desktopchat.domain.values import Json
    from desktopchat.services.transfers import Transfer


def add_to(commands: arguments.Commands) -> None:
    group = arguments.group(commands, "files", tr("the files that a provider keeps for you"))
    listing = arguments.command(group, "list", list_all, tr("list the files at a provider"))
    upload = arguments.command(group, "upload", upload_one, tr("send a file to a provider; says its id there"))
    upload.add_argument("path", type=Path, metavar="PATH", help=tr("the file to send"))
    delete = arguments.command(group, "delete", delete_some, tr("delete files at a provider"))
    delete.add_argument("ids", nargs="+", metavar="ID", help=tr("as `files list` shows them"))
    for parser in (listing, upload, delete):
        endpoint.add_options(parser)
        arguments.add_json(parser)


def list_all(call: Call) -> int:
    async def work(core: Core) -> int:
        stock = await core.files.stock(await _config(core, call))
        if call.out.as_json:
            for stored in stock.files:
                call.out.record(**fields(stored.file))
        else:
            _show(call.out, [stored.file for stored in stock.files])
        return FINISHED

    return run_with_core(call, work)


def upload_one(call: Call) -> int:
    async def work(core: Core) -> int:
        config = await _config(core, call)
        told = _Progress(call)
        core.attachments.transfer_changed.connect(told.tell)
        file = await core.files.upload(config, call.args.path)
        if not call.out.as_json:
            call.out.say(file.id)
        return FINISHED

    return run_with_core(call, work)


def delete_some(call: Call) -> int:
    async def work(core: Core) -> int:
        left = await core.files.delete(await _config(core, call), call.args.ids)
        for file_id in call.args.ids:
            if (failure := left.get(file_id)) is not None:
                call.out.failure(failure) if call.out.as_json else call.out.note(f"{file_id}: {failure_text(failure)}")
            elif call.out.as_json:
                call.out.record(id=file_id, deleted=True)
            else:
                call.out.say(tr("{id} was deleted.", id=file_id))
        return FAILED if left else FINISHED

    return run_with_core(call, work)


class _Progress:
    """Tells of one upload in the lines of `ask`."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def tell(self, transfer: Transfer) -> None:
        if self._call.out.as_json and transfer.state in TOLD:
            self._call.out.record(
                type="upload",
                path=str(self._call.args.path),
                sent=transfer.sent,
                total=transfer.total,
                file_id=transfer.file_id or None,
                state=transfer.state.value,
            )


async def _config(core: Core, call: Call) -> ProviderConfig:
    chosen = endpoint.chosen(call.args, call.options)
    if chosen.ad_hoc is not None:
        return chosen.ad_hoc
    return await (core.providers.named(chosen.name) if chosen.name else core.providers.default())


def fields(file: RemoteFile) -> dict[str, Json]:
    return {
        "id": file.id,
        "name": file.name,
        "bytes": file.size,
        "purpose": file.purpose,
        "created": timestamp(file.created) if file.created else None,
        "expires": timestamp(file.expires) if file.expires else None,
    }


def _show(out: Output, files: list[RemoteFile]) -> None:
    if not files:
        out.note(tr("The provider keeps no files of yours."))
        return
    titles = [tr("Id"), tr("Bytes"), tr("Created"), tr("Expires"), tr("Purpose"), tr("Name")]
    rows = [
        [
            file.id,
            "" if file.size is None else str(file.size),
            local_time(file.created) if file.created else "",
            local_time(file.expires) if file.expires else "",
            file.purpose,
            file.name,
        ]
        for file in files
    ]
    out.table(titles, rows)
