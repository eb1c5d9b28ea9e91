"""What is known of each host, and how an answer's beginning is sent there."""

import pytest
from tests.support.asking import account

from desktopchat.domain.message import user_message
from desktopchat.domain.request import ChatRequest, Outgoing
from desktopchat.domain.values import Json
from desktopchat.providers import registry
from desktopchat.providers.jsontext import list_of, object_of
from desktopchat.providers.profiles import CUSTOM, profile_of

CONTINUED = ChatRequest("", (user_message("Count."),), "Be brief.", prefix="One, two")


def outgoing(base_url: str, request: ChatRequest, kind: str = "openai", key: str = "") -> Outgoing:
    return registry.create(account(kind, base_url, key)).outgoing(request)


def continued(base_url: str, model: str, params: dict[str, Json] | None = None) -> Outgoing:
    return outgoing(base_url, ChatRequest(model, CONTINUED.messages, "", params or {}, prefix="One, two"))


@pytest.mark.parametrize(
    ("base_url", "model", "last"),
    [
        ("https://api.deepseek.com/v1", "deepseek-chat", {"prefix": True}),
        ("https://api.moonshot.cn/v1", "moonshot-v1-8k", {"partial": True}),
        ("https://api.moonshot.ai/v1", "kimi-latest", {"partial": True}),
        ("https://api.mistral.ai/v1", "mistral-small-latest", {"prefix": True}),
        ("https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "qwen-plus", {"partial": True}),
        ("https://api.groq.com/openai/v1", "llama-3.3-70b-versatile", {}),
        ("https://openrouter.ai/api/v1", "mistralai/mistral-large", {}),
        ("http://127.0.0.1:8080/v1", "gemma-3", {}),
        ("http://localhost:11434/v1", "llama3.2", {}),
    ],
)
def test_an_answers_beginning_is_the_last_message_in_each_hosts_way(
    base_url: str, model: str, last: dict[str, Json]
) -> None:
    assert registry.create(account("openai", base_url)).continues(model)
    messages = list_of(object_of(continued(base_url, model).body)["messages"])
    assert messages == [
        {"role": "user", "content": "Count."},
        {"role": "assistant", "content": "One, two", **last},
    ]


@pytest.mark.parametrize(
    ("base_url", "model"),
    [
        ("https://api.openai.com/v1", "gpt-4o"),
        ("https://api.example.com/v1", "m"),
        ("https://open.bigmodel.cn/api/paas/v4", "glm-4-flash"),
        ("http://127.0.0.1:1234/v1", "m"),
        ("https://api.deepseek.com/v1", "deepseek-reasoner"),
        ("https://dashscope.aliyuncs.com/compatible-mode/v1", "qwen-mt-plus"),
        ("https://dashscope.aliyuncs.com/compatible-mode/v1", "qwq-plus"),
        ("https://openrouter.ai/api/v1", "anthropic/claude-sonnet-4.5"),
        ("http://127.0.0.1:8080/v1", "qwen3-8b"),
        ("http://127.0.0.1:8080/v1", "gpt-oss-20b"),
    ],
)
def test_a_host_or_model_that_cannot_continue_says_so(base_url: str, model: str) -> None:
    assert not registry.create(account("openai", base_url)).continues(model)


def test_deepseek_continues_at_its_beta_address() -> None:
    assert continued("https://api.deepseek.com/v1", "deepseek-chat").url == (
        "https://api.deepseek.com/beta/chat/completions"
    )
    plain = ChatRequest("deepseek-chat", CONTINUED.messages)
    assert outgoing("https://api.deepseek.com/v1", plain).url == "https://api.deepseek.com/v1/chat/completions"


def test_vllm_is_told_in_the_request() -> None:
    body = object_of(continued("http://127.0.0.1:8000/v1", "llama-3").body)
    assert (body["continue_final_message"], body["add_generation_prompt"]) == (True, False)


def test_params_that_exclude_continuing_are_left_out() -> None:
    base_url = "https://dashscope.aliyuncs.com/compatible-mode/v1"
    body = object_of(continued(base_url, "qwen-plus", {"enable_thinking": True, "top_p": 0.5}).body)
    assert "enable_thinking" not in body
    assert body["top_p"] == 0.5


def test_only_responses_begin_anew_and_only_completions_always_go_on() -> None:
    for kind, can in (("openai-responses", False), ("openai-completions", True)):
        assert registry.create(account(kind, "https://api.example.com/v1")).continues("m") is can


def test_mistral_and_spark_are_not_asked_to_count() -> None:
    for base_url in ("https://api.mistral.ai/v1", "https://spark-api-open.xf-yun.com/v2"):
        assert "stream_options" not in object_of(outgoing(base_url, ChatRequest("m", CONTINUED.messages)).body)


@pytest.mark.parametrize(
    "base_url",
    [
        "https://name.openai.azure.com/openai/v1",
        "https://name.openai.azure.com/openai/deployments/my-gpt?api-version=2024-10-21",
        "https://name.cognitiveservices.azure.com/openai/v1",
    ],
)
def test_azure_takes_the_plain_key_in_a_header_of_its_own(base_url: str) -> None:
    shown = outgoing(base_url, ChatRequest("my-gpt", CONTINUED.messages), key="0123456789abcdef")
    assert shown.headers["api-key"] == "***"
    assert "authorization" not in shown.headers


def test_azures_deployment_and_version_stay_in_the_address() -> None:
    base_url = "https://name.openai.azure.com/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21"
    assert outgoing(base_url, ChatRequest("my-gpt", CONTINUED.messages)).url == base_url


def test_a_host_is_matched_as_a_whole() -> None:
    for base_url in (
        "https://example.com/api.openai.com",
        "https://notmoonshot.cn/v1",
        "https://api.openai.com.example.com/v1",
        "http://127.0.0.1:9999/v1",
    ):
        assert profile_of(base_url) is CUSTOM


def test_the_limit_on_tokens_has_its_name_by_host() -> None:
    assert profile_of("https://api.openai.com/v1").max_tokens == "max_completion_tokens"
    assert profile_of("https://api.deepseek.com/v1").max_tokens == "max_tokens"
