"""Finding terms in texts: words and Chinese, cases and widths, overlaps, and thousands of terms."""

import pytest

from desktopchat.domain.translation import Glossary, Term, TermRule
from desktopchat.translation.glossary import Matcher, folded, matcher_for, occurrences


def found(text: str, *terms: Term) -> list[str]:
    return [text[slice(*hit.span)] for hit in Matcher(terms).find(text)]


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("widget", "A Widget, two widgets and the widget's end; midget, widgetry", ["Widget", "widgets", "widget's"]),
        ("cat", "concatenate the cat", ["cat"]),
        ("machine translation", "Machine  translation? machine translation!", ["machine translation"]),
        ("术语", "这个术语表里有术语。", ["术语", "术语"]),
        ("库", "数据库", ["库"]),
        ("GPU", "使用GPU计算，ＧＰＵ也行", ["GPU", "ＧＰＵ"]),
        ("T恤", "一件T恤和AT恤", ["T恤"]),
        (".NET", "Use .NET now", [".NET"]),
        ("C++", "C++ and C", ["C++"]),
        ("straße", "Die Straße", ["Straße"]),
        ("ñandú", "El ÑANDÚ corre", ["ÑANDÚ"]),
        ("データ", "このデータは", ["データ"]),
        ("사과", "사과를 먹다", ["사과"]),
    ],
)
def test_terms_are_found_as_their_script_has_them(term: str, text: str, expected: list[str]) -> None:
    assert found(text, Term(term, "x")) == expected


def test_the_longer_of_two_terms_wins() -> None:
    terms = Term("neural network", "a"), Term("network", "b"), Term("neural", "c")
    assert found("a neural network, a network", *terms) == ["neural network", "network"]
    assert found("数据库管理", Term("数据", "a"), Term("数据库", "b"), Term("库管", "c")) == ["数据库"]


def test_the_case_rule_is_kept() -> None:
    assert found("go and Go", Term("Go", "Go 语言", case_sensitive=True)) == ["Go"]


def test_several_terms_for_the_same_words_are_all_found() -> None:
    hits = Matcher([Term("bank", "银行"), Term("bank", "河岸")]).find("a bank")
    assert [hit.term.target for hit in hits] == ["银行", "河岸"]


def test_places_are_those_of_the_text_whatever_folding_does() -> None:
    text = "İstanbul ve WIDGET"
    hit = Matcher([Term("widget", "x")]).find(text)[0]
    assert text[slice(*hit.span)] == "WIDGET"
    assert len(folded(text)) == len(text)


def test_only_what_is_met_is_sent_each_term_once_and_kept_ones_not_at_all() -> None:
    terms = (
        Term("one", "一"),
        Term("two", "二"),
        Term("Acme", "", rule=TermRule.KEEP),
        Term("", "坏词", rule=TermRule.FORBIDDEN),
    )
    matcher = Matcher(terms)
    assert matcher.wanted(matcher.find("one Acme one")) == (terms[0], terms[3])
    assert matcher.forbidden_everywhere == ("坏词",)


def test_of_thousands_of_terms_few_are_compared() -> None:
    english = [Term(f"term{number:05} of kind {number % 7}", "x") for number in range(2500)]
    chinese = [Term(chr(0x4E00 + number) + chr(0x5000 + number % 50) + "术语", "x") for number in range(2500)]
    text = "The term00042 of kind 0 and others stand here. " * 10 + "这是一个包含很多汉字的段落，" * 20
    matcher = matcher_for((Glossary("large", terms=(*english, *chinese)),))
    compared = sum(len(entries) for _, entries in matcher.candidates(folded(text)))
    assert len(matcher.find(text)) == 10
    assert compared < 30_000  # without sorting by first characters it is 5,000 for each of 750 places


@pytest.mark.parametrize(
    ("text", "target", "exactly", "count"),
    [
        ("两个小部件和小部件", "小部件", True, 2),
        ("widgets, Widget and widgetry", "widget", True, 2),
        ("mit den Dateien", "Datei", False, 1),
        ("в системе и системой", "система", False, 2),
        ("the cathedral", "cat", True, 0),
        ("", "x", True, 0),
        ("x", " ", True, 0),
    ],
)
def test_targets_are_counted_as_words(text: str, target: str, exactly: bool, count: int) -> None:
    assert len(occurrences(text, target, exactly=exactly)) == count
