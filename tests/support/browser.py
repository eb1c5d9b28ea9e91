"""A headless Chromium, driven over WebDriver's plain HTTP, with a profile of its own and no network but loopback."""

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

STARTS_WITHIN_S = 60
WAITS_S = 60
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The name under which the standard hands out elements."""

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
    "--window-size=1100,800",
)


class Browser:
    """One window."""

    def __init__(self, driver: str, session: str) -> None:
        self._session = f"{driver}/session/{session}"

    def open(self, url: str) -> None:
        self._ask("POST", "/url", {"url": url})

    def run(self, script: str, *values: object) -> Any:
        """What the body of a function returns; a promise is waited for."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": list(values)})

    def until(self, script: str, *values: object) -> Any:
        """The first result of `script` that is true."""
        give_up = time.monotonic() + WAITS_S
        while not (found := self.run(script, *values)):
            if time.monotonic() > give_up:
                raise AssertionError(f"never became true: {script}; the page says {self.text()[:2000]}")
            time.sleep(0.05)
        return found

    def text(self) -> str:
        found: str = self.run("return document.body ? document.body.innerText : ''")
        return found

    def write(self, selector: str, text: str) -> None:
        self._ask("POST", f"/element/{self._element(selector)}/value", {"text": text})

    def click(self, selector: str) -> None:
        self._ask("POST", f"/element/{self._element(selector)}/click", {})

    def picture(self) -> bytes:
        from base64 import b64decode

        return b64decode(self._ask("GET", "/screenshot"))

    def close(self) -> None:
        self._ask("DELETE", "")

    def _element(self, selector: str) -> str:
        found: str = self._ask("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]
        return found

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        return _ask(method, self._session + path, body)


@contextmanager
def browser(folder: Path, *flags: str) -> Iterator[Browser]:
    """The test is skipped where there is no Chromium or no driver for it."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("needs chromium and chromedriver (Debian: chromium chromium-driver)")
    log = folder / "chromedriver.log"
    home = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [driver, "--port=0"], stdout=output, stderr=output, env={**os.environ, **home}, cwd=folder
        )
    try:
        url = f"http://127.0.0.1:{_port(log, process)}"
        options = {"binary": chromium, "args": [*FLAGS, f"--user-data-dir={folder / 'profile'}", *flags]}
        wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
        found = Browser(url, _ask("POST", f"{url}/session", wanted)["sessionId"])
        try:
            yield found
        finally:
            found.close()
    finally:
        process.terminate()
        process.wait(30)


def _port(log: Path, process: "subprocess.Popen[bytes]") -> int:
    """It says on which port it listens once it does."""
    give_up = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < give_up and process.poll() is None:
        said = log.read_text("utf-8", "replace")
        if "successfully on port " in said:
            return int(said.rpartition("successfully on port ")[2].split(".")[0])
        time.sleep(0.05)
    raise AssertionError(f"chromedriver did not start: {log.read_text('utf-8', 'replace')}")


def _ask(method: str, url: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=120) as reply:
            return json.load(reply)["value"]
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{method} {url}: {error.read().decode()[:1000]}") from error
