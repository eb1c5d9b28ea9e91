import pytest

from desktopchat.domain.values import Json
from desktopchat.providers.capabilities import is_slow, listed_models, of_model


@pytest.mark.parametrize("name", ["o3-mini", "openai/o1", "deepseek-reasoner", "qwq-32b", "Qwen/Qwen3-32B", "glm-4.6"])
def test_models_that_think_are_known_by_name(name: str) -> None:
    assert of_model(name).reasoning is True
    assert is_slow(name)


@pytest.mark.parametrize("name", ["gpt-4o", "llama-3-8b", "mistral-small", "turbo1", "demo"])
def test_other_names_do_not_tell(name: str) -> None:
    assert of_model(name).reasoning is None
    assert not is_slow(name)


def test_deepseek_is_slow_by_its_address() -> None:
    assert is_slow("chat", "https://api.deepseek.com/v1")


def test_translation_models_take_no_system_prompt() -> None:
    assert not of_model("qwen-mt-plus").system_prompt


@pytest.mark.parametrize(
    "document",
    [
        {"object": "list", "data": [{"id": "a", "object": "model"}, {"id": "b"}]},
        {"data": ["a", "b"]},
        {"models": [{"name": "a"}, {"model": "b"}]},
        {"models": [{"name": "a"}], "data": [{"id": "a"}, {"id": "b"}, {"id": "a"}]},
        [{"id": "a"}, None, 7, {}, {"id": ""}, {"id": "b"}],
        {"data": None, "models": ["a", "b"]},
    ],
)
def test_a_list_of_models_is_read_in_every_form(document: Json) -> None:
    models = listed_models(document)
    assert models is not None
    assert [model.id for model in models] == ["a", "b"]


@pytest.mark.parametrize("document", [None, 7, "x", {}, {"status": "ok"}])
def test_what_is_no_list_is_none(document: Json) -> None:
    assert listed_models(document) is None


def test_an_empty_list_is_a_list() -> None:
    assert listed_models({"data": []}) == []
    assert listed_models({"data": None}) == []


def test_models_that_cannot_chat_come_last() -> None:
    models = listed_models({"data": ["text-embedding-3", "z", "whisper-1", "a"]})
    assert [model.id for model in models or []] == ["z", "a", "text-embedding-3", "whisper-1"]


def test_what_a_server_says_of_a_model_counts_more_than_its_name() -> None:
    entry: Json = {
        "id": "plain",
        "name": "Plain",
        "context_length": 4096,
        "architecture": {"input_modalities": ["text", "image"]},
        "supported_parameters": ["tools"],
    }
    (model,) = listed_models({"data": [entry]}) or []
    assert (model.name, model.context_tokens) == ("Plain", 4096)
    assert (model.capabilities.images, model.capabilities.tools, model.capabilities.reasoning) == (True, True, False)


def test_the_size_of_a_context_in_llama_cpps_meta_is_found() -> None:
    (model,) = listed_models({"data": [{"id": "a", "meta": {"n_ctx_train": 8192}}]}) or []
    assert model.context_tokens == 8192
