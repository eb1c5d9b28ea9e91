"""The global options of the command line, which may stand before or after the command."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What the global options say. An empty string means: not given."""

    data_dir: str = ""
    demo: bool = False
    trace: str = ""
    version: bool = False


def parser() -> argparse.ArgumentParser:
    """Knows the global options alone; a parent for the parser of everything."""
    found = argparse.ArgumentParser("desktopchat", add_help=False, allow_abbrev=False)
    found.add_argument("--data-dir", default="", metavar="DIR", help="keep everything that is stored in DIR")
    found.add_argument("--demo", action="store_true", help="start with the built-in demo provider")
    found.add_argument("--trace", default="", metavar="FILE", help="write what happens when to FILE, as JSON lines")
    found.add_argument("--version", action="store_true", help="print the version and end")
    return found


def split(argv: Sequence[str]) -> tuple[Options, list[str]]:
    """The global options, wherever they stand before a `--`, and everything else in its order."""
    known, rest = parser().parse_known_args(list(argv))
    return Options(known.data_dir, known.demo, known.trace, known.version), rest
