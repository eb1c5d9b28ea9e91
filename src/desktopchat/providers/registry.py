"""The one list of provider kinds. A new one is one row here and its adapter, which is imported when it is used."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import cast

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.secret import Secret
from desktopchat.domain.text import Text, msg
from desktopchat.providers import addresses
from desktopchat.providers.base import Account, Provider
from desktopchat.providers.guarded import Guarded
from desktopchat.providers.presets import (
    ANTHROPIC_PRESETS,
    COMPLETIONS_PRESETS,
    DASHSCOPE_PRESETS,
    GEMINI_PRESETS,
    OLLAMA_PRESETS,
    OPENAI_PRESETS,
    RESPONSES_PRESETS,
    EndpointPreset,
)
from desktopchat.providers.spark_versions import SPARK_PRESETS
from desktopchat.transports.foreign import failed

__all__ = ["KINDS", "EndpointPreset", "Kind", "check_key", "create", "kind", "normalised"]

NO_HELP = Text("")


@dataclass(frozen=True, slots=True)
class Kind:
    """A wire dialect that a provider may speak.

    `adapter` is the module that has `create(account)`. `needs_key` is what the vendors want; local servers of the
    same dialect may do without. An empty `default_base_url` means that there is none. `key_parts` names what a key is
    made of where that is several values, joined by colons. `schemes` and `endings` are for `addresses.tidied`.
    Without `needs_model` a question may go without the name of a model.
    """

    name: str
    title: Text
    adapter: str
    needs_key: bool = True
    key_help: Text = NO_HELP
    presets: tuple[EndpointPreset, ...] = ()
    default_base_url: str = ""
    key_parts: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ("https", "http")
    endings: tuple[str, ...] = addresses.PASTED_ENDINGS
    needs_model: bool = True


_NATIVE_ENDINGS = tuple(f"/services/aigc/{name}/generation" for name in ("text-generation", "multimodal-generation"))
"""Of DashScope's native protocol, whose base address ends in `/api/v1`."""

_ALL = (
    Kind(
        "openai",
        msg("OpenAI and compatible"),
        "desktopchat.providers.openai_chat",
        key_help=msg("The vendor's console has a page for API keys. Local servers usually need none."),
        presets=OPENAI_PRESETS,
        default_base_url=OPENAI_PRESETS[0].base_url,
    ),
    Kind(
        "openai-responses",
        msg("OpenAI Responses and compatible"),
        "desktopchat.providers.openai_responses",
        key_help=msg("The vendor's console has a page for API keys. Local servers usually need none."),
        presets=RESPONSES_PRESETS,
        default_base_url=RESPONSES_PRESETS[0].base_url,
    ),
    Kind(
        "openai-completions",
        msg("Text completion (the older way of OpenAI and local servers)"),
        "desktopchat.providers.openai_completions",
        key_help=msg("The vendor's console has a page for API keys. Local servers usually need none."),
        presets=COMPLETIONS_PRESETS,
        default_base_url=COMPLETIONS_PRESETS[0].base_url,
    ),
    Kind(
        "dashscope",
        msg("Alibaba Cloud Model Studio (DashScope)"),
        "desktopchat.providers.dashscope",
        key_help=msg("An API key of the Model Studio console (sk-…). It works in its own region only."),
        presets=DASHSCOPE_PRESETS,
        default_base_url=DASHSCOPE_PRESETS[0].base_url,
        endings=(*addresses.PASTED_ENDINGS, *_NATIVE_ENDINGS),
    ),
    Kind(
        "spark",
        msg("iFlytek Spark (WebSocket)"),
        "desktopchat.providers.spark",
        key_help=msg("The three values of the iFlytek console in one, joined by colons: APPID:APIKEY:APISECRET."),
        presets=SPARK_PRESETS,
        default_base_url=SPARK_PRESETS[0].base_url,
        key_parts=("APPID", "APIKEY", "APISECRET"),
        schemes=("wss", "ws"),
        endings=(),
    ),
    Kind(
        "anthropic",
        msg("Anthropic Claude and compatible"),
        "desktopchat.providers.anthropic",
        key_help=msg("An API key of the Claude console (sk-ant-…). A subscription to the Claude app has none."),
        presets=ANTHROPIC_PRESETS,
        default_base_url=ANTHROPIC_PRESETS[0].base_url,
        endings=("/v1/messages", "/v1/models", "/v1"),
    ),
    Kind(
        "gemini",
        msg("Google Gemini"),
        "desktopchat.providers.gemini",
        key_help=msg("An API key of Google AI Studio."),
        presets=GEMINI_PRESETS,
        default_base_url=GEMINI_PRESETS[0].base_url,
        endings=("/v1beta/openai", "/v1beta/models", "/v1beta", "/v1/models", "/v1"),
    ),
    Kind(
        "ollama",
        msg("Ollama (models on this computer)"),
        "desktopchat.providers.ollama",
        needs_key=False,
        key_help=msg("Ollama on this computer needs no key; its cloud does."),
        presets=OLLAMA_PRESETS,
        default_base_url=OLLAMA_PRESETS[0].base_url,
        endings=("/api/chat", "/api/generate", "/api/tags", "/api", "/v1"),
    ),
    Kind(
        "sse-relay",
        msg("Relay of a web page (server-sent events or plain text)"),
        "desktopchat.providers.sse_relay",
        needs_key=False,
        key_help=msg("Most relays need no key; some take a token, which is sent as a bearer token."),
        endings=(),
        needs_model=False,
    ),
    Kind(
        "demo",
        msg("Demo (built in, no model behind it)"),
        "desktopchat.providers.openai_chat",
        needs_key=False,
        key_help=msg("The demo needs no key."),
        presets=(EndpointPreset("Demo", "", "", "", "demo"),),
    ),
)

