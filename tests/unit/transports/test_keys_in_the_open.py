"""A key is never sent unencrypted to where strangers are on the way."""

import pytest
from tests.support.http_asking import says

from desktopchat.domain.errors import ChatError
from desktopchat.domain.secret import Secret
from desktopchat.transports import sentences
from desktopchat.transports.addresses import is_private
from desktopchat.transports.sending import HttpRequest, outgoing

NEAR = [
    "http://127.0.0.1:8000/v1",
    "http://localhost/v1",
    "http://[::1]:8080/v1",
    "http://192.168.1.20:11434/v1",
    "http://10.1.2.3/v1",
    "http://172.20.0.5/v1",
    "http://100.100.1.2/v1",
    "http://169.254.7.7/v1",
    "http://[fd00::7]/v1",
    "http://[fe80::1%25eth0]/v1",
    "http://[::ffff:10.0.0.1]/v1",
    "http://nas:8080/v1",
    "http://nas.local/v1",
    "http://llm.home.arpa/v1",
    "http://host.docker.internal:1234/v1",
]
FAR = [
    "http://api.example.com/v1",
    "http://8.8.8.8/v1",
    "http://[2606:4700::1111]/v1",
    "http://[::ffff:8.8.8.8]/v1",
    "http://local.example.com/v1",
    "http://notlocal.example/v1",
    "HTTP://API.EXAMPLE.COM./v1",
]


def key_at(url: str) -> HttpRequest:
    return HttpRequest("POST", url, {"authorization": Secret("Bearer sk-canary")}, json={})


@pytest.mark.parametrize("url", NEAR)
def test_a_key_goes_over_http_to_this_computer_and_its_network(url: str) -> None:
    assert is_private(url)
    assert outgoing(key_at(url)).headers["authorization"] == "Bearer sk-canary"


@pytest.mark.parametrize("url", FAR)
def test_a_key_never_goes_over_http_to_the_world(url: str) -> None:
    with pytest.raises(ChatError) as caught:
        outgoing(key_at(url))
    assert says(caught.value, sentences.KEY_IN_THE_OPEN)
    assert "sk-canary" not in repr(caught.value)


@pytest.mark.parametrize("url", FAR)
def test_without_a_key_or_with_https_all_may_be_asked(url: str) -> None:
    assert outgoing(HttpRequest("POST", url, json={})).body == b"{}"
    assert outgoing(key_at("https" + url[4:])).headers["authorization"]
