"""What is sent to Model Studio, in both of its dialects; nothing is sent here."""

from collections.abc import Mapping

import pytest

from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.message import Message, Role, TextPart, user_message
from desktopchat.domain.provider import ProviderConfig
from desktopchat.domain.request import ChatRequest, Outgoing
from desktopchat.domain.secret import Secret
from desktopchat.domain.values import Json
from desktopchat.providers import registry
from desktopchat.providers.base import Account
from desktopchat.providers.dashscope_errors import ERRORS, errors_for
from desktopchat.providers.jsontext import object_of

COMPATIBLE = "https://dashscope.aliyuncs.com/compatible-mode/v1"
NATIVE = "https://dashscope.aliyuncs.com/api/v1"
TALK = (user_message("one"), Message(Role.ASSISTANT, (TextPart("two"),)), user_message("three"))
SYSTEM: Json = {"role": "system", "content": "Be brief."}
USER: Json = {"role": "user", "content": "three"}


def account(base_url: str, key: str = "sk-0123456789") -> Account:
    return Account(ProviderConfig("x", "dashscope", base_url), Secret(key))


def shown(base_url: str, model: str, params: Mapping[str, Json] | None = None, prefix: str = "") -> Outgoing:
    request = ChatRequest(model, TALK, "Be brief.", params or {}, prefix=prefix)
    return registry.create(account(base_url)).outgoing(request)


def body(out: Outgoing) -> dict[str, Json]:
    return object_of(out.body)


def parameters(out: Outgoing) -> dict[str, Json]:
    return object_of(body(out)["parameters"])


def messages(out: Outgoing) -> Json:
    return object_of(body(out)["input"])["messages"]


@pytest.mark.parametrize(
    "address",
    [
        NATIVE,
        f" {NATIVE}/ ",
        "dashscope.aliyuncs.com/api/v1",
        f"{NATIVE}/services/aigc/text-generation/generation",
        f"{NATIVE}/services/aigc/multimodal-generation/generation",
    ],
)
def test_every_way_of_writing_the_native_address_means_the_native_protocol(address: str) -> None:
    out = shown(address, "qwen-plus")
    assert out.url == f"{NATIVE}/services/aigc/text-generation/generation"
    assert out.headers["x-dashscope-sse"] == "enable"
    assert "sk-0123" not in repr(out)


def test_the_native_question_has_its_parts_where_they_belong() -> None:
    params: dict[str, Json] = {
        "enable_thinking": True,
        "thinking_budget": 500,
        "enable_search": True,
        "search_options": {"forced_search": True},
        "result_format": None,
    }
    out = shown(NATIVE, "qwen-plus", params)
    assert body(out)["model"] == "qwen-plus"
    one, two = {"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}
    assert messages(out) == [SYSTEM, one, two, USER]
    del params["result_format"]
    assert parameters(out) == {"incremental_output": True, **params}


def test_thinking_and_search_stand_at_the_top_level_of_the_compatible_question() -> None:
    params: dict[str, Json] = {"enable_thinking": True, "thinking_budget": 500, "enable_search": True}
    assert body(shown(COMPATIBLE, "qwen-plus", params)).items() >= params.items()


@pytest.mark.parametrize("model", ["qwen3-vl-plus", "qwen-vl-max", "qvq-max", "qwen3.5-plus", "qwen3.7-flash"])
def test_models_with_eyes_are_asked_at_their_own_path_in_parts(model: str) -> None:
    out = shown(NATIVE, model)
    assert out.url == f"{NATIVE}/services/aigc/multimodal-generation/generation"
    assert messages(out) == [
        {"role": "system", "content": [{"text": "Be brief."}]},
        {"role": "user", "content": [{"text": "one"}]},
        {"role": "assistant", "content": [{"text": "two"}]},
        {"role": "user", "content": [{"text": "three"}]},
    ]


@pytest.mark.parametrize("model", ["qwen-plus", "qwen3-max", "qwen-long", "deepseek-v3.2", "qwen3-235b-a22b"])
def test_models_of_words_are_asked_in_words(model: str) -> None:
    assert shown(NATIVE, model).url.endswith("/text-generation/generation")


def test_a_translator_gets_one_message_in_either_dialect() -> None:
    options: dict[str, Json] = {"translation_options": {"source_lang": "auto", "target_lang": "English"}}
    compatible = shown(COMPATIBLE, "qwen-mt-flash", options)
    assert body(compatible)["messages"] == [USER]
    assert body(compatible)["translation_options"] == options["translation_options"]
    native = shown(NATIVE, "qwen-mt-flash", options)
    assert messages(native) == [USER]
    assert parameters(native)["translation_options"] == options["translation_options"]


def test_cumulative_translators_are_not_asked_for_increments() -> None:
    assert "incremental_output" not in parameters(shown(NATIVE, "qwen-mt-plus"))
    assert parameters(shown(NATIVE, "qwen-mt-lite"))["incremental_output"] is True


def test_an_answer_in_one_piece_is_asked_for_by_the_absence_of_a_header() -> None:
    out = shown(NATIVE, "qwen-plus", {"stream": False})
    assert "x-dashscope-sse" not in out.headers
    assert parameters(out) == {"result_format": "message"}


def test_an_answers_beginning_is_marked_as_partial_and_thinking_is_left_out() -> None:
    out = shown(NATIVE, "qwen-plus", {"enable_thinking": True}, prefix="Once upon")
    assert isinstance(said := messages(out), list)
    assert said[-1] == {"role": "assistant", "content": "Once upon", "partial": True}
    assert "enable_thinking" not in parameters(out)
    assert registry.create(account(NATIVE)).continues("qwen-plus")
    assert not registry.create(account(NATIVE)).continues("qwen-mt-plus")


@pytest.mark.parametrize(
    ("host", "key", "named"),
    [
        ("dashscope.aliyuncs.com", "sk-1", "Beijing region"),
        ("dashscope-intl.aliyuncs.com", "sk-1", "Singapore region"),
        ("dashscope-us.aliyuncs.com", "sk-1", "US region"),
        ("ws-1.ap-southeast-1.maas.aliyuncs.com", "sk-1", "Singapore region"),
        ("coding.dashscope.aliyuncs.com", "sk-1", "sk-sp-"),
        ("dashscope.aliyuncs.com", "sk-sp-1", "coding-intl"),
        ("coding-intl.dashscope.aliyuncs.com", "sk-sp-1", "of one region"),
        ("proxy.example", "sk-sp-1", "Beijing, Singapore and the US"),
    ],
)
def test_the_advice_on_a_refused_key_names_the_region_of_the_address(host: str, key: str, named: str) -> None:
    for path in "/compatible-mode/v1", "/api/v1":
        hint = errors_for(account(f"https://{host}{path}", key)).hints[ErrorKind.AUTH]
        assert named in hint.key


def test_every_code_is_in_lower_case() -> None:
    assert all(code == code.lower() for code in ERRORS.codes)