KINDS: Mapping[str, Kind] = {row.name: row for row in _ALL}


def kind(name: str) -> Kind:
    """The kind called `name`. Raises `ChatError` `bad_request` for one that is not built in."""
    if name not in KINDS:
        raise failed(
            ErrorKind.BAD_REQUEST,
            msg("There is no kind of provider called “{name}” in this version.", name=name),
            hint=msg("Known kinds: {names}.", names=", ".join(KINDS)),
        )
    return KINDS[name]


def create(account: Account) -> Provider:
    """The adapter for `account`. Its address is tidied first. Raises `ChatError` `bad_request`; opens no connection."""
    row = kind(account.config.kind)
    if not account.config.base_url and not row.default_base_url:
        raise _no_address(row)
    check_key(row.name, account.key)
    config = replace(account.config, base_url=normalised(row.name, account.config.base_url))
    return Guarded(cast(Provider, import_module(row.adapter).create(replace(account, config=config))))


def check_key(kind_name: str, key: Secret | None) -> None:
    """Raises `ChatError` `bad_request`, without quoting it, for a key that does not have the form of its kind."""
    wanted = kind(kind_name).key_parts
    if not key or not wanted:
        return
    parts = key.reveal().split(":")
    if len(parts) != len(wanted) or not all(parts):
        raise failed(
            ErrorKind.BAD_REQUEST,
            msg("This key is not complete: it has to be {form}.", form=":".join(wanted)),
            hint=msg("Copy each value from the vendor's console and join them with colons, in this order."),
        )


def normalised(kind_name: str, base_url: str) -> str:
    """The address that `base_url` means for this kind; the kind's usual one where it is empty (not where it is blank).

    Forgives blanks around it, trailing slashes, pasted endings and a missing scheme, and keeps a query string. Raises
    `ChatError` `bad_request` for nonsense. The demo's address may stay empty: the program knows it.
    """
    row = kind(kind_name)
    if not base_url:
        return row.default_base_url
    known = (preset.base_url for preset in row.presets)
    return addresses.tidied(base_url, known, row.endings, row.schemes)


def _no_address(row: Kind) -> ChatError:
    return failed(
        ErrorKind.BAD_REQUEST,
        msg("A provider of the kind “{name}” needs an address.", name=row.name),
        hint=msg("Enter its base URL in the provider's settings."),
    )
