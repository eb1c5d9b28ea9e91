"""What people see of a request before it is sent: all of it, and no key."""

import pytest
from tests.support.asking import account

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.message import ImagePart, user_message
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.values import Json
from desktopchat.providers import registry
from desktopchat.providers.jsontext import object_of

KEY = "sk-canary-0815-preview"
HELLO = ChatRequest("m", (user_message("hello"),))


@pytest.mark.parametrize("kind", ["openai", "openai-responses", "openai-completions"])
def test_the_key_is_masked_and_its_scheme_stays(kind: str) -> None:
    shown = registry.create(account(kind, "https://api.example.com/v1", KEY)).outgoing(HELLO)
    assert shown.method == "POST"
    assert shown.headers["authorization"] == "Bearer ***"
    assert shown.headers["content-type"] == "application/json"
    assert "content-length" not in shown.headers
    assert KEY not in repr(shown)


def test_without_a_key_there_is_no_header_for_one() -> None:
    shown = registry.create(account("openai", "https://api.example.com/v1")).outgoing(HELLO)
    assert "authorization" not in shown.headers


def test_a_key_in_the_address_is_taken_out() -> None:
    shown = registry.create(account("openai", "https://api.example.com/v1?api-key=verysecret123&x=1")).outgoing(HELLO)
    assert shown.url == "https://api.example.com/v1/chat/completions?api-key=[redacted]&x=1"


@pytest.mark.parametrize("key", ["with\nbreak", "schlüssel"])
def test_a_key_that_cannot_be_sent_is_told_without_quoting_it(key: str) -> None:
    with pytest.raises(ChatError) as caught:
        registry.create(account("openai", "https://api.example.com/v1", key)).outgoing(HELLO)
    assert caught.value.kind is ErrorKind.AUTH
    assert key not in repr(caught.value)


def test_attachments_are_refused_as_when_sending() -> None:
    request = ChatRequest("m", (user_message("look", attachments=(ImagePart("00", "image/png"),)),))
    with pytest.raises(ChatError) as caught:
        registry.create(account("openai", "https://api.example.com/v1")).outgoing(request)
    assert caught.value.kind is ErrorKind.FILE_REJECTED


def test_a_key_over_http_to_the_world_is_refused_as_when_sending() -> None:
    with pytest.raises(ChatError) as caught:
        registry.create(account("openai", "http://api.example.com/v1", KEY)).outgoing(HELLO)
    assert caught.value.kind is ErrorKind.BAD_REQUEST


@pytest.mark.parametrize("kind", ["openai", "openai-responses", "openai-completions"])
def test_a_null_takes_a_field_out_and_params_win(kind: str) -> None:
    params: dict[str, Json] = {"stream_options": None, "store": None, "temperature": 0.2, "max_tokens": 7}
    request = ChatRequest("m", (user_message("hello"),), "Be brief.", params)
    body = object_of(registry.create(account(kind, "https://api.example.com/v1")).outgoing(request).body)
    assert not {"stream_options", "store"} & body.keys()
    assert (body["temperature"], body["max_tokens"], body["stream"]) == (0.2, 7, True)


def test_an_answer_in_one_piece_is_not_asked_for_stream_options() -> None:
    request = ChatRequest("m", (user_message("hello"),), params={"stream": False})
    body = object_of(registry.create(account("openai", "https://api.example.com/v1")).outgoing(request).body)
    assert body["stream"] is False
    assert "stream_options" not in body


def test_responses_are_not_stored_at_the_vendor_unless_wanted() -> None:
    provider = registry.create(account("openai-responses", "https://api.openai.com/v1"))
    assert object_of(provider.outgoing(HELLO).body)["store"] is False
    wanted = ChatRequest("m", (user_message("hello"),), params={"store": True})
    assert object_of(provider.outgoing(wanted).body)["store"] is True
