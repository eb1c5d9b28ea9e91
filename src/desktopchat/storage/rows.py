"""Conversations and messages as rows, and back. No SQL is run here.

A row that cannot be read back (a damaged file) becomes a message that says so: one bad row never hides the others.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from desktopchat.domain.context import ALL, ContextRule, context_rule
from desktopchat.domain.conversation import ConversationSettings
from desktopchat.domain.errors import ErrorKind, Failure
from desktopchat.domain.message import (
    CitationPart,
    FilePart,
    FinishReason,
    ImagePart,
    Message,
    MessageState,
    Part,
    ReasoningPart,
    Role,
    TextPart,
    ToolCallPart,
    Usage,
)
from desktopchat.domain.surrogates import repaired
from desktopchat.domain.text import Text, msg

if TYPE_CHECKING:
    from apsw import SQLiteValue

log = logging.getLogger(__name__)

MESSAGE_COLUMNS = (
    "id, parent_id, role, state, created, provider, model, finish_reason, first_token_ms, duration_ms, usage, failure,"
    " parts"
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_PARTS: Mapping[str, type[Part]] = {
    "text": TextPart,
    "reasoning": ReasoningPart,
    "image": ImagePart,
    "file": FilePart,
    "tool_call": ToolCallPart,
    "citation": CitationPart,
}
_ROLES = {role.value: role for role in Role}
_STATES = {state.value: state for state in MessageState}
_DECODER = json.JSONDecoder()
_PART_NAMES = {part: name for name, part in _PARTS.items()}


def milliseconds(moment: datetime) -> int:
    """Since 1970, UTC, in whole numbers (a float would be a millisecond off now and then)."""
    return (moment - _EPOCH) // _MILLISECOND


def moment(ms: int) -> datetime:
    """Also for years that the C library does not know."""
    try:
        return datetime.fromtimestamp(ms / 1000, UTC)
    except (OSError, OverflowError, ValueError):
        return _EPOCH + timedelta(milliseconds=ms)


def message_values(message: Message) -> tuple["SQLiteValue", ...]:
    """In the order of `MESSAGE_COLUMNS`."""
    return (
        message.id,
        message.parent_id,
        message.role,
        message.state,
        milliseconds(message.created),
        repaired(message.provider),
        repaired(message.model),
        message.finish_reason,
        message.first_token_ms,
        message.duration_ms,
        _dumped(_fields(message.usage)) if message.usage else None,
        failure_json(message.failure),
        parts_json(message.parts),
    )


def parts_json(parts: Sequence[Part]) -> str:
    return _dumped([{"type": _PART_NAMES[type(part)], **_fields(part)} for part in parts])


def parts_from(stored: str) -> tuple[Part, ...]:
    """Raises ValueError, KeyError or TypeError for what was not written by `parts_json`."""
    found, end = _DECODER.raw_decode(stored)
    if end != len(stored):
        raise ValueError("something stands behind the parts")
    if len(found) == 1 and found[0].keys() == {"type", "text"} and found[0]["type"] == "text":
        return (TextPart(found[0]["text"]),)  # nearly all are so, and ten thousand are read at once
    return tuple(map(_part, found))


def text_in(stored: str) -> str:
    """The text in a column `parts`, for the search; empty where it cannot be read."""
    try:
        return "\n".join(fields["text"] for fields in json.loads(stored) if fields["type"] == "text")
    except (ValueError, KeyError, TypeError) as error:
        log.warning("a message cannot be read for the search: %s", type(error).__name__)
        return ""


def message_from(row: Sequence[Any]) -> Message:
    """From a row with `MESSAGE_COLUMNS`. Never raises for what a damaged file may hold."""
    try:
        return _message(row)
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        log.error("message %s cannot be read back: %s", row[0], type(error).__name__)
        return _unreadable(row)


def params_json(params: Mapping[str, Any]) -> str:
    return _dumped(dict(params))


def settings_from(row: Sequence[str]) -> ConversationSettings:
    """From `provider_id, model, system_prompt, params, preset_id, context`."""
    provider_id, model, system_prompt, params, preset_id, context = row
    try:
        values = json.loads(params)
    except ValueError:
        log.error("the parameters of a conversation cannot be read back")
        values = {}
    values = values if isinstance(values, dict) else {}
    return ConversationSettings(provider_id, model, system_prompt, values, preset_id, stored_rule(context))


def stored_rule(context: str) -> ContextRule:
    """The rule in a column; all of a conversation where a damaged file has none."""
    try:
        return context_rule(context)
    except ValueError:
        log.error("how much of a conversation is sent cannot be read back")
        return ALL


def _message(row: Sequence[Any]) -> Message:
    (key, parent, role, state, created, provider, model, reason, first_token, duration, usage, failure, parts) = row
    return Message(
        role=_ROLES[role],
        parts=parts_from(parts),
        id=key,
        parent_id=parent,
        state=_STATES[state],
        created=moment(created),
        provider=provider,
        model=model,
        usage=Usage(**_known(Usage, json.loads(usage))) if usage else None,
        finish_reason=FinishReason(reason) if reason else None,
        failure=_failure(json.loads(failure)) if failure else None,
        first_token_ms=first_token,
        duration_ms=duration,
    )


def _unreadable(row: Sequence[Any]) -> Message:
    role = Role(row[2]) if row[2] in set(Role) else Role.ASSISTANT
    failure = Failure(
        ErrorKind.STORAGE,
        msg("This message could not be read back: the database is damaged here."),
        msg("A file in the folder “backups” of the data directory may still have it."),
        code="corrupt",
    )
    return Message(role, id=row[0], parent_id=row[1], state=MessageState.ERROR, failure=failure)


def _part(fields: dict[str, Any]) -> Part:
    return _PARTS[fields.pop("type")](**fields)


def failure_json(failure: Failure | None) -> str | None:
    return _dumped(_failure_fields(failure)) if failure else None


def failure_from(stored: str | None) -> Failure | None:
    """The failure in a column; None for none, and for what cannot be read back."""
    try:
        return _failure(json.loads(stored)) if stored else None
    except (ValueError, KeyError, TypeError):
        log.error("why something failed cannot be read back")
        return None


def _failure_fields(failure: Failure) -> dict[str, Any]:
    """Key and values of the sentences, not the sentences: they can be shown in any language later."""
    fields = _fields(failure)
    for name in ("message", "hint"):
        text: Text | None = getattr(failure, name)
        if text is not None:
            fields[name] = {"key": text.key, "params": dict(text.params)}
    return fields


def _failure(fields: dict[str, Any]) -> Failure:
    fields["kind"] = ErrorKind(fields["kind"])
    for name in ("message", "hint"):
        if fields.get(name) is not None:
            fields[name] = Text(fields[name]["key"], fields[name]["params"])
    return Failure(**_known(Failure, fields))


def _known(kind: type[Usage | Failure], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that this version has; what another version wrote besides does not make a message unreadable."""
    return {name: fields[name] for name in kind.__slots__ if name in fields}


def _fields(value: Part | Usage | Failure) -> dict[str, Any]:
    """The fields that say something, by name."""
    return {name: field for name in value.__slots__ if (field := getattr(value, name)) is not None}


def _dumped(value: object) -> str:
    return repaired(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
