"""What can be set for an answer: where each kind keeps it, and that nothing else is touched."""

import pytest
from tests.support.asking import account

from desktopchat.domain.message import user_message
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.values import Json
from desktopchat.i18n import render
from desktopchat.providers import parameters, registry
from desktopchat.providers.jsontext import object_of
from desktopchat.providers.parameters import Form, Parameter, known, moved, others_in, values_in, with_values
from desktopchat.providers.spark_versions import VERSIONS

SPARK_X = next(version.url for version in VERSIONS if version.thinks)
ADDRESSES = {"sse-relay": "https://relay.test/chat", "spark": SPARK_X, "demo": "http://127.0.0.1:1/v1"}
PLACES = {"spark": ("parameter", "chat"), "gemini": ("generationConfig",), "ollama": ("options",)}


def a_value(parameter: Parameter) -> Json:
    """Something that can be set."""
    match parameter.form:
        case Form.NUMBER:
            return parameter.high / 2
        case Form.WHOLE:
            return int(parameter.low) + 2
        case Form.CHOICE:
            return parameter.choices[-1].value
        case Form.TEXTS:
            return ["END", "\n\n"]


@pytest.mark.parametrize("kind", registry.KINDS)
def test_every_kind_says_what_can_be_set_with_title_help_and_limits(kind: str) -> None:
    rows = known(kind, ADDRESSES.get(kind, ""))
    assert rows
    assert len({row.name for row in rows}) == len({row.path for row in rows}) == len(rows)
    for row in rows:
        assert render(row.title)
        assert render(row.help).endswith(".")
        assert row.low < row.high
        assert row.fits(a_value(row))
        assert bool(row.choices) is (row.form is Form.CHOICE)


@pytest.mark.parametrize("kind", registry.KINDS)
def test_what_is_set_is_sent_where_the_kind_keeps_it_and_read_again(kind: str) -> None:
    rows = known(kind, ADDRESSES.get(kind, ""))
    values = {row.name: a_value(row) for row in rows}
    params = with_values({"x_own": 1}, values, rows)
    assert values_in(params, rows) == values
    assert others_in(params, rows) == {"x_own": 1}
    provider = registry.create(account(kind, ADDRESSES.get(kind, "")))
    body = object_of(provider.outgoing(ChatRequest("m", (user_message("q"),), params=params)).body)
    options = body
    for name in PLACES.get(kind, ()):
        options = object_of(options[name])
    beside = {"think"} if kind == "ollama" else {"method"}
    assert {name: options[name] for name in params if name not in beside} == {
        name: value for name, value in params.items() if name not in beside
    }
    if kind == "ollama":
        assert body["think"] == values["thinking"]


def test_a_kind_that_is_not_known_has_nothing_to_set() -> None:
    assert known("of-tomorrow") == ()


@pytest.mark.parametrize(
    ("address", "model_names"),
    [
        ("https://api.openai.com/v1", {"max_completion_tokens", "reasoning_effort", "seed"}),
        ("https://api.deepseek.com/v1", {"max_tokens", "thinking", "seed"}),
        ("https://open.bigmodel.cn/api/paas/v4", {"max_tokens", "thinking"}),
        ("https://api.mistral.ai/v1", {"max_tokens", "random_seed"}),
        ("https://openrouter.ai/api/v1", {"max_tokens", "reasoning", "seed"}),
        ("http://127.0.0.1:8080/v1", {"max_tokens", "chat_template_kwargs", "seed"}),
        ("https://llm.example/v1", {"max_tokens", "reasoning_effort", "seed"}),
    ],
)
def test_a_host_with_ways_of_its_own_is_told_in_its_own_names(address: str, model_names: set[str]) -> None:
    names = {row.path[0] for row in known("openai", address)}
    assert names == {"temperature", "top_p", "stop", *model_names}


def test_thinking_is_offered_only_where_spark_thinks_and_translators_take_little() -> None:
    plain = next(version.url for version in VERSIONS if not version.thinks)
    assert "thinking" in {row.name for row in known("spark", SPARK_X)}
    assert "thinking" not in {row.name for row in known("spark", plain)}
    assert {row.name for row in known("dashscope", "", "qwen-mt-plus")} == {
        "temperature",
        "top_p",
        "max_tokens",
        "seed",
    }


@pytest.mark.parametrize("odd", [None, True, "0.2", [1], {"a": 1}, -1, 5, float("nan")])
def test_what_has_another_form_is_left_alone(odd: Json) -> None:
    rows = known("openai")
    params: dict[str, Json] = {"temperature": odd, "seed": 4}
    assert values_in(params, rows) == {"seed": 4}
    others = others_in(params, rows)
    assert list(others) == ["temperature"]
    assert with_values(others, {"seed": 4}, rows).keys() == params.keys()


def test_one_stop_text_is_a_list_of_one() -> None:
    rows = known("openai")
    assert values_in({"stop": "END"}, rows) == {"stop": "END"}
    assert others_in({"stop": ""}, rows) == {"stop": ""}


def test_an_object_that_holds_more_keeps_what_is_not_known() -> None:
    rows = known("openai-responses")
    params: dict[str, Json] = {"reasoning": {"effort": "high", "summary": "auto"}}
    assert values_in(params, rows) == {"effort": "high"}
    assert others_in(params, rows) == {"reasoning": {"summary": "auto"}}
    assert with_values({"reasoning": {"summary": "auto"}}, {"effort": "high"}, rows) == params


def test_what_stands_beside_a_value_comes_and_goes_with_it() -> None:
    rows = known("anthropic")
    params = with_values({}, {"budget": 2048}, rows)
    assert params == {"thinking": {"type": "enabled", "budget_tokens": 2048}}
    assert others_in(params, rows) == {}


def test_params_move_to_another_kind_under_its_names() -> None:
    ollama, openai, claude = known("ollama"), known("openai", "https://api.openai.com/v1"), known("anthropic")
    params: dict[str, Json] = {"num_predict": 100, "temperature": 1.5, "num_ctx": 4096, "own": 1, "seed": 7}
    assert moved(params, ollama, openai) == {"max_completion_tokens": 100, "temperature": 1.5, "seed": 7, "own": 1}
    assert moved(params, ollama, claude) == {"max_tokens": 100, "own": 1}  # too warm, and no seed there
    assert moved(params, ollama, ollama) == params


def test_every_parameter_of_the_module_is_used_by_some_kind() -> None:
    rows = {row.name for kind in registry.KINDS for row in known(kind, ADDRESSES.get(kind, ""))}
    declared = {value.name for value in vars(parameters).values() if isinstance(value, Parameter)}
    assert declared == rows
