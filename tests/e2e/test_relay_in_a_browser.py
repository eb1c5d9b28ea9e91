"""The relay's page in a real browser, and what a browser does with it on behalf of other pages."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.browser import Browser, browser
from tests.support.relays import TOKEN, Relay, relay_of_providers, waited

from desktopchat.servers.demo import DemoServer, tour

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

REBOUND = "rebound.test"
LAST = "[...document.querySelectorAll('li.answered')].at(-1)"


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoServer]:
    server = DemoServer(tokens_per_second=500)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def relay(demo: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    with relay_of_providers(tmp_path_factory.mktemp("relay"), f"{demo.url}/v1") as found:
        yield found


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("browser"), f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1") as found:
        yield found


@pytest.fixture
def inside(chromium: Browser, relay: Relay) -> Browser:
    """The browser on the page, logged in."""
    chromium.open(relay.url)
    chromium.until("return !document.querySelector('#login').hidden || !document.querySelector('#composer').hidden")
    if chromium.run("return !document.querySelector('#login').hidden"):
        log_in(chromium)
    return chromium


def log_in(page: Browser, token: str = TOKEN) -> None:
    page.run("document.querySelector('#token').value = ''")
    page.write("#token", token)
    page.click("#login button")
    if token == TOKEN:
        page.until("return !document.querySelector('#composer').hidden")


def asked(page: Browser, model: str, way: str, question: str) -> tuple[str, str]:
    """The text of the answer and what is said to be wrong with it."""
    page.run("document.querySelector('#model').value = arguments[0]", model)
    page.run("document.querySelector('#way').value = arguments[0]", way)
    page.write("#question", question)
    page.click("#send")
    page.until(f"return {LAST} && !{LAST}.classList.contains('coming')")
    text = page.run(f"return {LAST}.querySelector('.said').textContent")
    fault = page.run(f"const fault = {LAST}.querySelector('.fault'); return fault ? fault.textContent : ''")
    return text, fault


@contextmanager
def page_of_somebody_else() -> Iterator[str]:
    """Another web server on this computer: to cookies it is the same site."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>foreign</title><body>foreign</body>")

        def log_message(self, *_: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_wrong_token_is_said_and_the_right_one_opens(chromium: Browser, relay: Relay) -> None:
    chromium.open(relay.url)
    chromium.run("return fetch('/logout', {method: 'POST'}).then(() => true)")
    chromium.open(relay.url)
    chromium.until("return !document.querySelector('#login').hidden")
    log_in(chromium, "dcr-not-this-one")
    chromium.until("return document.querySelector('#problem').textContent.includes('not the relay')")
    assert chromium.run("return document.querySelector('#composer').hidden")
    log_in(chromium)
    assert chromium.run("return [...document.querySelector('#model').options].some(o => o.value === 'demo/demo-cut')")
    assert chromium.run("return document.cookie") == ""


@pytest.mark.parametrize("way", ["fetch", "events"])
def test_it_chats(inside: Browser, way: str, tmp_path: Path) -> None:
    text, fault = asked(inside, "demo/demo-reasoning", way, "Which is larger, <b>9.11</b> or 9.9?")
    assert (text, fault) == (tour.text("reasoned", "en"), "")
    thoughts = inside.run(f"return {LAST}.querySelector('details div').textContent")
    assert thoughts == tour.text("reasoning", "en")
    assert inside.run("return document.querySelectorAll('#messages b').length") == 0
    picture = tmp_path / f"{way}.png"
    picture.write_bytes(inside.picture())
    assert picture.stat().st_size > 5000


@pytest.mark.parametrize("way", ["fetch", "events"])
def test_errors_are_shown_and_the_text_before_them_stays(inside: Browser, way: str) -> None:
    text, fault = asked(inside, "demo/demo-401", way, "Will this key do?")
    assert text == ""
    assert "key" in fault
    text, fault = asked(inside, "demo/demo-cut", way, "Say something long.")
    assert text
    assert tour.text("cut", "en").startswith(text)
    assert fault


@pytest.mark.parametrize("way", ["fetch", "events"])
def test_an_answer_can_be_stopped_and_the_vendor_is_let_go(inside: Browser, demo: DemoServer, way: str) -> None:
    inside.run("document.querySelector('#model').value = 'demo/demo-slow'")
    inside.run("document.querySelector('#way').value = arguments[0]", way)
    inside.write("#question", "slowly")
    inside.click("#send")
    inside.until(f"return {LAST}.querySelector('.said').textContent")
    recorded = demo.recorder.last()
    inside.click("#send")
    inside.until(f"return !{LAST}.classList.contains('coming')")
    waited(lambda: recorded.gone)


def test_the_conversation_goes_along_with_fetch(inside: Browser, demo: DemoServer) -> None:
    inside.click("#fresh")
    asked(inside, "demo/demo-reasoning", "fetch", "one")
    asked(inside, "demo/demo-reasoning", "fetch", "two")
    body = demo.recorder.last().body
    assert isinstance(body, dict)
    messages = body["messages"]
    assert isinstance(messages, list)
    assert [message["role"] for message in messages if isinstance(message, dict)] == ["user", "assistant", "user"]


def test_a_page_that_never_closes_its_source_does_not_ask_twice(inside: Browser, demo: DemoServer) -> None:
    before = len(demo.recorder.all())
    inside.run(
        "window.source = new EventSource('/ai/streamChat?model=demo/demo-reasoning&question=once');"
        "window.ends = 0; source.addEventListener('end', () => window.ends++)"
    )
    inside.until("return window.source.readyState === EventSource.CLOSED")
    assert inside.run("return window.ends") == 1
    assert len(demo.recorder.all()) == before + 1


def test_another_page_gets_nothing_with_a_browser_that_is_logged_in(
    inside: Browser, relay: Relay, demo: DemoServer
) -> None:
    asked_before = len(demo.recorder.all())
    with page_of_somebody_else() as foreign:
        inside.open(foreign)
        seen = len(relay.visits)
        for how in (
            "fetch(arguments[0] + '/chat', {method: 'POST', credentials: 'include', body: '{\"question\": \"x\"}'})",
            "fetch(arguments[0] + '/ai/streamChat?question=x', {credentials: 'include'})",
            "fetch(arguments[0] + '/v1/models', {headers: {authorization: 'Bearer ' + arguments[1]}})",
        ):
            assert inside.run(f"return {how}.then(() => 'read', () => 'refused')", relay.url, TOKEN) == "refused"
        ended = (
            "return new Promise(done => {const it = %s; it.onload = () => done('read'); it.onerror = () => done('no')})"
        )
        source = "new EventSource(arguments[0] + '/ai/streamChat?question=x', {withCredentials: true})"
        picture = "Object.assign(new Image(), {src: arguments[0] + '/ai/streamChat?question=x'})"
        assert inside.run(ended % source, relay.url) == "no"
        assert inside.run(ended % picture, relay.url) == "no"
        waited(lambda: len(relay.visits) >= seen + 5)
    assert {visit.status for visit in relay.visits[seen:]} == {403}
    assert len(demo.recorder.all()) == asked_before


def test_a_name_that_was_pointed_to_this_computer_is_refused(chromium: Browser, relay: Relay) -> None:
    seen = len(relay.visits)
    chromium.open(relay.url.replace("127.0.0.1", REBOUND))
    assert "does not go by this name" in chromium.text()
    status = chromium.run(
        "return fetch('/v1/models', {headers: {authorization: arguments[0]}}).then(r => r.status)", "x"
    )
    assert status == 403
    assert {visit.status for visit in relay.visits[seen:]} == {403}
