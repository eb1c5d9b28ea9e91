"""Plain values and rules: conversations, messages, requests, events, errors. Standard library only."""
