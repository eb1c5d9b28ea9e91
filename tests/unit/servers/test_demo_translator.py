"""The demo's translators: what they make of requests of any kind, and how they misbehave."""

import json

import pytest

from desktopchat.domain.translation import Term
from desktopchat.servers.demo import script
from desktopchat.servers.demo.translator import MODELS, answer, job_in
from desktopchat.translation.atoms import protect
from desktopchat.translation.prompts import Task, asked, asked_again

TEXTS = [protect("A Widget has {n} parts."), protect("Two of 25 files.")]
REQUEST = asked(Task("en", "zh-Hans"), TEXTS, [Term("Widget", "小部件")])
TURNS = [("system", REQUEST.system), ("user", REQUEST.user)]


def test_the_programs_own_request_is_understood() -> None:
    job = job_in(TURNS)
    assert job.target.tag == "zh-Hans"
    assert job.terms == {"Widget": "小部件"}
    assert job.text == "⟦#1⟧ A Widget has ⟦1⟧ parts.\n\n⟦#2⟧ Two of 25 files."


def test_a_good_one_keeps_marks_numbers_and_terms_and_is_steady() -> None:
    made = answer("demo-mt", TURNS)
    assert all(part in made for part in ("⟦#1⟧", "⟦1⟧", "小部件", "\n\n⟦#2⟧", "25"))
    assert made == answer("demo-mt", TURNS)


@pytest.mark.parametrize("model", MODELS[1:])
def test_each_misbehaves_until_it_is_corrected(model: str) -> None:
    assert answer(model, TURNS) != answer("demo-mt", TURNS)
    again = asked_again(Task("en", "zh-Hans"), TEXTS[0], [Term("Widget", "小部件")], "bad", ["Wrong."])
    turns = [("system", again.system), ("user", again.user)]
    assert answer(model, turns) == answer("demo-mt", turns)


@pytest.mark.parametrize(
    ("system", "user", "target"),
    [
        ("Translate into Simplified Chinese. Output the translation only.", "Hello", "zh-Hans"),
        ("把用户的话翻译成德语。", "Hello", "de"),
        ("", "Hello", "zh-Hans"),
        ("", "你好", "en"),
    ],
)
def test_any_chat_with_a_translators_prompt_is_translated(system: str, user: str, target: str) -> None:
    assert job_in([("system", system), ("user", user)]).target.tag == target


def test_qwen_mts_options_are_obeyed() -> None:
    options = {"source_lang": "auto", "target_lang": "Japanese", "terms": [{"source": "file", "target": "書類"}]}
    made = answer("qwen-mt-plus", [("translation_options", json.dumps(options)), ("user", "One file")])
    assert made.endswith("書類")


def test_they_are_listed_and_served() -> None:
    assert set(MODELS) <= set(script.MODELS)
    plan = script.script_for("demo-mt", [script.Turn(role, text) for role, text in TURNS])
    assert plan.text == answer("demo-mt", TURNS)
