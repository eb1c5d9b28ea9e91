"""A disk of a few megabytes that a test can fill, where the system lets us make one."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mounts an empty disk at `folder`; skips the test where that is not allowed (it takes Linux and root)."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = shutil.which("mount")
    if not sys.platform.startswith("linux") or mount is None:
        pytest.skip("a small disk needs Linux's tmpfs")
    command = [mount, "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small disk needs the right to mount one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True, capture_output=True)


def fill_up(folder: Path) -> Path:
    """Fills the disk to the last byte; returns the file that does."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (64 * 1024, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue
    return filler


def make_read_only(disk: Path) -> None:
    """From now on nobody, not even root, can change anything on it."""
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
