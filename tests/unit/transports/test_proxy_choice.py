"""Which proxy a request takes."""

import pytest

from desktopchat.domain.errors import ChatError
from desktopchat.transports import sentences
from desktopchat.transports.addresses import host_of, is_loopback
from desktopchat.transports.proxies import proxy_for, usable

URL = "https://api.example.com/v1"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_none_means_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://p.example:1")
    assert proxy_for(URL, "none") is None
    assert proxy_for(URL, "system") == "http://p.example:1"
    assert proxy_for(URL, "http://q.example:2") == "http://q.example:2"


@pytest.mark.parametrize(
    ("variables", "proxy"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://p.example:1"}, "http://p.example:1"),
        ({"http_proxy": "http://p.example:1"}, None),
        ({"all_proxy": "socks://p.example:1/"}, "socks5://p.example:1"),
        ({"all_proxy": "http://a.example:1", "https_proxy": "p.example:1"}, "http://p.example:1"),
        ({"https_proxy": "http://p.example:1", "no_proxy": "example.com"}, None),
        ({"https_proxy": "http://p.example:1", "no_proxy": "*.example.com"}, None),
        ({"https_proxy": "http://p.example:1", "no_proxy": "*"}, None),
        ({"https_proxy": "http://p.example:1", "no_proxy": "other.com, 10.0.0.0/8"}, "http://p.example:1"),
    ],
)
def test_the_environment_is_read_as_others_read_it(
    variables: dict[str, str], proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(URL, "system") == proxy


def test_networks_in_no_proxy_are_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://p.example:1")
    monkeypatch.setenv("no_proxy", "10.0.0.0/8,fd00::/8,nonsense/x")
    assert proxy_for("http://10.1.2.3:8000/v1", "system") is None
    assert proxy_for("http://[fd00::1]/v1", "system") is None
    assert proxy_for("http://11.1.2.3/v1", "system") == "http://p.example:1"


@pytest.mark.parametrize(
    "proxy", ["socks4://p.example:1", "ftp://p.example", "http://", "http://p:port", "http://a b:1"]
)
def test_a_proxy_that_cannot_be_used_is_told_without_its_password(proxy: str) -> None:
    with pytest.raises(ChatError) as caught:
        usable(proxy.replace("://", "://user:pa55word@"))
    assert sentences.PROXY_UNUSABLE.said_in(caught.value.failure)
    assert "pa55word" not in repr(caught.value.failure)


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:8000/v1", True),
        ("http://127.8.9.10", True),
        ("http://[::1]:80/", True),
        ("http://[::ffff:127.0.0.1]/", True),
        ("http://0.0.0.0:1/", True),
        ("http://LOCALHOST./", True),
        ("http://demo.localhost/", True),
        ("localhost", True),
        ("https://localhost.example.com/", False),
        ("https://127.0.0.1.example.com/", False),
        ("http://192.168.0.1/", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_what_is_this_computer_and_what_is_not(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback


def test_a_host_is_found_in_every_address() -> None:
    assert host_of("HTTPS://user:pw@API.Example.com:8443/x?y") == "api.example.com"
    assert host_of("api.example.com") == "api.example.com"
    assert host_of("http://[") == ""
