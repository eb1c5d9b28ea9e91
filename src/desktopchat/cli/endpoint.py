"""Which endpoint a question goes to: a configured one by name, or one described on the command line."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktopchat.cli.output import UsageError
from desktopchat.domain.errors import ChatError
from desktopchat.domain.provider import KeyPlace, ProviderConfig
from desktopchat.domain.surrogates import repaired
from desktopchat.i18n import render, tr

if TYPE_CHECKING:
    from desktopchat.services.providers import PlainNetwork
    from desktopchat.settings.options import Options
    from desktopchat.settings.paths import DataDir

DEMO_KIND = "demo"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What the command line says about the endpoint: `ad_hoc` is complete in itself, `name` is a configured one.

    With neither the default one answers.
    """

    ad_hoc: ProviderConfig | None = None
    name: str = ""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The provider options that every command with a question takes."""
    chosen = parser.add_argument_group(tr("which provider"))
    chosen.add_argument("--provider", default="", metavar="NAME", help=tr("a configured one (see `providers list`)"))
    chosen.add_argument("--kind", default="", help=tr("instead, for this call only: its kind, such as openai"))
    add_address(chosen, required=False)
    chosen.add_argument("--model", default="", metavar="M", help=tr("the model (else the provider's own choice)"))


def add_address(parser: argparse._ActionsContainer, *, required: bool) -> None:
    """How an endpoint is reached."""
    parser.add_argument(
        "--base-url", default="", metavar="URL", required=required, help=tr("its address, such as https://host/v1")
    )
    parser.add_argument("--key-env", default="", metavar="VAR", help=tr("the environment variable that holds its key"))
    parser.add_argument(
        "--ca-file", default="", metavar="F", help=tr("certificates (PEM) to trust besides the system's")
    )
    parser.add_argument("--proxy", default="", metavar="URL", help=tr("a proxy's address, or none, or system"))


def chosen(args: argparse.Namespace, options: Options) -> Endpoint:
    """Raises `UsageError` for a choice that contradicts itself or is malformed."""
    if args.provider and args.kind:
        raise UsageError(tr("--provider and --kind exclude each other"))
    if args.kind:
        return Endpoint(ad_hoc=described(args.kind, args))
    for option, value in (
        ("--base-url", args.base_url),
        ("--key-env", args.key_env),
        ("--ca-file", args.ca_file),
        ("--proxy", args.proxy),
    ):
        if value:
            raise UsageError(tr("{option} belongs to --kind", option=option))
    if options.demo and not args.provider:
        return Endpoint(ad_hoc=ProviderConfig(name="Demo", kind=DEMO_KIND, model="demo", id=DEMO_KIND))
    return Endpoint(name=args.provider)


def described(kind: str, args: argparse.Namespace) -> ProviderConfig:
    """The endpoint that `args` describe. Raises `UsageError` for an unknown kind or a malformed address."""
    known_kind(kind)
    if not args.base_url.strip() and (args.base_url or kind != DEMO_KIND):
        raise UsageError(tr("--kind {kind} needs --base-url", kind=kind))
    check_key(kind, os.environ.get(args.key_env, "") if args.key_env else "")
    return ProviderConfig(
        name=kind,
        kind=kind,
        base_url=address(kind, args.base_url) if args.base_url else "",
        model=args.model or ("demo" if kind == DEMO_KIND else ""),
        key_env=args.key_env,
        key_place=KeyPlace.ENVIRONMENT if args.key_env else KeyPlace.NONE,
        ca_file=args.ca_file,
        proxy=args.proxy,
    )


def known_kind(kind: str) -> str:
    from desktopchat.providers import registry

    if kind not in registry.KINDS:
        raise UsageError(
            tr("{kind} is not a kind; there are: {kinds}", kind=repr(kind), kinds=", ".join(registry.KINDS))
        )
    return kind


def check_key(kind: str, text: str) -> None:
    """Raises `UsageError` for a key that cannot be one of this kind. Empty ones are somebody else's to tell of."""
    from desktopchat.providers import registry
    from desktopchat.settings.keys import pasted_key

    if not registry.kind(kind).key_parts or not text.strip():
        return
    try:
        registry.check_key(kind, pasted_key(text).key)
    except ChatError as error:
        raise UsageError(render(error.failure.message)) from error


def address(kind: str, base_url: str) -> str:
    from desktopchat.providers import registry

    try:
        return registry.normalised(kind, base_url)
    except ChatError as error:
        raise UsageError(f"--base-url: {render(error.failure.message)}") from error


def data_of(options: Options) -> DataDir | None:
    """The data folder, or None where there is none: a call that stores nothing works without."""
    from desktopchat.settings.paths import data_dir

    try:
        return data_dir(options.data_dir or None, os.environ)
    except ChatError:
        return None


def network_of(data: DataDir | None) -> PlainNetwork:
    """The way out as the settings say it."""
    from desktopchat.services.providers import PlainNetwork
    from desktopchat.settings import schema
    from desktopchat.settings.store import Settings

    if data is None:
        return PlainNetwork()
    settings = Settings(data.settings)
    try:
        return PlainNetwork(settings.get(schema.PROXY) or "system", settings.get(schema.CA_FILE))
    finally:
        settings.close()


def tidied() -> str:
    """What people are told when a key was not quite what they gave."""
    return tr("Blanks, quotes or “Bearer ” around the key were removed.")


def name(text: str) -> str:
    """A provider's name as it was typed. Raises `UsageError` for one that cannot be shown or found again."""
    tidy = " ".join(repaired(text).split())
    if not tidy:
        raise UsageError(tr("--name is empty"))
    return tidy
