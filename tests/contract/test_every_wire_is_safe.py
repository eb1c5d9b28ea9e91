"""For every kind of provider: no redirect is followed, no bad certificate trusted, no key or question is logged."""

import asyncio
import logging
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from tests.support.asking import QUICK, Outcome, account, collect
from tests.support.canary import assert_absent, new_canary
from tests.support.certificates import serving
from tests.support.hostile import BEATS, WIRES, Wire, opened
from tests.support.rawserver import Peer, RawServer, Script, answering, raw_server, response

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.message import user_message
from desktopchat.domain.request import ChatRequest
from desktopchat.providers import registry
from desktopchat.transports import sentences
from desktopchat.transports.sentences import Sentence

every_wire = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)


def asked(wire: Wire, address: str, question: str = "hello", key: str = "canary", ca_file: str = "") -> Outcome:
    async def main() -> Outcome:
        provider = registry.create(replace(account(wire.kind, address, wire.key.format(key)), ca_file=ca_file))
        try:
            return await collect(provider, ChatRequest("m", (user_message(question),), limits=QUICK))
        finally:
            await provider.aclose()

    return asyncio.run(main())


def redirecting(status: str, target: str) -> Script:
    return answering(response(status=status, headers={"Location": target}, media_type="text/plain"))


@pytest.fixture
def elsewhere() -> Iterator[RawServer]:
    """Another server, which nobody should speak to."""
    with raw_server(answering(response())) as server:
        yield server


@every_wire
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_nothing_is_sent_to_where_a_server_redirects(wire: Wire, status: str, elsewhere: RawServer) -> None:
    with raw_server(redirecting(status, f"http://localhost:{elsewhere.port}/v1")) as server:
        failure = asked(wire, wire.address(server.url)).failure
        assert len(server.requests) == 1
    assert failure is not None
    assert failure.kind is ErrorKind.PROTOCOL
    assert elsewhere.connections == 0


@every_wire
def test_listing_models_follows_no_redirect_either(wire: Wire, elsewhere: RawServer) -> None:
    async def main(url: str) -> None:
        provider = registry.create(account(wire.kind, wire.address(url), wire.key.format("canary")))
        try:
            await provider.models()
        finally:
            await provider.aclose()

    with (
        raw_server(redirecting("307 Temporary", f"http://localhost:{elsewhere.port}/v1")) as server,
        pytest.raises(ChatError) as caught,
    ):
        asyncio.run(main(server.url))
    assert caught.value.kind in (ErrorKind.PROTOCOL, ErrorKind.NOT_FOUND)  # a relay has no list to ask for
    assert elsewhere.connections == 0


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def self_signed(authority: trustme.CA, folder: Path) -> ssl.SSLContext:
    own = folder / "own.pem"
    own.write_bytes(authority.private_key_pem.bytes() + authority.cert_pem.bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    return context


@every_wire
def test_every_bad_certificate_is_refused_in_a_sentence_of_its_own_and_nothing_is_sent(
    wire: Wire, authority: trustme.CA, tmp_path: Path
) -> None:
    trusted = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    bad: list[tuple[Sentence, ssl.SSLContext]] = [
        (sentences.CERTIFICATE_EXPIRED, serving(authority, "127.0.0.1", days=-1)),
        (sentences.CERTIFICATE_OF_ANOTHER, serving(authority, "other.test")),
        (sentences.CERTIFICATE_OF_UNKNOWN_CA, serving(trustme.CA(), "127.0.0.1")),
        (sentences.CERTIFICATE_SELF_SIGNED, self_signed(trustme.CA(), tmp_path)),
    ]
    said = {}
    for sentence, context in bad:
        with raw_server(answering(response()), tls=context) as server:
            failure = asked(wire, wire.address(server.url), ca_file=str(trusted)).failure
            assert failure is not None
            assert sentence.said_in(failure), (sentence.message.key, failure)
            assert failure.kind is ErrorKind.NETWORK
            assert failure.hint is not None
            assert server.requests == []
            said[failure.message.key] = failure.hint.key
    assert len(said) == len(set(said.values())) == len(bad)


def refusing(peer: Peer) -> None:
    """An error that repeats what it was sent, as some servers do."""
    request = peer.read_request()
    body = f'{{"error": {{"message": "no: {request.headers} {request.line}"}}}}'.encode()
    peer.send(response(body, status="400 Bad Request", media_type="application/json"))


@every_wire
@pytest.mark.parametrize("how", ["refused", "broken off"])
def test_neither_key_nor_question_is_logged_at_any_level(
    wire: Wire, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The most that somebody can switch on: the root at DEBUG, and the libraries that speak to the network."""
    for name in (None, "httpx", "httpcore", "websockets", "asyncio", "desktopchat"):
        caplog.set_level(logging.DEBUG, logger=name)
    secret, question = new_canary(), new_canary()
    script = refusing if how == "refused" else opened(lambda peer: peer.send(BEATS[wire.form]))(wire)
    with raw_server(script) as server:
        outcome = asked(wire, wire.address(server.url), question, secret)
        assert server.requests
    assert outcome.failure is not None
    texts = [caplog.text, *(f"{record.msg} {record.args} {record.__dict__}" for record in caplog.records)]
    assert_absent(secret, texts=[*texts, repr(outcome.failure)])
    assert_absent(question, texts=texts)
