"""Who may come in to the relay: programs with the token and its own page, and nobody else's."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.support.relays import BEARER, TOKEN, Relay, ScriptedUpstream, limits, relay, waited

QUESTION = "/ai/streamChat?question=hi"


@pytest.fixture
def running() -> Iterator[Relay]:
    with relay() as found:
        yield found


def test_it_listens_on_this_computer_only(running: Relay) -> None:
    assert urlsplit(running.url).hostname == "127.0.0.1"


def test_without_the_token_nothing_is_said(running: Relay) -> None:
    strangers: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": "Bearer ü"},
        {"Authorization": ""},
        {"Cookie": "desktopchat-relay-1=x; a=b"},
    ]
    for headers in strangers:
        reply = running.ask(QUESTION, headers=headers)
        assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer"), headers
    for path in ("/v1/models", "/v1/models/mine/a", "/nothing"):
        assert running.ask(path, headers={}).status == 401
    assert running.upstream.asked == []


def test_the_token_counts_in_no_address(running: Relay) -> None:
    assert running.ask(f"{QUESTION}&token={TOKEN}&key={TOKEN}", headers={}).status == 401


@pytest.mark.parametrize("host", ["evil.test", "evil.test:{port}", "127.0.0.1", "127.0.0.1:1", "localhost.evil.test"])
def test_a_name_that_was_pointed_here_is_refused(running: Relay, host: str) -> None:
    own = host.format(port=urlsplit(running.url).port)
    for path in ("/", "/login", QUESTION, "/v1/models"):
        assert running.ask(path, headers={**BEARER, "Host": own}).status == 403
    assert running.upstream.asked == []


def test_localhost_is_another_name_of_this_computer(running: Relay) -> None:
    host = f"LOCALHOST:{urlsplit(running.url).port}"
    assert running.ask("/v1/models", headers={**BEARER, "Host": host}).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://{host}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_site_is_refused_even_with_the_cookie_or_the_token(
    running: Relay, headers: dict[str, str]
) -> None:
    foreign = {name: value.format(host=running.host) for name, value in headers.items()}
    cookie = running.log_in()
    for known in ({"Cookie": cookie}, BEARER):
        assert running.ask(QUESTION, headers={**foreign, **known}).status == 403
        assert running.ask("/chat", {"question": "hi"}, {**foreign, **known}).status == 403
        assert running.ask("/v1/models", headers={**foreign, **known}, method="OPTIONS").status == 403
    assert running.ask("/login", {"token": TOKEN}, foreign).status == 403
    assert running.upstream.asked == []


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_the_relays_own_page_may_ask_with_its_cookie(running: Relay, site: str) -> None:
    own = {"Cookie": running.log_in(), "Origin": running.url, "Sec-Fetch-Site": site}
    assert running.ask(QUESTION, headers=own).status == 200
    assert running.ask("/v1/models", headers=own).status == 200


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"token": "%s"}', "application/json"),
        (b"token=%s", "application/x-www-form-urlencoded"),
        (b"%s\n", "text/plain"),
    ],
)
def test_the_token_is_taken_at_the_door_in_every_usual_form(running: Relay, body: bytes, kind: str) -> None:
    reply = running.ask("/login", body % TOKEN.encode(), {"Content-Type": kind})
    cookie = reply.headers["set-cookie"]
    assert reply.status == 200
    assert "HttpOnly; SameSite=Strict; Path=/" in cookie
    assert TOKEN not in cookie


def test_a_bearer_token_opens_a_session_too(running: Relay) -> None:
    assert "set-cookie" in running.ask("/login", b"", BEARER).headers


@pytest.mark.parametrize("body", [b"", b"{}", b"[1", b'{"token": 1}', b'{"token": "wrong"}', b"\xff\xfe", b"token="])
def test_a_wrong_token_opens_nothing(running: Relay, body: bytes) -> None:
    reply = running.ask("/login", body, {"Content-Type": "application/json"})
    assert reply.status == 401
    assert "set-cookie" not in reply.headers


def test_whoever_logged_out_has_to_log_in_again(running: Relay) -> None:
    cookie = {"Cookie": running.log_in()}
    assert running.ask("/v1/models", headers=cookie).status == 200
    assert "Max-Age=0" in running.ask("/logout", b"", cookie).headers["set-cookie"]
    assert running.ask("/v1/models", headers=cookie).status == 401


def test_guessing_tokens_is_slowed_down_and_locks_nobody_out() -> None:
    with relay(limits=limits(wrong_tokens_in_a_burst=3, wrong_tokens_per_second=0.001)) as found:
        cookie = found.log_in()
        guesses = [found.ask("/v1/models", headers={"Authorization": f"Bearer {n}"}).status for n in range(5)]
        assert guesses == [401, 401, 401, 429, 429]
        last = found.ask("/login", {"token": "guess"}, {})
        assert (last.status, int(last.headers["retry-after"]) > 1) == (429, True)
        assert found.ask("/v1/models").status == 200
        assert found.ask("/v1/models", headers={"Cookie": cookie}).status == 200
        assert found.log_in()


def test_the_page_needs_no_network_and_tells_nothing(running: Relay) -> None:
    page = running.ask("/", headers={})
    assert page.status == 200
    for path in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert path.startswith("/")
        assert running.ask(path, headers={}).status == 200
    everything = page.text + running.ask("/page.js", headers={}).text + running.ask("/page.css", headers={}).text
    assert "http://" not in everything
    assert "https://" not in everything
    assert "{{" not in page.text
    assert TOKEN not in everything


def test_no_page_may_frame_it_and_no_script_comes_from_elsewhere(running: Relay) -> None:
    for path in ("/", "/v1/models", QUESTION):
        headers = running.ask(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert (headers["x-frame-options"], headers["x-content-type-options"]) == ("DENY", "nosniff")
        assert "access-control-allow-origin" not in headers


def test_a_link_from_another_site_may_lead_to_the_page(running: Relay) -> None:
    assert running.ask("/", headers={"Sec-Fetch-Site": "cross-site"}).status == 200


def test_the_log_knows_no_questions_and_no_strange_paths(running: Relay, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    running.ask("/ai/streamChat?question=whisper&model=mine/whisper")
    running.ask("/chat", {"question": "whisper", "model": "nobody/whisper"})
    running.ask("/whisper")
    running.ask("/v1/models/mine/whisper")
    running.ask("/ai/streamChat?question=whisper", headers={"Authorization": "Bearer whisper"})
    waited(lambda: len(running.visits) == 5)
    assert [(visit.method, visit.path, visit.status) for visit in running.visits] == [
        ("GET", "/ai/streamChat", 200),
        ("POST", "/chat", 200),
        ("GET", "…", 404),
        ("GET", "/v1/models/…", 200),
        ("GET", "/ai/streamChat", 401),
    ]
    assert "whisper" not in caplog.text
    assert "whisper" not in " ".join(map(str, running.visits))


def test_the_answers_of_the_upstream_are_asked_for_once_somebody_is_known() -> None:
    upstream = ScriptedUpstream()
    with relay(upstream) as found:
        found.ask("/chat", {"question": "hi"}, {})
        assert upstream.asked == []
        found.ask("/chat", {"question": "hi"})
        assert len(upstream.asked) == 1


def test_a_websocket_is_refused(running: Relay) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "x"}
    assert running.ask("/chat", headers={**BEARER, **upgrade}).status in (400, 404, 405)


def test_the_page_is_in_the_source_tree_where_the_package_expects_it() -> None:
    folder = Path(__file__).parents[4] / "resources" / "relay"
    assert {file.name for file in folder.iterdir()} == {"page.html", "page.css", "page.js"}
