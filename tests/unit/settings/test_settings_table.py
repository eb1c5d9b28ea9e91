"""Every row of the table is complete, and used."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import desktopchat
from desktopchat.settings import schema
from desktopchat.settings.schema import Choice, Editor, Group, Setting

ROWS = list(schema.constants().items())
SOURCE = Path(desktopchat.__file__).parent


@pytest.mark.parametrize(("constant", "setting"), ROWS, ids=[name for name, _ in ROWS])
def test_every_setting_is_explained_and_its_default_fits(constant: str, setting: Setting[Any]) -> None:
    assert setting.name.upper() == constant
    assert setting.title.key
    assert len(setting.title.key.split()) <= 3
    assert setting.help.key.endswith(".")
    assert setting.problem(setting.default) is None
    assert setting.group in schema.GROUP_TITLES
    assert setting.shown == (setting.group is not Group.STATE)


@pytest.mark.parametrize(("constant", "setting"), ROWS, ids=[name for name, _ in ROWS])
def test_every_setting_is_used_somewhere(constant: str, setting: Setting[Any]) -> None:
    del setting
    files = [file for file in SOURCE.rglob("*.py") if file != Path(schema.__file__)]
    used = re.compile(rf"\b{constant}\b")
    assert any(used.search(file.read_text(encoding="utf-8")) for file in files), f"nobody uses {constant}"


def test_no_name_is_used_twice() -> None:
    names = Counter(setting.name for setting in schema.all_settings())
    assert [name for name, times in names.items() if times > 1] == []


def test_every_setting_that_is_used_is_in_the_table() -> None:
    used = {
        name
        for file in SOURCE.rglob("*.py")
        if file != Path(schema.__file__)
        for name in re.findall(r"\bschema\.([A-Z][A-Z_0-9]+)\b", file.read_text(encoding="utf-8"))
    }
    assert {name for name in used if not hasattr(schema, name)} == set()


@pytest.mark.parametrize(
    "proxy",
    ["system", "none", "http://host:8080", "https://a.b", "socks5://[::1]:1080", "socks5h://u:p@host:1", "HTTP://HOST"],
)
def test_a_proxy_that_works_is_taken(proxy: str) -> None:
    assert schema.PROXY.problem(proxy) is None


@pytest.mark.parametrize(
    "proxy", ["", "host:8080", "ftp://host", "http://", "http://host:port", "http://[::1", "direct", "http://h:99999"]
)
def test_a_proxy_that_cannot_work_is_refused(proxy: str) -> None:
    assert schema.PROXY.problem(proxy) is not None


def test_a_certificate_file_is_looked_into(tmp_path: Path) -> None:
    good, other = tmp_path / "ca.pem", tmp_path / "ca.der"
    good.write_text("# mine\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    other.write_bytes(b"\x30\x82\x01")
    assert schema.CA_FILE.problem(str(good)) is None
    assert schema.CA_FILE.problem("") is None
    for wrong in (other, tmp_path, tmp_path / "nothing"):
        assert schema.CA_FILE.problem(str(wrong)) is not None
    assert schema.CA_FILE.problem("a\0b") is not None


def test_a_stored_certificate_file_counts_even_while_it_is_missing() -> None:
    assert schema.CA_FILE.misfit("/nowhere/ca.pem") is None


@pytest.mark.parametrize(("size", "fits"), [(0, True), (7, False), (8, True), (32, True), (33, False), (-1, False)])
def test_numbers_keep_to_their_bounds(size: int, fits: bool) -> None:
    assert (schema.FONT_SIZE.problem(size) is None) == fits


def test_the_editor_follows_from_the_row() -> None:
    assert {name: setting.editor for name, setting in ROWS if setting.shown} == {
        "LANGUAGE": Editor.CHOICE,
        "THEME": Editor.CHOICE,
        "FONT_SIZE": Editor.NUMBER,
        "SEND_KEY": Editor.CHOICE,
        "LONG_PASTE": Editor.NUMBER,
        "RETRIES": Editor.NUMBER,
        "PROXY": Editor.CHOICE_OR_TEXT,
        "CA_FILE": Editor.FILE,
    }
    assert schema.SIDEBAR_VISIBLE.editor is Editor.SWITCH
    assert schema.LAST_CONVERSATION.editor is Editor.TEXT


def test_every_language_of_the_catalogues_can_be_chosen() -> None:
    from desktopchat.i18n import LANGUAGES

    assert [choice.value for choice in schema.LANGUAGE.choices] == ["", *LANGUAGES]
    assert [choice.title.key for choice in schema.LANGUAGE.choices[1:]] == list(LANGUAGES.values())


def test_choices_are_what_they_say() -> None:
    assert Choice("a", schema.THEME.title) == Choice("a", schema.THEME.title)
    assert "purple" in dict((schema.THEME.problem("purple") or schema.THEME.title).params).values()
