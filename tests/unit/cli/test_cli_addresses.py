"""Addresses on the command line."""

import argparse

import pytest

from desktopchat.cli import endpoint
from desktopchat.cli.output import UsageError


def given(base_url: str) -> argparse.Namespace:
    return argparse.Namespace(base_url=base_url, model="", key_env="", ca_file="", proxy="")


@pytest.mark.parametrize("kind", ["openai", "dashscope", "demo"])
@pytest.mark.parametrize("blank", [" ", "\t", "\n "])
def test_a_blank_address_is_wrong_usage_and_not_the_vendors(kind: str, blank: str) -> None:
    with pytest.raises(UsageError, match="--base-url"):
        endpoint.described(kind, given(blank))


def test_blanks_around_an_address_are_forgiven() -> None:
    assert endpoint.described("openai", given(" http://127.0.0.1:1/v1 ")).base_url == "http://127.0.0.1:1/v1"
