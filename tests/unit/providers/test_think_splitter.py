import pytest

from desktopchat.providers.thinking import ThinkSplitter

CASES = [
    ("plain text", "", "plain text"),
    ("<think>Hm</think>Yes", "Hm", "Yes"),
    ("\n <think>\nHm\n</think>\n\nYes\n", "Hm\n", "Yes\n"),
    ("<think></think>Yes", "", "Yes"),
    ("<think>\n\n</think>\n\nYes", "", "Yes"),
    ("<think>a < b </thin </think>Yes", "a < b </thin ", "Yes"),
    ("<think>Hm</think>Use <think>x</think>", "Hm", "Use <think>x</think>"),
    ("<thinking>no</thinking>", "", "<thinking>no</thinking>"),
    ("  \n text", "", "  \n text"),
    ("<thi", "", "<thi"),
    ("<think>never closed</thi", "never closed</thi", ""),
    ("", "", ""),
    (" " * 100 + "<think>x", "", " " * 100 + "<think>x"),
]


def split(pieces: list[str]) -> tuple[str, str]:
    splitter = ThinkSplitter()
    found = [*(splitter.feed(piece) for piece in pieces), splitter.flush()]
    return "".join(part.reasoning for part in found), "".join(part.text for part in found)


@pytest.mark.parametrize(("content", "reasoning", "text"), CASES)
def test_thoughts_are_told_from_text_under_any_split(content: str, reasoning: str, text: str) -> None:
    expected = (reasoning, text)
    assert split([content]) == expected
    assert split(list(content)) == expected
    for at in range(len(content)):
        assert split([content[:at], content[at:]]) == expected


def test_plain_gives_back_what_was_held_and_ends_the_search() -> None:
    splitter = ThinkSplitter()
    assert splitter.feed("<th") == ("", "")
    assert splitter.plain() == "<th"
    assert splitter.feed("<think>x") == ("", "<think>x")


def test_nothing_is_held_longer_than_a_tag() -> None:
    splitter = ThinkSplitter()
    splitter.feed("<think>")
    assert splitter.feed("a" * 1000 + "</thin").reasoning == "a" * 1000
