"""Where a link really leads."""

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktopchat.ui.dialogs.link import LinkDialog, disguised, real_host


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://example.org/a?b", "example.org"),
        ("https://good.example@evil.example/x", "evil.example"),
        ("https://аpple.com/", "xn--pple-43d.com"),
        ("HTTP://Example.ORG:8080/", "example.org"),
        ("mailto:a@b.example", "a@b.example"),
        ("file:///etc/passwd", ""),
        ("javascript:alert(1)", ""),
        ("https:///nothing", ""),
        ("http://[broken", ""),
    ],
)
def test_the_host_is_what_the_network_would_see(url: str, host: str) -> None:
    assert real_host(url) == host


def test_letters_that_look_alike_are_called_out(qtbot: QtBot) -> None:
    dialog = LinkDialog("https://аpple.com/")
    qtbot.addWidget(dialog)
    assert disguised("https://аpple.com/")
    assert not disguised("https://apple.com/")
    assert dialog.host.text() == "xn--pple-43d.com"


def test_what_cannot_be_opened_has_no_button_to_open_it(qtbot: QtBot) -> None:
    dialog = LinkDialog("file:///etc/passwd")
    qtbot.addWidget(dialog)
    enabled = {button.text(): button.isEnabled() for button in dialog.findChildren(QPushButton)}
    assert not enabled["Open in browser"]
    assert enabled["Cancel"]
