"""What one streamed answer costs in the real window, as a ratio to a bare httpx loop that reads the same stream.

`python benchmarks/streaming.py [--runs N] [--sizes 100k,400k,4m] [--rate N]`. The server is a process of its own; the
window is on an Xvfb of its own. Goals: 3 times the bare loop's CPU for 400 kB, 4.5 times the CPU of 100 kB, no stall
above 50 ms, everything on the screen 200 ms after the last byte, first token on it 25 ms after its byte; 15 % of a
core at 200 tokens a second.
"""

import argparse
import json
import statistics
import sys
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from _running import said_by, server
from _xwatch import virtual_display


@dataclass(frozen=True)
class Run:
    """One answer: seconds of CPU, milliseconds after the first and the last byte was sent and after the last one was
    read (`drawn_ms`) until it was on the screen, the longest stall in ms,
    by the clock and in CPU of the window's thread."""

    cpu: float
    bare: float
    seconds: float
    first_ms: float
    last_ms: float
    drawn_ms: float
    stall_ms: float
    turn_ms: float
    paints: int


def one(url: str, display: str, model: str) -> Run:
    bare = 0.0 if model.startswith("rate") else said_by("_bare.py", url, model)["cpu"]
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.jsonl"
        where = ("--data", f"{folder}/data", "--trace", str(trace), "--url", url, "--model", model)
        found = said_by("_window.py", "streaming", *where, display=display)
        begin, *events = (json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines())
    sent = json.load(urllib.request.urlopen(f"{url}/sent"))

    def at(name: str) -> float:
        return float(next(e["t"] for e in events if e["event"] == name) + begin["monotonic"])

    asked = found["begun"] - begin["monotonic"]
    stalls = [e["ms"] for e in events if e["event"] == "loop.stall" and e["t"] > asked]
    return Run(
        found["cpu"], bare, found["seconds"], (at("stream.first_paint") - sent["first"]) * 1000,
        (at("stream.painted") - sent["last"]) * 1000,
        (at("stream.painted") - at("stream.finished")) * 1000, max(stalls, default=0.0), found["turn_ms"],
        int(found["paints"]),
    )  # fmt: skip


def told(model: str, runs: list[Run]) -> None:
    def median(name: str) -> float:
        return statistics.median(getattr(run, name) for run in runs)

    if runs[0].bare:
        ratio = statistics.median(run.cpu / run.bare for run in runs)
        cost = f"CPU {median('cpu'):6.2f} s = {ratio:4.2f} x bare ({median('bare'):.2f} s)"
    else:
        cost = f"CPU {median('cpu'):6.2f} s = {100 * median('cpu') / median('seconds'):4.1f} % of a core"
    print(
        f"{model:<14} {cost:<38} first {median('first_ms'):4.0f} ms, last {median('last_ms'):4.0f} ms "
        f"({median('drawn_ms'):.0f} ms after it was read), "
        f"longest stall {median('stall_ms'):4.0f} ms (worst {max(r.stall_ms for r in runs):.0f}; "
        f"CPU {median('turn_ms'):.0f} ms), {median('paints'):.0f} paints",
        flush=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sizes", default="100k,400k,4m")
    parser.add_argument("--rate", type=int, default=200, help="tokens a second of the slow answer; 0 leaves it out")
    options = parser.parse_args()
    sizes = options.sizes.split(",") if options.sizes else []
    models = [*(f"fast-{size}" for size in sizes), *([f"rate-{options.rate}-20k"] if options.rate else [])]
    cost: dict[str, float] = {}
    with server() as url, virtual_display() as display:
        for model in models:
            runs = [one(url, display, model) for _ in range(options.runs)]
            cost[model] = statistics.median(run.cpu for run in runs)
            told(model, runs)
    if {"fast-100k", "fast-400k"} <= cost.keys():
        print(f"400 kB cost {cost['fast-400k'] / cost['fast-100k']:.2f} times what 100 kB cost")
    return 0


if __name__ == "__main__":
    sys.exit(main())
