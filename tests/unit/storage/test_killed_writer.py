"""What was acknowledged survives a kill at any moment."""

import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest
from tests.support.databases import OpenStores, with_stores

import desktopchat
from desktopchat.domain.message import MessageState

ROOT = Path(__file__).parents[3]
SOURCE = Path(desktopchat.__file__).parents[1]


def killed_after(path: Path, label: str, lines: int, extra_s: float) -> list[str]:
    """Runs the writer, kills it a moment after it has said `lines` lines, returns all that it said."""
    command = [sys.executable, "-m", "tests.support.crashing_writer", str(path), label]
    environ = {**os.environ, "PYTHONPATH": str(SOURCE)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(lines)]
        time.sleep(extra_s)  # the moment of the kill is meant to be arbitrary
        process.kill()
        said += process.stdout.readlines()
    return [line.strip() for line in said if line.endswith("\n")]


async def everything(stores: OpenStores) -> tuple[dict[str, str], tuple[str, ...], set[MessageState]]:
    await stores.conversations.settle_interrupted()
    texts: dict[str, str] = {}
    states = set()
    for summary in await stores.conversations.summaries():
        conversation = await stores.conversations.load(summary.id)
        assert len(conversation) == summary.messages
        texts.update((message.id, message.text) for message in conversation)
        states |= {message.state for message in conversation}
    return texts, await stores.database.integrity(), states


def lost(path: Path, rounds: int) -> list[str]:
    chance = random.Random()
    acknowledged: dict[str, str] = defaultdict(str)
    for number in range(rounds):
        for line in killed_after(path, f"r{number}", chance.randint(1, 25), chance.random() * 0.03):
            _, key, text = line.split(" ", 2)
            acknowledged[key] += text
    texts, faults, states = with_stores(path, everything)
    assert faults == ()
    assert MessageState.STREAMING not in states
    assert len(acknowledged) >= rounds
    return [key for key, text in acknowledged.items() if not texts.get(key, "").startswith(text)]


def test_ten_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    assert lost(tmp_path / "chat.sqlite3", 10) == []


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_hundred_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    assert lost(tmp_path / "chat.sqlite3", 100) == []
