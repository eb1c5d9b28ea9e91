"""What is kept where, what is refused, and what is never said aloud."""

import asyncio
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.canary import new_canary

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.provider import KeyPlace
from desktopchat.domain.secret import Secret
from desktopchat.domain.text import msg
from desktopchat.settings import backends, pieces
from desktopchat.settings.backends import MemoryBackend, RingBackend, find_backend, refused
from desktopchat.settings.keys import KeyStore, from_environment, pasted_key
from desktopchat.transports.redact import redact


def run(store: KeyStore, *steps: Callable[[KeyStore], Any]) -> list[Any]:
    async def all_of_them() -> list[Any]:
        try:
            return [await step(store) for step in steps]
        finally:
            store.close()

    return asyncio.run(all_of_them())


class Forgetful(MemoryBackend):
    """Says that it keeps everything, like keyring's null backend."""

    def set(self, account: str, value: str) -> None:
        del account, value


class Altering(MemoryBackend):
    def set(self, account: str, value: str) -> None:
        super().set(account, value.upper())


class FailsAtCall(MemoryBackend):
    """Raises at the n-th change."""

    def __init__(self, limit: int | None, n: int) -> None:
        super().__init__(limit)
        self.left = n

    def set(self, account: str, value: str) -> None:
        self._count()
        super().set(account, value)

    def delete(self, account: str) -> bool:
        self._count()
        return super().delete(account)

    def _count(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise refused(msg("no"))


@pytest.mark.parametrize("backend", [Forgetful(), Altering()], ids=["forgets", "alters"])
def test_a_key_that_does_not_come_back_is_not_kept(backend: MemoryBackend) -> None:
    with pytest.raises(ChatError) as caught:
        run(KeyStore(backend), lambda store: store.set("a", Secret("sk-small letters")))
    assert caught.value.kind is ErrorKind.KEYRING
    assert backend.entries == {}


@pytest.mark.parametrize("n", range(1, 8))
@pytest.mark.parametrize(("old", "new"), [("o" * 5, "n" * 35), ("o" * 35, "n" * 5), ("o" * 25, "n" * 35)])
def test_an_error_at_any_change_leaves_the_old_key_or_the_new_one(n: int, old: str, new: str) -> None:
    backend = FailsAtCall(limit=10, n=-1)
    pieces.write(backend, "a", old)
    backend.left = n
    try:
        pieces.write(backend, "a", new)
    except ChatError:
        assert pieces.read(backend, "a") == old
    else:
        assert pieces.read(backend, "a") == new


@pytest.mark.parametrize("broken", ["a#2", "a#4"])
def test_a_missing_piece_is_an_error_and_not_a_shorter_key(broken: str) -> None:
    backend = MemoryBackend(limit=10)
    pieces.write(backend, "a", "x" * 40)
    del backend.entries[broken]
    with pytest.raises(ChatError) as caught:
        pieces.read(backend, "a")
    assert caught.value.kind is ErrorKind.KEYRING


def test_mixed_pieces_of_two_keys_are_an_error() -> None:
    backend = MemoryBackend(limit=10)
    pieces.write(backend, "a", "x" * 40)
    backend.entries["a#1"] = "y" * 10
    with pytest.raises(ChatError):
        pieces.read(backend, "a")


def test_no_piece_is_longer_than_the_limit_and_all_have_the_contracts_names() -> None:
    backend = MemoryBackend(limit=1280)
    key = "😀k" * 2000  # 6,000 units of UTF-16
    pieces.write(backend, "uuid", key)
    assert sorted(backend.entries) == ["uuid", "uuid#1", "uuid#2", "uuid#3", "uuid#4", "uuid#5"]
    assert max(len(entry.encode("utf-16-le")) for entry in backend.entries.values()) <= 2560
    assert pieces.read(backend, "uuid") == key


def test_a_session_key_is_gone_after_closing() -> None:
    store = KeyStore(MemoryBackend())
    run(store, lambda s: s.set("a", Secret("sk-short lived"), place=KeyPlace.SESSION))
    assert run(store, lambda s: s.get("a", place=KeyPlace.SESSION)) == [None]


def test_a_key_in_the_keyring_replaces_the_sessions() -> None:
    _, _, found, only_memory = run(
        KeyStore(MemoryBackend()),
        lambda s: s.set("a", Secret("sk-session"), place=KeyPlace.SESSION),
        lambda s: s.set("a", Secret("sk-keyring")),
        lambda s: s.get("a"),
        lambda s: s.get("a", place=KeyPlace.SESSION),
    )
    assert found == Secret("sk-keyring")
    assert only_memory is None


def test_a_key_cannot_be_put_nowhere() -> None:
    with pytest.raises(ValueError, match="session"):
        run(KeyStore(MemoryBackend()), lambda s: s.set("a", Secret("sk-x"), place=KeyPlace.NONE))


def test_whatever_was_revealed_is_redacted_from_then_on() -> None:
    kept, named, pasted = new_canary(), f"k{new_canary()[3:]}", f"p{new_canary()[3:]}"
    backend = MemoryBackend()
    backend.entries["a"] = kept
    run(KeyStore(backend), lambda s: s.get("a"))
    from_environment("A_KEY", {"A_KEY": named})
    pasted_key(pasted)
    line = redact(f"<{kept}> <{named}> <{pasted}>")
    assert not any(secret in line for secret in (kept, named, pasted))


@pytest.mark.parametrize("environ", [{}, {"A_KEY": ""}, {"A_KEY": " \n"}])
def test_a_variable_without_a_key_is_an_auth_error_that_names_it(environ: dict[str, str]) -> None:
    with pytest.raises(ChatError, match="A_KEY") as caught:
        from_environment("A_KEY", environ)
    assert caught.value.kind is ErrorKind.AUTH


@pytest.mark.parametrize(
    "mistaken", ["sk-CANARY-1234", "0123456789abcdef0123456789abcdef", "abcdef0123456789abcdef0123456789"]
)
def test_a_key_given_as_the_name_of_a_variable_is_not_repeated(mistaken: str) -> None:
    with pytest.raises(ChatError) as caught:
        from_environment(mistaken, {})
    assert caught.value.kind is ErrorKind.AUTH
    assert mistaken not in repr(caught.value.failure)


def test_a_variable_is_handed_over_as_it_stands_so_that_tidying_it_can_be_said() -> None:
    found = from_environment("A_KEY", {"A_KEY": " sk-x\n"})
    pasted = pasted_key(found.reveal())
    assert (found, pasted.key, pasted.tidied) == (Secret(" sk-x\n"), Secret("sk-x"), True)


@pytest.mark.parametrize("text", ["Bearer Bearer sk-1", 'Bearer "Bearer sk-1"', "bearer BEARER\tbearer sk-1"])
def test_a_bearer_that_was_pasted_more_than_once_is_taken_off_as_often(text: str) -> None:
    pasted = pasted_key(text)
    assert (pasted.key, pasted.tidied) == (Secret("sk-1"), True)


@pytest.mark.parametrize(
    ("text", "key", "tidied"),
    [
        ("sk-x", "sk-x", False),
        ("sk-x\n", "sk-x", False),
        ("sk-x\r\n", "sk-x", False),
        ("  sk-x ", "sk-x", True),
        ("Bearer sk-x", "sk-x", True),
        ("authorization: bearer  sk-x", "sk-x", True),
        ('"sk-x"', "sk-x", True),
        ('"Bearer sk-x"', "sk-x", True),
        ("Bearer 'sk-x'", "sk-x", True),
        ("bearer-of-news", "bearer-of-news", False),
        ("\ufeffsk-x\u200b", "sk-x", True),
        ("APPID:APIKEY:APISECRET", "APPID:APIKEY:APISECRET", False),
        (" APPID : APIKEY：APISECRET\n", "APPID:APIKEY:APISECRET", True),
    ],
)
def test_a_pasted_key_is_tidied_and_that_is_said(text: str, key: str, tidied: bool) -> None:
    found = pasted_key(text)
    assert (found.key.reveal(), found.tidied) == (key, tidied)


@pytest.mark.parametrize("text", ["", " ", "Bearer ", "two words", "sk-x\nsk-y", "sk-键", "sk-\x00x"])
def test_what_cannot_be_a_key_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ChatError) as caught:
        pasted_key(text)
    assert caught.value.kind is ErrorKind.BAD_REQUEST
    assert "sk-" not in repr(caught.value.failure)


