"""What a model writes can show words, and nothing else: no connection, no file, no program."""

import socket
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from tests.support.reading import click, clipboard, copied, drag, point_of, press
from tests.support.transcripts import answer

from desktopchat.domain.message import user_message
from desktopchat.ui.chat.transcript import TranscriptView

FORMS = (
    "![picture]({url})",
    "![picture][ref]\n\n[ref]: {url} \"title\"",
    "<img src=\"{url}\">",
    "<img src={url} onerror=\"fetch('{url}')\">",
    "<script src=\"{url}\"></script>",
    "<link rel=stylesheet href=\"{url}\">",
    "<style>@import url({url}); body {{ background: url({url}) }}</style>",
    "<table background=\"{url}\"><tr><td>x</td></tr></table>",
    "<iframe src=\"{url}\"></iframe><object data=\"{url}\"></object><embed src=\"{url}\">",
    "<p style=\"background-image: url({url})\">x</p>",
    "| ![a]({url}) | <img src={url}> |\n|---|---|\n| ![b]({url}) | x |",
    "[![picture]({url})]({url})",
    "# ![heading]({url})",
    "- ![item]({url})\n> ![quote]({url})",
    "`<img src={url}>`",
    "```html\n<img src=\"{url}\">\n```",
    "$\\includegraphics{{{url}}}$ and $$\\href{{{url}}}{{x_1}}$$",
    "{url}",
    "<{url}>",
)  # fmt: skip
PLACES = ("file:///etc/passwd", "//attacker.example/share/x.png", "\\\\attacker\\share\\x.png", "smb://attacker/x.png")

ALLOWED = frozenset(
    {"html", "head", "meta", "body", "p", "h1", "blockquote", "ul", "li", "table", "tr", "th", "td", "pre", "code"}
    | {"span", "a", "br", "b", "i", "s"}
)


class Elements(HTMLParser):
    """What a piece of HTML consists of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server that nobody may come to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def look_at_everything(transcript: TranscriptView) -> None:
    """Paints, hovers, scrolls, selects and copies."""
    for view in transcript.stack.views:
        transcript.move_to(transcript.stack.top_of(transcript.stack.index_of(view.message.id)))
        transcript.grab()
        for y in range(5, transcript.viewport().height(), 25):
            point = QPoint(transcript.left + 20, y)
            QTest.mouseMove(transcript.viewport(), point)
            place = transcript.viewport().mapToGlobal(point)
            QApplication.sendEvent(transcript.viewport(), QHelpEvent(QHelpEvent.Type.ToolTip, point, place))
    QToolTip.hideText()
    press(transcript, Qt.Key.Key_A, modifier=Qt.KeyboardModifier.ControlModifier)
    copied(transcript)


def test_looking_opens_no_connection(transcript: TranscriptView, listener: socket.socket) -> None:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/canary.png"
    texts = [form.format(url=url) for form in FORMS]
    transcript.show_path([answer("\n\n".join(texts)), *map(answer, texts), *map(user_message, texts)])
    look_at_everything(transcript)
    with pytest.raises(BlockingIOError):
        listener.accept()
    found = Elements(clipboard().mimeData().html())
    assert found.names <= ALLOWED
    assert found.attributes <= {"style", "href", "charset", "border", "cellspacing", "cellpadding", "start", "class"}
    assert set(found.links) == {url}


def test_looking_offers_no_address_but_of_pages_and_mails(transcript: TranscriptView) -> None:
    links: list[str] = []
    transcript.linkActivated.connect(links.append)
    for place in PLACES:
        message = answer("\n\n".join(form.format(url=place) for form in FORMS))
        transcript.show_path([message])
        transcript.move_to(0)
        look_at_everything(transcript)
        for y in range(5, transcript.viewport().height(), 15):
            for x in range(5, 300, 40):
                spot = transcript.reading.spot_at(QPoint(transcript.left + x, y))
                assert spot is None or spot.link.startswith(("http://", "https://", "mailto:")) or not spot.link
    assert links == []


@pytest.mark.parametrize(
    "text",
    [
        "[click](javascript:alert(1))",
        "[click](file:///etc/passwd)",
        "[click](ms-msdt:/id)",
        "[click](//attacker/share)",
        "[click](http://user:secret@bank.example/)",
        "[click](https://good.example\\@evil.example/)",
        "[click](data:text/html,x)",
        "<javascript:alert(1)>",
    ],
)
def test_such_a_link_is_no_link(transcript: TranscriptView, text: str) -> None:
    links: list[str] = []
    transcript.linkActivated.connect(links.append)
    message = answer(text)
    transcript.show_path([message])
    for position in range(1, 6):
        click(transcript, point_of(transcript, message, 0, position))
    assert links == []


def test_a_link_asks_first_and_a_drag_over_it_only_selects(
    transcript: TranscriptView, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    links: list[str] = []
    transcript.linkActivated.connect(links.append)
    message = answer("[https://bank.example](https://evil.example/x) follows")
    transcript.show_path([message])
    drag(transcript, point_of(transcript, message, 0, 2), point_of(transcript, message, 0, 12))
    assert links == []
    press(transcript, Qt.Key.Key_Escape)
    click(transcript, point_of(transcript, message, 0, 5))
    assert links == ["https://evil.example/x"]
    assert opened == []


def test_a_tooltip_tells_the_address_as_plain_text(transcript: TranscriptView) -> None:
    message = answer("[words](https://evil.example/%3Cb%3E<img>&x='y'\"z\")")
    transcript.show_path([message])
    point = point_of(transcript, message, 0, 2)
    QApplication.sendEvent(
        transcript.viewport(),
        QHelpEvent(QHelpEvent.Type.ToolTip, point, transcript.viewport().mapToGlobal(point)),
    )
    shown = QToolTip.text()
    QToolTip.hideText()
    assert "<img" not in shown
    assert "<b" not in shown


def test_names_and_languages_are_plain_text(transcript: TranscriptView) -> None:
    message = answer("```<b>py</b>\nx\n```", model="<img src=x> & <b>model</b>")
    transcript.show_path([message])
    transcript.grab()
    press(transcript, Qt.Key.Key_Up)
    menu = transcript.reading.open_menu_of(transcript.stack.views[0])
    titles = [action.text() for action in menu.actions() if action.menu() is not None]
    assert titles[0] == "Code: <b>py</b> · x"
    menu.close()
