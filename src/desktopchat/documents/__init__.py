"""Attachments as text: office files, PDF, web pages, mail, encodings. No Qt, no network, no database file.

Start at `sandbox` (reads a file in a process of its own) or `extracting` (reads it here); `passages` finds in what
was read, `images` makes pictures fit to be sent.
"""
