"""Loads what the first question needs while it is still being typed: network, Markdown, colours. Nothing is opened."""

import threading
from functools import cache

from desktopchat.providers import registry


@cache
def warm_up() -> threading.Thread:
    """Starts loading with the first call, on a thread of its own."""
    thread = threading.Thread(target=_load, name="warm up", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    from desktopchat.providers import openai_chat
    from desktopchat.render.blocks import parse
    from desktopchat.render.highlight import load
    from desktopchat.transports import client

    assert openai_chat and client and registry
    parse("*warm*")
    load("python")
