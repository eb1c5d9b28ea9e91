"""The project's commands: `python3 dev.py run`, `python3 dev.py test`, and those that a contributor needs besides.

Needs Python 3.11 or newer and nothing else. Here is only what lets a good Python begin; the commands are in
`tools/commands.py`. This file must stay readable for an old Python, so that it can say what is wrong.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def _start_over(python: str) -> None:
    """Starts this command again with `python`, free of the variables that make a Python load foreign modules."""
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
    command = [python, os.path.join(HERE, "dev.py"), *sys.argv[1:]]
    if os.name == "posix":
        os.execve(python, command, environment)
    import subprocess

    sys.exit(subprocess.call(command, env=environment))


def _newer_python() -> str:
    import shutil
    import subprocess

    for minor in range(20, 10, -1):
        python = shutil.which(f"python3.{minor}")
        if python and subprocess.call([python, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            return python
    sys.exit("dev.py: Desktop Chat needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")


if __name__ == "__main__":
    if sys.version_info < (3, 11):
        _start_over(_newer_python())
    if "PYTHONPATH" in os.environ or "PYTHONHOME" in os.environ:
        _start_over(sys.executable)
    sys.path.insert(0, HERE)  # PYTHONSAFEPATH leaves it out
    from tools.commands import main

    sys.exit(main(sys.argv[1:]))
