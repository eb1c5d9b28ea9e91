"""The project's own Python environment (`.venv`): made once, repaired when broken, trusted by its stamp.

Not in here: system libraries (`system_packages`), displays (`display`), new versions for the lock files (`locking`).
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent

# pip's settings that say *where* packages come from are the user's; those that say *what to do* are ours.
PIP_KEPT = """
    CACHE_DIR CERT CLIENT_CERT CONFIG_FILE DEFAULT_TIMEOUT DISABLE_PIP_VERSION_CHECK EXTRA_INDEX_URL FIND_LINKS
    INDEX_URL KEYRING_PROVIDER NO_CACHE_DIR NO_INDEX PROXY RETRIES TIMEOUT TRUSTED_HOST USE_FEATURE
"""
PYTHON_KEPT = frozenset({"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONUTF8", "PYTHONPYCACHEPREFIX"})
DROPPED = frozenset(
    {"VIRTUAL_ENV", "CONDA_PREFIX", "__PYVENV_LAUNCHER__", "QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH"}
)


class SetUpError(Exception):
    """The set-up cannot go on; the text says what happened and what to do."""


class Level(StrEnum):
    """How much is installed: what the window needs, or also what tests and checks need."""

    RUN = "run"
    TEST = "test"

    @property
    def lock_file(self) -> str:
        return "requirements.lock" if self is Level.RUN else "requirements-dev.lock"


def say(text: str) -> None:
    """A line for the person at the terminal; on stderr, since stdout belongs to the command that was asked for."""
    print(f"dev.py: {text}", file=sys.stderr, flush=True)


def cleaned(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` without what would make a child Python or Qt load foreign code or install somewhere else."""
    kept = {name: value for name, value in environment.items() if _is_kept(name)}
    # pip.conf may say "user = true", which is an error inside a virtual environment
    return kept | {"PIP_USER": "0", "PYTHONNOUSERSITE": "1"}


def _is_kept(name: str) -> bool:
    if name.startswith("PIP_"):
        return name.removeprefix("PIP_") in PIP_KEPT.split()
    if name.startswith("PYTHON"):
        return name in PYTHON_KEPT or name.startswith("PYTHON_KEYRING")
    return name not in DROPPED


class Environment:
    """The virtual environment of the tree at `root`."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.folder = root / ".venv"

    @property
    def python(self) -> Path:
        return self.folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

    def ensure(self, level: Level) -> Path:
        """The Python that has everything of `level`, after a set-up if one is due. Raises SetUpError."""
        if not self.is_ready(level):
            with exclusive(self.root / "build" / "setup.lock"):
                if not self.is_ready(level):  # someone else may have finished it while we waited
                    self._set_up(level)
        return self.python

    def is_ready(self, level: Level) -> bool:
        """True if a set-up of this level, or a larger one, was finished with today's locks and still imports."""
        enough = [Level.TEST] if level is Level.TEST else [Level.RUN, Level.TEST]
        return any(self._stamp_fits(one) for one in enough) and self._answers("PySide6", "httpx", "desktopchat")

    def fingerprint(self, level: Level) -> str:
        """Changes with everything that an installation of this level depends on."""
        digest = hashlib.sha256(str(self.root).encode())
        for name in (level.lock_file, ".venv/pyvenv.cfg", "src/desktopchat/__init__.py"):
            file = self.root / name
            digest.update(file.read_bytes() if file.is_file() else b"missing")
        project = tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))
        ours = [project.get("build-system"), project.get("project"), project.get("tool", {}).get("hatch")]
        digest.update(json.dumps(ours, sort_keys=True).encode())
        return digest.hexdigest()

    def _stamp(self, level: Level) -> Path:
        return self.folder / f".{level}-is-set-up"

    def _stamp_fits(self, level: Level) -> bool:
        try:
            return self._stamp(level).read_text(encoding="ascii") == self.fingerprint(level)
        except (OSError, UnicodeDecodeError):
            return False

    def _answers(self, *modules: str) -> bool:
        """True if the environment's Python starts, is new enough and finds the modules; a moved one does not."""
        code = (
            "import sys; from importlib.util import find_spec as find; "
            f"sys.exit(sys.version_info < (3, 11) or not all(map(find, {modules!r})))"
        )
        return starts([str(self.python), "-I", "-c", code])

    def _set_up(self, level: Level) -> None:
        for each in Level:
            self._stamp(each).unlink(missing_ok=True)
        unfinished = self.folder / ".unfinished"
        if unfinished.exists() or not self._answers("pip"):
            self._create()
        unfinished.touch()
        say(f"installing the locked packages ({level.lock_file}); the first time this takes a minute or two")
        try:
            self._pip("install", "--require-hashes", "-r", str(self.root / level.lock_file))
            self._pip("install", "--no-deps", "--no-build-isolation", "-e", str(self.root))
        except SetUpError:
            unfinished.unlink()  # pip ended by itself and has cleaned up; only a killed one leaves ruins
            raise
        unfinished.unlink()
        self._write_stamp(level)

    def _write_stamp(self, level: Level) -> None:
        draft = self._stamp(level).with_suffix(".draft")
        draft.write_text(self.fingerprint(level), encoding="ascii")
        draft.replace(self._stamp(level))

    def _create(self) -> None:
        if self.folder.exists():
            say("the environment in .venv is not usable: making it anew")
            shutil.rmtree(self.folder)
        create_virtual_environment(self.folder)

    def _pip(self, *arguments: str) -> None:
        command = [str(self.python), "-I", "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input"]
        if subprocess.call([*command, *arguments], cwd=self.root, env=cleaned(os.environ)) != 0:
            raise SetUpError(
                "The packages could not be installed; pip's own words are above. Without a network connection, "
                "or behind a proxy, set HTTPS_PROXY or PIP_INDEX_URL as for any pip install, and start again."
            )


