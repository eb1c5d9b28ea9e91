"""The real program against hostile servers, with its usual limits: it ends in time, and its memory stays small."""

import os
import resource
import sys
from pathlib import Path

import pytest
from tests.support import hostile
from tests.support.hostile import BY_FORM, Hostility, Wire
from tests.support.program import Program
from tests.support.rawserver import raw_server

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="reads the memory that a child has used from POSIX")

GROWTH_MIB = 100
HANG_S = 60

HOSTILE: tuple[tuple[Hostility, str], ...] = (
    (hostile.endless_line, "too_large"),
    (hostile.endless_fragments, "too_large"),
    (hostile.gzip_bomb, "timeout"),
    (hostile.gzip_bomb_of_zeros, "too_large"),
    (hostile.endless_heartbeat, "timeout"),
    (hostile.one_byte_at_a_time, "timeout"),
    (hostile.error_page, "overloaded"),
)


def asked(program: Program, wire: Wire, url: str, idle_s: float) -> tuple[str, int]:
    """The kind of the error that `ask` ends with, and the most memory that it had, in MiB."""
    address = ("--kind", wire.kind, "--base-url", wire.address(url), "--key-env", "K", "--model", "m")
    with program.start("ask", *address, "--json", "--idle-timeout", str(idle_s), "hi") as running:
        last = list(running.events())[-1][1]
        assert running.process.stderr is not None
        running.process.stderr.read()
        _pid, _status, used = os.wait4(running.process.pid, 0)
        running.process.returncode = 0  # it is gone, and `Popen` need not look for it
        return str(last.get("kind", last["type"])), _mib(used)


def _mib(used: resource.struct_rusage) -> int:
    return used.ru_maxrss // (1024 if sys.platform.startswith("linux") else 1024 * 1024)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("form", BY_FORM)
def test_memory_stays_small_and_the_end_comes_whatever_a_server_sends(tmp_path: Path, form: str) -> None:
    wire = BY_FORM[form]
    program = Program(tmp_path, {"K": wire.key.format("x")})
    with raw_server(hostile.refusing(wire)) as server:
        kind, usual = asked(program, wire, server.url, HANG_S)
    assert kind == "overloaded"
    for how, expected in HOSTILE:
        if form == "websocket" and how in hostile.PACKED:
            continue
        idle_s = 1.0 if expected == "timeout" else HANG_S
        with raw_server(how(wire)) as server:
            kind, used = asked(program, wire, server.url, idle_s)
        assert kind in {expected, "protocol" if how is hostile.endless_fragments else expected}, how.__name__
        assert used - usual <= GROWTH_MIB, how.__name__
