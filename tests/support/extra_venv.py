"""Environments for heavy or foreign packages that must not share ours: independent servers, vendors' SDKs.

They are kept in `.venv-extra/`, which git ignores, one for each set of requirements. Their versions are not locked by
hash: nothing of the program runs in them.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from tools.environment import ROOT, SetUpError, cleaned, create_virtual_environment, exclusive

FOLDER = ROOT / ".venv-extra"
INSTALLED_WITHIN_S = 900


def extra_venv(name: str, requirements: Sequence[str]) -> Path:
    """The Python of an environment with `requirements`, made at the first call; the test is skipped where that is
    not wanted (without --all) or not possible."""
    if not os.environ.get("DESKTOPCHAT_TEST_ALL"):
        pytest.skip(f"{name} gets an environment of its own only in `python3 dev.py test --all`")
    wanted = "\n".join([sys.version, *requirements])
    folder = FOLDER / f"{name}-{hashlib.sha256(wanted.encode()).hexdigest()[:12]}"
    with exclusive(FOLDER / f"{name}.lock"):
        (FOLDER / ".gitignore").write_text("*\n", encoding="ascii")
        finished = folder / "finished"
        if not finished.exists():
            shutil.rmtree(folder, ignore_errors=True)
            _make(folder, requirements)
            finished.touch()
    return _python(folder)


def _make(folder: Path, requirements: Sequence[str]) -> None:
    try:
        create_virtual_environment(folder)
    except SetUpError as problem:
        pytest.skip(str(problem))
    command = [str(_python(folder)), "-I", "-m", "pip", "install", "--quiet", "--no-input", *requirements]
    done = subprocess.run(
        command, env=cleaned(os.environ), capture_output=True, text=True, timeout=INSTALLED_WITHIN_S, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"{' '.join(requirements)} could not be installed: {done.stderr[-500:]}")


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
