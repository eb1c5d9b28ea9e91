"""What a command may load: the window's libraries never, the network's not before there is something to send."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "PySide6",
    "shiboken6",
    "qasync",
    "httpx",
    "keyring",
    "apsw",
    "starlette",
    "uvicorn",
    "markdown_it",
    "pygments",
)


def loaded_by(script: str, *arguments: str) -> str:
    """The last line that the script prints in a fresh interpreter."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3] / "src")}
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=30, check=True)
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["ask", "--help"], ["ask", "--nonsense"], ["ask", "--kind", "x", "hi"]]
)
def test_help_and_usage_load_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys; from desktopchat.cli.main import main; main(sys.argv[2:]);"
        "loaded = [name for name in sys.argv[1].split(',') if name in sys.modules];"
        "print('LOADED', *loaded)"
    )
    assert loaded_by(script, ",".join(HEAVY), *arguments) == "LOADED"


def test_no_command_module_loads_the_window() -> None:
    script = (
        "import sys; from desktopchat.cli import answering, ask, chats, doctor, keys, main, providers, settling;"
        "import desktopchat.app; print('PySide6' in sys.modules or 'qasync' in sys.modules)"
    )
    source = str(Path(__file__).parents[3] / "src")
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": source},
        timeout=30,
        check=True,
    )
    assert done.stdout.strip() == "False"
