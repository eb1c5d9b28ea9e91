"""Desktop Chat: a native client for large language models."""

import time

STARTED_AT = time.monotonic()  # the zero of every time in a trace

__version__ = "0.1.0"
