"""What the operating system must have besides Python, which Debian package brings it, and how it gets there.

The libraries are those that the wheel of PySide6 links to and does not bring; nothing here knows about Python packages.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tools.environment import say, starts

LIBRARIES: Mapping[str, str] = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libbrotlidec.so.1": "libbrotli1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
VIRTUAL_DISPLAY: Mapping[str, str] = {"Xvfb": "xvfb"}
TEST_PROGRAMS: Mapping[str, str] = {
    **VIRTUAL_DISPLAY,
    "/usr/libexec/at-spi-bus-launcher": "at-spi2-core",
    "dbus-run-session": "dbus",
    "gnome-keyring-daemon": "gnome-keyring",
    "xdotool": "xdotool",
    "xwininfo": "x11-utils",
}
LONG_TEST_PROGRAMS: Mapping[str, str] = {
    **TEST_PROGRAMS,
    "chromedriver": "chromium-driver",
    "chromium": "chromium",
    "php": "php-cli",
}
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
CJK_FONT_NAMES = ("cjk", "wqy", "droidsansfallback", "arphic", "uming", "ukai", "sourcehan", "lxgw", "unifont")


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_packages(
    programs: Mapping[str, str],
    *,
    loads: Callable[[str], bool] = loads,
    which: Callable[[str], str | None] = shutil.which,
    fonts: Callable[[], list[str]] | None = None,
) -> list[str]:
    """The Debian packages for the libraries and `programs` that are not there, and, if `fonts` lists the font files
    of the system, for fonts; empty off Linux."""
    if sys.platform != "linux":
        return []
    missing = {package for library, package in LIBRARIES.items() if not loads(library)}
    missing |= {package for program, package in programs.items() if not which(program)}
    return sorted(missing) + (_missing_fonts(fonts()) if fonts else [])


def _missing_fonts(files: list[str]) -> list[str]:
    names = [name.lower() for name in files]
    latin = [] if names else ["fonts-dejavu-core"]
    has_cjk = any(part in name for name in names for part in CJK_FONT_NAMES)
    return latin if has_cjk else [*latin, "fonts-noto-cjk"]


def font_files() -> list[str]:
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    return [name for folder in folders for _, _, names in os.walk(folder) for name in names if _is_font(name)]


def _is_font(name: str) -> bool:
    return name.lower().endswith((".ttf", ".otf", ".ttc", ".pfb", ".pcf.gz", ".bdf"))


def ensure(programs: Mapping[str, str], *, with_fonts: bool) -> None:
    """Installs what is missing if it may; otherwise names it and lets the caller go on with what is there."""
    packages = missing_packages(programs, fonts=font_files if with_fonts else None)
    if packages and not install(packages):
        say(f"going on without {', '.join(packages)}; what needs them will not work")


def install(packages: Iterable[str]) -> bool:
    """True if the packages were installed. Where that is not allowed, or fails, the command for it is printed."""
    packages = list(packages)
    if not shutil.which("apt-get"):
        say(f"missing: {', '.join(packages)} (Debian's names). Please install what your system calls these.")
        return False
    by_hand = f"apt-get install --no-install-recommends {' '.join(packages)}"
    prefix = privileges()
    if prefix is None:
        say(f"the system lacks {len(packages)} package(s), and you may not install them here. Please run:")
        say(f"    sudo {by_hand}")
        return False
    say(f"installing with apt: {' '.join(packages)}")
    done = _apt_installs(prefix, packages)
    if not done:
        say(f"apt could not install them (its words are above). By hand: {by_hand}")
    return done


def privileges() -> list[str] | None:
    """What to put before a command that needs root: nothing for root, sudo if it asks no password, None if neither."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and starts([sudo, "-n", "true"]):
        return [sudo, "-n"]
    return None


def _apt_installs(prefix: list[str], packages: list[str]) -> bool:
    # package lists are often empty (a fresh container) or old: then a second attempt after an update
    lists = Path("/var/lib/apt/lists")
    if any(lists.glob("*_Packages*")) and _apt(prefix, "install", "--no-install-recommends", *packages):
        return True
    return _apt(prefix, "update") and _apt(prefix, "install", "--no-install-recommends", *packages)


def _apt(prefix: list[str], *arguments: str) -> bool:
    quiet = ["-qq", "-y", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0"]
    command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *quiet, *arguments]
    return subprocess.call(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) == 0
