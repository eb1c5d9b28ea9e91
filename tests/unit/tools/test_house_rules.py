"""Rules that a linter does not know: what may not be written anywhere, and what an import may not drag in."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

import pytest
from tools.environment import ROOT

SOURCE = ROOT / "src" / "desktopchat"
QT = {"PySide6", "shiboken6", "qasync"}
HEAVY = {"httpx", "keyring", "markdown_it", "pygments", "starlette", "uvicorn"}  # ssl comes with asyncio
TEXTS = {".py", ".md", ".toml", ".lock", ".txt", ".yml", ".yaml", ".cfg", ".json", ".svg", ".po", ".pot", ".sh", ""}
LEFT_OUT = {"__pycache__", "build", "dist", "data"}


def python_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def text_files() -> Iterator[Path]:
    """What is in the repository, as far as the tree can tell: no hidden folders but `.ci`, nothing generated."""
    for file in ROOT.rglob("*"):
        parts = file.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part != ".ci" for part in parts)
        if not hidden and not LEFT_OUT & set(parts) and file.suffix in TEXTS and file.is_file():
            yield file


def places(pattern: str, files: Iterator[Path] | list[Path]) -> list[str]:
    """ "file:line" for every match."""
    found = []
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if re.search(pattern, line):
                found.append(f"{file.relative_to(ROOT)}:{number}: {line.strip()}")
    return found


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"\.exec_?\(", "a nested loop leaves the tasks of others pending for ever: open() and await"),
        (r"\basyncSlot\b", "nobody owns its task: Tasks.start"),
        (r"\bQEventLoop\(\)\s*\.", "a nested loop"),
    ],
)
def test_the_window_has_no_nested_loops_and_no_unowned_tasks(pattern: str, why: str) -> None:
    assert places(pattern, python_files(SOURCE / "ui")) == [], why


def test_no_stream_is_split_into_lines_by_the_http_library() -> None:
    assert places(r"aiter_(lines|text)\(", python_files(SOURCE)) == []


def test_no_path_of_a_developers_machine_is_written_down() -> None:
    names = "|".join(["root", "work" + "/main", "work" + "/shared", "opt" + "/pypi"])
    assert places(rf"(?<![\w.])/({names})\b", text_files()) == []


def test_no_address_of_a_package_registry_is_written_down() -> None:
    names = "|".join(["pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npm", "deb" + r"\.debian"])
    assert places(names, text_files()) == []


def test_errors_do_not_disappear_silently() -> None:
    silent = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in python_files(SOURCE)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler) and is_broad(node) and isinstance(node.body[0], ast.Pass)
    ]
    assert silent == []


def is_broad(handler: ast.ExceptHandler) -> bool:
    broad = {"Exception", "BaseException"}
    return handler.type is None or (isinstance(handler.type, ast.Name) and handler.type.id in broad)


def test_functions_stay_short() -> None:
    lengths = [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for file in python_files(SOURCE)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    deciles = quantiles(lengths, n=10)
    assert deciles[4] <= 11
    assert deciles[8] <= 35


def test_every_module_says_what_is_in_it() -> None:
    silent = [
        file for file in python_files(SOURCE) if not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert silent == []


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after `code`."""
    ending = "import sys; print('\\n'.join(sorted({name.partition('.')[0] for name in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"{code}\n{ending}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def all_modules_of(*rooms: str) -> str:
    files = [file for room in rooms for file in python_files(SOURCE / room)]
    names = [".".join(file.relative_to(SOURCE.parent).with_suffix("").parts) for file in files]
    return "\n".join(f"import {name.removesuffix('.__init__')}" for name in names)


def test_nothing_but_the_window_loads_qt() -> None:
    rooms = ("domain", "transports", "render", "i18n", "providers", "storage", "settings", "services", "servers", "cli")
    assert not loaded_by(all_modules_of(*rooms)) & QT


def test_services_can_be_imported_without_the_network_libraries() -> None:
    assert not loaded_by("import desktopchat.services.chat, desktopchat.services.providers") & (HEAVY | QT)


def test_what_the_first_paint_needs_loads_nothing_heavy() -> None:
    assert not loaded_by("import desktopchat.app, desktopchat.ui.main_window") & HEAVY


def test_the_version_is_told_without_qt_and_without_the_network() -> None:
    code = "import sys; sys.argv = ['desktopchat', '--version']\n"
    code += "from desktopchat.cli.main import main\ntry:\n    main()\nexcept SystemExit:\n    pass"
    assert not loaded_by(code) & (HEAVY | QT)