@pytest.fixture
def no_session(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A system without any key store: a server, a container, a session without D-Bus."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nothing")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)


@pytest.mark.usefixtures("no_session")
@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="these systems always have a key store")
def test_without_a_key_store_it_says_so_and_offers_other_places() -> None:
    found, error = run(KeyStore(), lambda s: s.backend(), lambda s: _raised(s.set("a", Secret("sk-x"))))
    assert not found.usable
    assert found.why is not None
    assert found.hint is not None
    assert "session" in found.hint.key
    assert error.kind is ErrorKind.KEYRING
    assert error.failure.message == found.why


async def _raised(work: Any) -> ChatError:
    with pytest.raises(ChatError) as caught:
        await work
    return caught.value


@pytest.mark.parametrize("off", ["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring"])
@pytest.mark.parametrize("how", ["variable", "file"])
def test_a_keyring_that_was_turned_off_is_refused(
    off: str, how: str, no_session: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from keyring.util import platform_

    if how == "variable":
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", off)
    else:
        monkeypatch.setattr(platform_, "config_root", lambda: str(tmp_path))
        (tmp_path / "keyringrc.cfg").write_text(f"[backend]\ndefault-keyring={off}\n")
    with pytest.raises(ChatError) as caught:
        find_backend()
    assert caught.value.kind is ErrorKind.KEYRING
    assert dict(caught.value.failure.message.params) == {"choice": off}


PLAINTEXT = """
from keyring.backend import KeyringBackend
class Keyring(KeyringBackend):
    priority = 100
    def get_password(self, service, username): raise AssertionError("asked")
    def set_password(self, service, username, password): raise AssertionError("asked")
    def delete_password(self, service, username): raise AssertionError("asked")
"""


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize("wanted", [True, False], ids=["chosen by the user", "with the highest priority"])
def test_a_plaintext_backend_is_never_used(wanted: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    module = tmp_path / "plain_text_ring.py"
    module.write_text(PLAINTEXT)
    code = (
        "import plain_text_ring, keyring, sys\n"
        "from desktopchat.settings.backends import find_backend\n"
        "from desktopchat.domain.errors import ChatError\n"
        "assert type(keyring.get_keyring()) is plain_text_ring.Keyring\n"
        "try:\n    print(find_backend().name)\n"
        "except ChatError as error:\n    print(error.kind)\n"
    )
    if wanted:
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "plain_text_ring.Keyring")
    monkeypatch.setenv("PYTHONPATH", ":".join([str(tmp_path), *(path for path in sys.path if path)]))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    assert done.stdout.strip() != "plain_text_ring"
    if sys.platform not in ("win32", "darwin"):
        assert done.stdout.strip() == "keyring"


class FakeRing:
    """A backend of keyring, as its library presents it."""

    def __init__(self, error: Exception | None = None) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        if self.error:
            raise self.error
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


def kinds(monkeypatch: pytest.MonkeyPatch, **priorities: float) -> None:
    """Makes trusted backends of these names and priorities the only ones."""
    found = []
    for name, priority in priorities.items():
        ring = type("Ring", (FakeRing,), {"priority": priority})
        monkeypatch.setitem(sys.modules, f"fake.{name}", types.SimpleNamespace(Ring=ring))
        found.append(backends.Kind(f"fake.{name}", "Ring", name, (sys.platform,)))
    monkeypatch.setattr(backends, "TRUSTED", tuple(found))


@pytest.mark.usefixtures("no_session")
def test_the_best_of_the_trusted_ones_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds(monkeypatch, first=4.9, second=5.1, third=5)
    assert find_backend().name == "second"


@pytest.mark.usefixtures("no_session")
def test_the_users_choice_among_the_trusted_ones_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds(monkeypatch, first=4.9, second=5.1)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "fake.first.Ring")
    assert find_backend().name == "first"


def ring_backend(ring: FakeRing) -> RingBackend:
    return RingBackend(backends.TRUSTED[0], ring)  # type: ignore[arg-type]


def test_keys_are_stored_under_the_programs_name() -> None:
    ring = FakeRing()
    ring_backend(ring).set("uuid", "sk-x")
    assert ring.entries == {("desktopchat", "uuid"): "sk-x"}


def test_what_the_library_raises_is_translated() -> None:
    from keyring.errors import KeyringLocked

    for error, kind in ((KeyringLocked("no"), ErrorKind.CANCELLED), (OSError(1783, "stub"), ErrorKind.KEYRING)):
        with pytest.raises(ChatError) as caught:
            ring_backend(FakeRing(error)).get("uuid")
        assert caught.value.kind is kind
        assert caught.value.failure.hint is not None


def test_the_windows_limit_is_known() -> None:
    limits = {kind.class_name: kind.limit for kind in backends.TRUSTED}
    assert limits["WinVaultKeyring"] == 1280


def test_importing_the_keys_does_not_import_keyring() -> None:
    code = (
        "import sys, desktopchat.settings.keys; print({'keyring', 'secretstorage', 'platformdirs'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "set()"
