"""Certificates for servers of a test's own authority."""

import datetime as dt
import ssl

import trustme


def serving(authority: trustme.CA, *names: str, days: int = 100) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    until = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    before = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    authority.issue_cert(*names, not_before=before, not_after=until).configure_cert(context)
    return context
