"""Everything that has a shortcut: one table for the window, its menus, its tooltips and the list of shortcuts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from desktopchat.domain.text import Text, msg
from desktopchat.i18n import render
from desktopchat.ui.theme import theme


@dataclass(frozen=True, slots=True)
class Command:
    """Something the user can do. `keys` are portable key sequences, the first one is shown."""

    name: str
    title: Text
    keys: tuple[str, ...] = ()
    icon: str = ""


# To add a command: a row here, and an entry in `commands.Commands` that does it.
COMMANDS: Final = (
    Command("new_chat", msg("New chat"), ("Ctrl+N",), "new-chat"),
    Command("search", msg("Search all chats"), ("Ctrl+K", "Ctrl+Shift+F"), "search"),
    Command("find", msg("Find in this chat"), ("Ctrl+F",), "search"),
    Command("find_next", msg("Next place found"), ("F3", "Ctrl+G")),
    Command("find_previous", msg("Previous place found"), ("Shift+F3", "Ctrl+Shift+G")),
    Command("next_chat", msg("Next chat"), ("Ctrl+Tab",)),
    Command("previous_chat", msg("Previous chat"), ("Ctrl+Shift+Tab",)),
    Command("rename_chat", msg("Rename chat"), ("F2",), "edit"),
    Command("delete_chat", msg("Move chat to trash"), ("Ctrl+Shift+Backspace",), "trash"),
    Command("focus_composer", msg("Write a message"), ("Ctrl+I",)),
    Command("stop", msg("Stop the answer"), ("Esc",), "stop"),
    Command("retry", msg("Ask again for the last answer"), ("Ctrl+R",), "refresh"),
    Command("edit_question", msg("Edit the last question"), ("Ctrl+Shift+E",), "edit"),
    Command("copy_answer", msg("Copy the last answer"), ("Ctrl+Shift+C",), "copy"),
    Command("choose_model", msg("Choose the model"), ("Ctrl+Shift+M",), "sparkle"),
    Command("attach_files", msg("Attach files"), ("Ctrl+Shift+A",), "paperclip"),
    Command("choose_preset", msg("Choose a preset"), ("Ctrl+P",), "preset"),
    Command("presets", msg("Presets…"), (), "preset"),
    Command("chat_settings", msg("Settings of this chat"), ("Ctrl+Shift+P",), "sliders"),
    Command("show_request", msg("What will be sent…"), ("Ctrl+Shift+J",), "code"),
    Command("toggle_sidebar", msg("Show or hide the list of chats"), ("Ctrl+B",), "sidebar"),
    Command("toggle_attachments", msg("Show or hide the files"), ("Ctrl+]",), "panel-right"),
    Command("zoom_in", msg("Larger text"), ("Ctrl+=", "Ctrl++")),
    Command("zoom_out", msg("Smaller text"), ("Ctrl+-",)),
    Command("zoom_reset", msg("Text in the system's size"), ("Ctrl+0",)),
    Command("provider_files", msg("Files at the provider…"), (), "file"),
    Command("providers", msg("Providers…"), (), "server"),
    Command("relay", msg("Relay for other programs…"), (), "swap"),
    Command("settings", msg("Settings…"), ("Ctrl+,",), "settings"),
    Command("shortcuts", msg("Keyboard shortcuts"), ("Ctrl+/", "F1"), "keyboard"),
    Command("about", msg("About Desktop Chat"), (), "info"),
    Command("quit", msg("Quit"), ("Ctrl+Q",), "close"),
)
BY_NAME: Final = {command.name: command for command in COMMANDS}


def shortcut_text(name: str) -> str:
    """The first shortcut of a command as this platform writes it, or ""."""
    keys = BY_NAME[name].keys
    return QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if keys else ""


def tooltip(name: str) -> str:
    """The command's title with its shortcut."""
    title, keys = render(BY_NAME[name].title), shortcut_text(name)
    return f"{title} ({keys})" if keys else title


def make_actions(window: QWidget, trigger: Callable[[str], object]) -> Mapping[str, QAction]:
    """An action per command, added to `window` so that its shortcuts work there; each calls `trigger(name)`."""
    made: dict[str, QAction] = {}
    for command in COMMANDS:
        action = QAction(render(command.title), window)
        action.setObjectName(f"action_{command.name}")
        action.setShortcuts([QKeySequence(keys) for keys in command.keys])
        action.triggered.connect(partial(_fire, trigger, command.name))
        window.addAction(action)
        made[command.name] = action
    return made


def dress(actions: Mapping[str, QAction]) -> None:
    """Gives the actions their icons in the theme's colours; needed only where a menu shows them."""
    for name, action in actions.items():
        if icon := BY_NAME[name].icon:
            action.setIcon(theme().icon(icon))


def _fire(trigger: Callable[[str], object], name: str, _checked: bool = False) -> None:
    trigger(name)
