"""The shell commands. Qt is not imported for them."""
