"""Sentences in the reader's language, whatever is in the catalogue and in the values."""

import gettext
import io
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from desktopchat import i18n
from desktopchat.domain.text import Text, msg
from desktopchat.i18n import catalogue
from desktopchat.i18n.catalogue import filled, system_language


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    i18n.install("en")


@pytest.fixture
def translated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue with good and bad translations."""
    catalog = Catalog(locale="zh_CN")
    catalog.add("Hello {name}", "你好，{name}")
    catalog.add("Bye {name}", "再见，{nmae}")
    catalog.add("Braces {name}", "{括号} {name {name}")
    catalog.add("In {seconds:.1f} s", "{seconds:.1f} 秒后")
    catalog.add(("{n} hit", "{n} hits"), ("{n} 个结果",))
    catalog.add(("{n} miss", "{n} misses"), ("{m} 个",))
    stream = io.BytesIO()
    write_mo(stream, catalog)
    stream.seek(0)
    found = gettext.GNUTranslations(stream)
    monkeypatch.setattr(catalogue, "_catalogue", lambda _language: found)
    i18n.install("zh_CN")


@pytest.mark.usefixtures("translated")
def test_a_translation_is_used_with_its_values() -> None:
    assert i18n.tr("Hello {name}", name="小明") == "你好，小明"
    assert i18n.tr("In {seconds:.1f} s", seconds=1.25) == "1.2 秒后"
    assert i18n.render(msg("Hello {name}", name="A")) == "你好，A"
    assert i18n.ntr("{n} hit", "{n} hits", 1) == "1 个结果"


@pytest.mark.usefixtures("translated")
def test_a_translation_with_a_wrong_place_falls_back_to_english() -> None:
    assert i18n.tr("Bye {name}", name="A") == "Bye A"
    assert i18n.ntr("{n} miss", "{n} misses", 1) == "1 miss"
    assert i18n.ntr("{n} miss", "{n} misses", 2) == "2 misses"


@pytest.mark.usefixtures("translated")
def test_stray_braces_in_a_translation_do_no_harm() -> None:
    assert i18n.tr("Braces {name}", name="A") == "{括号} {name A"


def test_english_needs_no_catalogue() -> None:
    assert i18n.install("en") == "en"
    assert i18n.ntr("{n} hit", "{n} hits", 1) == "1 hit"
    assert i18n.ntr("{n} hit", "{n} hits", 0) == "0 hits"
    assert i18n.tr("No such {thing} in any catalogue", thing="text") == "No such text in any catalogue"


def test_a_missing_value_leaves_its_place() -> None:
    assert i18n.tr("{a} and {b}", a=1) == "1 and {b}"
    assert i18n.render(Text("{gone}", {"other": 1})) == "{gone}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{name!r}", "{name!r}"),
        ("{name.__class__}", "{name.__class__}"),
        ("{name[0]}", "{name[0]}"),
        ("{n:999999999}", "{n:999999999}"),
        ("{n:d} {n:,} {f:.2f}", "1234 1,234 0.50"),
        ("{{name}}", "{name}"),
        ("{}", "{}"),
        ("{0}", "{0}"),
        ("{name", "{name"),
        ("name}", "name}"),
    ],
)
def test_only_plain_places_are_filled(text: str, shown: str) -> None:
    assert filled(text, text, {"name": "A", "n": 1234, "f": 0.5}) == shown


def test_a_form_that_does_not_fit_its_value_is_left_alone() -> None:
    assert i18n.tr("{n:d}", n="many") == "{n:d}"


def test_values_are_not_filled_again() -> None:
    assert i18n.tr("{a} {b}", a="{b}", b="{a}") == "{b} {a}"


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_TW.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_HK"}, "zh_CN"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "de:zh_CN:en"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en_GB:zh"}, "en"),
        ({"LANG": "C", "LANGUAGE": "zh_CN"}, "en"),
    ],
)
def test_the_systems_language_is_followed(
    environment: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert system_language() == language
    assert i18n.install("") == language
    assert i18n.current_language() == language


def test_what_the_desktop_prefers_counts_where_the_environment_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert i18n.install("", system=["de-DE", "zh-Hant-TW", "en-US"]) == "zh_CN"
    assert i18n.install("", system=["en-US", "zh-CN"]) == "en"
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    assert i18n.install("", system=["zh-CN"]) == "en"


def test_an_unknown_language_is_as_none() -> None:
    assert i18n.install("xx") == system_language()


def test_a_missing_catalogue_is_english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(catalogue, "resource", lambda name: tmp_path / name)
    assert i18n.install("zh_CN") == "zh_CN"
    assert i18n.tr("Send") == "Send"


def test_the_catalogue_is_loaded_in_no_time() -> None:
    times = []
    for _ in range(20):
        begun = time.thread_time()  # what others do meanwhile does not count
        i18n.install("zh_CN")
        times.append(time.thread_time() - begun)
    assert min(times) < 0.01  # measured: 1.3 ms; more means that something else is done than reading one file


def test_the_first_translated_text_costs_no_heavy_import() -> None:
    code = (
        "import sys\nbefore = set(sys.modules)\nfrom desktopchat import i18n\ni18n.install('zh_CN')\n"
        "print({'babel', 'importlib.resources', 'locale', 'tempfile', 'PySide6'} & (set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, timeout=60, check=False,
                          env={"PYTHONPATH": str(Path(i18n.__file__).parents[2])})  # fmt: skip
    assert (done.stdout.strip(), done.stderr) == ("set()", "")
