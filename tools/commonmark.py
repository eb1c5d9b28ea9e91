"""CommonMark's own examples, for the tests: they come with the source of the Markdown parser, not with ours.

Fetched once from the package index, checked against the lock file's hashes and kept in `build/`.
"""

import os
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

from tools.environment import ROOT, Environment, cleaned, say

PACKAGE = "markdown-it-py"
LOCK = "requirements-dev.lock"
_INSIDE = "/tests/test_cmark_spec/commonmark.json"


def examples_file(root: Path = ROOT) -> Path:
    """Where the examples are, or will be, that belong to the locked version."""
    version = locked(root).partition("==")[2].split()[0]
    return root / "build" / "commonmark" / f"examples-{version}.json"


def locked(root: Path = ROOT) -> str:
    """The lock file's lines for the package: its version and hashes."""
    text = (root / LOCK).read_text(encoding="utf-8")
    found = re.search(rf"^{PACKAGE}==.*(?:\n[ \t]+--hash.*)*", text, re.MULTILINE)
    return found.group().removesuffix("\\") + "\n" if found else f"{PACKAGE}==0"


def fetch_examples(environment: Environment) -> None:
    """Takes care that the examples are there. If they cannot be had, says so: their tests are skipped then."""
    target = examples_file(environment.root)
    if target.is_file():
        return
    say("fetching CommonMark's examples for the tests")
    with tempfile.TemporaryDirectory(prefix="desktopchat-") as folder:
        found = _downloaded(environment, Path(folder))
    if found is None:
        say("they could not be had (pip's words, if any, are above); the tests that need them are skipped")
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".draft")
    draft.write_bytes(found)
    draft.replace(target)


def _downloaded(environment: Environment, folder: Path) -> bytes | None:
    wanted = folder / "wanted.txt"
    wanted.write_text(locked(environment.root), encoding="utf-8")
    pip = [str(environment.python), "-I", "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input"]
    options = ["--no-binary", PACKAGE, "--no-deps", "--require-hashes", "--dest", str(folder), "-r", str(wanted)]
    if subprocess.call([*pip, "download", *options], cwd=folder, env=cleaned(os.environ)) != 0:
        return None
    archive = next(folder.glob("*.tar.gz"), None)
    return _member(archive) if archive else None


def _member(archive: Path) -> bytes | None:
    with tarfile.open(archive) as content:
        for member in content:
            if member.name.endswith(_INSIDE) and (file := content.extractfile(member)):
                return file.read()
    return None
