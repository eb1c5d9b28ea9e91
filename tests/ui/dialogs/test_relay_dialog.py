"""The switch of the relay in the window, with the real server behind it on the window's own loop."""

import asyncio
import http.client
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QPushButton, QSpinBox
from tests.support.waiting import until
from tests.support.widgets import child
from tests.support.windows import opened

from desktopchat.settings import backends, schema
from desktopchat.ui.dialogs.relay import RelayDialog
from desktopchat.ui.widgets import IconButton

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> backends.MemoryBackend:
    """A keyring that works."""
    kept = backends.MemoryBackend()
    monkeypatch.setattr("desktopchat.settings.keys.find_backend", lambda: kept)
    return kept


async def switched_on(dialog: RelayDialog, port: int = 0) -> str:
    field = child(dialog, QSpinBox, "relayPort")
    field.setValue(field.minimum() if port == 0 else port)
    child(dialog, QPushButton, "relaySwitch").click()
    await until(lambda: child(dialog, QLineEdit, "relayAddress").text())
    return child(dialog, QLineEdit, "relayAddress").text()


def status(url: str, token: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("GET", "/v1/models", headers={"Authorization": f"Bearer {token}"})
    reply = connection.getresponse()
    reply.read()
    connection.close()
    return reply.status


def play(run: Callable[..., Any], folder: Path, scenario: Callable[..., Any]) -> None:
    async def played() -> None:
        async with opened(folder) as found:
            window = await found.show()
            window.commandGiven.emit("relay")
            await until(lambda: window.findChild(RelayDialog))
            await scenario(found, child(window, RelayDialog))
            dialog = window.findChild(RelayDialog)
            if dialog is not None:
                dialog.accept()

    run(played(), timeout=60)


def test_it_is_switched_on_and_off_and_shows_how_to_reach_it(
    run: Callable[..., Any], tmp_path: Path, ring: backends.MemoryBackend
) -> None:
    async def scenario(found: Any, dialog: RelayDialog) -> None:
        assert child(dialog, QLabel, "relayState").text() == "The relay is off"
        url = await switched_on(dialog)
        token = child(dialog, QLineEdit, "relayToken")
        assert token.text() in ring.entries.values()
        assert token.echoMode() is QLineEdit.EchoMode.Password
        assert child(dialog, QLabel, "relayState").text() == "The relay is on"
        assert not child(dialog, QSpinBox, "relayPort").isEnabled()
        assert await asyncio.to_thread(status, url, token.text()) == 200
        child(dialog, QPushButton, "relaySwitch").click()
        await until(lambda: not found.core.relay.url)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), 5)
        assert (token.text(), child(dialog, QLineEdit, "relayAddress").text()) == ("", "")

    play(run, tmp_path, scenario)


def test_the_address_and_the_token_can_be_copied_and_the_token_looked_at(
    run: Callable[..., Any], tmp_path: Path, ring: backends.MemoryBackend
) -> None:
    async def scenario(_found: Any, dialog: RelayDialog) -> None:
        url = await switched_on(dialog)
        tools = {tool.accessibleName(): tool for tool in dialog.findChildren(IconButton)}
        tools["Copy the address"].click()
        assert QApplication.clipboard().text() == url
        tools["Copy the token"].click()
        assert QApplication.clipboard().text() in ring.entries.values()
        tools["Show the token"].click()
        assert child(dialog, QLineEdit, "relayToken").echoMode() is QLineEdit.EchoMode.Normal

    play(run, tmp_path, scenario)


def test_a_new_token_shuts_out_who_has_the_old_one(
    run: Callable[..., Any], tmp_path: Path, ring: backends.MemoryBackend
) -> None:
    async def scenario(found: Any, dialog: RelayDialog) -> None:
        url = await switched_on(dialog)
        field = child(dialog, QLineEdit, "relayToken")
        before = field.text()
        renew = next(tool for tool in dialog.findChildren(IconButton) if "new token" in tool.accessibleName())
        renew.click()
        await until(lambda: field.text() not in ("", before))
        assert found.core.relay.url == url
        assert await asyncio.to_thread(status, url, before) == 401
        assert await asyncio.to_thread(status, url, field.text()) == 200

    play(run, tmp_path, scenario)


def test_a_port_that_is_taken_is_said_and_another_one_works(
    run: Callable[..., Any], tmp_path: Path, ring: backends.MemoryBackend
) -> None:
    async def scenario(found: Any, dialog: RelayDialog) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            child(dialog, QSpinBox, "relayPort").setValue(other.getsockname()[1])
            child(dialog, QPushButton, "relaySwitch").click()
            trouble = child(dialog, QLabel, "relayTrouble")
            await until(trouble.text)
            assert str(other.getsockname()[1]) in trouble.text()
            assert child(dialog, QPushButton, "relaySwitch").isEnabled()
            await switched_on(dialog)
            assert trouble.text() == ""
            assert found.core.settings.get(schema.RELAY_PORT) == 0

    play(run, tmp_path, scenario)


def test_without_a_keyring_the_token_ends_with_the_program_and_that_is_said(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

    async def scenario(_found: Any, dialog: RelayDialog) -> None:
        url = await switched_on(dialog)
        assert await asyncio.to_thread(status, url, child(dialog, QLineEdit, "relayToken").text()) == 200
        shown = [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]
        assert any("ends with the program" in text for text in shown)

    play(run, tmp_path, scenario)


def test_whether_it_starts_with_the_window_is_remembered(run: Callable[..., Any], tmp_path: Path) -> None:
    async def scenario(found: Any, dialog: RelayDialog) -> None:
        child(dialog, QCheckBox, "relayAtStart").setChecked(True)
        assert found.core.settings.get(schema.RELAY_AT_START)

    play(run, tmp_path, scenario)


def test_the_relay_goes_on_when_the_dialog_is_closed(
    run: Callable[..., Any], tmp_path: Path, ring: backends.MemoryBackend
) -> None:
    async def scenario(found: Any, dialog: RelayDialog) -> None:
        url = await switched_on(dialog)
        token = child(dialog, QLineEdit, "relayToken").text()
        dialog.accept()
        await until(lambda: not dialog.isVisible())
        assert found.core.relay.url == url
        assert await asyncio.to_thread(status, url, token) == 200

    play(run, tmp_path, scenario)
