"""Servers that come with the program: the demo provider. No Qt."""
