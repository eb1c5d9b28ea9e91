"""The catalogues are in step with the code, and the tool that keeps them so does what it says."""

import ast
import gettext
from pathlib import Path

import pytest
from tools import i18n as tool


def test_the_catalogues_are_complete_and_compiled() -> None:
    assert tool.problems() == [], "run `python3 dev.py i18n update` and translate what it lists"


def test_every_translation_can_be_looked_up_as_the_program_does() -> None:
    with tool.mo_file("zh_CN").open("rb") as stream:
        catalogue = gettext.GNUTranslations(stream)
    keys = [sentence.key for sentence in tool.sentences()]
    assert len(keys) > 100
    for key in keys:
        if isinstance(key, str):
            assert catalogue.gettext(key)
        else:
            assert tool.places(catalogue.ngettext(*key, 2)) <= {"n"} | tool.places(key[1])


SOURCE = """
tr("One")
i18n.tr("Two {name}", name=msg("Three"))
ntr("{n} hit", "{n} hits", n)
failed(kind, msg("Four, "
    "in two parts"), hint=msg("Five"))
other("Not this")
tr("One")
"""


@pytest.fixture
def project(tmp_path: Path) -> tuple[Path, Path]:
    source = tmp_path / "src"
    source.mkdir()
    (source / "one.py").write_text(SOURCE)
    return source, tmp_path / "i18n"


def test_sentences_are_found_where_they_are_marked(project: tuple[Path, Path]) -> None:
    found = {sentence.key for sentence in tool.sentences(project[0])}
    assert found == {"One", "Two {name}", "Three", ("{n} hit", "{n} hits"), "Four, in two parts", "Five"}


@pytest.mark.parametrize("code", ["tr(name)", "msg(f'{x}')", "tr('a' + b)", "ntr('one', many, n)", "tr()"])
def test_a_key_that_is_not_written_out_is_refused(project: tuple[Path, Path], code: str) -> None:
    ast.parse(code)
    (project[0] / "two.py").write_text(f"\n{code}\n")
    with pytest.raises(ValueError, match=r"two\.py:2"):
        tool.sentences(project[0])


def translate(project: tuple[Path, Path], texts: dict[str, str]) -> None:
    """Writes translations into the .po file, as a person would."""
    catalog = tool.translations("zh_CN", project[1])
    for key, text in texts.items():
        message = catalog.get(key)
        assert message is not None
        message.string = (text,) if message.pluralizable else text
    tool.po_file("zh_CN", project[1]).write_bytes(tool.po_text(catalog))


ALL = {
    "One": "一",
    "Two {name}": "二 {name}",
    "Three": "三",
    "{n} hit": "{n} 个",
    "Four, in two parts": "四",
    "Five": "五",
}


def test_translating_everything_leaves_no_problem(project: tuple[Path, Path]) -> None:
    assert len(tool.update(*project)) == 6
    assert len(tool.problems(*project)) == 6
    translate(project, ALL)
    assert tool.problems(*project) == ["zh_CN: the .mo file is not compiled from the .po file"]
    assert tool.update(*project) == []
    assert tool.problems(*project) == []


def test_updating_twice_changes_nothing(project: tuple[Path, Path]) -> None:
    tool.update(*project)
    translate(project, ALL)
    tool.update(*project)
    before = {file: file.read_bytes() for file in project[1].rglob("*.*")}
    assert len(before) == 3
    tool.update(*project)
    assert {file: file.read_bytes() for file in project[1].rglob("*.*")} == before


def test_a_changed_sentence_is_translated_anew_and_the_others_stay(project: tuple[Path, Path]) -> None:
    tool.update(*project)
    translate(project, ALL)
    tool.update(*project)
    source = project[0] / "one.py"
    source.write_text(source.read_text().replace("Five", "Six"))
    assert len(tool.problems(*project)) == 3
    assert tool.update(*project) == ["zh_CN: Six"]
    catalog = tool.translations("zh_CN", project[1])
    assert catalog.get("Five") is None
    assert catalog["One"].string == "一"


@pytest.mark.parametrize("text", ["二", "二 {nmae}", "二 {name} {name2}", "二 {name}\n"])
def test_a_translation_with_other_places_or_line_breaks_is_a_mistake(project: tuple[Path, Path], text: str) -> None:
    tool.update(*project)
    translate(project, {**ALL, "Two {name}": text})
    tool.compile_all(project[1])
    (mistake,) = tool.problems(*project)
    assert "'Two {name}'" in mistake


def test_the_files_hold_no_dates_or_line_numbers(project: tuple[Path, Path]) -> None:
    tool.update(*project)
    text = tool.pot_file(project[1]).read_text(encoding="utf-8")
    assert "#: src/desktopchat/one.py\n" in text
    assert "Date" not in text
    assert "EMAIL" not in text


def test_the_command_says_what_is_left(
    project: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tool, "problems", lambda: ["zh_CN: not translated: 'Six'"])
    assert tool.main(["check"]) == 1
    assert "Six" in capsys.readouterr().out
    monkeypatch.setattr(tool, "problems", list)
    assert tool.main(["check"]) == 0
