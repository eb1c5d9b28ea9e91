"""What PySide does with modules that are imported after it."""

import subprocess
import sys

SCRIPT = """
import linecache
import desktopchat.ui.eventloop
import wave, desktopchat.core
read = [name for name in linecache.cache if "wave" in name or "desktopchat" in name]
assert not read, read
"""


def test_the_source_of_a_module_is_not_read_when_it_is_imported() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
