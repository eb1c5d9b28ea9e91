"""SQLite behind one thread: conversations, search, providers, drafts."""
