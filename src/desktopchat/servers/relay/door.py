"""Who may come in: whoever has the token, or a browser that logged in with it. No HTTP framework here.

A browser gets no token but a session, which ends with the relay: other servers of this computer see the cookies that
are meant for this one, as cookies know no ports.
"""

import secrets
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie

from desktopchat.domain.secret import Secret
from desktopchat.servers.relay.limits import Bucket, RelayLimits

SESSION_S = 12 * 3600.0
MOST_SESSIONS = 64


class Door:
    """Compares tokens in constant time, and slows down who guesses."""

    def __init__(self, token: Secret, port: int, limits: RelayLimits, clock: Callable[[], float]) -> None:
        self.cookie = f"desktopchat-relay-{port}"
        self._token = token
        self._clock = clock
        self._sessions: dict[str, float] = {}
        self._wrong = Bucket(limits.wrong_tokens_per_second, limits.wrong_tokens_in_a_burst, clock)

    def has_token(self, authorization: str) -> bool:
        """Whether an `Authorization` header has the token."""
        scheme, _, token = authorization.partition(" ")
        return scheme.lower() == "bearer" and self.is_token(token.strip())

    def is_token(self, text: str) -> bool:
        return bool(text) and Secret(text) == self._token

    def has_session(self, cookies: str) -> bool:
        """Whether a `Cookie` header belongs to a browser that logged in."""
        return self._sessions.get(self._session_in(cookies), 0.0) > self._clock()

    def log_in(self) -> str:
        """A new session; the value for a `Set-Cookie` header."""
        now = self._clock()
        self._sessions = {session: until for session, until in self._sessions.items() if until > now}
        while len(self._sessions) >= MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        session = secrets.token_urlsafe(32)
        self._sessions[session] = now + SESSION_S
        return self._set_cookie(session, round(SESSION_S))

    def log_out(self, cookies: str) -> str:
        """Ends the session; the value for a `Set-Cookie` header."""
        self._sessions.pop(self._session_in(cookies), None)
        return self._set_cookie("", 0)

    def pause_after_wrong(self) -> float:
        """To be called for each wrong token: the seconds for which no other one is looked at; usually 0."""
        return self._wrong.take()

    def _session_in(self, cookies: str) -> str:
        try:
            found = SimpleCookie(cookies).get(self.cookie)
        except CookieError:
            return ""
        return found.value if found is not None else ""

    def _set_cookie(self, value: str, age_s: int) -> str:
        return f"{self.cookie}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={age_s}"
