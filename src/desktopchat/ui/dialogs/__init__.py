"""Windows of their own. All are opened without a nested event loop and imported when they are needed."""
