"""Where sentences end, beside Unicode's own rules and where translators want it otherwise."""

import pytest
from uniseg.sentencebreak import sentence_boundaries

from desktopchat.translation.sentences import sentences


def cut(text: str, language: str = "") -> list[str]:
    return [text[start:end] for start, end in sentences(text, language)]


@pytest.mark.parametrize(
    "text",
    [
        "One sentence. Another one! A third? Yes.",
        "It costs 3.14 euros. That is much.",
        "See e.g. the manual. It is long.",
        "这是第一句。这是第二句！第三句？",
        "「はい。」と言った。次の文です。",
        "Он пришёл. Она ушла.",
        "Wait... what? I see.",
        "One.\nTwo.\n\nThree.",
        "He said “Stop.” Then he left.",
        "",
        "No end",
    ],
)
def test_usual_texts_are_cut_as_unicode_says(text: str) -> None:
    borders = [border for border in sentence_boundaries(text) if border]
    mine = [end for _, end in sentences(text)]
    lines = [at + 1 for at, character in enumerate(text) if character == "\n"]
    assert [border for border in borders if border not in lines] == [end for end in mine if end not in lines]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mr. Smith met Dr. Jones. They talked.", ["Mr. Smith met Dr. Jones. ", "They talked."]),
        ("J. R. R. Tolkien wrote it. Read it.", ["J. R. R. Tolkien wrote it. ", "Read it."]),
        ("See No. 5 for more. He said no. Then he left.", ["See No. 5 for more. ", "He said no. ", "Then he left."]),
        ("これは本です。「はい。」", ["これは本です。", "「はい。」"]),
        ("Open https://a.example/x?y=1 now. Good.", ["Open https://a.example/x?y=1 now. ", "Good."]),
        ("版本 2.5 发布了。请更新！", ["版本 2.5 发布了。", "请更新！"]),
        ("It is 5 p.m. and late. Go.", ["It is 5 p.m. and late. ", "Go."]),
    ],
)
def test_abbreviations_initials_and_quotations_do_not_end_a_sentence(text: str, expected: list[str]) -> None:
    assert cut(text, "en") == expected


def test_german_abbreviations_are_known_in_german() -> None:
    assert cut("Das gilt z.B. Hier nicht. Dort schon.", "de") == ["Das gilt z.B. Hier nicht. ", "Dort schon."]


def test_sentences_put_together_are_the_text() -> None:
    text = 'A "quote?" (Really.) Two\u3000blanks。  Three!! \n\nFour… five. 「六。」七'
    assert "".join(cut(text)) == text
