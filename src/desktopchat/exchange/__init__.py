"""Transcripts in and out: archives, views for people, foreign formats. No Qt, no network, no database."""
