"""Markdown to blocks to safe HTML, incrementally, with no Qt."""
