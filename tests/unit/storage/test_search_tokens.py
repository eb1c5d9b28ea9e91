"""How text becomes tokens, and what is typed becomes a query."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktopchat.domain.search_tokens import MAX_TOKEN, document, tokens
from desktopchat.storage.queries import MAX_TERMS, parsed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, world!", "hello world"),
        ("snake_case x.y", "snake case x y"),
        ("Café naïve Straße ÅNGSTRÖM ﬁn", "cafe naive strasse angstrom fin"),
        ("e\u0301te\u0301", "ete"),
        ("ｆｕｌｌ　ｗｉｄｔｈ１２", "full width12"),
        ("使用Python编程", "使用 python 编程"),
        ("数据库", "数据 据库"),
        ("第3章", "第 3 章"),
        ("ひらがな", "ひら らが がな"),
        ("ｶﾞｷﾞ", "ガギ"),
        ("コンピューター", "コン ンピ ピュ ュー ータ ター"),
        ("학교에서", "학교 교에 에서"),
        ("\u1112\u1161\u11ab\u1100\u116e\u11a8", "한국"),
        ("ภาษาไทย", "ภา าษ ษา าไ ไท ทย"),
        ("हिन्दी में", "हिन्दी में"),
        ("שָׁלוֹם", "שָׁלוֹם"),
        ("𠮷野家", "𠮷野 野家"),
        ("go 🎉", "go 🎉"),
        ("… — !?", ""),
    ],
)
def test_text_becomes_words_or_pairs_of_characters(text: str, words: str) -> None:
    assert document(text)[0] == words


def test_each_unspaced_character_is_listed_once() -> None:
    assert document("数据数据库, 人 ok")[1] == " ".join(sorted("数据库人"))


def test_very_long_words_are_cut() -> None:
    assert document("a" * 10_000)[0] == "a" * MAX_TOKEN


@given(st.text())
def test_tokens_stand_where_they_say_and_hold_nothing_that_the_index_would_split(text: str) -> None:
    for token, start, end in tokens(text):
        assert 0 <= start < end <= len(text)
        assert re.fullmatch(r"[a-z0-9\u0080-\U0010ffff]+", token)


def terms(query: str) -> list[str]:
    return [term.match(prefix=True) for term in parsed(query).terms]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("hello wor", ['"hello"', '"wor" *']),
        ("hello wor ", ['"hello"', '"wor" *']),
        ('"hello wor"', ['"hello wor"']),
        ('"hello wor', ['"hello wor"']),
        ("“as typed” x", ['"as typed"', '"x"']),
        ("「術語」", ['"術語"']),
        ("snake_case", ['"snake case" *']),
        ("机器学习", ['"机器 器学 学习"']),
        ("术", ['"术"']),
        ("第3章", ['"第"', '"3"', '"章"']),
        ("使用Py", ['"使用 py" *']),
        ("a", ['"a"']),
        ("done.", ['"done"']),
        ("the the the", ['"the"', '"the" *']),
        ("NOT (x OR y) NEAR/2 * ^ col:z -", ['"not"', '"x"', '"or"', '"y"', '"near 2"', '"col z"']),
        ('" " ""', []),
        ("", []),
    ],
)
def test_a_query_has_no_syntax_to_get_wrong(query: str, expected: list[str]) -> None:
    assert terms(query) == expected


def test_a_pasted_book_is_a_query_of_bounded_size() -> None:
    assert len(parsed("one two three " * 100_000).terms) <= MAX_TERMS
