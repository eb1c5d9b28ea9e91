"""The left side of the window: the conversations, the search over them, and what it found."""
