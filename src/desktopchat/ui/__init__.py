"""The window. All of Qt is below this package; widgets show state and send intents."""

from desktopchat.ui import unread_sources as unread_sources
