"""How a question to Spark is signed: HMAC-SHA256 in the address's query, as the vendor documents it. Pure functions."""

import hmac
from base64 import b64encode
from dataclasses import dataclass
from email.utils import formatdate
from urllib.parse import urlencode, urlsplit, urlunsplit

from desktopchat.domain.secret import Secret

DEFAULT_PORTS = {"ws": 80, "wss": 443}


@dataclass(frozen=True, slots=True)
class Triple:
    """The three parts of a Spark key, as the vendor's console shows them."""

    app_id: str
    api_key: Secret
    api_secret: Secret

    @classmethod
    def of(cls, key: Secret) -> "Triple":
        """Raises ValueError for anything but `APPID:APIKEY:APISECRET`, without quoting it."""
        parts = [part.strip() for part in key.reveal().split(":")]
        if len(parts) != 3 or not all(parts):
            raise ValueError("not a triple")
        return cls(parts[0], Secret(parts[1]), Secret(parts[2]))


def http_date(seconds: float) -> str:
    """A moment (seconds since 1970) as `Fri, 20 Nov 2026 12:00:00 GMT`, in English in every locale."""
    return formatdate(seconds, usegmt=True)


def signature(host: str, date: str, request_line: str, secret: Secret) -> str:
    """The base64 HMAC of the three lines that are signed."""
    lines = f"host: {host}\ndate: {date}\n{request_line}"
    return b64encode(hmac.digest(secret.reveal().encode(), lines.encode(), "sha256")).decode("ascii")


def authorization(host: str, date: str, request_line: str, triple: Triple) -> str:
    """The value of the query's `authorization`."""
    signed = signature(host, date, request_line, triple.api_secret)
    fields = f'api_key="{triple.api_key.reveal()}", algorithm="hmac-sha256", headers="host date request-line"'
    return b64encode(f'{fields}, signature="{signed}"'.encode()).decode("ascii")


def signed_url(url: str, triple: Triple, date: str) -> str:
    """`url` with its signature in the query, behind what stands there already. The result is a credential."""
    parts = urlsplit(url)
    host = _host(url)
    path = parts.path or "/"
    signed = authorization(host, date, f"GET {path} HTTP/1.1", triple)
    query = urlencode({"authorization": signed, "date": date, "host": host})
    return urlunsplit((parts.scheme, parts.netloc, path, "&".join(filter(None, (parts.query, query))), ""))


def _host(url: str) -> str:
    """The host as it goes into the `Host` header: with its port unless that is the usual one."""
    parts = urlsplit(url)
    usual = DEFAULT_PORTS.get(parts.scheme)
    return parts.netloc.removesuffix(f":{usual}") if parts.port == usual else parts.netloc
