"""Base addresses as people type and paste them, made usable; and what stands behind a base address."""

import re
from collections.abc import Collection, Iterable, Sequence
from urllib.parse import SplitResult, urlsplit, urlunsplit

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.text import Text, msg
from desktopchat.transports.addresses import is_loopback
from desktopchat.transports.foreign import failed

PASTED_ENDINGS = ("/chat/completions", "/completions", "/responses", "/models", "/embeddings", "/files")
LONGEST = 2048

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+(%\w+)?", re.ASCII)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_AROUND = " \t\r\n\u00a0\u3000<>\"'“”‘’`"


def tidied(
    address: str,
    known: Iterable[str] = (),
    endings: Collection[str] = PASTED_ENDINGS,
    schemes: Sequence[str] = ("https", "http"),
) -> str:
    """`address` without the blanks, slashes and pasted endings that it may have; its query string stays.

    `schemes` are the encrypted one, which a missing scheme means, and the plain one, which it means on this computer.
    Plain WebSockets lead to no other. A bare host that is one of `known` gets the path that
    belongs to it. Raises `ChatError` `bad_request` for what cannot be an address.
    """
    text = address.translate(_INVISIBLE).strip(_AROUND)
    if not text or len(text) > LONGEST or re.search(r"[\s\x00-\x1f\x7f\\]", text):
        raise _nonsense(msg("An address begins with https:// and holds no blanks."))
    parts = _split(_with_scheme(text, schemes), schemes)
    path = re.sub(r"//+", "/", parts.path)
    path = _without_endings(path.rstrip("/"), endings)
    scheme, netloc = parts.scheme.lower(), parts.netloc.lower()
    path = path or _known_path(scheme, netloc, known)
    return urlunsplit((scheme, netloc, path, parts.query, ""))


def endpoint(base_url: str, path: str) -> str:
    """The address of `path` under a base address; a query string stays at the end."""
    parts = urlsplit(base_url)
    return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/{path}", parts.query, ""))


def _with_scheme(text: str, schemes: Sequence[str]) -> str:
    if _SCHEME.match(text):
        return text
    text = text.removeprefix("//")
    host = urlsplit(f"//{text}").netloc
    if is_loopback(f"//{host}"):
        return f"{schemes[-1]}://{text}"
    if not re.search(r"[.:]", host):
        raise _nonsense(msg("“{name}” is not a host name. An address looks like https://example.com/v1.", name=host))
    return f"{schemes[0]}://{text}"


def _split(text: str, schemes: Sequence[str]) -> SplitResult:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _nonsense(msg("Check the host and the port; a port is a number up to 65535.")) from error
    if parts.scheme.lower() not in schemes:
        raise _nonsense(
            msg(
                "It begins with {scheme}://, but this kind of provider needs {needed}://.",
                scheme=parts.scheme,
                needed=schemes[0],
            )
        )
    if parts.scheme.lower() == "ws" and not is_loopback(text):
        raise _nonsense(msg("It begins with ws://, which is not encrypted. Use wss:// for other computers than this."))
    if parts.username is not None or parts.password is not None:
        raise _nonsense(msg("It holds a user name or a password. Leave them out, and enter the key in its own field."))
    if not _is_host(host) or port == 0:
        raise _nonsense(msg("Check the host name: an address looks like https://example.com/v1."))
    return parts


def _is_host(host: str) -> bool:
    try:
        plain = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return False
    return bool(_HOST.fullmatch(plain)) and not plain.startswith((".", "-")) and ".." not in plain


def _without_endings(path: str, endings: Collection[str]) -> str:
    longest_first = sorted(endings, key=len, reverse=True)
    while ending := next((end for end in longest_first if path.lower().endswith(end)), None):
        path = path[: -len(ending)].rstrip("/")
    return path


def _known_path(scheme: str, netloc: str, known: Iterable[str]) -> str:
    """The path of a vendor's API, for an address that names the vendor's host alone."""
    same = (urlsplit(url) for url in known)
    return next((url.path for url in same if (url.scheme, url.netloc) == (scheme, netloc)), "")


def _nonsense(hint: Text) -> ChatError:
    return failed(ErrorKind.BAD_REQUEST, msg("This is not an address that a provider can have."), hint=hint)
