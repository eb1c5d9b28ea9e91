"""The short way for chunks that say only text: it must say what the long way says, or nothing."""

import json

import pytest

from desktopchat.domain.values import Json
from desktopchat.providers.plain_chunks import Surroundings, only_text


def chunk(text: str, **others: Json) -> dict[str, Json]:
    return {"id": "c1", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}], **others}


TEXTS = ["word", " ", 'a "quoted" word', "back\\slash", '"content": "no"', "两个字", "\n\t", "\u2028", "😀", '"}]}']


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("text", TEXTS)
def test_the_same_surroundings_give_the_text_alone(text: str, ascii_only: bool) -> None:
    known = Surroundings.of("first", json.dumps(chunk("first"), ensure_ascii=ascii_only))
    data = json.dumps(chunk(text), ensure_ascii=ascii_only)
    assert known.text_in(data) == only_text(json.loads(data)) == text


@pytest.mark.parametrize(
    "other",
    [
        chunk("x", id="c2"),
        chunk("x", usage={"prompt_tokens": 1}),
        {"id": "c1", "choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": "stop"}]},
        {"id": "c1", "choices": [{"index": 0, "delta": {"content": None}, "finish_reason": None}]},
        {"id": "c1", "choices": [{"index": 0, "delta": {"content": ["x"]}, "finish_reason": None}]},
        {"id": "c1", "choices": []},
    ],
)
def test_other_surroundings_are_read_with_care(other: dict[str, Json]) -> None:
    assert Surroundings.of("first", json.dumps(chunk("first"))).text_in(json.dumps(other)) == ""


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_chunk_that_is_cut_is_not_taken(cut: int) -> None:
    data = json.dumps(chunk("some words"))
    assert Surroundings.of("first", json.dumps(chunk("first"))).text_in(data[:-cut]) == ""


def test_a_chunk_with_two_contents_teaches_nothing() -> None:
    data = json.dumps({"content": "x", **chunk("x")})
    assert Surroundings.of("x", data).text_in(data) == ""


@pytest.mark.parametrize(
    "said",
    [
        {"content": "x", "reasoning_content": "y"},
        {"content": "x", "refusal": "no"},
        {"content": "x", "tool_calls": [{"index": 0}]},
        {"content": 5},
    ],
)
def test_a_chunk_that_says_more_is_not_text_alone(said: dict[str, Json]) -> None:
    assert only_text({"choices": [{"index": 0, "delta": said}]}) == ""
    assert only_text({"error": {"message": "no"}, "choices": [{"delta": {"content": "x"}}]}) == ""


def test_names_without_a_value_say_nothing_more() -> None:
    said: dict[str, Json] = {"content": "x", "reasoning_content": None, "refusal": None, "tool_calls": []}
    assert only_text({"usage": None, "choices": [{"index": 0, "delta": said, "finish_reason": None}]}) == "x"
