"""Attachments as text: office files, PDF, web pages, mail, encodings. No Qt, no network, no database."""
