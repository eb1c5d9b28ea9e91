"""Spark's signature against the vendor's example and against what the vendor's own library makes."""

import locale
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import pytest

from desktopchat.domain.secret import Secret
from desktopchat.providers.spark_signing import Triple, authorization, http_date, signature, signed_url

KEY = Secret("0123456789abcdef0123456789abcdef")
SECRET = Secret("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3")
TRIPLE = Triple("12345678", KEY, SECRET)
DATE = "Fri, 20 Nov 2026 12:00:00 GMT"


def test_the_vendors_own_example_comes_out() -> None:
    triple = Triple("", Secret("apikey" + 26 * "X"), Secret("apisecret" + 23 * "X"))
    line = "POST /v1/private/s782b4996 HTTP/1.1"
    date = "Fri, 23 Apr 2021 02:35:47 GMT"
    assert signature("api.xf-yun.com", date, line, triple.api_secret) == "1jwQbIAKmQE7JwIH0IDxiC1pejrlN+VpHXDWOFVy5NM="
    assert authorization("api.xf-yun.com", date, line, triple) == (
        "YXBpX2tleT0iYXBpa2V5WFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFgiLCBhbGdvcml0aG09ImhtYWMtc2hhMjU2IiwgaGVhZGVycz0iaG9z"
        "dCBkYXRlIHJlcXVlc3QtbGluZSIsIHNpZ25hdHVyZT0iMWp3UWJJQUttUUU3SndJSDBJRHhpQzFwZWpybE4rVnBIWERXT0ZWeTVOTT0i"
    )


@pytest.mark.parametrize(
    ("host", "path", "expected"),
    [
        ("spark-api.xf-yun.com", "/v3.5/chat", "PMOLroUYPvbWqQRjew9FrOCzjv8pFMrqrvv2IxH7he4="),
        ("spark-api.xf-yun.com", "/v1.1/chat", "mmRF+msbNp9fMr7d14H+vr2MHvqj6omrkUY07/b+XiU="),
        ("spark-api.xf-yun.com", "/v4.0/chat", "E/IiOg7TJ1IX0emoAECyXCjeI7+lxe1QRi5ZYcVCgwE="),
        ("127.0.0.1:8765", "/v3.5/chat", "1sxCeDORop5qJLsGz+iBIg1BCfSuV7MdI7vRiZdxrrE="),
    ],
)
def test_the_signature_is_the_one_of_the_vendors_library(host: str, path: str, expected: str) -> None:
    assert signature(host, DATE, f"GET {path} HTTP/1.1", SECRET) == expected
    scheme = "ws" if ":" in host else "wss"
    signed = parse_qs(urlsplit(signed_url(f"{scheme}://{host}{path}", TRIPLE, DATE)).query)
    assert signed["authorization"] == [authorization(host, DATE, f"GET {path} HTTP/1.1", TRIPLE)]
    assert (signed["date"], signed["host"]) == ([DATE], [host])


def test_the_whole_address_is_the_one_of_the_vendors_library() -> None:
    assert signed_url("wss://spark-api.xf-yun.com/v3.5/chat", TRIPLE, DATE) == (
        "wss://spark-api.xf-yun.com/v3.5/chat?authorization=YXBpX2tleT0iMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYiLCB"
        "hbGdvcml0aG09ImhtYWMtc2hhMjU2IiwgaGVhZGVycz0iaG9zdCBkYXRlIHJlcXVlc3QtbGluZSIsIHNpZ25hdHVyZT0iUE1PTHJvVVlQdmJXc"
        "VFSamV3OUZyT0N6anY4cEZNcnFydnYySXhIN2hlND0i&date=Fri%2C+20+Nov+2026+12%3A00%3A00+GMT&host=spark-api.xf-yun.com"
    )


def test_the_usual_port_is_not_signed_because_it_is_not_sent() -> None:
    assert "&host=h.test" in signed_url("wss://h.test:443/v3.5/chat", TRIPLE, DATE)
    assert "&host=h.test%3A444" in signed_url("wss://h.test:444/v3.5/chat", TRIPLE, DATE)


def test_a_query_that_stood_there_stays_and_is_not_signed() -> None:
    signed = signed_url("wss://h.test/v3.5/chat?a=1", TRIPLE, DATE)
    assert signed.replace("a=1&", "") == signed_url("wss://h.test/v3.5/chat", TRIPLE, DATE)


def test_the_date_is_english_in_every_locale() -> None:
    before = locale.setlocale(locale.LC_TIME)
    try:
        for name in ("zh_CN.UTF-8", "de_DE.UTF-8"):
            with suppress(locale.Error):
                locale.setlocale(locale.LC_TIME, name)
            assert http_date(1795176000) == DATE
    finally:
        locale.setlocale(locale.LC_TIME, before)


def test_a_triple_is_read_and_shows_nothing() -> None:
    triple = Triple.of(Secret(" app : key4711 : word4711 "))
    assert (triple.app_id, triple.api_key.reveal(), triple.api_secret.reveal()) == ("app", "key4711", "word4711")
    assert "4711" not in repr(triple)


@pytest.mark.parametrize("text", ["", "only-one", "a:b", "a:b:", ":b:c", "a:b:c:d"])
def test_anything_else_is_no_triple(text: str) -> None:
    with pytest.raises(ValueError, match="not a triple"):
        Triple.of(Secret(text))
