"""Every sentence that this room says to people when a transport fails, with what to do about it. No decisions here.

A sentence is also an identity: `CONNECT_TIMED_OUT.said_in(failure)` tells failures of one kind apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from desktopchat.domain.errors import ChatError, ErrorKind, Failure
from desktopchat.domain.request import MIB
from desktopchat.domain.text import Text, Value, msg
from desktopchat.transports import foreign


@dataclass(frozen=True, slots=True)
class Sentence:
    """What happened and what to do, of one kind; the values of its places come with the error."""

    kind: ErrorKind
    message: Text
    hint: Text

    def failure(
        self,
        values: Mapping[str, Value],
        *,
        detail: str = "",
        status: int | None = None,
        code: str | None = None,
        retry_after: float | None = None,
        request_id: str | None = None,
        should_retry: bool | None = None,
    ) -> Failure:
        """Clean of keys, whatever strangers put into it."""
        if status is not None:
            values = {**values, "status": status}
        message, hint = Text(self.message.key, values), Text(self.hint.key, values)
        return foreign.cleaned(
            Failure(self.kind, message, hint, detail, status, code, retry_after, request_id, should_retry)
        )

    def error(self, detail: str = "", /, **values: Value) -> ChatError:
        return ChatError(self.failure(values, detail=detail))

    def said_in(self, failure: Failure) -> bool:
        return failure.message.key == self.message.key


def size(limit: int) -> str:
    """A limit in bytes for people."""
    return f"{limit / MIB:g} MiB" if limit >= MIB else f"{limit} bytes"


# reaching the server

REFUSED = Sentence(
    ErrorKind.NETWORK,
    msg("{host} refused the connection: nothing answers at this address and port."),
    msg("Check that the server is running and that the port in the base URL is right."),
)
UNKNOWN_HOST = Sentence(
    ErrorKind.NETWORK,
    msg("The address of {host} could not be found."),
    msg("Check the spelling of the base URL and whether this computer is online."),
)
UNREACHABLE = Sentence(
    ErrorKind.NETWORK,
    msg("{host} cannot be reached from this network."),
    msg("Check whether this computer is online, and whether a VPN or a firewall is in the way."),
)
BAD_ADDRESS = Sentence(
    ErrorKind.BAD_REQUEST,
    msg("The address of the provider is not a valid web address."),
    msg("Check the base URL: it begins with https:// or http://, followed by a host name."),
)
CONNECTION_LOST = Sentence(
    ErrorKind.NETWORK,
    msg("The connection to {host} was lost before the answer began ({reason})."),
    msg("Try again. If it happens every time, a proxy, a firewall or the server itself closes the connection."),
)
NO_ANSWER = Sentence(
    ErrorKind.NETWORK,
    msg("{host} closed the connection without an answer."),
    msg("Try again. If it happens every time, the server may be restarting or expect https:// instead of http://."),
)
CUT = Sentence(
    ErrorKind.TRUNCATED,
    msg("The connection to {host} broke in the middle of the answer ({reason})."),
    msg("What came so far is kept. Ask again for a whole answer."),
)
CLOSED_HERE = Sentence(
    ErrorKind.CANCELLED,
    msg("This connection was closed because the provider's settings have changed."),
    msg("Ask again: the new settings will be used."),
)

# TLS

CERTIFICATE_EXPIRED = Sentence(
    ErrorKind.NETWORK,
    msg("The certificate of {host} has expired, so nothing was sent."),
    msg("Check this computer's date and time. If they are right, only the owner of the server can help."),
)
CERTIFICATE_NOT_YET_VALID = Sentence(
    ErrorKind.NETWORK,
    msg("The certificate of {host} is not valid yet, so nothing was sent."),
    msg("Check this computer's date and time."),
)
CERTIFICATE_OF_ANOTHER = Sentence(
    ErrorKind.NETWORK,
    msg("The certificate that {host} shows was made for another name, so nothing was sent."),
    msg("Check the host name in the base URL. On a public network, its sign-in page may be in the way."),
)
CERTIFICATE_SELF_SIGNED = Sentence(
    ErrorKind.NETWORK,
    msg("The certificate of {host} is self-signed: nobody vouches for it, so nothing was sent."),
    msg("If the server is yours, name its certificate as CA file in the provider's settings."),
)
CERTIFICATE_OF_UNKNOWN_CA = Sentence(
    ErrorKind.NETWORK,
    msg("The certificate of {host} was issued by an authority that this computer does not trust; nothing was sent."),
    msg("Behind a company proxy, ask for the company's CA certificate and name it as CA file in the settings."),
)
CERTIFICATE_REJECTED = Sentence(
    ErrorKind.NETWORK,
    msg("The certificate of {host} cannot be trusted ({reason}), so nothing was sent."),
    msg("Check the base URL. Behind a company proxy, name the company's CA certificate as CA file in the settings."),
)
TLS_ON_PLAIN_PORT = Sentence(
    ErrorKind.NETWORK,
    msg("{host} does not speak TLS at this port, so nothing was sent."),
    msg("For a server of your own, use http:// instead of https:// in the base URL, or another port."),
)
PLAIN_ON_TLS_PORT = Sentence(
    ErrorKind.NETWORK,
    msg("{host} speaks TLS at this port, but the base URL says http://."),
    msg("Use https:// in the base URL."),
)
TLS_FAILED = Sentence(
    ErrorKind.NETWORK,
    msg("No secure connection to {host} could be made ({reason})."),
    msg("The server or a proxy on the way may be too old or wrongly set up. Check the base URL and the proxy."),
)
CA_FILE_UNREADABLE = Sentence(
    ErrorKind.NETWORK,
    msg("The CA file {path} cannot be read ({reason}), so nothing was sent."),
    msg("Choose another file in the settings, or none. It has to be in PEM form."),
)
CA_FILE_EMPTY = Sentence(
    ErrorKind.NETWORK,
    msg("The CA file {path} holds no certificate in PEM form, so nothing was sent."),
    msg("A PEM file begins with “-----BEGIN CERTIFICATE-----”. Choose such a file in the settings, or none."),
)

# proxies

PROXY_UNUSABLE = Sentence(
    ErrorKind.NETWORK,
    msg("The proxy address {proxy} cannot be used."),
    msg("A proxy begins with http://, https:// or socks5://. Change it in the settings or in the environment."),
)
PROXY_UNREACHABLE = Sentence(
    ErrorKind.NETWORK,
    msg("The proxy {proxy} cannot be reached ({reason})."),
    msg("Check the proxy in the settings or in the environment, or choose “No proxy”."),
)
PROXY_WANTS_SIGN_IN = Sentence(
    ErrorKind.NETWORK,
    msg("The proxy {proxy} wants a user name and a password."),
    msg("Write them into the proxy address: http://user:password@host:port."),
)
PROXY_REFUSED = Sentence(
    ErrorKind.NETWORK,
    msg("The proxy {proxy} did not make a connection to {host} ({reason})."),
    msg("The proxy may forbid this address or not reach it. Ask its administrator, or choose another proxy."),
)

# time

CONNECT_TIMED_OUT = Sentence(
    ErrorKind.TIMEOUT,
    msg("No connection to {host} could be made within {seconds} s."),
    msg("Check whether this computer is online, whether a proxy is needed, and whether the base URL is right."),
)
SENDING_TIMED_OUT = Sentence(
    ErrorKind.TIMEOUT,
    msg("{host} stopped taking what was sent to it for {seconds} s."),
    msg("Check the connection and try again; a smaller attachment may help on a slow line."),
)
HEADERS_TIMED_OUT = Sentence(
    ErrorKind.TIMEOUT,
    msg("{host} took the question but did not begin an answer within {seconds} s."),
    msg("The server may be overloaded or still loading its model. Try again, or allow a longer wait."),
)
FIRST_CONTENT_TIMED_OUT = Sentence(
    ErrorKind.TIMEOUT,
    msg("{host} began to answer, but no text came within {seconds} s."),
    msg("The model may be overloaded or thinking for long. Try again, or allow a longer wait."),
)
CONTENT_TIMED_OUT = Sentence(
    ErrorKind.TIMEOUT,
    msg("The answer stopped: {host} sent no more text for {seconds} s."),
    msg("What came so far is kept. Try again, or allow a longer wait."),
)
ALL_TIMED_OUT = Sentence(
    ErrorKind.TIMEOUT,
    msg("{host} did not send its whole answer within {seconds} s."),
    msg("Check the connection and try again."),
)
TOOK_TOO_LONG = Sentence(
    ErrorKind.TIMEOUT,
    msg("The exchange with {host} took too long ({reason})."),
    msg("Check the connection and try again."),
)

# what the server sends

REDIRECTED = Sentence(
    ErrorKind.PROTOCOL,
    msg("{host} sends the request on to {target}. That was not followed: your key and your text would go there."),
    msg("If you trust {target}, make it the base URL (look for https:// and for the right path)."),
)
NOT_HTTP = Sentence(
    ErrorKind.PROTOCOL,
    msg("What {host} sent is not HTTP ({reason})."),
    msg("Check the port in the base URL: another program seems to answer there."),
)
BAD_COMPRESSION = Sentence(
    ErrorKind.PROTOCOL,
    msg("The answer of {host} cannot be unpacked: it is not what it says it is."),
    msg("Try again. If it happens every time, a proxy on the way damages the answer."),
)
UNKNOWN_COMPRESSION = Sentence(
    ErrorKind.PROTOCOL,
    msg("{host} packed its answer as “{encoding}”, which was not asked for and cannot be read."),
    msg("A proxy on the way or the server is wrongly set up."),
)
CUT_COMPRESSION = Sentence(
    ErrorKind.TRUNCATED,
    msg("The packed answer of {host} ends in the middle."),
    msg("What came so far is kept. Ask again for a whole answer."),
)
NOTHING_UNPACKED = Sentence(
    ErrorKind.PROTOCOL,
    msg("The packed answer of {host} ends before anything could be read from it."),
    msg("Try again. If it happens every time, a proxy on the way damages the answer."),
)
LINE_TOO_LONG = Sentence(
    ErrorKind.TOO_LARGE,
    msg("The server sent a line of more than {limit}; reading stopped there."),
    msg("This is not how an answer looks. Check the base URL and the model."),
)
EVENT_TOO_LARGE = Sentence(
    ErrorKind.TOO_LARGE,
    msg("The server sent an event of more than {limit}; reading stopped there."),
    msg("This is not how an answer looks. Check the base URL and the model."),
)
REPLY_TOO_LARGE = Sentence(
    ErrorKind.TOO_LARGE,
    msg("{host} sent more than {limit}; reading stopped there."),
    msg("Ask for a shorter answer, or check the base URL and the model."),
)

# WebSockets

UNENCRYPTED = Sentence(
    ErrorKind.BAD_REQUEST,
    msg("The address of {host} begins with ws://, which is not encrypted, so nothing was sent."),
    msg("Use wss://. Without encryption only servers on this computer are spoken to."),
)
NOT_A_WEBSOCKET = Sentence(
    ErrorKind.PROTOCOL,
    msg("{host} answered, but opens no WebSocket at this address (status {status})."),
    msg("Check the base URL. In hotels and offices, a login page may be in between."),
)
BROKEN_WEBSOCKET = Sentence(
    ErrorKind.PROTOCOL,
    msg("What {host} sent breaks the rules of WebSockets ({reason})."),
    msg("Try again. If it happens every time, a proxy on the way may not know WebSockets."),
)
CLOSED_WITHOUT_ANSWER = Sentence(
    ErrorKind.PROTOCOL,
    msg("{host} took the question and closed the connection without an answer ({reason})."),
    msg("Try again. If it happens every time, check the model's name and the base URL."),
)
CLOSED_IN_THE_MIDDLE = Sentence(
    ErrorKind.TRUNCATED,
    msg("The answer was cut off: {host} closed the connection before it said that it was done ({reason})."),
    msg("What came until then is kept. Try again to get a whole answer."),
)

# what we send

BAD_KEY = Sentence(
    ErrorKind.AUTH,
    msg("The key holds characters that no key has (a line break, a blank or a letter outside ASCII); it was not sent."),
    msg("Copy the key again from the provider's page and store it anew."),
)
EMPTY_KEY = Sentence(
    ErrorKind.AUTH,
    msg("The key is empty, so nothing was sent."),
    msg("Copy the key from the provider's page and store it anew."),
)
KEY_IN_THE_OPEN = Sentence(
    ErrorKind.BAD_REQUEST,
    msg("The key was not sent: over http:// everybody on the way to {host} could read it."),
    msg("Begin the address with https://. A server in your own network that has none can be named by its IP address."),
)
BAD_HEADER = Sentence(
    ErrorKind.BAD_REQUEST,
    msg("The header {name} holds characters that cannot be sent."),
    msg("Check the provider's settings."),
)
UNEXPECTED = Sentence(
    ErrorKind.INTERNAL,
    msg("The exchange with {host} failed in a way that this program does not know ({reason})."),
    msg("Try again. If it happens again, please report it; the log has the details."),
)

# what a status means

BY_KIND = {
    sentence.kind: sentence
    for sentence in (
        Sentence(
            ErrorKind.AUTH,
            msg("The server did not accept the key (status {status})."),
            msg("Check that the key is right, still valid, and belongs to this provider and region."),
        ),
        Sentence(
            ErrorKind.PERMISSION,
            msg("The key is known but may not do this (status {status})."),
            msg("Check in the provider's console which models, regions and projects this key may use."),
        ),
        Sentence(
            ErrorKind.NOT_FOUND,
            msg("The server does not know this model or this address (status {status})."),
            msg("Check the model's name and the base URL."),
        ),
        Sentence(
            ErrorKind.QUOTA,
            msg("The account has no credit left for this request (status {status})."),
            msg("Look at billing and quota in the provider's console."),
        ),
        Sentence(
            ErrorKind.RATE_LIMITED,
            msg("The server takes no more requests for now (status {status})."),
            msg("Wait a little and try again."),
        ),
        Sentence(
            ErrorKind.TIMEOUT,
            msg("The server itself ran out of time (status {status})."),
            msg("Try again; a shorter question or another model may answer sooner."),
        ),
        Sentence(
            ErrorKind.OVERLOADED,
            msg("The server has a problem of its own or too much to do (status {status})."),
            msg("Try again in a moment. If it stays, look at the provider's status page."),
        ),
        Sentence(
            ErrorKind.PROTOCOL,
            msg("The server answered with something that does not belong here (status {status})."),
            msg("Check the base URL."),
        ),
        Sentence(
            ErrorKind.BAD_REQUEST,
            msg("The server did not accept the request (status {status})."),
            msg("The details say what it objects to. Often it is the model's name or a parameter."),
        ),
    )
}
PROXY_SIGN_IN_STATUS = Sentence(
    ErrorKind.NETWORK,
    msg("A proxy on the way wants a user name and a password (status {status})."),
    PROXY_WANTS_SIGN_IN.hint,
)
BODY_TOO_LARGE = Sentence(
    ErrorKind.BAD_REQUEST,
    msg("The request is too large for the server (status {status})."),
    msg("Send fewer or smaller attachments, or begin a new conversation."),
)

_FOR_THE_USER = frozenset(
    sentence.message.key
    for sentence in (
        CERTIFICATE_EXPIRED,
        CERTIFICATE_NOT_YET_VALID,
        CERTIFICATE_OF_ANOTHER,
        CERTIFICATE_SELF_SIGNED,
        CERTIFICATE_OF_UNKNOWN_CA,
        CERTIFICATE_REJECTED,
        TLS_ON_PLAIN_PORT,
        PLAIN_ON_TLS_PORT,
        CA_FILE_UNREADABLE,
        CA_FILE_EMPTY,
        PROXY_UNUSABLE,
        PROXY_WANTS_SIGN_IN,
        PROXY_SIGN_IN_STATUS,
    )
)


def needs_the_user(failure: Failure) -> bool:
    """Whether nothing but a person changing something can help, so that asking again is idle."""
    return failure.message.key in _FOR_THE_USER
