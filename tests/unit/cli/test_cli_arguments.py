import argparse
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktopchat.cli import arguments
from desktopchat.cli.main import build_parser


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("temperature=0.2", ("temperature", 0.2)),
        ("stop=END", ("stop", "END")),
        ('method="POST"', ("method", "POST")),
        ("a=b=c", ("a", "b=c")),
        ("x=", ("x", "")),
        ("x=null", ("x", None)),
        ("x=NaN", ("x", "NaN")),
        ('x={"a":[1]}', ("x", {"a": [1]})),
    ],
)
def test_a_parameter_is_json_where_it_can_be_read_as_such(text: str, expected: object) -> None:
    assert arguments.parameter(text) == expected


@given(st.text())
def test_any_text_is_a_parameter_or_wrong_usage(text: str) -> None:
    try:
        key, _ = arguments.parameter(text)
    except argparse.ArgumentTypeError:
        assert "=" not in text or not text.partition("=")[0].strip()
    else:
        assert key


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "x", ""])
def test_a_time_is_longer_than_nothing_and_shorter_than_for_ever(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        arguments.seconds(text)


@given(st.floats(min_value=1e-3, max_value=1e6))
def test_every_other_number_is_a_time(value: float) -> None:
    assert math.isclose(arguments.seconds(repr(value)), value)


@pytest.mark.parametrize(
    ("check", "text"), [(arguments.positive, "0"), (arguments.count, "-1"), (arguments.port, "65536")]
)
def test_numbers_out_of_range_are_wrong_usage(check: object, text: str) -> None:
    assert callable(check)
    with pytest.raises(argparse.ArgumentTypeError):
        check(text)


def commands(parser: argparse.ArgumentParser, path: str = "") -> dict[str, argparse.ArgumentParser]:
    """Every command with its parser, found through argparse's own structure."""
    found: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                found |= commands(below, f"{path} {name}".strip())
    return found or {path: parser}


def test_there_are_the_commands_of_the_contract() -> None:
    assert set(commands(build_parser())) == {
        "ask",
        *(f"files {name}" for name in ("list", "upload", "delete")),
        *(f"providers {name}" for name in ("list", "add", "remove", "test", "models")),
        *(f"keys {name}" for name in ("set", "delete", "status")),
        *(f"chats {name}" for name in ("list", "show", "search", "delete", "restore")),
        *(f"presets {name}" for name in ("list", "add", "show", "remove", "export", "import")),
        "translate",
        "serve",
        "demo-server",
        "doctor",
    }


def test_every_command_that_lists_or_reports_takes_json() -> None:
    reporting = ["ask", "providers list", "providers test", "providers models", "keys status", "doctor"]
    reporting += ["chats list", "chats show", "chats search", "files list", "files upload", "files delete"]
    parsers = commands(build_parser())
    assert [name for name in reporting if "--json" not in parsers[name]._option_string_actions] == []


def test_every_option_is_explained() -> None:
    plain = {"name", "id", "text"}
    unexplained = [
        f"{name} {action.dest}"
        for name, parser in commands(build_parser()).items()
        for action in parser._actions
        if not action.help and action.dest not in plain
    ]
    assert unexplained == []
