"""What every request passes: is it meant for us, does it come from our own page, may it come in. And every response.

Foreign pages are the danger: a browser on this computer reaches us for them. Their `Origin` gives them away, their
`Host` where they had their own name point here, `Sec-Fetch-Site` where a browser sends no origin.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desktopchat.domain.errors import ErrorKind, Failure
from desktopchat.domain.text import msg
from desktopchat.servers.relay.door import Door
from desktopchat.servers.relay.refusals import Document, as_event, as_openai, plain, refused

OWN = frozenset({"same-origin", "none"})
"""What `Sec-Fetch-Site` says of our own page, and of an address that somebody typed."""

SAFE = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""Behind every response, unless it says otherwise itself."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request in the access log: never what was asked, so no query, and no path that is not ours."""

    method: str
    path: str
    status: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status or '-'} {self.seconds:.3f} s"


class Doorway:
    """ASGI around the application. `public` are the paths of the page, which says nothing to anybody."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        door: Door,
        port: int,
        public: frozenset[str],
        known: Callable[[str], str],
        on_visit: Callable[[Visit], object],
    ) -> None:
        self._app = app
        self._door = door
        self._hosts = frozenset(host for name in ("127.0.0.1", "localhost") for host in _with_port(name, port))
        self._origins = frozenset(f"http://{host}" for host in self._hosts)
        self._public = public
        self._known = known
        self._on_visit = on_visit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # nothing here speaks WebSocket: uvicorn refuses it
        began = time.monotonic()
        status = 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in SAFE.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            response = self._refusal(scope) or self._app
            await response(scope, receive, sent)
        finally:
            self._note(Visit(scope["method"], self._known(scope["path"]), status, time.monotonic() - began))

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        """The response to who may not come in; None for everybody else."""
        headers, path = Headers(scope=scope), scope["path"]
        if failure := self._foreign(headers, path, scope["method"]):
            return refused(failure, _document(path))
        if path in self._public or self._is_known(headers):
            return None
        pause = self._door.pause_after_wrong() if "authorization" in headers else 0.0
        return who_are_you(path, pause)

    def _foreign(self, headers: Headers, path: str, method: str) -> Failure | None:
        if headers.get("host", "").lower() not in self._hosts:
            return plain(
                ErrorKind.PERMISSION,
                msg("The relay does not go by this name."),
                msg(
                    "It answers at 127.0.0.1 and localhost alone, with its port, so that no other name can point to it."
                ),
            )
        site, origin = headers.get("sec-fetch-site", "none"), headers.get("origin")
        is_visit = method == "GET" and path in self._public
        if (origin is not None and origin.lower() not in self._origins) or (site not in OWN and not is_visit):
            return plain(
                ErrorKind.PERMISSION,
                msg("The relay does not speak to pages of other sites."),
                msg("Programs may ask it, and its own page."),
            )
        return None

    def _is_known(self, headers: Headers) -> bool:
        if "authorization" in headers:
            return self._door.has_token(headers["authorization"])
        return self._door.has_session(headers.get("cookie", ""))

    def _note(self, visit: Visit) -> None:
        log.info("%s", visit)
        self._on_visit(visit)


def who_are_you(path: str, pause_s: float = 0.0) -> Response:
    """The response to a request without the token; one for guessing where there is a pause."""
    if pause_s > 0:
        slow = plain(ErrorKind.RATE_LIMITED, msg("Too many wrong tokens."), msg("Wait a little."), retry_after=pause_s)
        return refused(slow, _document(path))
    failure = plain(
        ErrorKind.AUTH,
        msg("The relay's token is missing or wrong."),
        msg("Send it as a bearer token. The window shows it, and so does `desktopchat serve --show-token`."),
    )
    response = refused(failure, _document(path))
    response.headers["www-authenticate"] = "Bearer"
    return response


def _document(path: str) -> Document:
    return as_openai if path.startswith("/v1/") else as_event


def _with_port(host: str, port: int) -> tuple[str, ...]:
    return (f"{host}:{port}", host) if port == 80 else (f"{host}:{port}",)
