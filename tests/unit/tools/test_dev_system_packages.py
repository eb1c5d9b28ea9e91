"""Which Debian packages are named for what is missing."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tools import system_packages
from tools.system_packages import LIBRARIES, TEST_PROGRAMS, missing_packages

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has system packages to add")

GOOD_FONTS = ["DejaVuSans.ttf", "NotoSansCJK-Regular.ttc"]


def everything(_name: str) -> bool:
    return True


def found(name: str) -> str:
    return f"/usr/bin/{name}"


def only_without(*absent: str) -> Callable[[str], bool]:
    return lambda name: name not in absent


def test_nothing_is_named_where_nothing_is_missing() -> None:
    assert missing_packages(TEST_PROGRAMS, loads=everything, which=found, fonts=lambda: GOOD_FONTS) == []


def test_each_missing_library_names_its_package() -> None:
    loads = only_without("libEGL.so.1", "libxcb-cursor.so.0")
    assert missing_packages({}, loads=loads) == ["libegl1", "libxcb-cursor0"]


def test_a_missing_program_names_its_package() -> None:
    assert missing_packages({"Xvfb": "xvfb"}, loads=everything, which=lambda _name: None) == ["xvfb"]


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ([], ["fonts-dejavu-core", "fonts-noto-cjk"]),
        (["DejaVuSans.ttf"], ["fonts-noto-cjk"]),
        (["wqy-zenhei.ttc"], []),
        (["SourceHanSansSC-Regular.otf"], []),
    ],
)
def test_fonts_for_chinese_are_named_where_none_is_found(files: list[str], named: list[str]) -> None:
    assert missing_packages({}, loads=everything, fonts=lambda: files) == named


def test_a_library_that_does_not_exist_does_not_load() -> None:
    assert not system_packages.loads("libno-such-thing.so.9")
    assert system_packages.loads("libc.so.6")


def test_all_that_the_wheel_of_qt_links_to_is_there_or_in_the_table() -> None:
    """PySide6's window plugin must load here; if it does not, the table lacks what its message names."""
    from PySide6.QtCore import QLibrary, QLibraryInfo

    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)
    plugin = QLibrary(f"{folder}/platforms/libqxcb.so")
    missing = [name for name in LIBRARIES if not system_packages.loads(name)]
    assert plugin.load() or missing, plugin.errorString()


def test_without_apt_the_missing_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not system_packages.install(["libegl1"])
    assert "libegl1" in capsys.readouterr().err


def test_without_rights_the_command_is_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "apt-get").write_text("#!/bin/sh\nexit 9\n", encoding="ascii")
    (tmp_path / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(system_packages, "privileges", lambda: None)
    assert not system_packages.install(["libegl1", "xvfb"])
    assert "sudo apt-get install --no-install-recommends libegl1 xvfb" in capsys.readouterr().err
