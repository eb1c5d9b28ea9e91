"""What can be told of the commands without running the long ones."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tools import locking
from tools.commands import CHECKS, COMMANDS, USAGE, data_dir, main
from tools.environment import ROOT, Level

LOCKS = [level.lock_file for level in Level]


def dev(*arguments: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "dev.py"), *arguments]
    environment = {**os.environ, **variables}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"dev.py {name}" in shown for name in COMMANDS)
    assert shown.strip() == USAGE


@pytest.mark.parametrize("arguments", [[], ["dance"]])
def test_anything_else_shows_the_help_and_is_an_error(arguments: list[str]) -> None:
    assert main(arguments) == 2


def test_a_pythonpath_full_of_traps_does_not_matter(tmp_path: Path) -> None:
    for name in ("subprocess", "json", "pathlib", "typing", "tools"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('trapped')\n", encoding="utf-8")
    done = dev("--help", cwd=tmp_path, PYTHONPATH=str(tmp_path), PYTHONSAFEPATH="1")
    assert (done.returncode, done.stdout.strip()) == (0, USAGE)


def test_an_old_python_can_read_far_enough_to_say_that_it_is_old() -> None:
    source = (ROOT / "dev.py").read_text(encoding="utf-8")
    assert ast.parse(source, feature_version=(3, 6))


def test_only_the_standard_library_is_needed_for_the_set_up() -> None:
    ours = {"tools"} | set(sys.stdlib_module_names)
    for file in [ROOT / "dev.py", *(ROOT / "tools").glob("[!i]*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert all(name.partition(".")[0] in ours for name in names), file


@pytest.mark.parametrize(
    ("arguments", "folder"),
    [
        (["--data-dir", "x y"], "x y"),
        (["--trace", "t", "--data-dir=z"], "z"),
        (["--data-dir"], None),
        ([], None),
    ],
)
def test_the_data_directory_is_found_among_the_options(arguments: list[str], folder: str | None) -> None:
    assert data_dir(arguments) == folder


def test_an_unknown_check_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "luck"]) == 1
    error = capsys.readouterr().err
    assert "luck" in error
    assert all(name in error for name in CHECKS)


def test_ci_runs_the_same_line_as_everybody() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == "python3 dev.py test"
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.split("\n", 2)[2].strip())
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"://|^-|\s@\s", text, re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_all_that_the_project_asks_for_is_locked(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    wanted += project["project"]["optional-dependencies"]["dev"] if name == Level.TEST.lock_file else []
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
    names = {re.split(r"[\s<>=;\[]", each)[0].lower().replace("_", "-") for each in wanted}
    assert names <= locked


def test_the_two_locks_agree_on_every_version() -> None:
    run, dev_lock = (
        set(re.findall(r"^([a-z0-9-]+==[^\s;]+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in LOCKS
    )
    assert run <= dev_lock


def test_qt_stays_below_the_version_that_kills_python_3_11() -> None:
    for name in LOCKS:
        text = (ROOT / name).read_text(encoding="utf-8")
        versions = re.findall(r"^pyside6-essentials==(\d+)\.(\d+).*python_full_version < '3.12'", text, re.MULTILINE)
        assert versions
        assert all((int(major), int(minor)) < (6, 12) for major, minor in versions)


def test_the_resolver_asks_where_pip_would_ask_but_no_partial_mirror() -> None:
    said = locking.with_uv_settings({"PIP_INDEX_URL": "http://127.0.0.1/a", "PIP_EXTRA_INDEX_URL": "file:///b"})
    assert said["UV_DEFAULT_INDEX"] == "http://127.0.0.1/a"
    assert "file:///b" not in [value for name, value in said.items() if name.startswith("UV_")]
