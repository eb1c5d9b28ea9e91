"""Sending one request and waiting for the head of its answer, each stage within its own time."""

import asyncio
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

from desktopchat.domain.request import Limits
from desktopchat.transports import errors
from desktopchat.transports.clock import ContentClock, Wait
from desktopchat.transports.sending import HttpRequest, Outgoing

if TYPE_CHECKING:
    import httpx


class Exchange:
    """One request on its way. Knows what is being waited for, and closes the socket of what was broken off.

    httpcore tells the stages through its `trace` extension. Its own time limits are per read and so never end a
    server that drips; and a TLS or SOCKS handshake that is cancelled would leave the socket open.
    """

    def __init__(self, request: HttpRequest, limits: Limits, clock: ContentClock, proxy: str | None) -> None:
        self.request = request
        self.clock = clock
        self.proxy = proxy
        self._connect_s = limits.connect_s
        self._wait = Wait.CONNECT
        self._timer: asyncio.Timeout | None = None
        self._opened: list[Any] = []

    async def send(self, client: "httpx.AsyncClient", out: Outgoing) -> "httpx.Response":
        """The answer's head. Raises `ChatError` for all that can go wrong before; its body is still to be read."""
        try:
            response = await self._send_in_time(client, out)
        except BaseException as error:
            await self._close_what_was_opened()
            if not isinstance(error, Exception):
                raise
            raise self._translated(error) from error
        if self.clock.deadline is None:
            self.clock.start()
        return response

    async def _send_in_time(self, client: "httpx.AsyncClient", out: Outgoing) -> "httpx.Response":
        async with aclosing(out.pieces()) as body:  # nobody else closes it if the request is broken off
            request = client.build_request(
                self.request.method,
                self.request.url,
                headers=out.headers,
                content=body if out.has_body else None,
                extensions={"trace": self._on_stage},
            )
            async with asyncio.timeout(self._connect_s) as self._timer:
                return await client.send(request, stream=True)

    async def _on_stage(self, name: str, info: dict[str, Any]) -> None:
        if name.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._opened.append(info["return_value"])
        elif name == "http11.send_request_headers.started" and _is_ours(info):
            self._set_time(Wait.SENDING, None)  # the client's own limit watches each piece
        elif name == "http11.receive_response_headers.started" and _is_ours(info):
            self.clock.start()
            self._set_time(Wait.HEADERS, self.clock.patience.headers_s)

    def _set_time(self, wait: Wait, seconds: float | None) -> None:
        self._wait = wait
        if self._timer is not None:
            self._timer.reschedule(None if seconds is None else asyncio.get_running_loop().time() + seconds)

    def _translated(self, error: Exception) -> Exception:
        if self._timer is not None and self._timer.expired():
            seconds = self._connect_s if self._wait is Wait.CONNECT else self.clock.patience.headers_s
            return errors.timed_out(self._wait, self.request.url, seconds)
        if type(error).__name__ == "WriteTimeout":
            from desktopchat.transports.client import WRITE_S

            return errors.timed_out(Wait.SENDING, self.request.url, WRITE_S)
        received = getattr(self._opened[-1], "received", b"") if self._opened else b""
        return errors.from_exception(error, self.request.url, proxy=self.proxy, received=received)

    async def _close_what_was_opened(self) -> None:
        for stream in self._opened:
            with suppress(OSError):
                await stream.aclose()


def _is_ours(info: dict[str, Any]) -> bool:
    """Whether it is the request itself, and not the one that asks a proxy for a tunnel: that belongs to connecting."""
    return bool(info["request"].method != b"CONNECT")
