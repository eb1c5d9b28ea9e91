"""`desktopchat chats`: the stored conversations, listed, shown, searched, moved to the trash and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from desktopchat.cli import arguments
from desktopchat.cli.output import FINISHED, Output, failure_fields, local_time, one_line, timestamp, visible
from desktopchat.cli.running import run_with_core
from desktopchat.domain.message import Message, MessageState, Role
from desktopchat.i18n import render, tr

if TYPE_CHECKING:
    from desktopchat.cli.running import Call
    from desktopchat.core import Core
    from desktopchat.domain.conversation import ConversationSummary
    from desktopchat.domain.message import FilePart, ImagePart
    from desktopchat.domain.values import Json

SHORT_ID = 8
"""As many characters of an id as people need to tell conversations apart."""


def add_to(commands: arguments.Commands) -> None:
    group = arguments.group(commands, "chats", tr("the stored conversations"))
    listing = arguments.command(group, "list", list_all, tr("list the conversations, newest first"))
    show = arguments.command(group, "show", show_one, tr("print a conversation"))
    show.add_argument("--all", action="store_true", help=tr("all branches, not the current one alone"))
    search = arguments.command(group, "search", search_all, tr("find messages, newest first"))
    search.add_argument("text", metavar="TEXT")
    delete = arguments.command(group, "delete", delete_one, tr("put a conversation into the trash"))
    restore = arguments.command(group, "restore", restore_one, tr("take a conversation out of the trash"))
    listing.add_argument("--trash", action="store_true", help=tr("those in the trash, newest first"))
    for parser in (listing, search):
        parser.add_argument("--limit", type=arguments.positive, metavar="N", help=tr("at most so many lines"))
    for parser in (show, delete, restore):
        parser.add_argument("id", metavar="ID", help=tr("the conversation's id, or as much of it as is unique"))
    for parser in (listing, show, search):
        arguments.add_json(parser)


def list_all(call: Call) -> int:
    async def work(core: Core) -> int:
        found = await core.conversations.summaries(limit=call.args.limit, trashed=call.args.trash)
        if call.out.as_json:
            for each in found:
                call.out.record(**_summary_fields(each))
        elif found:
            titles = [tr("ID"), tr("Changed"), tr("Messages"), tr("Title")]
            rows = [[c.id[:SHORT_ID], local_time(c.updated), str(c.messages), c.title] for c in found]
            call.out.table(titles, rows)
        else:
            call.out.note(tr("There is no conversation yet."))
        return FINISHED

    return run_with_core(call, work)


def show_one(call: Call) -> int:
    async def work(core: Core) -> int:
        conversation = await core.conversations.load(await core.conversations.find(call.args.id))
        messages = conversation if call.args.all else conversation.path()
        if call.out.as_json:
            for message in messages:
                call.out.record(**_message_fields(message))
        else:
            _print(call.out, conversation.title, messages)
        return FINISHED

    return run_with_core(call, work)


def search_all(call: Call) -> int:
    async def work(core: Core) -> int:
        hits = await core.chat.search(call.args.text, limit=call.args.limit or 50)
        if not hits and not call.out.as_json:
            call.out.note(tr("Nothing was found."))
        for hit in hits:
            if call.out.as_json:
                call.out.record(
                    conversation=hit.conversation_id,
                    message=hit.message_id,
                    snippet=hit.snippet,
                    title=hit.conversation_title,
                    created=timestamp(hit.created),
                )
            else:
                place = f"{hit.conversation_id[:SHORT_ID]}  {local_time(hit.created)}  {hit.conversation_title}"
                call.out.say(f"{one_line(place)}\n    {one_line(hit.snippet)}")
        return FINISHED

    return run_with_core(call, work)


def delete_one(call: Call) -> int:
    async def work(core: Core) -> int:
        conversation_id = await core.conversations.find(call.args.id)
        await core.chat.delete(conversation_id)
        call.out.say(tr("In the trash. `desktopchat chats restore {id}` brings it back.", id=conversation_id))
        return FINISHED

    return run_with_core(call, work)


def restore_one(call: Call) -> int:
    async def work(core: Core) -> int:
        conversation_id = await core.conversations.find(call.args.id)
        await core.chat.restore(conversation_id)
        call.out.say(tr("Back among the conversations: {id}", id=conversation_id))
        return FINISHED

    return run_with_core(call, work)


def _summary_fields(summary: ConversationSummary) -> dict[str, Json]:
    return {
        "id": summary.id,
        "title": summary.title,
        "created": timestamp(summary.created),
        "updated": timestamp(summary.updated),
        "messages": summary.messages,
    }


def _message_fields(message: Message) -> dict[str, Json]:
    fields: dict[str, Json] = {
        "id": message.id,
        "parent_id": message.parent_id,
        "role": message.role.value,
        "text": message.text,
        "reasoning": message.reasoning,
        "state": shown_state(message).value,
        "model": message.model,
        "created": timestamp(message.created),
        "attachments": [_attachment_fields(part) for part in message.attachments],
        "provider": message.provider,
        "finish_reason": message.finish_reason.value if message.finish_reason else None,
    }
    if message.failure is not None:
        fields["error"] = {k: v for k, v in failure_fields(message.failure).items() if k != "type"}
    return fields


def shown_state(message: Message) -> MessageState:
    """What is still being written elsewhere is, seen from here, a part of an answer."""
    return MessageState.PARTIAL if message.state is MessageState.STREAMING else message.state


def _attachment_fields(part: ImagePart | FilePart) -> dict[str, Json]:
    return {"name": part.name, "media_type": part.media_type, "bytes": part.size}


def _print(out: Output, title: str, messages: Iterable[Message]) -> None:
    out.say(title)
    for message in messages:
        out.say(f"\n── {_heading(message)}")
        if message.text:
            out.say(visible(message.text))
        if message.failure is not None:
            out.say(f"! {render(message.failure.message)}")


def _heading(message: Message) -> str:
    who = tr("You") if message.role is Role.USER else message.model or message.provider or tr("Assistant")
    state = shown_state(message)
    states = {
        MessageState.PARTIAL: tr("incomplete"),
        MessageState.ERROR: tr("error"),
        MessageState.STOPPED: tr("stopped"),
    }
    return " · ".join(filter(None, (who, local_time(message.created), states.get(state))))
