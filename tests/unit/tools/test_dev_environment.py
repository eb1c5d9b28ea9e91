"""When a set-up is due, when it is not, and what its children inherit."""

import shutil
import subprocess
import sys
import sysconfig
import threading
from pathlib import Path

import pytest
from tools import environment
from tools.environment import ROOT, Environment, Level, cleaned, exclusive

PROJECT = (
    '[build-system]\nrequires = ["hatchling"]\n[project]\nname = "x"\ndependencies = []\n[tool.ruff]\nline-length = 1\n'
)


class Recording(Environment):
    """A real environment whose packages come from the surrounding one instead of pip."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.installations: list[tuple[str, ...]] = []
        self.fails = False

    def _pip(self, *arguments: str) -> None:
        self.installations.append(arguments)
        if self.fails:
            raise environment.SetUpError("no network")
        borrow_packages(self.folder)

    def _create(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        bare_environment(self.folder)


def bare_environment(folder: Path) -> None:
    subprocess.run([sys.executable, "-I", "-m", "venv", "--without-pip", str(folder)], check=True)


def borrow_packages(folder: Path) -> None:
    (site,) = [folder / "Lib/site-packages"] if sys.platform == "win32" else folder.glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n{ROOT / 'src'}\n", encoding="utf-8")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "a tree"
    (root / "src" / "desktopchat").mkdir(parents=True)
    (root / "src" / "desktopchat" / "__init__.py").write_text("", encoding="utf-8")
    (root / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    for level in Level:
        (root / level.lock_file).write_text(f"# {level}\n", encoding="utf-8")
    return root


def test_what_is_set_up_is_not_set_up_again(tree: Path) -> None:
    place = Recording(tree)
    python = place.ensure(Level.RUN)
    assert python.exists()
    assert len(place.installations) == 2  # the locked packages, then ours
    place.ensure(Level.RUN)
    assert len(place.installations) == 2


def test_packages_are_installed_by_hash_and_ours_without_dependencies(tree: Path) -> None:
    place = Recording(tree)
    place.ensure(Level.TEST)
    locked, ours = place.installations
    assert "--require-hashes" in locked
    assert str(tree / "requirements-dev.lock") in locked
    assert {"--no-deps", "--no-build-isolation", "-e", str(tree)} <= set(ours)


def test_a_set_up_for_tests_is_enough_for_the_window_but_not_the_other_way_round(tree: Path) -> None:
    place = Recording(tree)
    place.ensure(Level.RUN)
    assert not place.is_ready(Level.TEST)
    place.ensure(Level.TEST)
    assert place.is_ready(Level.RUN)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("requirements.lock", "# run", "# other"),
        ("pyproject.toml", "dependencies = []", 'dependencies = ["qasync"]'),
        ("pyproject.toml", '["hatchling"]', '["flit"]'),
        (".venv/pyvenv.cfg", "home", "was"),
    ],
)
def test_a_set_up_is_due_when_what_it_came_from_changes(tree: Path, file: str, old: str, new: str) -> None:
    place = Recording(tree)
    place.ensure(Level.RUN)
    text = (tree / file).read_text(encoding="utf-8")
    assert old in text
    (tree / file).write_text(text.replace(old, new), encoding="utf-8")
    assert not place.is_ready(Level.RUN)


def test_a_change_in_the_settings_of_a_linter_is_no_reason_to_set_up(tree: Path) -> None:
    place = Recording(tree)
    place.ensure(Level.RUN)
    (tree / "pyproject.toml").write_text(PROJECT.replace("line-length = 1", "line-length = 2"), encoding="utf-8")
    assert place.is_ready(Level.RUN)


def test_a_tree_that_was_moved_is_set_up_again(tree: Path) -> None:
    Recording(tree).ensure(Level.RUN)
    moved = tree.rename(tree.with_name("moved"))
    assert not Recording(moved).is_ready(Level.RUN)


def test_a_stamp_does_not_hide_that_the_packages_are_gone(tree: Path) -> None:
    place = Recording(tree)
    place.ensure(Level.RUN)
    (pth,) = place.folder.rglob("borrowed.pth")
    pth.unlink()
    assert not place.is_ready(Level.RUN)


def test_ruins_of_an_interrupted_set_up_are_replaced(tree: Path) -> None:
    place = Recording(tree)
    bare_environment(place.folder)
    borrow_packages(place.folder)  # so that it even has a pip
    (place.folder / ".unfinished").touch()
    ruin = place.folder / "half-written"
    ruin.touch()
    place.ensure(Level.RUN)
    assert not ruin.exists()
    assert place.is_ready(Level.RUN)


def test_a_working_environment_survives_an_installation_that_failed_by_itself(tree: Path) -> None:
    place = Recording(tree)
    place.ensure(Level.RUN)
    kept = place.folder / "kept"
    kept.touch()
    (tree / "requirements.lock").write_text("# newer", encoding="utf-8")
    place.fails = True
    with pytest.raises(environment.SetUpError):
        place.ensure(Level.RUN)
    place.fails = False
    place.ensure(Level.RUN)
    assert kept.exists()


def test_an_environment_is_made_with_pip_inside(tmp_path: Path) -> None:
    place = Environment(tmp_path)
    environment.create_virtual_environment(place.folder)
    assert environment.starts([str(place.python), "-I", "-m", "pip", "--version"])


def test_two_starts_at_once_take_turns(tmp_path: Path) -> None:
    order: list[str] = []
    second_is_there = threading.Event()

    def second() -> None:
        second_is_there.set()
        with exclusive(tmp_path / "lock"):
            order.append("second")

    thread = threading.Thread(target=second)
    with exclusive(tmp_path / "lock"):
        thread.start()
        assert second_is_there.wait(10)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_children_do_not_inherit_what_would_load_or_install_elsewhere() -> None:
    strange = {
        "PYTHONPATH": "/elsewhere", "PYTHONHOME": "/elsewhere", "PYTHONOPTIMIZE": "2", "PIP_TARGET": "/elsewhere",
        "PIP_USER": "1", "PIP_REQUIRE_HASHES": "1", "VIRTUAL_ENV": "/other", "QT_PLUGIN_PATH": "/usr/lib/qt5",
    }  # fmt: skip
    kept = cleaned(strange)
    assert set(kept) & set(strange) == {"PIP_USER"}
    assert kept["PIP_USER"] == "0"


def test_children_inherit_where_the_user_gets_packages_from() -> None:
    wanted = {
        "PIP_INDEX_URL": "http://127.0.0.1/packages", "PIP_EXTRA_INDEX_URL": "file:///packages", "PIP_CERT": "/ca.pem",
        "PIP_FIND_LINKS": "/wheels", "PIP_CONFIG_FILE": "/pip.conf", "HTTPS_PROXY": "http://127.0.0.1:1", "HOME": "/h",
        "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    assert cleaned(wanted).items() >= wanted.items()