def create_virtual_environment(folder: Path) -> None:
    """A new environment with pip in `folder`, by whatever this Python has for it. Raises SetUpError."""
    base: str = getattr(sys, "_base_executable", "") or sys.executable
    if not _has_module(base, "ensurepip"):
        _install_venv_package(base)
    ways = [
        ([base, "-I", "-m", "venv", str(folder)], "ensurepip"),
        ([base, "-m", "virtualenv", "--quiet", str(folder)], "virtualenv"),
    ]
    for command, module in ways:
        if _has_module(base, module) and subprocess.call(command, env=cleaned(os.environ)) == 0:
            return
        shutil.rmtree(folder, ignore_errors=True)
    raise SetUpError(
        f"{base} cannot make a virtual environment: its modules venv and ensurepip are missing or broken. On Debian "
        "and Ubuntu: apt-get install python3-venv; elsewhere take the complete Python from python.org or your system."
    )


def _has_module(python: str, module: str) -> bool:
    code = f"import sys; from importlib.util import find_spec; sys.exit(find_spec({module!r}) is None)"
    return starts([python, "-c", code])


def starts(command: list[str]) -> bool:
    """True if the command could be started and ended well, whatever it printed."""
    quiet = subprocess.DEVNULL
    try:
        return subprocess.call(command, env=cleaned(os.environ), stdout=quiet, stderr=quiet, timeout=60) == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _install_venv_package(python: str) -> None:
    from tools import system_packages

    if Path(python).resolve().is_relative_to("/usr/bin"):  # only Debian's own Python is split into packages
        system_packages.install(["python3-venv"])


@contextmanager
def exclusive(file: Path) -> Iterator[None]:
    """Holds `file` as a lock between processes; the system lets go of it when its holder dies."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as stream:
        _lock(stream)
        yield


def _lock(stream: IO[bytes]) -> None:
    if _try_lock(stream):
        return
    say("another start is setting up the environment; waiting for it")
    while not _try_lock(stream, wait=True):
        pass


if sys.platform == "win32":
    import msvcrt

    def _try_lock(stream: IO[bytes], wait: bool = False) -> bool:
        stream.seek(0)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError:  # LK_LOCK gives up after ten seconds
            return False
        return True
else:
    import fcntl

    def _try_lock(stream: IO[bytes], wait: bool = False) -> bool:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
