from hypothesis import given
from hypothesis import strategies as st

from desktopchat.domain.surrogates import SurrogateJoiner, repaired

ANY_TEXT = st.text(alphabet=st.characters())  # surrogates included


def test_a_pair_cut_in_two_is_joined() -> None:
    joiner = SurrogateJoiner()
    assert [joiner.feed("a\ud83d"), joiner.feed("\ude00b"), joiner.flush()] == ["a", "😀b", ""]


def test_a_half_that_stays_alone_becomes_a_replacement_character() -> None:
    joiner = SurrogateJoiner()
    assert joiner.feed("x\ud83d") == "x"
    assert joiner.feed("y") == "\ufffdy"
    assert joiner.feed("\ude00") == "\ufffd"
    assert joiner.feed("\ud83d") == ""
    assert joiner.flush() == "\ufffd"


@given(st.lists(ANY_TEXT))
def test_any_pieces_give_text_that_can_be_stored_and_equals_the_whole(pieces: list[str]) -> None:
    joiner = SurrogateJoiner()
    shown = "".join([*(joiner.feed(piece) for piece in pieces), joiner.flush()])
    shown.encode("utf-8")
    assert shown == repaired("".join(pieces))
