"""The process that reads one file: takes a request on its standard input, answers on its standard output, and ends.

It limits its own memory and time before it looks at the file, writes nothing to disk, and dies with its parent.
"""

import contextlib
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from desktopchat.documents.protocol import Request

FLAG = "--documents-worker"
"""The program's only argument when it is started as this process."""
_INPUT, _OUTPUT = 0, 1


def main() -> int:
    """Reads the file that standard input names. Returns the exit status: 0 also for a refusal."""
    # by number: a windowed program on Windows has no sys.stdin, but the pipes are there
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(_INPUT, 65536)
        if not piece:
            return 1
        line += piece
    threading.Thread(target=_die_with_parent, daemon=True).start()
    with open(_OUTPUT, "wb", closefd=False) as answers:
        _answer(line, answers)
    return 0


def _die_with_parent() -> None:
    """Waits for the end of standard input, which comes when the parent closes it or is gone."""
    while os.read(_INPUT, 1024):
        pass
    os._exit(1)


def _answer(line: bytes, out: BinaryIO) -> None:
    from desktopchat.documents.protocol import Request, failure_line, refusal_line
    from desktopchat.documents.refusals import Refusal, RefusedError

    request = Request.parsed(line)
    _limit(request.max_memory, request.max_cpu_s)
    try:
        _read(request, out)
    except RefusedError as error:
        out.write(refusal_line(error))
    except MemoryError:
        megabytes = request.max_memory // (1024 * 1024)
        out.write(refusal_line(RefusedError(Refusal.OUT_OF_MEMORY, limit_mb=megabytes)))
    except RecursionError:
        out.write(refusal_line(RefusedError(Refusal.BROKEN, detail="nested too deeply")))
    except Exception as error:  # noqa: BLE001 - the program's edge: whatever a file makes a library raise
        out.write(failure_line(f"{type(error).__name__}: {error}"))


def _read(request: "Request", out: BinaryIO) -> None:
    from desktopchat.documents import extracting, images, protocol

    path = Path(request.path)
    if request.image_limits is not None:
        image = images.read(path, request.image_limits)
        out.write(protocol.image_line(image))
        out.write(image.data)
        return
    document = extracting.read(path, request.name, request.encoding, request.limits)
    for section in document.sections:
        out.write(protocol.section_line(section))
    out.write(protocol.end_line(document))


def _limit(memory: int, cpu_s: int) -> None:
    """As far as the system has such limits: Windows has none, and macOS does not count memory this way."""
    if sys.platform == "win32":
        return
    import resource

    for limit, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, cpu_s), (resource.RLIMIT_CORE, -1)):
        if value:
            hard = resource.getrlimit(limit)[1]
            wanted = max(value, 0) if hard == resource.RLIM_INFINITY else min(max(value, 0), hard)
            with contextlib.suppress(OSError, ValueError):  # macOS refuses some; the time limit of the parent is left
                resource.setrlimit(limit, (wanted, hard))


if __name__ == "__main__":
    sys.exit(main())
