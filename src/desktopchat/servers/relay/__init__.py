"""The relay: the program's providers for other programs and web pages of this computer, without their keys.

`doorway` decides who comes in, `asking` reads what is wanted, `answering` passes an answer on while it comes; `events`
and `completions` are the two dialects, the articles' and OpenAI's. Starlette and uvicorn are imported when it starts.
"""

from desktopchat.servers.relay.server import RelayServer

__all__ = ["RelayServer"]
