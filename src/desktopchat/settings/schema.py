"""Every setting there is, one row each: what it is called, what it holds, and how it is explained. Stores nothing.

To add a setting:
1. Add a row below, in its group; the order here is the order in the settings dialog. The name is what the file
   holds and is never changed or reused; the constant is the name in capitals.
2. Give it a title (one to three words) and a help sentence that says what changes for the user. Something that only
   the program remembers gets `shown=False`, and a title and help that explain it to a reader of this table.
3. Use it: `settings.get(schema.CONSTANT)`. A setting that nobody uses fails the tests.
4. `python3 dev.py i18n update`, and translate the new sentences.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from desktopchat.domain.text import Text, msg

T = TypeVar("T", str, int, bool)


class Group(StrEnum):
    """The pages of the settings dialog, in their order."""

    APPEARANCE = "appearance"
    WRITING = "writing"
    NETWORK = "network"
    STATE = "state"
    """What the program remembers by itself; not a page."""


GROUP_TITLES = {
    Group.APPEARANCE: msg("Appearance"),
    Group.WRITING: msg("Writing"),
    Group.NETWORK: msg("Network"),
    Group.STATE: msg("Remembered"),
}


class Editor(StrEnum):
    """What a setting is edited with."""

    SWITCH = "switch"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICE_OR_TEXT = "choice_or_text"
    TEXT = "text"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    value: T
    title: Text


@dataclass(frozen=True, slots=True, eq=False)
class Setting(Generic[T]):
    """A row of the table. Two settings are the same only if they are the same object.

    `minimum` and `maximum` bound a number; `zero` says in words what 0 means, and lets 0 stand outside the bounds.
    With `free`, other values than the `choices` are allowed. `validate` returns what is wrong with a value, or None.
    """

    name: str
    default: T
    title: Text
    help: Text
    group: Group
    choices: tuple[Choice[T], ...] = ()
    free: bool = False
    minimum: int | None = None
    maximum: int | None = None
    zero: Text | None = None
    validate: Callable[[T], Text | None] | None = None
    is_file: bool = False
    shown: bool = True

    @property
    def type(self) -> type[T]:
        return type(self.default)

    @property
    def editor(self) -> Editor:
        """What the settings dialog shows for it."""
        if self.choices:
            return Editor.CHOICE_OR_TEXT if self.free else Editor.CHOICE
        if self.is_file:
            return Editor.FILE
        return {bool: Editor.SWITCH, int: Editor.NUMBER}.get(self.type, Editor.TEXT)

    def problem(self, value: object) -> Text | None:
        """What keeps the user from choosing `value`; None if nothing does. May look at the file it names."""
        misfit = self.misfit(value)
        if misfit is None and self.validate is not None:
            return self.validate(value)  # type: ignore[arg-type]  # it has the type: it is no misfit
        return misfit

    def misfit(self, value: object) -> Text | None:
        """What is wrong with the value's type, choice or size; whether it works just now is not asked."""
        if type(value) is not self.type:  # isinstance would take True for a number
            return msg("“{name}” holds a value of the wrong type.", name=self.name)
        if self.choices and not self.free and value not in [choice.value for choice in self.choices]:
            return msg("“{value}” is not one of the choices.", value=str(value))
        if isinstance(value, int) and not self._in_bounds(value):
            return msg(
                "The number must lie between {minimum} and {maximum}.",
                minimum=_words(self.minimum),
                maximum=_words(self.maximum),
            )
        return None

    def _in_bounds(self, value: int) -> bool:
        if value == 0 and self.zero is not None:
            return True
        too_small = self.minimum is not None and value < self.minimum
        return not too_small and not (self.maximum is not None and value > self.maximum)


def _words(bound: int | None) -> str:
    return "…" if bound is None else str(bound)


def proxy_problem(value: str) -> Text | None:
    """Whether `value` is "system", "none" or a proxy's URL that the network code understands."""
    if value in ("system", "none"):
        return None
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises ValueError for nonsense
    except ValueError:
        parts = urlsplit("")
    if parts.scheme.lower() in ("http", "https", "socks5", "socks5h") and parts.hostname:
        return None
    return msg(
        "“{value}” is not a proxy's address. One looks like http://host:8080 or socks5://host:1080.", value=value
    )


def ca_file_problem(value: str) -> Text | None:
    """Whether `value` is empty or names a file that can be read."""
    if not value:
        return None
    try:
        with Path(value).open("rb") as file:
            head = file.read(65536)
    except (OSError, ValueError):
        return msg("The file “{value}” cannot be read.", value=value)
    return None if b"-----BEGIN" in head else msg("“{value}” holds no certificate in PEM form.", value=value)


