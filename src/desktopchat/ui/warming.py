"""Loads what the first question needs while it is still being typed: network, Markdown, colours. Nothing is opened."""

import gc
import threading
from functools import cache
from importlib import import_module

MODULES = ("desktopchat.providers.openai_chat", "desktopchat.transports.client")
"""Most providers speak this dialect; the others bring little of their own."""


@cache
def warm_up() -> threading.Thread:
    """Starts loading with the first call, on a thread of its own."""
    thread = threading.Thread(target=_load, name="warm up", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    for name in MODULES:
        import_module(name)
    from desktopchat.render.blocks import parse
    from desktopchat.render.highlight import load

    parse("*warm*")
    load("python")
    gc.freeze()  # all this stays for good: collecting garbage need not look through it
