"""How the relay reads what clients want, and what becomes of it for each kind of provider."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.message import Role
from desktopchat.domain.provider import ProviderConfig
from desktopchat.servers.relay import asking


def body(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


def said(question: asking.Question) -> list[tuple[Role, str]]:
    return [(message.role, message.text) for message in question.messages]


def refused(read: Any, data: Any) -> ErrorKind:
    with pytest.raises(ChatError) as caught:
        read(data)
    return caught.value.kind


def test_a_question_in_an_address() -> None:
    question = asking.from_address({"question": "天气？", "model": "a/b", "temperature": "0.5", "other": "x"})
    assert (question.model, said(question), question.wishes) == ("a/b", [(Role.USER, "天气？")], {"temperature": 0.5})


def test_a_question_in_a_body() -> None:
    question = asking.from_body(body(model="a/b", question="hi", system="Be brief."))
    assert (question.system_prompt, said(question)) == ("Be brief.", [(Role.USER, "hi")])


def test_messages_win_over_the_question_that_some_send_beside_them() -> None:
    talk = [
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "two"},
        {"role": "user", "content": "3"},
    ]
    question = asking.from_body(body(messages=talk, question="3"))
    assert said(question) == [(Role.USER, "one"), (Role.ASSISTANT, "two"), (Role.USER, "3")]


def test_system_messages_become_the_system_prompt() -> None:
    talk = [
        {"role": "system", "content": "Be brief."},
        {"role": "developer", "content": [{"type": "text", "text": "Be kind."}]},
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
    ]
    question = asking.from_completion(body(messages=talk))
    assert (question.system_prompt, said(question)) == ("Be brief.\n\nBe kind.", [(Role.USER, "ab")])


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"{}", b"[]", b"null", b"\xff", b"[" * 5000, body(question=" "), body(question=1), body(messages=[])),
        *(body(messages=[message]) for message in ({"role": "tool", "content": "x"}, "hi", {"content": "x"})),
    ],
)
def test_what_is_no_question_is_said_to_be_none(data: bytes) -> None:
    assert refused(asking.from_body, data) is ErrorKind.BAD_REQUEST
    assert refused(asking.from_completion, data) is ErrorKind.BAD_REQUEST


@pytest.mark.parametrize("more", [{"tools": [{"type": "function"}]}, {"functions": [{}]}, {"n": 2}])
def test_what_cannot_be_passed_on_is_refused_and_not_left_out(more: dict[str, Any]) -> None:
    talk = [{"role": "user", "content": "hi"}]
    assert refused(asking.from_completion, body(messages=talk, **more)) is ErrorKind.BAD_REQUEST


def test_empty_wishes_are_none() -> None:
    talk = [{"role": "user", "content": "hi"}]
    question = asking.from_completion(body(messages=talk, tools=[], n=1, temperature=None, stream=False))
    assert (question.wishes, question.streams, question.counts) == ({}, False, False)


def test_a_picture_is_refused() -> None:
    talk = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:"}}]}]
    assert refused(asking.from_completion, body(messages=talk)) is ErrorKind.FILE_REJECTED


WISHES = {
    "temperature": 0.5,
    "max_completion_tokens": 9,
    "stop": ["x"],
    "seed": 1,
    "presence_penalty": 1,
    "reasoning_effort": "low",
    "user": "somebody",
}


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        (
            "openai",
            {
                "temperature": 0.5,
                "max_tokens": 9,
                "stop": ["x"],
                "seed": 1,
                "presence_penalty": 1,
                "reasoning_effort": "low",
            },
        ),
        ("anthropic", {"temperature": 0.5, "max_tokens": 9, "stop_sequences": ["x"]}),
        ("gemini", {"temperature": 0.5, "maxOutputTokens": 9, "stopSequences": ["x"], "seed": 1}),
        ("ollama", {"temperature": 0.5, "num_predict": 9, "stop": ["x"], "seed": 1}),
        ("openai-responses", {"temperature": 0.5, "max_output_tokens": 9, "reasoning": {"effort": "low"}}),
        ("sse-relay", {}),
    ],
)
def test_wishes_stand_where_each_kind_keeps_them(kind: str, params: dict[str, Any]) -> None:
    talk = [{"role": "user", "content": "hi"}]
    question = asking.from_completion(body(messages=talk, **WISHES))
    assert question.request(ProviderConfig("mine", kind), "m").params == params


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
FIELDS = st.sampled_from(["model", "question", "messages", "system", "stream", "stream_options", "tools", "n", "stop"])


@given(st.dictionaries(FIELDS, JSON))
def test_any_json_is_a_question_or_a_sentence(fields: dict[str, Any]) -> None:
    for read in (asking.from_body, asking.from_completion):
        try:
            question = read(body(**fields))
        except ChatError:
            continue
        request = question.request(ProviderConfig("mine", "anthropic"), "m")
        assert request.messages
        assert "".join(message.text for message in request.messages).encode()


def test_half_a_character_is_mended() -> None:
    question = asking.from_body(b'{"question": "\\ud83d", "system": "\\ude00"}')
    assert (said(question), question.system_prompt) == ([(Role.USER, "\ufffd")], "\ufffd")
