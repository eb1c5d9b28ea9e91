"""An OpenAI-compatible server that none of us wrote: LiteLLM's proxy with scripted answers, on loopback."""

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.extra_venv import extra_venv

REQUIREMENTS = ("litellm[proxy]>=1.100",)
KEY = "sk-litellm-of-the-tests"
MODEL = "mock"
ANSWER = "Hello from a server that none of us wrote. 术语 — ünï, 🙂."
STARTS_WITHIN_S = 120

CONFIGURATION = f"""
model_list:
  - model_name: {MODEL}
    litellm_params:
      model: openai/mock
      api_key: unused
      mock_response: "{ANSWER}"
litellm_settings:
  telemetry: false
general_settings:
  master_key: {KEY}
"""


@dataclass(frozen=True, slots=True)
class LiteLLM:
    url: str
    log: Path


@contextmanager
def litellm_proxy(folder: Path) -> Iterator[LiteLLM]:
    """The running proxy; the test is skipped where it may not or cannot be installed."""
    python = extra_venv("litellm", REQUIREMENTS)
    port = _free_port()
    (folder / "litellm.yaml").write_text(CONFIGURATION, encoding="utf-8")
    log = folder / "litellm.log"
    arguments = ["--config", str(folder / "litellm.yaml"), "--host", "127.0.0.1", "--port", str(port)]
    # its price list comes from the package, not from the network
    environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "PYTHONUTF8": "1"}
    with log.open("wb") as output:
        command = [str(python.with_name("litellm")), *arguments]
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment, cwd=folder)
    try:
        _wait_for(f"http://127.0.0.1:{port}/health/liveliness", process, log)
        yield LiteLLM(f"http://127.0.0.1:{port}/v1", log)
    finally:
        process.terminate()
        process.wait(30)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    give_up_at = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < give_up_at and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"LiteLLM did not start:\n{log.read_text(errors='replace')[-2000:]}")
