import subprocess
import sys

import pytest

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.provider import ProviderConfig
from desktopchat.providers.base import Account
from desktopchat.providers.registry import KINDS, create, kind


def test_every_kind_builds_an_adapter_without_a_connection() -> None:
    for name, row in KINDS.items():
        adapter = create(Account(ProviderConfig("x", name, f"{row.schemes[-1]}://127.0.0.1:1/v1")))
        assert hasattr(adapter, "stream")


def test_an_unknown_kind_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(ChatError) as caught:
        kind("telepathy")
    assert caught.value.kind is ErrorKind.BAD_REQUEST
    assert "openai" in str((caught.value.failure.hint or caught.value.failure.message).params)


def test_the_demo_without_an_address_is_refused() -> None:
    with pytest.raises(ChatError) as caught:
        create(Account(ProviderConfig("x", "demo")))
    assert caught.value.kind is ErrorKind.BAD_REQUEST


def test_the_list_of_kinds_loads_no_network_library() -> None:
    heavy = "httpx", "starlette", "uvicorn", "PySide6", "keyring"
    code = (
        "import sys; import desktopchat.providers.registry, desktopchat.servers.demo;"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
