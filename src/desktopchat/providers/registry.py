"""The one list of provider kinds. A new one is one row here and its adapter, which is imported when it is used."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import cast

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.text import Text, msg
from desktopchat.providers import addresses
from desktopchat.providers.base import Account, Provider
from desktopchat.providers.guarded import Guarded
from desktopchat.providers.presets import DASHSCOPE_PRESETS, OPENAI_PRESETS, EndpointPreset
from desktopchat.transports.foreign import failed

__all__ = ["KINDS", "EndpointPreset", "Kind", "create", "kind", "normalised"]

NO_HELP = Text("")


@dataclass(frozen=True, slots=True)
class Kind:
    """A wire dialect that a provider may speak.

    `adapter` is the module that has `create(account)`. `needs_key` is what the vendors want; local servers of the
    same dialect may do without. An empty `default_base_url` means that there is none.
    """

    name: str
    title: Text
    adapter: str
    needs_key: bool = True
    key_help: Text = NO_HELP
    presets: tuple[EndpointPreset, ...] = ()
    default_base_url: str = ""


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
        "dashscope",
        msg("Alibaba Cloud Model Studio (DashScope)"),
        "desktopchat.providers.dashscope",
        key_help=msg("An API key of the Model Studio console (sk-…). It works in its own region only."),
        presets=DASHSCOPE_PRESETS,
        default_base_url=DASHSCOPE_PRESETS[0].base_url,
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
    config = replace(account.config, base_url=normalised(row.name, account.config.base_url))
    return Guarded(cast(Provider, import_module(row.adapter).create(replace(account, config=config))))


def normalised(kind_name: str, base_url: str) -> str:
    """The address that `base_url` means for this kind; the kind's usual one where it is empty (not where it is blank).

    Forgives blanks around it, trailing slashes, pasted endings and a missing scheme, and keeps a query string. Raises
    `ChatError` `bad_request` for nonsense. The demo's address may stay empty: the program knows it.
    """
    row = kind(kind_name)
    if not base_url:
        return row.default_base_url
    return addresses.tidied(base_url, (preset.base_url for preset in row.presets))


def _no_address(row: Kind) -> ChatError:
    return failed(
        ErrorKind.BAD_REQUEST,
        msg("A provider of the kind “{name}” needs an address.", name=row.name),
        hint=msg("Enter its base URL in the provider's settings."),
    )