LANGUAGE = Setting(
    "language",
    default="",
    title=msg("Language"),
    help=msg("The language of menus, messages and hints. What you and a model write is not touched."),
    group=Group.APPEARANCE,
    choices=(  # a language is called what its speakers call it
        Choice("", msg("As the system")),
        Choice("en", Text("English")),
        Choice("zh_CN", Text("简体中文")),
    ),
)
THEME = Setting(
    "theme",
    default="system",
    title=msg("Theme"),
    help=msg("Light or dark; “As the system” follows the desktop when it changes."),
    group=Group.APPEARANCE,
    choices=(
        Choice("system", msg("As the system")),
        Choice("light", msg("Light")),
        Choice("dark", msg("Dark")),
    ),
)
FONT_SIZE = Setting(
    "font_size",
    default=0,
    title=msg("Font size"),
    help=msg("The size of all text, in points."),
    group=Group.APPEARANCE,
    minimum=8,
    maximum=32,
    zero=msg("As the system"),
)
SEND_KEY = Setting(
    "send_key",
    default="enter",
    title=msg("Send with"),
    help=msg("The key that sends what you wrote; the other one starts a new line."),
    group=Group.WRITING,
    choices=(
        Choice("enter", msg("Enter")),
        Choice("ctrl_enter", msg("Ctrl+Enter")),
    ),
)
LONG_PASTE = Setting(
    "long_paste",
    default=8000,
    title=msg("Long pastes"),
    help=msg("A pasted text with more characters than this is attached as a file; one click makes it text again."),
    group=Group.WRITING,
    minimum=500,
    maximum=1_000_000,
    zero=msg("Never a file"),
)
RETRIES = Setting(
    "retries",
    default=2,
    title=msg("Retries"),
    help=msg("How often a question is sent again by itself when a busy server or the network fails before any answer."),
    group=Group.NETWORK,
    minimum=0,
    maximum=5,
)
PROXY = Setting(
    "proxy",
    default="system",
    title=msg("Proxy"),
    help=msg(
        "The way to the network: as the system says, directly, or through an address such as http://host:8080. "
        "A password in it is kept readably in the settings file."
    ),
    group=Group.NETWORK,
    choices=(
        Choice("system", msg("As the system")),
        Choice("none", msg("No proxy")),
    ),
    free=True,
    validate=proxy_problem,
)
CA_FILE = Setting(
    "ca_file",
    default="",
    title=msg("Extra certificates"),
    help=msg("A file with certificates (PEM) to trust besides the operating system's, as some companies need."),
    group=Group.NETWORK,
    is_file=True,
    validate=ca_file_problem,
)

WINDOW_GEOMETRY = Setting(
    "window_geometry",
    default="",
    title=msg("Window geometry"),
    help=msg("Where the window was and how large, as Qt writes it, in base64."),
    group=Group.STATE,
    shown=False,
)
SPLITTER_SIZES = Setting(
    "splitter_sizes",
    default="",
    title=msg("Column widths"),
    help=msg("How wide the columns at the left and right were, in pixels."),
    group=Group.STATE,
    shown=False,
)
SIDEBAR_VISIBLE = Setting(
    "sidebar_visible",
    default=True,
    title=msg("Conversation list"),
    help=msg("Whether the list of conversations was shown."),
    group=Group.STATE,
    shown=False,
)
ATTACHMENTS_VISIBLE = Setting(
    "attachments_visible",
    default=False,
    title=msg("Attachment panel"),
    help=msg("Whether the attachment panel was shown."),
    group=Group.STATE,
    shown=False,
)
LAST_CONVERSATION = Setting(
    "last_conversation",
    default="",
    title=msg("Last conversation"),
    help=msg("The id of the conversation that was open last."),
    group=Group.STATE,
    shown=False,
)
RELAY_ID = Setting(
    "relay_id",
    default="",
    title=msg("Relay"),
    help=msg("The name under which the system's key store keeps the relay's token."),
    group=Group.STATE,
    shown=False,
)
RELAY_PORT = Setting(
    "relay_port",
    default=8642,
    title=msg("Relay's port"),
    help=msg("Where the relay listens on this computer."),
    group=Group.STATE,
    minimum=1024,
    maximum=65535,
    zero=msg("Any free one"),
    shown=False,
)
RELAY_AT_START = Setting(
    "relay_at_start",
    default=False,
    title=msg("Relay at start"),
    help=msg("Whether the window starts the relay with itself."),
    group=Group.STATE,
    shown=False,
)


def all_settings() -> "Iterator[Setting[Any]]":
    """The rows in the order in which they stand above."""
    return (value for value in globals().values() if isinstance(value, Setting))


def constants() -> dict[str, "Setting[Any]"]:
    """The rows by the names of their constants."""
    return {name: value for name, value in globals().items() if isinstance(value, Setting)}
