"""From start to the first painted window, and memory, as a ratio to a bare QMainWindow started in turn with us.

`python benchmarks/startup.py [--runs N] [--conversations N]`. The window is opened on an Xvfb of its own; the first
paint is read twice: from the program's trace, and from the X server's own picture. Goals with 10,000
conversations: at most 2.5 times the time and 2.2 times the memory.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from _corpus import fill
from _xwatch import FirstPaint, pss_mb, virtual_display

BARE = """
import sys
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication(sys.argv)
window = QMainWindow()
window.resize(1100, 760)
window.show()
app.exec()
"""
SETTLED_S = 2.0
GOAL_TIME, GOAL_MEMORY = 2.5, 2.2


@dataclass(frozen=True)
class Run:
    """Seconds from the start of the process to the first paint, and megabytes two seconds later."""

    screen_s: float
    trace_s: float | None
    pss: float


def one(command: Sequence[str], display: str, trace: Path | None = None) -> Run:
    watch = FirstPaint(display)
    time.sleep(0.1)  # the watcher is connected, the machine is quiet
    begun = time.monotonic()
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    process = subprocess.Popen(command, env=environment)
    try:
        watch.join()
        if watch.at is None:
            raise SystemExit("no window came up")
        time.sleep(SETTLED_S)
        return Run(watch.at - begun, traced(trace, begun) if trace else None, pss_mb(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def traced(path: Path, begun: float) -> float:
    """Seconds from `begun` to the first paint that the trace speaks of."""
    events = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    paint = next(e for e in events if e["event"] == "startup.first_paint")
    return float(events[0]["monotonic"] + paint["t"] - begun)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--conversations", type=int, default=10_000)
    options = parser.parse_args()
    bare: list[Run] = []
    ours: list[Run] = []
    with tempfile.TemporaryDirectory() as folder, virtual_display() as display:
        data = Path(folder) / "data"
        fill(data, options.conversations)
        trace = Path(folder) / "trace.jsonl"
        command = [sys.executable, "-m", "desktopchat", "--data-dir", str(data), "--trace", str(trace)]
        one([sys.executable, "-c", BARE], display)
        one(command, display, trace)
        for _ in range(options.runs):
            bare.append(one([sys.executable, "-c", BARE], display))
            ours.append(one(command, display, trace))
    return report(bare, ours, options.conversations)


def report(bare: list[Run], ours: list[Run], conversations: int) -> int:
    def median(runs: list[Run], name: str) -> float:
        return statistics.median(getattr(run, name) for run in runs)

    time_ratio = statistics.median(a.screen_s / b.screen_s for a, b in zip(ours, bare, strict=True))
    memory_ratio = statistics.median(a.pss / b.pss for a, b in zip(ours, bare, strict=True))
    apart = max(abs(run.screen_s - (run.trace_s or 0)) for run in ours) * 1000
    print(f"conversations           {conversations}")
    print(f"bare window             {median(bare, 'screen_s'):.3f} s   {median(bare, 'pss'):.1f} MB")
    print(f"desktopchat             {median(ours, 'screen_s'):.3f} s   {median(ours, 'pss'):.1f} MB")
    print(f"first paint, by trace   {median(ours, 'trace_s'):.3f} s   (at most {apart:.0f} ms from the screen's)")
    print(f"ratio of time           {time_ratio:.2f}   (goal: {GOAL_TIME})")
    print(f"ratio of memory         {memory_ratio:.2f}   (goal: {GOAL_MEMORY})")
    return 0 if time_ratio <= GOAL_TIME and memory_ratio <= GOAL_MEMORY else 1


if __name__ == "__main__":
    sys.exit(main())
