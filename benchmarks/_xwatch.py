"""What the X server itself shows: when a window of a process first has something painted in it. Linux, ctypes only."""

import ctypes
import ctypes.util
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_uint, c_ulong, c_void_p
from pathlib import Path

IS_VIEWABLE = 2
Z_PIXMAP = 2
ALL_PLANES = c_ulong(-1).value


class _Attributes(ctypes.Structure):
    """XWindowAttributes, as far as we look."""

    _fields_ = (
        [(name, c_int) for name in ("x", "y", "width", "height", "border_width", "depth")]
        + [("visual", c_void_p), ("root", c_ulong)]
        + [(name, c_int) for name in ("klass", "bit_gravity", "win_gravity", "backing_store")]
        + [("backing_planes", c_ulong), ("backing_pixel", c_ulong), ("save_under", c_int), ("colormap", c_ulong)]
        + [("map_installed", c_int), ("map_state", c_int)]
        + [("all_event_masks", c_long), ("your_event_mask", c_long), ("do_not_propagate_mask", c_long)]
        + [("override_redirect", c_int), ("screen", c_void_p)]
    )


@contextmanager
def virtual_display(size: str = "1280x800x24") -> Iterator[str]:
    """Runs an Xvfb of its own and yields its display's name."""
    program = shutil.which("Xvfb")
    if program is None:
        raise SystemExit("Xvfb is missing (Debian: apt-get install xvfb)")
    command = [program, "-displayfd", "1", "-screen", "0", size, "-nolisten", "tcp"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        yield f":{server.stdout.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


class Screen:
    """A connection to an X server that looks at its top-level windows."""

    def __init__(self, display: str) -> None:
        library = ctypes.util.find_library("X11")
        if library is None:
            raise SystemExit("libX11 is missing (Debian: apt-get install libx11-6)")
        self._x = ctypes.CDLL(library)
        self._x.XOpenDisplay.restype = c_void_p
        self._x.XOpenDisplay.argtypes = [c_char_p]
        self._x.XDefaultRootWindow.restype = c_ulong
        self._x.XGetImage.restype = c_void_p
        self._x.XGetPixel.restype = c_ulong
        self._x.XSetErrorHandler(_IGNORE_ERRORS)
        self._display = c_void_p(self._x.XOpenDisplay(display.encode()))
        self._root = c_ulong(self._x.XDefaultRootWindow(self._display))

    def painted(self, least: int = 100) -> bool:
        """Whether a mapped window of at least `least` pixels each way has a pixel that is not black at its centre."""
        return any(self._is_painted(window, least) for window in self._windows())

    def close(self) -> None:
        self._x.XCloseDisplay(self._display)

    def _windows(self) -> list[int]:
        root, parent, count = c_ulong(), c_ulong(), c_uint()
        children = POINTER(c_ulong)()
        self._x.XQueryTree(self._display, self._root, byref(root), byref(parent), byref(children), byref(count))
        found = [children[i] for i in range(count.value)]
        if found:
            self._x.XFree(children)
        return found

    def _is_painted(self, window: int, least: int) -> bool:
        about = _Attributes()
        if not self._x.XGetWindowAttributes(self._display, c_ulong(window), byref(about)):
            return False
        if about.map_state != IS_VIEWABLE or min(about.width, about.height) < least:
            return False
        x, y = about.width // 2, about.height // 2
        image = self._x.XGetImage(
            self._display, c_ulong(window), x, y, c_uint(1), c_uint(1), c_ulong(ALL_PLANES), Z_PIXMAP
        )
        if not image:
            return False
        pixel = self._x.XGetPixel(c_void_p(image), 0, 0) & 0xFFFFFF
        self._x.XDestroyImage(c_void_p(image))
        return bool(pixel)


_IGNORE_ERRORS = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p)(lambda _display, _event: 0)


class FirstPaint(threading.Thread):
    """Notes the monotonic time at which the screen first shows a painted window; asks every millisecond."""

    def __init__(self, display: str, limit_s: float = 20.0) -> None:
        super().__init__(daemon=True)
        self.at: float | None = None
        self._display = display
        self._limit_s = limit_s
        self.start()

    def run(self) -> None:
        screen = Screen(self._display)
        end = time.monotonic() + self._limit_s
        while time.monotonic() < end:
            if screen.painted():
                self.at = time.monotonic()
                break
            time.sleep(0.001)
        screen.close()


def pss_mb(pid: int) -> float:
    """Proportional set size of a process in MB: memory that is shared counts by share."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
