"""Certificates good and bad, and every kind of proxy, over real sockets."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from tests.support.certificates import serving
from tests.support.http_asking import after_request, run, says
from tests.support.proxies import socks, tunnel
from tests.support.rawserver import Peer, RawServer, answering, raw_server, response

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.request import Limits
from desktopchat.transports import sentences
from desktopchat.transports.http import ContentClock, HttpClient, HttpRequest
from desktopchat.transports.sentences import Sentence

OK = response(b"hello")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "företag ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


async def get(url: str, *, proxy: str = "none", ca_file: str = "") -> bytes:
    client = HttpClient(proxy=proxy, ca_file=ca_file)
    limits = Limits(connect_s=5, first_content_s=5)
    try:
        async with client.open(HttpRequest("GET", url), limits, ContentClock(limits, url)) as reply:
            return await reply.read(1000) if reply.status < 400 else b"%d" % reply.status
    finally:
        await client.aclose()


def refusal(url: str, *, proxy: str = "none", ca_file: str = "") -> ChatError:
    with pytest.raises(ChatError) as caught:
        run(get(url, proxy=proxy, ca_file=ca_file))
    return caught.value


# TLS


def test_a_certificate_of_the_extra_ca_is_trusted(authority: trustme.CA, ca_file: str) -> None:
    with raw_server(answering(OK), tls=serving(authority, "127.0.0.1", "localhost")) as server:
        assert run(get(server.url, ca_file=ca_file)) == b"hello"
        assert run(get(f"https://localhost:{server.port}/", ca_file=ca_file)) == b"hello"


def test_a_certificate_that_has_expired_is_told(authority: trustme.CA, ca_file: str) -> None:
    with raw_server(answering(OK), tls=serving(authority, "127.0.0.1", days=-1)) as server:
        assert says(refusal(server.url, ca_file=ca_file), sentences.CERTIFICATE_EXPIRED)
    assert not server.requests


def test_a_certificate_for_another_name_is_told(authority: trustme.CA, ca_file: str) -> None:
    with raw_server(answering(OK), tls=serving(authority, "other.test", "10.0.0.1")) as server:
        assert says(refusal(server.url, ca_file=ca_file), sentences.CERTIFICATE_OF_ANOTHER)
        assert says(refusal(f"https://localhost:{server.port}/", ca_file=ca_file), sentences.CERTIFICATE_OF_ANOTHER)


def test_a_certificate_of_an_unknown_authority_is_told(authority: trustme.CA) -> None:
    with raw_server(answering(OK), tls=serving(authority, "127.0.0.1")) as server:
        error = refusal(server.url)
    assert says(error, sentences.CERTIFICATE_OF_UNKNOWN_CA)
    assert not server.requests


def test_a_self_signed_certificate_is_told(authority: trustme.CA, tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    own.write_bytes(authority.private_key_pem.bytes() + authority.cert_pem.bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    with raw_server(answering(OK), tls=context) as server:
        assert says(refusal(server.url), sentences.CERTIFICATE_SELF_SIGNED)


def test_https_to_a_plain_server_is_told() -> None:
    def script(peer: Peer) -> None:
        peer.read(5)
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with raw_server(script) as server:
        assert says(refusal(server.url.replace("http:", "https:")), sentences.TLS_ON_PLAIN_PORT)


def test_http_to_a_tls_server_is_told(authority: trustme.CA) -> None:
    with raw_server(answering(OK), tls=serving(authority, "127.0.0.1")) as server:
        error = refusal(server.url.replace("https:", "http:"))
    assert error.kind is ErrorKind.NETWORK  # servers say it in different ways, or just reset the connection
    assert not server.requests


def test_a_tls_version_that_is_too_old_is_told(authority: trustme.CA) -> None:
    context = serving(authority, "127.0.0.1")
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with raw_server(answering(OK), tls=context) as server:
        assert says(refusal(server.url), sentences.TLS_FAILED)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, sentences.CA_FILE_UNREADABLE), (b"", sentences.CA_FILE_EMPTY), (b"not pem", sentences.CA_FILE_EMPTY)],
)
def test_a_ca_file_that_is_none_is_told(tmp_path: Path, content: bytes | None, sentence: Sentence) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with raw_server(answering(OK)) as server:
        error = refusal(server.url, ca_file=str(path))
    assert says(error, sentence)
    assert error.failure.message.params["path"] == str(path)


def test_a_folder_as_ca_file_is_told(tmp_path: Path) -> None:
    with raw_server(answering(OK)) as server:
        error = refusal(server.url, ca_file=str(tmp_path))
    assert error.failure.message.key in {s.message.key for s in (sentences.CA_FILE_UNREADABLE, sentences.CA_FILE_EMPTY)}


def test_a_ca_file_that_was_mended_is_read_again(authority: trustme.CA, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"

    async def twice(url: str) -> int:
        client = HttpClient(proxy="none", ca_file=str(path))
        with pytest.raises(ChatError):
            await client.fetch(HttpRequest("GET", url), Limits())
        authority.cert_pem.write_to_path(str(path))
        status = (await client.fetch(HttpRequest("GET", url), Limits())).status
        await client.aclose()
        return status

    with raw_server(answering(OK), tls=serving(authority, "127.0.0.1")) as server:
        assert run(twice(server.url)) == 200


# proxies


@pytest.fixture
def target(authority: trustme.CA) -> Iterator[RawServer]:
    with raw_server(answering(OK), tls=serving(authority, "target.test")) as server:
        yield server


def test_https_goes_through_a_tunnel(target: RawServer, ca_file: str) -> None:
    with raw_server(tunnel(target.port)) as proxy:
        assert run(get("https://target.test/v1", proxy=proxy.url, ca_file=ca_file)) == b"hello"
    assert proxy.requests[0].line == "CONNECT target.test:443 HTTP/1.1"
    assert target.requests[0].line == "GET /v1 HTTP/1.1"


def test_a_proxy_that_speaks_tls_itself_is_trusted_like_any_server(
    target: RawServer, ca_file: str, authority: trustme.CA
) -> None:
    with raw_server(tunnel(target.port), tls=serving(authority, "127.0.0.1")) as proxy:
        assert run(get("https://target.test/", proxy=proxy.url, ca_file=ca_file)) == b"hello"


def test_plain_http_is_handed_to_the_proxy() -> None:
    with raw_server(answering(OK)) as proxy:
        assert run(get("http://target.test/v1", proxy=f"127.0.0.1:{proxy.port}")) == b"hello"
    assert proxy.requests[0].line == "GET http://target.test/v1 HTTP/1.1"


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks"])
def test_a_socks_proxy_gets_the_name(target: RawServer, ca_file: str, scheme: str) -> None:
    with raw_server(socks(target.port)) as proxy:
        assert run(get("https://target.test/", proxy=f"{scheme}://127.0.0.1:{proxy.port}", ca_file=ca_file)) == b"hello"


def test_the_environment_names_the_proxy(target: RawServer, ca_file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(tunnel(target.port)) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        assert run(get("https://target.test/", proxy="system", ca_file=ca_file)) == b"hello"
    assert proxy.connections == 1


def test_loopback_is_never_behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "socks://127.0.0.1:1")
    with raw_server(answering(OK)) as server:
        assert run(get(server.url, proxy="system")) == b"hello"
        assert run(get(server.url, proxy="http://127.0.0.1:1")) == b"hello"


def test_a_proxy_with_a_password_is_signed_in_to(target: RawServer, ca_file: str) -> None:
    with raw_server(tunnel(target.port, credentials="user:pass word")) as proxy:
        address = f"http://user:pass%20word@127.0.0.1:{proxy.port}"
        assert run(get("https://target.test/", proxy=address, ca_file=ca_file)) == b"hello"


def test_a_proxy_that_wants_a_password_is_told(target: RawServer) -> None:
    with raw_server(tunnel(target.port, credentials="user:right")) as proxy:
        error = refusal("https://target.test/", proxy=f"http://user:wrong-secret@127.0.0.1:{proxy.port}")
    assert says(error, sentences.PROXY_WANTS_SIGN_IN)
    assert "wrong-secret" not in repr(error.failure)


def test_a_proxy_that_refuses_is_told() -> None:
    with raw_server(after_request(response(status="403 Forbidden"))) as proxy:
        assert says(refusal("https://target.test/", proxy=proxy.url), sentences.PROXY_REFUSED)


def test_a_proxy_that_is_not_there_is_told() -> None:
    with raw_server(answering(b"")) as proxy:
        pass
    for url in ("https://target.test/", "http://target.test/"):
        for scheme in ("http", "socks5"):
            error = refusal(url, proxy=f"{scheme}://u:secretsecret@127.0.0.1:{proxy.port}")
            assert says(error, sentences.PROXY_UNREACHABLE)
            assert error.failure.message.params["proxy"] == f"{scheme}://127.0.0.1:{proxy.port}"


@pytest.mark.parametrize(
    "answer",
    [b"\x05\xff", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x05\x00\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00", b""],
)
def test_a_socks_proxy_that_does_not_help_is_told(answer: bytes) -> None:
    def script(peer: Peer) -> None:
        peer.read(3)
        peer.send(answer)

    with raw_server(script) as proxy:
        error = refusal("http://target.test/", proxy=f"socks5://127.0.0.1:{proxy.port}")
    assert error.kind.value == "network"
    assert "proxy" in error.failure.message.key.lower()


def test_a_bad_certificate_behind_a_proxy_is_the_servers(target: RawServer) -> None:
    with raw_server(tunnel(target.port)) as proxy:
        error = refusal("https://target.test/", proxy=proxy.url)
    assert says(error, sentences.CERTIFICATE_OF_UNKNOWN_CA)
    assert error.failure.message.params["host"] == "target.test"


def test_a_proxy_that_never_answers_is_given_up_in_the_time_for_connecting() -> None:
    async def ask(proxy: str) -> None:
        client, url, limits = HttpClient(proxy=proxy), "https://target.test/", Limits(connect_s=0.3)
        try:
            async with client.open(HttpRequest("GET", url), limits, ContentClock(limits, url)):
                pass
        finally:
            await client.aclose()

    def script(peer: Peer) -> None:
        peer.wait_for_close()

    for scheme in ("http", "socks5"):
        with raw_server(script) as server:
            with pytest.raises(ChatError) as caught:
                run(ask(server.url.replace("http", scheme)))
            assert says(caught.value, sentences.CONNECT_TIMED_OUT)
            assert server.client_closed.wait(5)
