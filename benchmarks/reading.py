"""Opening, scrolling and resizing what is hard to show: 10,000 messages, a megabyte of code, and hostile texts.

`python benchmarks/reading.py [NAME …]`. The window is on an Xvfb of its own. Goals: 10,000 messages are on the screen
in 150 ms for at most 40 MB, and a frame while scrolling takes 16 ms (p95); nothing holds the window 200 ms.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from _corpus import made, stored
from _documents import document
from _running import said_by
from _xwatch import virtual_display

from desktopchat.domain.conversation import Conversation
from desktopchat.domain.message import Message, Role, TextPart


def answered(text: str) -> Conversation:
    """One question and `text`."""
    conversation = Conversation(title="Long")
    conversation.add(Message(Role.USER, (TextPart("Go on."),)))
    conversation.add(Message(Role.ASSISTANT, (TextPart(text),), parent_id=conversation.head_id, model="bench"))
    return conversation


LINE = "    counted[item] = counted.get(item, 0) + 1  # one more\n"
CASES: Mapping[str, Callable[[], Conversation]] = {
    "messages": lambda: next(iter(made(1, 10_000, 400))),
    "markdown-4m": lambda: answered(document("4m")),
    "code-1m": lambda: answered("```python\n" + LINE * (1_000_000 // len(LINE)) + "```\n"),
    "no-blank-1m": lambda: answered("x" * 1_000_000),
    "rows-20000": lambda: answered("|a|b|\n|-|-|\n" + "|1|some words|\n" * 20_000),
    "fences-10000": lambda: answered("```\n" * 10_000),
    "nested-500": lambda: answered("> " * 500 + "deep"),
    "marks-100000": lambda: answered("e" + "\u0301" * 100_000),
    "brackets-50000": lambda: answered("[" * 50_000),
}


def main() -> int:
    names = sys.argv[1:] or list(CASES)
    with virtual_display() as display:
        for name in names:
            told(name, measured(CASES[name](), display))
    return 0


def measured(conversation: Conversation, display: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(stored(Path(folder) / "data", [conversation]))
        where = ("--data", f"{folder}/data", "--trace", f"{folder}/trace.jsonl", "--conversation", conversation.id)
        return said_by("_window.py", "reading", *where, display=display)


def told(name: str, found: dict[str, float]) -> None:
    print(
        f"{name:<15} opened {found['opened_ms']:5.0f} ms, longest turn {found['turn_ms']:4.0f} ms (CPU), all of it "
        f"after {found['complete_ms']:6.0f} ms, {found['pss']:5.1f} MB; frame p95 {found['scroll_p95_ms']:4.0f} ms "
        f"(worst {found['scroll_worst_ms']:.0f}); resize {found['resize_p95_ms']:4.0f} ms; "
        f"{found['blocks']:.0f} blocks",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
