"""The commands of `dev.py`, each a function that takes the arguments after its name and returns the exit status."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools import commonmark, display, locking, system_packages
from tools.environment import ROOT, Environment, Level, SetUpError, cleaned, say

Arguments = list[str]
USAGE = """\
Desktop Chat, for those who run it from its source:

  python3 dev.py run [-- OPTIONS]        open the window; the options are those of `desktopchat`
  python3 dev.py test [--all] [PYTEST]   all that CI runs: `check` and the tests; --all adds the long ones;
                                         with options for pytest only the tests they choose
  python3 dev.py check [NAME]            format, lint, types, imports, translations
  python3 dev.py bench [NAME [OPTIONS]]  the benchmarks in benchmarks/, or one of them
  python3 dev.py shots [FOLDER]          a picture of every window and state (into build/shots)
  python3 dev.py lock [--upgrade]        write the lock files anew; --upgrade takes the newest versions
  python3 dev.py i18n COMMAND            extract, update, compile or check the translations"""
QUESTION = "What can you do?"
TOUR_LIMIT_S = 180
CHECKS: Mapping[str, Sequence[str]] = {
    "format": ("-m", "ruff", "format", "--check", "."),
    "lint": ("-m", "ruff", "check", "."),
    "types": ("-m", "mypy"),
    "imports": ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"),
    "translations": ("-m", "tools.i18n", "check"),
}


def run(arguments: Arguments) -> int:
    shown = display.is_there(os.environ)
    python = prepare(Level.RUN, {} if shown else system_packages.VIRTUAL_DISPLAY)
    if shown:
        return hand_over([str(python), "-P", "-m", "desktopchat", *arguments])
    return _tour(python, arguments)


def _tour(python: Path, arguments: Arguments) -> int:
    """The main job where nobody can look: real window, virtual display, one typed question, answer, picture."""
    say("no display answers here, so the window opens on a virtual one and asks the built-in demo a question:")
    say(f"    {QUESTION}")
    picture = ROOT / "build" / "run" / "window.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="desktopchat-") as folder, some_display() as environment:
        command = [str(python), "-P", "-m", "desktopchat.ui.tour", "--question", QUESTION, "--screenshot", str(picture)]
        status = limited([*command, "--data-dir", data_dir(arguments) or folder], environment, TOUR_LIMIT_S)
    if picture.is_file():
        say(f"the window, as it was at the end: {picture}")
        say(f'a question from the shell, with no window: {python.with_name("desktopchat")} ask "..."')
        return status
    say("the window could not be shown; what went wrong stands above")
    return status or 1


def data_dir(arguments: Arguments) -> str | None:
    """The folder that `--data-dir DIR` or `--data-dir=DIR` names."""
    for place, argument in enumerate(arguments):
        if argument == "--data-dir":
            return arguments[place + 1] if place + 1 < len(arguments) else None
        if argument.startswith("--data-dir="):
            return argument.partition("=")[2]
    return None


def test(arguments: Arguments) -> int:
    everything = "--all" in arguments
    python = prepare(Level.TEST, system_packages.LONG_TEST_PROGRAMS if everything else system_packages.TEST_PROGRAMS)
    commonmark.fetch_examples(Environment())
    chosen = [argument for argument in arguments if argument != "--all"]
    began = time.monotonic()
    failed = [] if chosen else _failed_checks(python)
    variables = cleaned(os.environ) | ({"DESKTOPCHAT_TEST_ALL": "1"} if everything else {})
    status = child([str(python), "-m", "pytest", *_spread(everything, chosen), *chosen], variables, ROOT)
    checks = "checks left out" if chosen else f"checks failing: {', '.join(failed) or 'none'}"
    verdict = "OK" if status == 0 and not failed else "FAILED"
    say(f"{verdict}: {checks}; pytest ended with {status}; {time.monotonic() - began:.0f} s")
    return status or bool(failed)


def _spread(everything: bool, chosen: Arguments) -> Arguments:
    """Several processes for the usual run; the long tests measure memory and kill programs, so they run alone."""
    return [] if everything or chosen else ["-n", "logical", "--maxprocesses", "4", "--dist", "loadfile"]


def check(arguments: Arguments) -> int:
    if unknown := set(arguments) - set(CHECKS):
        raise SetUpError(f"There is no check called {', '.join(sorted(unknown))}; there are {', '.join(CHECKS)}.")
    return bool(_failed_checks(prepare(Level.TEST, {}), arguments))


def _failed_checks(python: Path, chosen: Sequence[str] = ()) -> list[str]:
    return [name for name in chosen or CHECKS if not _passes(python, name)]


def _passes(python: Path, name: str) -> bool:
    began = time.monotonic()
    variables = cleaned(os.environ) | {"PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([python, *CHECKS[name]], cwd=ROOT, env=variables, capture_output=True, check=False)
    passed = done.returncode == 0
    if not passed:
        sys.stdout.buffer.write(done.stdout + done.stderr)
        sys.stdout.flush()
    print(f"{'ok    ' if passed else 'FAILED'} {name} ({time.monotonic() - began:.1f} s)", flush=True)
    return passed


def bench(arguments: Arguments) -> int:
    python = prepare(Level.TEST, system_packages.TEST_PROGRAMS)
    files = {file.stem: file for file in sorted((ROOT / "benchmarks").glob("[!_]*.py"))}
    if arguments and arguments[0] in files:
        files = {arguments[0]: files[arguments.pop(0)]}
    with some_display() as environment:
        statuses = [child([str(python), str(file), *arguments], environment, ROOT) for file in files.values()]
    return max(statuses, default=0)


def shots(arguments: Arguments) -> int:
    python = prepare(Level.TEST, system_packages.VIRTUAL_DISPLAY)
    folder = Path(arguments.pop(0) if arguments and not arguments[0].startswith("-") else ROOT / "build" / "shots")
    folder.mkdir(parents=True, exist_ok=True)
    with some_display() as environment:
        status = child([str(python), "-P", "-m", "desktopchat.ui.shots", str(folder), *arguments], environment)
    say(f"the pictures are in {folder}")
    return status


def lock(arguments: Arguments) -> int:
    environment = Environment()
    prepare(Level.TEST, {})
    locking.write_locks(environment, *arguments)
    return 0


def i18n(arguments: Arguments) -> int:
    return child([str(prepare(Level.TEST, {})), "-m", "tools.i18n", *arguments], cleaned(os.environ), ROOT)


COMMANDS: Mapping[str, Callable[[Arguments], int]] = {
    command.__name__: command for command in (run, test, check, bench, shots, lock, i18n)
}


def prepare(level: Level, programs: Mapping[str, str]) -> Path:
    """The environment's Python, after whatever set-up is still due."""
    environment = Environment()
    fresh = not environment.is_ready(level)
    system_packages.ensure(programs, with_fonts=fresh)  # fonts are a wish: asked for once, not at each start
    return environment.ensure(level) if fresh else environment.python


