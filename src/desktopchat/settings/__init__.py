"""What the user prefers, where files are, and where keys live."""
