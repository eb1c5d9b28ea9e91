"""The relay's own page: a small chat that needs no network, in the program's language. It holds no secrets."""

import re
from collections.abc import Mapping
from functools import cache
from html import escape

from starlette.requests import Request
from starlette.responses import Response

from desktopchat.i18n import current_language, tr
from desktopchat.i18n.catalogue import resource

FILES: Mapping[str, tuple[str, str]] = {
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/icon.svg": ("../icons/app.svg", "image/svg+xml"),
}
_PLACE = re.compile(r"\{\{(\w+)\}\}")


async def served(request: Request) -> Response:
    """The page, or a file that it needs."""
    if request.url.path == "/":
        return Response(html().encode(), media_type="text/html; charset=utf-8")
    name, media_type = FILES[request.url.path]
    return Response(_read(name).encode(), media_type=media_type, headers={"cache-control": "no-cache"})


def html() -> str:
    texts = _texts()
    return _PLACE.sub(lambda place: escape(texts[place[1]]), _read("page.html"))


@cache
def _read(name: str) -> str:
    return (resource("relay") / name).read_text(encoding="utf-8")


def _texts() -> dict[str, str]:
    """Everything that the page says."""
    return {
        "lang": current_language().replace("_", "-"),
        "title": tr("Desktop Chat – relay"),
        "token": tr("Token"),
        "token_help": tr("The window shows it (Relay…), and so does `desktopchat serve --show-token`."),
        "log_in": tr("Log in"),
        "log_out": tr("Log out"),
        "wrong_token": tr("This is not the relay's token."),
        "model": tr("Model"),
        "way": tr("How to ask"),
        "by_fetch": tr("fetch: the whole conversation"),
        "by_events": tr("EventSource: the newest question"),
        "new_chat": tr("New chat"),
        "question": tr("Ask something…"),
        "send": tr("Send"),
        "stop": tr("Stop"),
        "invitation": tr("Questions go to your own providers, through Desktop Chat on this computer."),
        "you": tr("You"),
        "thoughts": tr("Thoughts"),
        "cut": tr("The answer was cut off: the connection ended early."),
        "unreachable": tr("The relay does not answer. Is it still switched on?"),
    }
