"""Proxies as scripts for a raw server: whatever they are asked for, they lead to one port of this computer."""

import base64
import socket
import threading
from contextlib import suppress

from tests.support.rawserver import Peer, Script, response


def pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def joined(peer: Peer, port: int) -> None:
    """Carries bytes between a client and a server on this computer until one of them goes."""
    with socket.create_connection(("127.0.0.1", port)) as upstream:
        back = threading.Thread(target=pump, args=(upstream, peer.connection))
        back.start()
        pump(peer.connection, upstream)
        back.join(10)


def tunnel(port: int, *, credentials: str = "") -> Script:
    """An HTTP proxy that makes tunnels, all of them to one port here."""
    expected = "Basic " + base64.b64encode(credentials.encode()).decode()

    def script(peer: Peer) -> None:
        request = peer.read_request()
        if credentials and request.headers.get("proxy-authorization") != expected:
            peer.send(response(status="407 Proxy Authentication Required"))
            return
        peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        joined(peer, port)

    return script


def socks(port: int) -> Script:
    def script(peer: Peer) -> None:
        _, count = peer.read(2)
        peer.read(count)
        peer.send(b"\x05\x00")
        _, _, _, kind = peer.read(4)
        assert kind == 3, "the proxy looks the name up"
        peer.read(peer.read(1)[0] + 2)
        peer.send(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        joined(peer, port)

    return script
