"""The relay that starts with the window, in the real program."""

import http.client
import json
import signal
import socket
import time
from pathlib import Path

import pytest
from tests.support.program import Program, Running


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def status_of(port: int) -> int:
    """0 while nothing answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/v1/models")
        return connection.getresponse().status
    except ConnectionRefusedError:
        return 0
    finally:
        connection.close()


def answered(port: int, window: Running) -> int:
    give_up = time.monotonic() + 60
    while not (status := status_of(port)):
        assert window.process.poll() is None, window.end().err
        assert time.monotonic() < give_up, "the relay never answered"
        time.sleep(0.05)
    return status


@pytest.mark.parametrize("taken", [False, True])
def test_it_starts_with_the_window_where_that_is_wanted_and_ends_with_it(tmp_path: Path, taken: bool) -> None:
    program = Program(tmp_path, {"QT_QPA_PLATFORM": "offscreen"})
    program.data.mkdir()
    trace = tmp_path / "trace.jsonl"
    port = free_port()
    settings = {"relay_at_start": True, "relay_port": port}
    (program.data / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    other = socket.create_server(("127.0.0.1", port)) if taken else None
    with program.start("--trace", str(trace)) as window:
        if other is None:
            assert answered(port, window) == 401
        else:
            give_up = time.monotonic() + 60
            while "startup.interactive" not in (trace.read_text() if trace.exists() else ""):
                assert time.monotonic() < give_up
                time.sleep(0.05)
            other.close()
        window.signal(signal.SIGTERM)
        assert window.end().status == 143
    assert status_of(port) == 0
