"""Keeps uvicorn from complaining about what our servers do on purpose. Everything else that it says stays."""

import logging

_MEANT = (
    "ASGI callable returned without completing response.",
    "ASGI callable returned without completing handshake.",
)
"""What uvicorn calls an error is how an answer is broken off, and a WebSocket refused."""


class _NotMeant(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.getMessage() not in _MEANT


def keep_quiet() -> None:
    """From now on. May be called often."""
    logger = logging.getLogger("uvicorn.error")
    if not any(isinstance(known, _NotMeant) for known in logger.filters):
        logger.addFilter(_NotMeant())
