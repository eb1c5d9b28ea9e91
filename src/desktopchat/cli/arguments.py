"""Building blocks of the command line's grammar: commands, groups of commands, and the values they take."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from desktopchat.i18n import tr

if TYPE_CHECKING:
    from desktopchat.cli.running import Call
    from desktopchat.domain.values import Json

Commands = Any  # argparse's own type is private
N = TypeVar("N", int, float)
Handler = Callable[["Call"], int]


def group(commands: Commands, name: str, description: str) -> Commands:
    """A command that has commands of its own; returns the place to add them to."""
    parser = commands.add_parser(name, help=description, description=description, allow_abbrev=False)
    return parser.add_subparsers(title=tr("commands"), metavar=tr("COMMAND"), required=True)


def command(commands: Commands, name: str, run: Handler, description: str) -> argparse.ArgumentParser:
    """A command that `run` carries out."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=description,
        description=description,
        epilog=tr("Global options (`desktopchat --help`) may stand anywhere on the line."),
        allow_abbrev=False,
    )
    parser.set_defaults(run=run, parser=parser)
    return parser


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help=tr("print one JSON object a line"))


def add_parameters(parser: argparse._ActionsContainer) -> None:
    """Options of the model, repeatable; they come as pairs in `args.param`."""
    parser.add_argument(
        "--param",
        action="append",
        default=[],
        type=parameter,
        metavar="KEY=VALUE",
        help=tr("an option of the model, such as temperature=0.2; the value is JSON (repeatable)"),
    )


def parameter(text: str) -> tuple[str, Json]:
    """KEY=VALUE; the value is JSON where it can be read as such, and the text itself otherwise."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise argparse.ArgumentTypeError(tr("{text} is not KEY=VALUE", text=repr(text)))
    return key.strip(), _json_or_text(value)


def _json_or_text(value: str) -> Json:
    try:
        read: Json = json.loads(value, parse_constant=_not_json)
    except (ValueError, RecursionError):
        return value
    return read


def _not_json(name: str) -> None:
    raise ValueError(name)


def seconds(text: str) -> float:
    """A time that is longer than nothing and shorter than for ever."""
    value = _number(float, text)
    if not (math.isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError(tr("{text} is not a number of seconds above 0", text=repr(text)))
    return value


def positive(text: str) -> int:
    value = _number(int, text)
    if value < 1:
        raise argparse.ArgumentTypeError(tr("{text} is not a whole number above 0", text=repr(text)))
    return value


def count(text: str) -> int:
    value = _number(int, text)
    if value < 0:
        raise argparse.ArgumentTypeError(tr("{text} is less than 0", text=repr(text)))
    return value


def port(text: str) -> int:
    value = _number(int, text)
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError(tr("{text} is not a port (0 to 65535)", text=repr(text)))
    return value


def _number(kind: type[N], text: str) -> N:
    try:
        return kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(tr("{text} is not a number", text=repr(text))) from None
