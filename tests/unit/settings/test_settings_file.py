"""The settings file: what is kept, what survives, and what happens to a file that others have touched."""

import json
import logging
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.settings import schema
from desktopchat.settings.schema import Setting
from desktopchat.settings.store import Settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


@pytest.fixture
def settings(path: Path) -> Iterator[Settings]:
    found = Settings(path)
    yield found
    found.close()


def content(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def reread(path: Path) -> Settings:
    return Settings(path)


def test_without_a_file_everything_is_at_its_default_and_no_file_is_made(settings: Settings, path: Path) -> None:
    assert {name: settings.get(one) for name, one in schema.constants().items()} == {
        name: one.default for name, one in schema.constants().items()
    }
    settings.close()
    assert not path.exists()
    assert settings.warnings == ()


def test_what_is_set_is_there_at_once_and_the_next_time(settings: Settings, path: Path) -> None:
    settings.set(schema.FONT_SIZE, 14)
    settings.set(schema.LANGUAGE, "zh_CN")
    assert (settings.get(schema.FONT_SIZE), settings.get(schema.LANGUAGE)) == (14, "zh_CN")
    settings.flush()
    again = reread(path)
    assert (again.get(schema.FONT_SIZE), again.get(schema.LANGUAGE)) == (14, "zh_CN")


def test_watchers_are_told_of_changes_and_of_nothing_else(settings: Settings) -> None:
    told: list[Setting[Any]] = []
    settings.changed.connect(told.append)
    settings.set(schema.THEME, "system")  # the default
    settings.set(schema.THEME, "dark")
    settings.set(schema.THEME, "dark")
    settings.reset(schema.THEME)
    settings.reset(schema.THEME)
    assert told == [schema.THEME, schema.THEME]


def test_a_reset_value_leaves_the_file(settings: Settings, path: Path) -> None:
    settings.set(schema.THEME, "dark")
    settings.flush()
    settings.reset(schema.THEME)
    settings.flush()
    assert content(path) == {}
    assert settings.get(schema.THEME) == "system"


def test_a_wrong_value_is_refused_with_a_sentence(settings: Settings) -> None:
    with pytest.raises(ChatError) as caught:
        settings.set(schema.THEME, "purple")
    assert caught.value.kind is ErrorKind.BAD_REQUEST
    assert settings.get(schema.THEME) == "system"


def test_what_a_newer_version_stored_stays(path: Path) -> None:
    path.write_text('{"from_the_future": {"a": [1, null]}, "theme": "dark"}')
    newer = reread(path)
    newer.set(schema.THEME, "light")
    newer.close()
    assert content(path) == {"from_the_future": {"a": [1, None]}, "theme": "light"}


@pytest.mark.parametrize(
    ("setting", "stored"),
    [
        (schema.FONT_SIZE, '"14"'),
        (schema.FONT_SIZE, "true"),
        (schema.FONT_SIZE, "99"),
        (schema.FONT_SIZE, "14.5"),
        (schema.THEME, '"purple"'),
        (schema.THEME, "null"),
        (schema.SIDEBAR_VISIBLE, "1"),
        (schema.PROXY, "[]"),
    ],
)
def test_a_value_that_does_not_fit_counts_as_not_set(
    setting: Setting[Any], stored: str, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_text(f'{{"{setting.name}": {stored}}}')
    found = reread(path)
    with caplog.at_level(logging.WARNING):
        assert found.get(setting) == setting.default
        assert found.get(setting) == setting.default
    assert [record.getMessage().count(setting.name) for record in caplog.records] == [1]


def test_a_value_that_does_not_fit_can_be_put_right(path: Path) -> None:
    path.write_text('{"theme": 7}')
    found = reread(path)
    found.set(schema.THEME, "system")
    found.close()
    assert content(path) == {"theme": "system"}


@pytest.mark.parametrize(
    "broken", [b"", b"{", b"[]", b"\xff\xfe{}", b'{"theme": "dark"', b"null", b"[" * 100_000], ids=lambda b: repr(b[:9])
)
def test_a_broken_file_is_kept_aside_and_said(broken: bytes, path: Path) -> None:
    path.write_bytes(broken)
    found = reread(path)
    assert found.get(schema.THEME) == "system"
    (aside,) = path.parent.glob("settings.json.broken-*")
    assert aside.read_bytes() == broken
    assert [warning.params for warning in found.warnings] == [{"name": aside.name}]


def test_two_broken_files_in_one_second_are_both_kept(path: Path) -> None:
    for n in range(3):
        path.write_text(f"broken {n}")
        reread(path)
    kept = sorted(aside.read_text() for aside in path.parent.glob("settings.json.broken-*"))
    assert kept == ["broken 0", "broken 1", "broken 2"]


def test_a_byte_order_mark_does_not_break_the_file(path: Path) -> None:
    path.write_bytes(b'\xef\xbb\xbf{"theme": "dark"}')
    assert reread(path).get(schema.THEME) == "dark"


def test_changes_of_two_programs_are_merged(path: Path) -> None:
    one, other = reread(path), reread(path)
    one.set(schema.THEME, "dark")
    one.flush()
    other.set(schema.FONT_SIZE, 12)
    other.flush()
    one.set(schema.SEND_KEY, "ctrl_enter")
    one.close()
    other.close()
    assert content(path) == {"theme": "dark", "font_size": 12, "send_key": "ctrl_enter"}


def test_a_file_that_another_program_broke_is_written_anew(path: Path) -> None:
    found = reread(path)
    found.set(schema.THEME, "dark")
    found.flush()
    path.write_text("broken")
    found.set(schema.FONT_SIZE, 12)
    found.close()
    assert content(path) == {"theme": "dark", "font_size": 12}


@pytest.mark.skipif(os.name != "posix", reason="POSIX modes")
def test_the_file_is_its_owners_alone(settings: Settings, path: Path) -> None:
    path.write_text("{}")
    path.chmod(0o644)
    settings.set(schema.THEME, "dark")
    settings.flush()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.name != "posix", reason="symbolic links")
def test_a_link_to_the_file_stays_a_link(path: Path) -> None:
    elsewhere = path.parent / "dotfiles"
    elsewhere.mkdir()
    (elsewhere / "mine.json").write_text("{}")
    path.symlink_to(elsewhere / "mine.json")
    found = reread(path)
    found.set(schema.THEME, "dark")
    found.close()
    assert path.is_symlink()
    assert content(elsewhere / "mine.json") == {"theme": "dark"}


def test_a_write_leaves_no_other_file_behind(settings: Settings, path: Path) -> None:
    settings.set(schema.THEME, "dark")
    settings.flush()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_many_changes_are_all_kept_in_their_order(settings: Settings, path: Path) -> None:
    for size in (*range(8, 33), *range(31, 10, -1)):
        settings.set(schema.FONT_SIZE, size)
    settings.close()
    assert content(path) == {"font_size": 11}


def test_setting_does_not_wait_for_the_disk(settings: Settings, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may_go_on = threading.Event()
    real = os.fsync

    def slow(descriptor: int) -> None:
        assert may_go_on.wait(30)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", slow)
    settings.set(schema.THEME, "dark")
    settings.set(schema.FONT_SIZE, 12)
    assert settings.get(schema.FONT_SIZE) == 12
    assert not path.exists()
    may_go_on.set()
    settings.flush()
    assert content(path) == {"theme": "dark", "font_size": 12}


def test_what_could_not_be_written_is_said_and_written_later(
    settings: Settings, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        settings.set(schema.THEME, "dark")
        with pytest.raises(ChatError) as caught:
            settings.flush()
    assert caught.value.kind is ErrorKind.STORAGE
    assert settings.get(schema.THEME) == "dark"
    assert settings.failure == caught.value.failure
    assert list(path.parent.iterdir()) == []
    settings.set(schema.FONT_SIZE, 12)
    settings.flush()
    assert content(path) == {"theme": "dark", "font_size": 12}
    assert settings.failure is None


def test_a_failed_write_keeps_the_old_file_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text('{"theme": "dark"}')
    found = reread(path)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    found.set(schema.FONT_SIZE, 12)
    found.close()
    assert path.read_text() == '{"theme": "dark"}'


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said(path: Path) -> None:
    path.write_text("{}")
    path.chmod(0)
    assert len(reread(path).warnings) == 1


def test_a_folder_in_the_files_place_is_said_and_not_destroyed(path: Path) -> None:
    path.mkdir()
    found = reread(path)
    found.set(schema.THEME, "dark")
    found.close()
    assert len(found.warnings) == 1
    assert found.failure is not None
    assert path.is_dir()
