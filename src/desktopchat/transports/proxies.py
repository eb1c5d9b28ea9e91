"""Which proxy a request goes through. Decided here alone, so that the HTTP library never looks at the environment."""

import re
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from desktopchat.transports import sentences
from desktopchat.transports.addresses import host_of, is_loopback
from desktopchat.transports.redact import redact, register

SYSTEM = "system"
NONE = "none"
_SCHEMES = {"http": "http", "https": "https", "socks5": "socks5", "socks5h": "socks5h", "socks": "socks5"}


def proxy_for(url: str, setting: str) -> str | None:
    """The proxy's URL for a request to `url`, or None for the direct way. This computer is never behind a proxy.

    `setting` is "system" (environment variables, or what Windows and macOS have set), "none" or a URL. Raises
    `ChatError` for a proxy that cannot be used.
    """
    setting = setting.strip()
    if setting.lower() == NONE or is_loopback(url):
        return None
    if setting.lower() in ("", SYSTEM):
        setting = _from_system(url)
    return usable(setting) if setting else None


def usable(proxy: str) -> str:
    """The proxy's address in the form that the HTTP library takes; `host:port` means an HTTP proxy."""
    address = proxy.strip()
    if "://" not in address:
        address = f"http://{address}"
    scheme, _, rest = address.partition("://")
    if scheme.lower() not in _SCHEMES or not _is_host_and_port(address):
        raise sentences.PROXY_UNUSABLE.error(proxy=redact(re.sub(r"//[^/@]*@", "//", address)))
    if (password := urlsplit(address).password) is not None:
        register(password)
    return f"{_SCHEMES[scheme.lower()]}://{rest.rstrip('/')}"


def _is_host_and_port(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and parts.port != 0 and not re.search(r"\s", address)
    except ValueError:
        return False


def _from_system(url: str) -> str:
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    host = host_of(url)
    if proxy_bypass(host) or _is_listed(host, proxies.get("no", "")):
        return ""
    scheme = urlsplit(url).scheme.lower()
    return proxies.get(scheme) or proxies.get("all") or proxies.get("socks") or ""


def _is_listed(host: str, no_proxy: str) -> bool:
    """What the standard library does not read in `no_proxy`: networks such as 10.0.0.0/8, and `*.name`."""
    entries = [entry.strip().lower() for entry in no_proxy.split(",")]
    if any(entry.startswith("*.") and host.endswith(entry[1:]) for entry in entries):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(_contains(entry, address.compressed) for entry in entries if "/" in entry)


def _contains(network: str, address: str) -> bool:
    try:
        return ip_address(address) in ip_network(network, strict=False)
    except ValueError:
        return False
