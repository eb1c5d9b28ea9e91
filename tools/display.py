"""Finds out whether a window could be shown here, and starts a virtual X display where not."""

import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

# Asked in a child with a time limit: a forwarded display whose other end is gone may never answer.
_ASK_X = """
import ctypes, sys
x = ctypes.CDLL("libxcb.so.1")
x.xcb_connect.restype = ctypes.c_void_p
x.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
sys.exit(x.xcb_connection_has_error(x.xcb_connect(None, None)) != 0)
"""
_ASK_WAYLAND = """
import os, socket, sys
path = os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), os.environ["WAYLAND_DISPLAY"])
socket.socket(socket.AF_UNIX).connect(path)
"""
ANSWER_WITHIN_S = 5.0
STARTED_WITHIN_S = 20.0


class NoVirtualDisplayError(Exception):
    """Xvfb is not installed or did not start."""


def is_there(environment: Mapping[str, str]) -> bool:
    """True where a window can be opened: always on Windows and macOS, else if X or Wayland answers."""
    if sys.platform in {"win32", "darwin"} or environment.get("QT_QPA_PLATFORM"):
        return True  # whoever names a platform plugin has decided for themselves
    if environment.get("WAYLAND_DISPLAY") and _succeeds(_ASK_WAYLAND, environment):
        return True
    return bool(environment.get("DISPLAY")) and _succeeds(_ASK_X, environment)


def _succeeds(code: str, environment: Mapping[str, str]) -> bool:
    command = [sys.executable, "-I", "-c", code]
    try:
        return subprocess.call(command, env=dict(environment), stderr=subprocess.DEVNULL, timeout=ANSWER_WITHIN_S) == 0
    except subprocess.TimeoutExpired:
        return False


@contextmanager
def virtual(size: str = "1440x900") -> Iterator[str]:
    """The name (":7") of a fresh X display that lives as long as the context. Raises NoVirtualDisplayError."""
    program = shutil.which("Xvfb")
    if not program:
        raise NoVirtualDisplayError("Xvfb is not installed")
    reading, writing = os.pipe()
    command = [program, "-displayfd", str(writing), "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(command, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        try:
            yield _display_name(reading)
        finally:
            os.close(reading)
            _end(server)


def _display_name(pipe: int) -> str:
    """Xvfb writes the number it took, and a line feed, once it accepts connections."""
    written = b""
    while not written.endswith(b"\n"):
        ready, _, _ = select.select([pipe], [], [], STARTED_WITHIN_S)
        more = os.read(pipe, 16) if ready else b""
        if not more:
            raise NoVirtualDisplayError("Xvfb did not start")
        written += more
    return f":{int(written)}"


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(5)
    except subprocess.TimeoutExpired:
        server.kill()
