"""What a screen reader has: the accessibility bus of a desktop session. It reads trees and hears events."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jeepney import (  # type: ignore[import-untyped]
    DBusAddress,
    MatchRule,
    Message,
    MessageType,
    Properties,
    message_bus,
    new_method_call,
)
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection  # type: ignore[import-untyped]

LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
REGISTRY = "org.a11y.atspi.Registry"
ROOT = "/org/a11y/atspi/accessible/root"
ACCESSIBLE, TEXT, ACTION = "org.a11y.atspi.Accessible", "org.a11y.atspi.Text", "org.a11y.atspi.Action"
EVENTS = ("object:", "focus:")


@dataclass(frozen=True, slots=True)
class Heard:
    """An event: "Announcement", "StateChanged" …; `detail` is its first word, `value` what came with it."""

    member: str
    detail: str
    value: Any
    path: str


class Node:
    """Something accessible in another program."""

    def __init__(self, bus: "AccessibleBus", name: str, path: str) -> None:
        self._bus, self.bus_name, self.path = bus, name, path

    @property
    def name(self) -> str:
        return str(self._property(ACCESSIBLE, "Name"))

    @property
    def description(self) -> str:
        return str(self._property(ACCESSIBLE, "Description"))

    @property
    def role(self) -> str:
        return str(self._ask(ACCESSIBLE, "GetRoleName")[0])

    @property
    def children(self) -> list["Node"]:
        return [Node(self._bus, name, path) for name, path in self._ask(ACCESSIBLE, "GetChildren")[0]]

    @property
    def states(self) -> set[int]:
        low, high = self._ask(ACCESSIBLE, "GetState")[0]
        return {bit for bit in range(64) if (low | high << 32) >> bit & 1}

    @property
    def text(self) -> str:
        return str(self._ask(TEXT, "GetText", "ii", (0, -1))[0])

    @property
    def actions(self) -> list[str]:
        return [name for name, *_ in self._ask(ACTION, "GetActions")[0]]

    def act(self, number: int) -> None:
        self._ask(ACTION, "DoAction", "i", (number,))

    def find(self, fits: Callable[["Node"], bool]) -> "Node | None":
        """The first one below, or itself, that fits."""
        if fits(self):
            return self
        found = (child.find(fits) for child in self.children)
        return next((node for node in found if node is not None), None)

    def _ask(self, interface: str, method: str, signature: str = "", body: tuple[Any, ...] = ()) -> Any:
        address = DBusAddress(self.path, self.bus_name, interface)
        return self._bus.ask(new_method_call(address, method, signature or None, body))

    def _property(self, interface: str, name: str) -> Any:
        address = DBusAddress(self.path, self.bus_name, interface)
        return self._bus.ask(Properties(address).get(name))[0][1]


@dataclass
class AccessibleBus:
    """`environment` is for every program that is to be read."""

    environment: dict[str, str]
    connection: DBusConnection
    heard: list[Heard] = field(default_factory=list)

    def ask(self, message: Message, timeout_s: float = 20) -> Any:
        """The answer to a call; raises RuntimeError for an error."""
        serial = next(self.connection.outgoing_serial)
        self.connection.send(message, serial=serial)
        end = time.monotonic() + timeout_s
        while True:
            reply = self.connection.receive(timeout=max(0.01, end - time.monotonic()))
            kind = reply.header.message_type
            if kind is MessageType.signal:
                self._note(reply)
            elif reply.header.fields.get(_REPLY_SERIAL) == serial:
                if kind is MessageType.error:
                    raise RuntimeError(f"{reply.header.fields} {reply.body}")
                return reply.body

    def listen(self) -> None:
        """Takes up every event from now on."""
        registry = DBusAddress("/org/a11y/atspi/registry", REGISTRY, REGISTRY)
        rule = MatchRule(type="signal", interface="org.a11y.atspi.Event.Object")
        Proxy(message_bus, self.connection).AddMatch(rule)
        for event in EVENTS:
            self.ask(new_method_call(registry, "RegisterEvent", "sass", (event, [], "")))

    def collect(self, timeout_s: float = 0.2) -> list[Heard]:
        """What was heard so far."""
        end = time.monotonic() + timeout_s
        while (left := end - time.monotonic()) > 0:
            try:
                reply = self.connection.receive(timeout=left)
            except TimeoutError:
                break
            if reply.header.message_type is MessageType.signal:
                self._note(reply)
        return self.heard

    def program(self, name: str, timeout_s: float = 10) -> Node:
        """The program of that name, once it is there."""
        end = time.monotonic() + timeout_s
        desktop = Node(self, REGISTRY, ROOT)
        while time.monotonic() < end:
            for node in desktop.children:
                if node.name == name:
                    return node
            time.sleep(0.05)
        raise AssertionError(f"no accessible program {name}, but {[node.name for node in desktop.children]}")

    def _note(self, message: Message) -> None:
        fields, body = message.header.fields, message.body
        if len(body) >= 4:
            self.heard.append(Heard(fields[_MEMBER], body[0], body[3][1], fields[_PATH]))


_PATH, _MEMBER, _REPLY_SERIAL = 1, 3, 5
"""Header fields of D-Bus messages."""


@contextmanager
def accessible_bus(folder: Path, display: str) -> Iterator[AccessibleBus]:
    """A session of its own with that bus; the test is skipped, visibly, where the programs are missing."""
    if shutil.which("dbus-daemon") is None or not Path(LAUNCHER).exists():
        pytest.skip("needs dbus-daemon and at-spi-bus-launcher (Debian: dbus at-spi2-core)")
    command = ("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1")
    environment = {"DISPLAY": display, "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder), "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as daemon:
        assert daemon.stdout is not None
        address = daemon.stdout.readline().strip()
        try:
            with open_dbus_connection(bus=address) as session:
                bus = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
                reply = session.send_and_get_reply(new_method_call(bus, "GetAddress"), timeout=30)
                with open_dbus_connection(bus=reply.body[0]) as connection:
                    shared = {"DBUS_SESSION_BUS_ADDRESS": address, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
                    yield AccessibleBus(shared, connection)
        finally:
            daemon.terminate()