@contextmanager
def some_display() -> Iterator[dict[str, str]]:
    """The variables for a child that opens windows: on a virtual display or, failing that, drawn into memory."""
    environment = {**cleaned(os.environ), "XDG_SESSION_TYPE": "x11"}
    environment.pop("WAYLAND_DISPLAY", None)
    try:
        with display.virtual() as name:
            yield environment | {"DISPLAY": name, "QT_QPA_PLATFORM": "xcb"}
    except display.NoVirtualDisplayError as problem:
        say(f"{problem}, so the window is drawn into memory only")
        yield environment | {"QT_QPA_PLATFORM": "offscreen"}


def hand_over(command: Arguments) -> int:
    """Becomes `command`; where a process cannot do that, waits for it."""
    if os.name == "posix":
        os.execve(command[0], command, cleaned(os.environ))
    return child(command, cleaned(os.environ))


def child(command: Arguments, environment: dict[str, str], folder: Path | None = None) -> int:
    return subprocess.call(command, env=environment, cwd=folder)


def limited(command: Arguments, environment: dict[str, str], seconds: float) -> int:
    try:
        return subprocess.call(command, env=environment, timeout=seconds)
    except subprocess.TimeoutExpired:
        say(f"the window did not finish within {seconds:.0f} seconds and was ended")
        return 1


def main(arguments: Arguments) -> int:
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    command = COMMANDS.get(name)
    if command is None or rest in (["-h"], ["--help"]):
        print(USAGE)
        return 0 if name in {"-h", "--help", "help", *COMMANDS} else 2
    if "--" in rest:
        rest.remove("--")
    try:
        return command(rest)
    except SetUpError as problem:
        say(str(problem))
        return 1
    except KeyboardInterrupt:
        return 130
