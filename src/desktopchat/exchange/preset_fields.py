"""A preset as named fields, the way files hold it, and back. No file format is known here.

Files come from anywhere, so reading takes what it understands and leaves the rest: a field of the wrong kind is as if
it were not there, and only a preset without a prompt is none.
"""

from collections.abc import Mapping
from typing import Any

from desktopchat.domain.context import ALL, ContextRule, context_rule
from desktopchat.domain.preset import FieldKind, Preset, Variable
from desktopchat.domain.values import Json

LONGEST_NAME = 200

_NAMES = ("name", "title", "act", "名称", "标题", "角色")
_PROMPTS = ("system_prompt", "prompt", "content", "text", "提示词", "内容")


def fields_of(preset: Preset) -> dict[str, Json]:
    """What the preset says, without what it does not; its `provider_id` is written as `provider`."""
    fields: dict[str, Json] = {
        "name": preset.name,
        "icon": preset.icon,
        "context": "" if preset.context.sends_all else str(preset.context),
        "provider": preset.provider_id,
        "model": preset.model,
        "params": dict(preset.params),
        "tags": list(preset.tags),
        "variables": [_variable_fields(variable) for variable in preset.variables],
        "greeting": preset.greeting,
        "system_prompt": preset.system_prompt,
    }
    return {name: value for name, value in fields.items() if value or name in ("name", "system_prompt")}


def preset_from(fields: Mapping[str, object], *, name: str = "") -> Preset | None:
    """The preset that the fields describe, or None where there is no prompt and no greeting in them."""
    lower = {str(key).strip().lower(): value for key, value in fields.items()}
    prompt = _first(lower, _PROMPTS)
    greeting = _text(lower, "greeting")
    if not prompt.strip() and not greeting:
        return None
    params = lower.get("params")
    return Preset(
        name=(" ".join(_first(lower, _NAMES).split()) or name or "?")[:LONGEST_NAME],
        icon=_text(lower, "icon")[:16],
        system_prompt=prompt,
        variables=_variables(lower.get("variables")),
        provider_id=_text(lower, "provider"),
        model=_text(lower, "model"),
        params={str(key): value for key, value in params.items()} if isinstance(params, dict) else {},
        context=_rule(_text(lower, "context")),
        greeting=greeting,
        tags=_tags(lower.get("tags")),
    )


def _variable_fields(variable: Variable) -> Json:
    fields: dict[str, Json] = {
        "name": variable.name,
        "kind": variable.kind.value,
        "label": variable.label,
        "default": variable.default,
        "choices": list(variable.choices),
    }
    return {name: value for name, value in fields.items() if value}


def _variables(value: object) -> tuple[Variable, ...]:
    rows = value if isinstance(value, list) else []
    return tuple(_variable(row) for row in rows if isinstance(row, dict) and isinstance(row.get("name"), str))


def _variable(row: dict[str, Any]) -> Variable:
    kind = row.get("kind")
    choices = row.get("choices")
    return Variable(
        row["name"],
        FieldKind(kind) if kind in set(FieldKind) else FieldKind.TEXT,
        _text(row, "label"),
        _text(row, "default"),
        tuple(str(choice) for choice in choices) if isinstance(choices, list) else (),
    )


def _first(fields: Mapping[str, object], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := _text(fields, name))), "")


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _tags(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.replace("，", ",").split(",")
    tags = (str(tag).strip() for tag in value) if isinstance(value, list) else ()
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _rule(text: str) -> ContextRule:
    try:
        return context_rule(text)
    except ValueError:
        return ALL
