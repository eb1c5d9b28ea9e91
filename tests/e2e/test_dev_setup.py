"""The two commands on a tree that has just been cloned, and that they set up nothing afterwards."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tools.commands import QUESTION
from tools.environment import ROOT, Environment, Level


def test_a_second_start_sets_nothing_up() -> None:
    if not Environment().is_ready(Level.TEST):
        pytest.skip("these tests were not started by dev.py, so its set-up is not there")
    command = [sys.executable, str(ROOT / "dev.py"), "check", "format"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "installing" not in done.stderr


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_a_fresh_clone_answers_a_question_on_a_machine_without_a_display(tmp_path: Path) -> None:
    clone = tmp_path / "a fresh clone"
    copy_tree(clone)
    first = start(clone)
    assert first.returncode == 0, first.stderr
    assert QUESTION in first.stderr
    assert len(first.stdout) > 200, "the answer is streamed to the terminal"
    picture = clone / "build" / "run" / "window.png"
    assert str(picture) in first.stderr
    assert picture.read_bytes().startswith(b"\x89PNG")
    second = start(clone)
    assert second.returncode == 0, second.stderr
    assert "installing" not in second.stderr


def start(clone: Path) -> subprocess.CompletedProcess[str]:
    """From another folder, with a home that cannot be written and a PYTHONPATH that leads astray."""
    variables = {**os.environ, "HOME": "/proc/self/no-home", "PYTHONPATH": str(clone / "src" / "desktopchat")}
    for name in list(variables):
        if name.startswith(("XDG_", "QT_", "DESKTOPCHAT_", "DBUS_")):
            del variables[name]
    command = [sys.executable, str(clone / "dev.py"), "run"]
    return subprocess.run(
        command, cwd="/", env=variables, capture_output=True, text=True, encoding="utf-8", timeout=800, check=False
    )


def copy_tree(target: Path) -> None:
    """What git knows or would add; nothing that only lies around here."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("a clone needs git")
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
