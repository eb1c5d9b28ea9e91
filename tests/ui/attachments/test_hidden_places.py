"""Where in a text something hides, counted as Qt counts."""

from desktopchat.documents.extracted import Extracted, Section, Span
from desktopchat.documents.kinds import FileType, Kind
from desktopchat.ui.attachments.textview import counted_by_qt, hidden_places, seen

DOCX = FileType(Kind.DOCX, "application/x")


def marked(extracted: Extracted) -> list[str]:
    """The stretches that would be marked, cut out of the text as Qt holds it."""
    held = seen(extracted.text).encode("utf-16-le")
    places = counted_by_qt(seen(extracted.text), hidden_places(extracted))
    return [held[2 * begin : 2 * end].decode("utf-16-le") for begin, end in places]


def test_hidden_stretches_are_found_behind_titles_pages_and_letters_of_two_units() -> None:
    sections = (
        Section("Seen 😀 and unseen", title="First 🎉", page=1, hidden=(Span(11, 17),)),
        Section("", title=""),
        Section("術語 secret end", page=2, hidden=(Span(3, 9),)),
    )
    assert marked(Extracted(sections, DOCX)) == ["unseen", "secret"]


def test_tag_characters_are_shown_as_the_letters_they_stand_for() -> None:
    tagged = "go" + "".join(chr(0xE0000 + ord(letter)) for letter in "obey") + " on"
    assert marked(Extracted((Section(tagged),), DOCX)) == ["obey"]
    assert seen(tagged) == "goobey on"


def test_a_text_without_hidden_places_has_none() -> None:
    assert marked(Extracted((Section("plain", title="Title"),), DOCX)) == []
