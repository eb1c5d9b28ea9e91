"""What an address says by itself: its host, and whether that is this computer or near it. Nothing is looked up."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit


def host_of(url: str) -> str:
    """The host of a URL (or of a plain host name) in lower case; empty where there is none."""
    try:
        return (urlsplit(url if "//" in url else f"//{url}").hostname or "").rstrip(".")
    except ValueError:
        return ""


HOME_NETWORKS = ("local", "lan", "home", "home.arpa", "internal", "intranet", "corp", "private", "localdomain")
"""Endings that no public name has."""


def is_loopback(url: str) -> bool:
    """Whether the address leads to this computer, whatever proxies are set."""
    host = host_of(url)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and bool(address.is_loopback or address.is_unspecified)


def is_private(url: str) -> bool:
    """Whether the address leads to this computer or its own network, as far as the address alone can tell."""
    if is_loopback(url):
        return True
    host = host_of(url)
    address = _address(host)
    if address is not None:
        return not address.is_global
    return "." not in host or host.endswith(tuple(f".{name}" for name in HOME_NETWORKS))


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
