"""A large file to the demo server, against curl to the same server in the same run. `python benchmarks/upload.py [MB]`.

Measured: throughput (the better of the rounds for both, taken in turn), what the memory of the sending process grows by
between its first and its last byte, and how long a cancelled upload takes to be over. The server keeps the first
128 MB and counts the rest.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from desktopchat.domain.provider import ProviderConfig
from desktopchat.providers import registry
from desktopchat.providers.base import Account, Upload

ROUNDS = 2
MB = 1_000_000
CANCEL_AFTER = 0.1
"""The share of the file after which the upload is cancelled."""


@contextmanager
def demo() -> Iterator[str]:
    """The demo without its limit on files."""
    command = [sys.executable, "-m", "desktopchat", "demo-server", "--max-file-mb", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield str(json.loads(server.stdout.readline())["url"])
        finally:
            server.terminate()


def sparse(folder: str, size: int) -> Path:
    """A file of zeros that takes no room on the disk and is read as fast as the system can."""
    path = Path(folder) / "large.bin"
    with path.open("wb") as file:
        file.truncate(size)
    return path


def by_curl(url: str, path: Path) -> float:
    start = time.perf_counter()
    command = [
        "curl",
        "--silent",
        "--fail",
        "--form",
        "purpose=user_data",
        "--form",
        f"file=@{path}",
        f"{url}/v1/files",
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


class Sender:
    """Uploads as the program does, and watches its own memory."""

    def __init__(self, url: str, path: Path, size: int) -> None:
        config = ProviderConfig("bench", "openai", f"{url}/v1")
        self._provider = registry.create(Account(config, proxy="none"))
        self._path = path
        self._size = size
        self._process = psutil.Process()
        self._first = 0
        self.highest = 0
        self._enough = asyncio.Event()

    async def send(self, *, cancel: bool = False) -> float:
        files = self._provider.files
        assert files is not None
        upload = Upload(self._path, self._path.name, "application/octet-stream", self._size, self._sent)
        self._enough.clear()
        start = time.perf_counter()
        task = asyncio.ensure_future(files.upload(upload))
        if cancel:
            await self._enough.wait()
            start = time.perf_counter()
            task.cancel()
        await asyncio.wait([task])
        if not cancel:
            task.result()
        return time.perf_counter() - start

    async def aclose(self) -> None:
        await self._provider.aclose()

    def _sent(self, sent: int) -> None:
        if sent >= CANCEL_AFTER * self._size:
            self._enough.set()
        memory = self._process.memory_info().rss
        self._first = self._first or memory
        self.highest = max(self.highest, memory - self._first)


async def measured(url: str, path: Path, size: int) -> None:
    curl, ours, growth = [], [], 0
    sender = Sender(url, path, size)
    for _ in range(ROUNDS):
        curl.append(await asyncio.to_thread(by_curl, url, path))
        ours.append(await sender.send())
        growth = max(growth, sender.highest)
    cancelled = await sender.send(cancel=True)
    await sender.aclose()
    ratio = min(curl) / min(ours)
    print(f"{size / MB:.0f} MB, {ROUNDS} rounds")
    print(f"curl          {size / MB / min(curl):7.0f} MB/s")
    print(f"Desktop Chat  {size / MB / min(ours):7.0f} MB/s   ratio {ratio:.2f} (goal 0.8)")
    print(f"memory grew by {growth / MB:.1f} MB (goal 50)")
    print(f"cancelled in  {cancelled * 1000:.0f} ms (goal 200)")


def main(size: int) -> None:
    with tempfile.TemporaryDirectory() as folder, demo() as url:
        asyncio.run(measured(url, sparse(folder, size), size))


if __name__ == "__main__":
    main(int(sys.argv[1]) * MB if len(sys.argv) > 1 else 2000 * MB)
