"""What a preset makes of a prompt, and how much of a conversation a rule sends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktopchat.domain.context import ALL, NONE, ContextRule, context_rule
from desktopchat.domain.message import Message, Role, TextPart
from desktopchat.domain.preset import FieldKind, Preset, Variable, free_name


def path(length: int) -> list[Message]:
    roles = (Role.USER, Role.ASSISTANT)
    return [Message(roles[at % 2], (TextPart(str(at)),)) for at in range(length)]


@pytest.mark.parametrize(
    ("rule", "sent"),
    [(ALL, "01234"), (NONE, "4"), (ContextRule(2), "234"), (ContextRule(3), "1234"), (ContextRule(50), "01234")],
    ids=str,
)
def test_a_rule_sends_the_question_and_what_stands_before_it(rule: ContextRule, sent: str) -> None:
    assert "".join(message.text for message in rule.applied(path(5))) == sent


@pytest.mark.parametrize("rule", [ALL, NONE, ContextRule(1), ContextRule(10_000)], ids=str)
def test_a_rule_can_be_written_and_read_again(rule: ContextRule) -> None:
    assert context_rule(str(rule)) == rule


@pytest.mark.parametrize("text", ["last", "last:", "last:-1", "last:x", "last:²", "first:2", "last:1.5", "last:999999"])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        context_rule(text)


def test_the_last_none_is_none() -> None:
    assert context_rule("last:0") == NONE


def test_only_places_with_a_value_are_filled() -> None:
    preset = Preset("p", system_prompt="{{a}} {{ a }} {{b}} {a} {{ }} {{1}} {{a b}} {{{a}}}")
    assert preset.filled({"a": "A {{b}}"}) == "A {{b}} A {{b}} {{b}} {a} {{ }} {{1}} {{a b}} {A {{b}}}"


@given(st.text())
def test_a_prompt_without_values_is_sent_as_it_is_written(prompt: str) -> None:
    assert Preset("p", system_prompt=prompt).filled({}) == prompt


def test_places_are_asked_for_once_in_the_order_of_the_prompt() -> None:
    prompt = "{{风格}} {{target_language}} {{date}} {{clipboard}} {{风格}}"
    style = Variable("风格", FieldKind.CHOICE, choices=("正式",))
    preset = Preset("p", system_prompt=prompt, variables=(Variable("gone"), style))
    assert [(variable.name, variable.kind) for variable in preset.asked()] == [
        ("风格", FieldKind.CHOICE),
        ("target_language", FieldKind.LANGUAGE),
    ]


def test_what_was_said_last_comes_before_what_is_usual() -> None:
    preset = Preset(
        "p", system_prompt="{{a}}{{b}}{{c}}", variables=(Variable("a", default="1"), Variable("b", default="2"))
    )
    assert preset.with_defaults({"b": "said", "z": "stray"}) == {"a": "1", "b": "said"}


def test_a_taken_name_gets_a_number() -> None:
    assert free_name("Note", ["note", "NOTE (2)"]) == "Note (3)"
    assert free_name(" New ", ["Note"]) == "New"
