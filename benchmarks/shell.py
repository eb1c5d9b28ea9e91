"""How long the shell commands take, from the start of the process. `python benchmarks/shell.py [CONVERSATIONS]`."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from _corpus import fill

ROUNDS = 9


def seconds(data: Path, arguments: Sequence[str]) -> float:
    """One run of a command to its end."""
    command = [sys.executable, "-m", "desktopchat", "--data-dir", str(data), *arguments]
    start = time.perf_counter()
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def first_byte_seconds(data: Path, arguments: Sequence[str]) -> float:
    """From the start of the process to the first byte of the answer; the rest is not waited for."""
    command = [sys.executable, "-m", "desktopchat", "--data-dir", str(data), *arguments]
    start = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        taken = time.perf_counter() - start
        process.kill()
    return taken


def told(name: str, durations: Sequence[float]) -> None:
    milliseconds = sorted(duration * 1000 for duration in durations)
    print(f"{name:<28} median {statistics.median(milliseconds):6.0f} ms   worst {milliseconds[-1]:6.0f} ms")


def served(data: Path, url: str) -> None:
    address = ("--kind", "openai", "--base-url", f"{url}/v1", "--model", "demo")
    told("ask, first byte", [first_byte_seconds(data, ("ask", *address, "hi")) for _ in range(ROUNDS)])
    told("ask --save, first byte", [first_byte_seconds(data, ("ask", *address, "--save", "hi")) for _ in range(ROUNDS)])


def main(conversations: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        fill(data, conversations)
        print(f"{conversations} conversations, {ROUNDS} rounds")
        for arguments in (["--version"], ["ask", "--help"], ["chats", "list"], ["chats", "search", "river"]):
            told(" ".join(arguments), [seconds(data, arguments) for _ in range(ROUNDS)])
        command = [sys.executable, "-m", "desktopchat", "demo-server"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            try:
                served(data, server.stdout.readline().split('"url": "')[1].split('"')[0])
            finally:
                server.terminate()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
