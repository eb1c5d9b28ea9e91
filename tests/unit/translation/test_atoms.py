"""What is protected from a translation, recovered from a model's spelling, and counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktopchat.translation.atoms import LiveMarks, by_number, numbered, protect, recovered


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Open {name} and {{count}} or {0}.", ["{name}", "{{count}}", "{0}"]),
        ("%s has %(n)d files, %1$s, 100%%", ["%s", "%(n)d", "%1$s", "%%"]),
        ("100% sure, 5 % discount", []),
        ("Run $HOME/bin with ${USER} for $5", ["$HOME", "${USER}"]),
        ("See https://a.example/x?y=(1) or me@x.org.", ["https://a.example/x?y=", "me@x.org"]),
        ("请看 https://a.example/路径，谢谢", ["https://a.example/"]),
        ("Press <b>OK</b><br/> or <ph id='1'/>; 3 < 4 > 2", ["<b>", "</b>", "<br/>", "<ph id='1'/>"]),
        ("Use `code here` and ``a`b``", ["`code here`", "``a`b``"]),
        ("First\\nSecond\\tThird C:\\new", ["\\n", "\\t"]),
        ("{\\an8}Top :smile: at 10:30:45", ["{\\an8}", ":smile:"]),
        ("A mark ⟦1⟧ of ours", ["⟦", "⟧"]),
    ],
)
def test_what_programs_need_is_taken_out_and_put_back(text: str, kept: list[str]) -> None:
    protected = protect(text)
    assert [atom.raw for atom in protected.atoms] == kept
    assert protected.restored(protected.text) == text


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ('a [link here](b.md "T") c', "a ⟦1⟧link here⟦/1⟧ c"),
        ("![alt text](pic.png)", "⟦1⟧alt text⟦/1⟧"),
        ("[one][ref] and [x] alone", "⟦1⟧one⟦/1⟧ and [x] alone"),
        ("[![alt](p.png)](b.md)", "⟦1⟧⟦2⟧alt⟦/2⟧⟦/1⟧"),
        ("words[^note] and $x^2$ cost $5 and $6", "words⟦1⟧ and ⟦2⟧ cost $5 and $6"),
    ],
)
def test_links_keep_their_two_ends(text: str, sent: str) -> None:
    protected = protect(text, markdown=True)
    assert protected.text == sent
    assert protected.restored(sent) == text


@given(st.text(alphabet="ab []()!`<>{}$%\\⟦⟧1/#^.@:", max_size=80), st.booleans())
def test_any_text_comes_back(text: str, markdown: bool) -> None:
    protected = protect(text, markdown=markdown)
    assert protected.restored(protected.text) == text
    assert protected.missing(protected.text) == []
    assert protected.surplus(protected.text) == []


def test_terms_that_are_kept_are_protected_too() -> None:
    assert protect("Acme sells Acme Pro.", kept=[(0, 4), (11, 19)]).text == "⟦1⟧ sells ⟦2⟧."


@pytest.mark.parametrize("spelt", ["⟦ 1 ⟧", "[[1]]", "【【1】】", "⟦１⟧", "\\u27e61\\u27e7", "〚1〛", "⟦1⟧"])
def test_marks_in_a_models_own_spelling_are_recovered(spelt: str) -> None:
    assert recovered(f"a {spelt} b") == "a ⟦1⟧ b"


def test_ends_are_recovered_as_ends() -> None:
    assert recovered("⟦ 2 ⟧x⟦ / 2 ⟧ ⟦ # 3 ⟧", paragraphs=True) == "⟦2⟧x⟦/2⟧ ⟦#3⟧"


def test_missing_surplus_and_exchanged_marks_are_found() -> None:
    protected = protect("a [b](c) {d}", markdown=True)
    assert [atom.raw for atom in protected.missing("⟦1⟧b⟦/1⟧")] == ["{d}"]
    assert protected.surplus("⟦1⟧b⟦/1⟧ ⟦2⟧ ⟦2⟧ ⟦9⟧") == ["⟦2⟧", "⟦9⟧"]
    assert protected.misplaced("⟦/1⟧b⟦1⟧ ⟦2⟧")
    assert not protected.misplaced("⟦2⟧ ⟦1⟧b⟦/1⟧")


ANSWER = numbered(["one", "two", "three"])


def test_paragraphs_are_found_by_their_numbers() -> None:
    assert by_number(ANSWER, 3) == {0: "one", 1: "two", 2: "three"}


@pytest.mark.parametrize(
    ("answer", "certain"),
    [
        (ANSWER.replace("⟦#2⟧ ", ""), {2: "three"}),  # 1 may hold the words of 2
        (ANSWER.replace("⟦#3⟧ ", ""), {0: "one"}),
        (ANSWER.replace("⟦#2⟧", "⟦#3⟧"), {}),
        (ANSWER.replace("⟦#1⟧", "⟦#2⟧").replace("⟦#2⟧ two", "⟦#1⟧ two"), {}),
        ("no marks at all", {}),
        ("Sure:\n" + ANSWER, {0: "one", 1: "two", 2: "three"}),
        (ANSWER + "\n⟦#4⟧ four", {0: "one", 1: "two"}),
    ],
)
def test_only_certain_paragraphs_are_taken(answer: str, certain: dict[int, str]) -> None:
    found = by_number(answer, 3)
    assert {number: found.get(number) for number in certain} == certain
    assert set(found) <= set(certain) | {2} if "four" in answer else set(found) == set(certain)


@pytest.mark.parametrize("count", [1, 3])
def test_growing_answers_show_every_paragraph_and_no_mark(count: int) -> None:
    texts = [f"text {{n}} number {number}" for number in range(count)]
    protected = [protect(text) for text in texts]
    answer = numbered([each.text for each in protected]) if count > 1 else protected[0].text
    live = LiveMarks(protected)
    last: dict[int, str] = {}
    for end in range(len(answer) + 1):
        for number, shown in live.shown(answer[:end]):
            assert "⟦" not in shown
            last[number] = shown
    assert [last[number] for number in range(count)] == texts


def test_words_taken_back_are_taken_back() -> None:
    live = LiveMarks([protect("x")])
    assert live.shown("hello wor") == [(0, "hello wor")]
    assert live.shown("good") == [(0, "good")]
