"""The HTTP client of the program: limits on time and bytes, one error language, keys revealed at the last moment.

What a vendor's answer means is not known here. httpx is loaded at the first request, in a worker thread.
"""

from collections.abc import AsyncIterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from desktopchat.domain.request import MIB, Limits
from desktopchat.transports import errors, sentences
from desktopchat.transports.addresses import is_loopback
from desktopchat.transports.clock import ContentClock
from desktopchat.transports.exchange import Exchange
from desktopchat.transports.proxies import proxy_for
from desktopchat.transports.reply import HttpAnswer, HttpReply
from desktopchat.transports.sending import HttpRequest, outgoing
from desktopchat.transports.threads import result_of

if TYPE_CHECKING:
    import httpx

__all__ = ["ContentClock", "HttpAnswer", "HttpClient", "HttpReply", "HttpRequest", "is_loopback"]

_setup = ThreadPoolExecutor(1, "http-setup")


class HttpClient:
    """Connections to one endpoint. Build it freely: nothing is loaded or opened before the first request.

    `proxy` is "system", "none" or a URL; loopback addresses never go through one. TLS is always verified, against
    the system's trust store plus `ca_file` (PEM). Belongs to one event loop.
    """

    def __init__(self, *, proxy: str = "system", ca_file: str = "") -> None:
        self._proxy = proxy
        self._ca_file = ca_file
        self._clients: dict[str | None, Future[httpx.AsyncClient]] = {}
        self._closed = False

    @asynccontextmanager
    async def open(self, request: HttpRequest, limits: Limits, clock: ContentClock) -> AsyncIterator[HttpReply]:
        """Sends `request` once and gives the answer as soon as its head is here, whatever its status below 300 or
        from 400 up. Leaving the block closes the connection if the body was not read to its end.

        Raises only `ChatError`: `network`, `timeout`, `auth` for a key that cannot be sent, `protocol` for a
        redirect (which is never followed) or for what is not HTTP. Cancelling closes the socket at once.
        """
        out = outgoing(request)
        proxy = proxy_for(request.url, self._proxy)
        client = await self._client(proxy)
        response = await Exchange(request, limits, clock, proxy).send(client, out)
        del out
        reply = HttpReply(response, request.url, limits, clock, proxy)
        try:
            if 300 <= reply.status < 400:
                raise errors.redirected(request.url, reply.status, reply.headers.get("location", ""))
            yield reply
        finally:
            await reply.aclose()

    async def fetch(self, request: HttpRequest, limits: Limits, *, max_bytes: int = 4 * MIB) -> HttpAnswer:
        """A whole small answer of any status but a redirect, within the time for the first content.

        Raises as `open`, and `too_large` for a body over `max_bytes`. An error's body may be cut.
        """
        clock = ContentClock(limits, request.url, whole=True)
        async with self.open(request, limits, clock) as reply:
            if reply.status >= 400:
                body = await reply.read(limits.max_error_bytes)
            else:
                body = await reply.read_all(max_bytes)
            return HttpAnswer(reply.status, reply.headers, body)

    async def aclose(self) -> None:
        """Closes all connections; streams that still run end with an error, and new requests are refused."""
        self._closed = True
        for future in self._clients.values():
            if future.done() and future.exception() is None:
                await future.result().aclose()
        self._clients.clear()

    async def _client(self, proxy: str | None) -> "httpx.AsyncClient":
        if self._closed:
            raise sentences.CLOSED_HERE.error()
        future = self._clients.get(proxy)
        if future is None or (future.done() and future.exception() is not None):
            future = self._clients[proxy] = _setup.submit(_build_client, proxy, self._ca_file)
        return await result_of(future)


def _build_client(proxy: str | None, ca_file: str) -> "httpx.AsyncClient":
    from desktopchat.transports.client import build_client

    return build_client(proxy, ca_file)
