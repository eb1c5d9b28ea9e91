import pytest

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.providers.addresses import endpoint
from desktopchat.providers.registry import KINDS, normalised

FORGIVEN = [
    ("https://api.openai.com/v1", "https://api.openai.com/v1"),
    (" https://api.openai.com/v1/ \n", "https://api.openai.com/v1"),
    ("https://api.openai.com/v1///", "https://api.openai.com/v1"),
    ("https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1"),
    ("https://api.openai.com/v1/chat/completions/", "https://api.openai.com/v1"),
    ("https://api.openai.com/v1/models", "https://api.openai.com/v1"),
    ("“https://example.com/v1”", "https://example.com/v1"),
    ("<https://example.com/v1>", "https://example.com/v1"),
    ("\ufeffhttps://example.com/v1\u200b", "https://example.com/v1"),
    ("HTTPS://API.Example.com/V1", "https://api.example.com/V1"),
    ("https://example.com//v1//", "https://example.com/v1"),
    ("https://example.com/v1#top", "https://example.com/v1"),
    ("example.com/v1", "https://example.com/v1"),
    ("//example.com/v1", "https://example.com/v1"),
    ("myserver:8000/v1", "https://myserver:8000/v1"),
    ("localhost:8080/v1", "http://localhost:8080/v1"),
    ("127.0.0.1:9/v1", "http://127.0.0.1:9/v1"),
    ("[::1]:9/v1", "http://[::1]:9/v1"),
    ("api.openai.com", "https://api.openai.com/v1"),
    ("https://openrouter.ai", "https://openrouter.ai/api/v1"),
    ("http://127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
    ("http://127.0.0.1:12345", "http://127.0.0.1:12345"),
    ("https://bücher.example/v1", "https://bücher.example/v1"),
    (
        "https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21",
        "https://x.openai.azure.com/openai/deployments/d?api-version=2024-10-21",
    ),
]

NONSENSE = [
    "openai",
    "https://",
    "https:///v1",
    "ftp://example.com/v1",
    "javascript:alert(1)",
    "https://user:secret@example.com/v1",
    "https://exa mple.com/v1",
    "https://example.com:99999/v1",
    "https://example.com:0/v1",
    "https://example.com:port/v1",
    "https://.example.com",
    "https://exam..ple.com",
    "https://[::1/v1",
    "https://example.com\\v1",
    "https://" + "x" * 3000 + ".com",
    "你好",
]


@pytest.mark.parametrize(("typed", "meant"), FORGIVEN)
def test_what_people_paste_is_made_an_address(typed: str, meant: str) -> None:
    assert normalised("openai", typed) == meant


@pytest.mark.parametrize(("typed", "meant"), FORGIVEN)
def test_tidying_twice_changes_nothing(typed: str, meant: str) -> None:
    assert normalised("openai", meant) == meant


@pytest.mark.parametrize("typed", NONSENSE)
def test_nonsense_is_refused_with_advice(typed: str) -> None:
    with pytest.raises(ChatError) as caught:
        normalised("openai", typed)
    assert caught.value.kind is ErrorKind.BAD_REQUEST
    assert caught.value.failure.hint is not None


def test_a_password_in_an_address_is_not_repeated_in_the_error() -> None:
    with pytest.raises(ChatError) as caught:
        normalised("openai", "https://user:topsecret@example.com/v1")
    assert "topsecret" not in repr(caught.value.failure)


@pytest.mark.parametrize("kind", KINDS)
def test_no_address_means_the_usual_one(kind: str) -> None:
    assert normalised(kind, "") == KINDS[kind].default_base_url


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("typed", [" ", "\t\n", "\u3000", '""', "\u200b"])
def test_blanks_are_no_address_and_do_not_lead_to_the_vendor(kind: str, typed: str) -> None:
    with pytest.raises(ChatError) as caught:
        normalised(kind, typed)
    assert caught.value.kind is ErrorKind.BAD_REQUEST


def test_a_bare_vendor_host_gets_the_vendors_path() -> None:
    meant = "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"
    assert normalised("dashscope", "dashscope-intl.aliyuncs.com") == meant


@pytest.mark.parametrize(
    ("kind", "base_url"),
    [(kind.name, preset.base_url) for kind in KINDS.values() for preset in kind.presets if preset.base_url],
)
def test_every_preset_is_an_address_as_it_stands(kind: str, base_url: str) -> None:
    assert normalised(kind, base_url) == base_url


def test_an_endpoint_keeps_the_query_string_at_its_end() -> None:
    assert endpoint("https://a.example/v1?x=1", "chat/completions") == "https://a.example/v1/chat/completions?x=1"
