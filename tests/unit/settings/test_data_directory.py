"""Where the data directory is, and what is said when it cannot be."""

import os
import sys
from pathlib import Path

import pytest
from tests.support.small_disk import make_read_only, small_disk

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.settings.paths import DataDir, data_dir, require_writable


def test_the_argument_wins_over_the_environment(tmp_path: Path) -> None:
    environ = {"DESKTOPCHAT_DATA_DIR": str(tmp_path / "from environment")}
    assert data_dir(str(tmp_path / "argument"), environ).root == tmp_path / "argument"
    assert data_dir(None, environ).root == tmp_path / "from environment"
    assert data_dir("", environ).root == tmp_path / "from environment"


@pytest.mark.skipif(sys.platform != "linux", reason="the XDG folders")
def test_the_platforms_folder_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert data_dir(None, {"DESKTOPCHAT_DATA_DIR": ""}).root == tmp_path / "desktopchat"


@pytest.mark.skipif(os.name != "posix", reason="POSIX modes")
def test_a_new_directory_is_its_owners_alone_and_an_old_one_keeps_its_mode(tmp_path: Path) -> None:
    new = data_dir(str(tmp_path / "a" / "b"), {}).root
    assert new.stat().st_mode & 0o777 == 0o700
    new.chmod(0o750)
    assert data_dir(str(new), {}).root.stat().st_mode & 0o777 == 0o750


def test_looking_leaves_nothing_behind(tmp_path: Path) -> None:
    data = data_dir(str(tmp_path), {})
    require_writable(data)
    assert list(data.root.iterdir()) == []


def test_a_folder_that_can_only_be_read_is_found_and_said_when_it_must_be_written(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1) as disk:
        make_read_only(disk)
        data = data_dir(str(disk), {})
        with pytest.raises(ChatError) as caught:
            require_writable(data)
    assert caught.value.kind is ErrorKind.STORAGE
    assert str(disk) in str(caught.value)


def test_everything_lives_under_the_root(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    places = [data.database, data.settings, data.logs, data.lock, data.backups, data.blobs]
    assert len(set(places)) == 6
    assert all(place.parent == tmp_path for place in places)


def test_a_relative_directory_survives_a_change_of_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    data = data_dir("portable", {})
    monkeypatch.chdir("/")
    assert data.root == tmp_path / "portable"
    assert data.root.is_dir()


def test_a_home_directory_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert data_dir("~/chat", {}).root == tmp_path / "chat"


@pytest.mark.parametrize("name", ["file/below", "file", "a\0b", "~nobody-of-this-name/chat"])
def test_an_impossible_directory_is_said(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    named = name if name.startswith("~") else f"{tmp_path}/{name}"
    with pytest.raises(ChatError) as caught:
        data_dir(named, {})
    assert caught.value.kind is ErrorKind.STORAGE
    assert caught.value.failure.hint is not None


@pytest.mark.skipif(sys.platform != "linux", reason="uses /proc, where nobody can make files")
def test_a_read_only_home_does_not_matter_when_a_directory_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, "/proc/1")
    assert data_dir(str(tmp_path / "named"), {}).root.is_dir()
    with pytest.raises(ChatError) as caught:
        data_dir(None, {})
    assert caught.value.kind is ErrorKind.STORAGE
