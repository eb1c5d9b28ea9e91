"""What the program can do: send, stop, branch, search. asyncio, no Qt; imported by the window and the shell alike."""
