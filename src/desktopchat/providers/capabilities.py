"""What is known of models by their names alone: a table of patterns. A guess for people, never a ban."""

import re
from collections.abc import Mapping

from desktopchat.domain.provider import Capabilities, ModelInfo
from desktopchat.domain.values import Json
from desktopchat.providers.jsontext import count_of, list_of, object_of, string_of

_REASONING = re.compile(
    r"(^|[/-])(o[1-9]([.-]|$)|gpt-5|gpt-oss|deepseek-(r\d|reasoner|v4)|qwq|qvq|qwen3|glm-(4\.[5-9]|[5-9])"
    r"|kimi-(k2|thinking)|magistral|grok-[3-9]|minimax-m|gemini-(2\.5|[3-9])|claude-(opus|sonnet|haiku)-[4-9]"
    r"|demo-reasoning)|think|reason",
    re.IGNORECASE,
)
_IMAGES = re.compile(
    r"vl\b|vl-|vision|gpt-4o|gpt-4\.1|gpt-5|(^|/)o[34]|llava|pixtral|gemini|claude|gemma-?3|glm-4\.?\d?v|qvq|omni|kimi-k2\.5",
    re.IGNORECASE,
)
_BLIND = re.compile(
    r"^(qwen-(max|turbo|mt|coder|math)\b|qwen2\.5-(?!vl|omni)\d|qwen3-(coder|max|\d+b)"
    r"|deepseek-(chat|reasoner|coder|v[23](?!.*vl)|r1)|gpt-3\.5|gpt-4(-\d{4}|-32k)?$|o1-mini|o3-mini|gpt-oss"
    r"|(open-)?mi[sx]tral-(7b|8x|nemo|tiny)|codestral|llama-?[23](\.[13])?([:-]\d|$)|kimi-k2(-|$)"
    r"|moonshot-v1-\d+k$|glm-4-(plus|air|flash|long)|demo-mt)",
    re.IGNORECASE,
)
"""Models of whom it is certain that they take no pictures: asking them would be refused, or the picture ignored."""
_FILES = re.compile(r"qwen-long|qwen-doc", re.IGNORECASE)
_NO_CHAT = re.compile(
    r"embed|rerank|whisper|tts|dall-e|moderation|realtime|transcri|(^|/)(sora|cosyvoice|paraformer|wanx?)",
    re.IGNORECASE,
)
_NO_SYSTEM_PROMPT = re.compile(r"(^|/)(qwen-mt-|o1-(mini|preview))", re.IGNORECASE)
_SLOW = re.compile(r"deepseek", re.IGNORECASE)


def of_model(name: str) -> Capabilities:
    """What a model of this name can probably do; None where the name does not tell."""
    return Capabilities(
        images=True if _IMAGES.search(name) else False if _BLIND.search(name) else None,
        files=bool(_FILES.search(name)) or None,
        reasoning=bool(_REASONING.search(name)) or None,
        tools=None,
        system_prompt=not _NO_SYSTEM_PROMPT.search(name),
    )


def is_slow(model: str, url: str = "") -> bool:
    """Whether the first word may take minutes: the model thinks first, or its vendor lets requests queue."""
    return bool(_REASONING.search(model) or _SLOW.search(model) or _SLOW.search(url))


def listed_models(document: Json) -> list[ModelInfo] | None:
    """The models in an answer to `GET /models`, in its order; None if it is no such answer.

    Knows `data` and `models` (llama.cpp has both), a bare list, and names instead of objects. Models that
    cannot chat by their names are put last.
    """
    found = _entries(document)
    if found is None:
        return None
    models: dict[str, ModelInfo] = {}
    for entry in found:
        if (info := _model(entry)) is not None:
            models.setdefault(info.id, info)
    return sorted(models.values(), key=lambda info: bool(_NO_CHAT.search(info.id)))


def _entries(document: Json) -> list[Json] | None:
    if isinstance(document, list):
        return document
    if not isinstance(document, dict) or not {"data", "models"} & document.keys():
        return None
    for name in ("data", "models"):
        if isinstance(found := document.get(name), list) and found:
            return found
    return []


def _model(entry: Json) -> ModelInfo | None:
    if isinstance(entry, str):
        return ModelInfo(entry, capabilities=of_model(entry)) if entry else None
    fields = object_of(entry)
    name = string_of(fields.get("id")) or string_of(fields.get("model")) or string_of(fields.get("name"))
    if not name:
        return None
    title = string_of(fields.get("display_name")) or string_of(fields.get("name"))
    return ModelInfo(name, title if title != name else "", _context_of(fields), _capabilities(name, fields))


def _context_of(fields: Mapping[str, Json]) -> int | None:
    """The context's size under the names that OpenRouter, Groq, vLLM, Mistral, LM Studio and llama.cpp give it."""
    names = ("context_length", "context_window", "max_model_len", "max_context_length", "n_ctx_train", "n_ctx")
    places = (fields, object_of(fields.get("meta")))
    return next((n for place in places for name in names if (n := count_of(place.get(name)))), None)


def _capabilities(name: str, fields: Mapping[str, Json]) -> Capabilities:
    """As `of_model`, corrected by what OpenRouter and its like say themselves."""
    known = of_model(name)
    modalities = list_of(object_of(fields.get("architecture")).get("input_modalities"))
    supported = list_of(fields.get("supported_parameters"))
    return Capabilities(
        images="image" in modalities if modalities else known.images,
        files="file" in modalities if modalities else known.files,
        reasoning="reasoning" in supported if supported else known.reasoning,
        tools="tools" in supported if supported else known.tools,
        system_prompt=known.system_prompt,
    )
