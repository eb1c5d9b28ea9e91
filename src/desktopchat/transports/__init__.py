"""Bytes in and out: the HTTP client, the framings of streams, retry rules and redaction. Knows no vendor."""
