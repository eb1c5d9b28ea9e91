"""The demo provider: a real server on loopback that speaks the providers' dialects, with no model behind it.

It is the tutorial for people and the test server for the program. What it says is in `script` and in
`resources/demo`; each dialect is a module of its own. Starlette and uvicorn are imported when it starts.
"""

from desktopchat.servers.demo.recorder import Recorded, Recorder
from desktopchat.servers.demo.server import DemoServer

__all__ = ["DemoServer", "Recorded", "Recorder"]
