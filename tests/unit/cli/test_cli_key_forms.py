"""Keys of several parts on the command line: a malformed one is wrong usage, and is never repeated."""

import argparse

import pytest

from desktopchat.cli import endpoint
from desktopchat.cli.main import main
from desktopchat.cli.output import UsageError

ADDRESS = "ws://127.0.0.1:1/v3.5/chat"


def given(key_env: str) -> argparse.Namespace:
    return argparse.Namespace(base_url=ADDRESS, model="", key_env=key_env, ca_file="", proxy="")


@pytest.mark.parametrize("key", ["sk-4711", "4711:b", "4711:b:", "a:4711:c:d", "47 11:b:c"])
def test_a_malformed_key_is_wrong_usage(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("SPARK_KEY", key)
    with pytest.raises(UsageError) as caught:
        endpoint.described("spark", given("SPARK_KEY"))
    assert key not in str(caught.value)


@pytest.mark.parametrize("key", ["a:b:c", " a : b : c ", "a：b：c"])
def test_a_whole_key_is_taken_however_it_was_pasted(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("SPARK_KEY", key)
    assert endpoint.described("spark", given("SPARK_KEY")).key_env == "SPARK_KEY"


def test_a_variable_that_is_not_set_is_no_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPARK_KEY", raising=False)
    assert endpoint.described("spark", given("SPARK_KEY")).key_env == "SPARK_KEY"


def test_the_shell_ends_with_status_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SPARK_KEY", "malformed-4711")
    assert main(["ask", "hi", "--kind", "spark", "--base-url", ADDRESS, "--key-env", "SPARK_KEY"]) == 2
    told = capsys.readouterr()
    assert "APPID:APIKEY:APISECRET" in told.err
    assert "4711" not in told.out + told.err
