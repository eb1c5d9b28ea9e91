"""Building the httpx client: trust, name look-up, proxy. Heavy to import: only a worker thread of `http` does it."""

import asyncio
import logging
import socket
import ssl
import sys
from collections.abc import Iterable
from functools import cache
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

import httpcore
import httpx

from desktopchat import __version__
from desktopchat.transports import sentences
from desktopchat.transports.threads import in_daemon_thread, result_of

STAGGER_S = 0.25
"""The next address of a host is tried after so long without an answer of the one before (RFC 8305)."""

KEEPALIVE_S = 30.0
REMEMBERED_BYTES = 1024
WRITE_S = 60.0
_CA_BUNDLES = (  # where OpenSSL was built for another system than the one it runs on, as in frozen programs
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def build_client(proxy: str | None, ca_file: str) -> httpx.AsyncClient:
    """A client that trusts the system's store and `ca_file`, follows nothing and reads no environment.

    Raises `ChatError` for a CA file that is none.
    """
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)  # below, they log full URLs and headers
    return httpx.AsyncClient(
        transport=_Transport(ssl_context(ca_file), proxy),
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(None, write=WRITE_S),
        headers={"User-Agent": f"desktopchat/{__version__}", "Accept-Encoding": "identity"},
    )


def ssl_context(ca_file: str) -> ssl.SSLContext:
    """The system's trust store, plus the certificates of `ca_file`. Without one, all clients share a context."""
    if not ca_file:
        return _shared_context()
    context = _system_context()
    _add_ca_file(context, ca_file)
    return context


@cache
def _shared_context() -> ssl.SSLContext:
    return _system_context()


def _system_context() -> ssl.SSLContext:
    if sys.platform in ("win32", "darwin"):
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Elsewhere truststore reads the same files, but again for every connection: 40 ms on the event loop each time.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    if not context.cert_store_stats()["x509_ca"] and not _has_directory_of_certificates():
        bundle = next((name for name in _CA_BUNDLES if Path(name).is_file()), None)
        if bundle is not None:
            context.load_verify_locations(cafile=bundle)
    return context


def _has_directory_of_certificates() -> bool:
    directory = ssl.get_default_verify_paths().capath
    return bool(directory) and any(Path(directory).glob("*.[0-9]"))


def _add_ca_file(context: ssl.SSLContext, ca_file: str) -> None:
    path = Path(ca_file).expanduser()
    try:
        context.load_verify_locations(cafile=str(path))
    except ssl.SSLError as error:
        raise sentences.CA_FILE_EMPTY.error(str(error), path=str(path)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise sentences.CA_FILE_UNREADABLE.error(path=str(path), reason=reason) from error


class _Transport(httpx.AsyncHTTPTransport):
    """httpx's transport with our way of connecting."""

    def __init__(self, context: ssl.SSLContext, proxy: str | None) -> None:
        super().__init__(
            verify=context,
            trust_env=False,
            proxy=_proxy(proxy, context),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=KEEPALIVE_S),
        )
        # WORKAROUND httpx has no parameter for httpcore's network backend; a test fails if this name goes away
        self._pool._network_backend = _Network()


def _proxy(proxy: str | None, context: ssl.SSLContext) -> httpx.Proxy | None:
    if proxy is None:
        return None
    return httpx.Proxy(proxy, ssl_context=context if proxy.startswith("https://") else None)


class _Heard(httpcore.AsyncNetworkStream):
    """A connection that remembers how the other side's answer to the last thing sent began: httpcore does not tell."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self.received = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = await self._stream.read(max_bytes, timeout)
        if len(self.received) < REMEMBERED_BYTES:
            self.received += data[:REMEMBERED_BYTES]
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.received = b""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        return _Heard(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


_UNREAD = ((socket.SOL_SOCKET, socket.SO_RCVBUF, 256 * 1024),)
"""What may wait in the system's memory, half of it for text. The system would let it grow to megabytes when a server is
faster than the window, and the last words would come seconds after the server has sent them."""


class _Network(httpcore.AsyncNetworkBackend):
    """TCP connections whose names are looked up in a thread of their own.

    The loop's own executor would be waited for when the program ends, and a look-up without network takes long.
    """

    def __init__(self) -> None:
        self._tcp = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await _looked_up(host, port)
        return _Heard(await self._first_connected(addresses, port))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _first_connected(self, addresses: list[str], port: int) -> httpcore.AsyncNetworkStream:
        """Tries the addresses one after the other, not waiting long for a silent one; the first to connect wins."""
        waiting = list(addresses)
        running: set[asyncio.Task[httpcore.AsyncNetworkStream]] = set()
        errors: list[BaseException] = []
        try:
            while waiting or running:
                if waiting:
                    attempt = self._tcp.connect_tcp(waiting.pop(0), port, socket_options=_UNREAD)
                    running.add(asyncio.get_running_loop().create_task(attempt, name="connect"))
                done, running = await asyncio.wait(
                    running, timeout=STAGGER_S if waiting else None, return_when=asyncio.FIRST_COMPLETED
                )
                running |= {task for task in done if task.exception() is None}
                errors += [error for task in done if (error := task.exception()) is not None]
                if (winner := next((task for task in done if task.exception() is None), None)) is not None:
                    running.discard(winner)
                    return winner.result()
            raise _most_telling(errors)
        finally:
            await _given_up(running)


async def _looked_up(host: str, port: int) -> list[str]:
    """The addresses of `host`, families taking turns as the system prefers. Raises `httpcore.ConnectError`."""

    def look_up() -> list[str]:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return _taking_turns([(info[0], str(info[4][0])) for info in infos])

    try:
        return await result_of(in_daemon_thread(look_up, name="look up a host"))
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(str(error)) from error


def _taking_turns(addresses: list[tuple[int, str]]) -> list[str]:
    preferred = addresses[0][0]
    first = [a for family, a in addresses if family == preferred]
    second = [a for family, a in addresses if family != preferred]
    return [a for a in chain.from_iterable(zip_longest(first, second)) if a is not None]


def _most_telling(errors: list[BaseException]) -> BaseException:
    """That somebody refused says more than that another address cannot be reached."""
    refused = (e for e in errors if isinstance(e.__cause__ and e.__cause__.__cause__, ConnectionRefusedError))
    return next(refused, errors[0])


async def _given_up(tasks: set[asyncio.Task[httpcore.AsyncNetworkStream]]) -> None:
    """Ends the attempts that nobody waits for any more, and closes what they may have opened meanwhile."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled() and task.exception() is None:
            await task.result().aclose()
