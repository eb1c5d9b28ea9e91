"""The window. All of Qt is below this package; widgets show state and send intents."""
