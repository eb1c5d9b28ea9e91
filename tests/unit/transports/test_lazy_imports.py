"""What the window needs for its first paint loads nothing heavy from here."""

import subprocess
import sys

HEAVY = ("httpx", "httpcore", "websockets", "anyio", "truststore", "urllib.request", "email", "http.client")


def test_the_room_is_imported_without_the_network_libraries() -> None:
    code = (
        "import sys; import desktopchat.transports.http, desktopchat.transports.sse, desktopchat.transports.ndjson; "
        "import desktopchat.transports.retry, desktopchat.transports.redact, desktopchat.transports.websocket; "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
