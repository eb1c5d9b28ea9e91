"""What a selection holds, and how it looks as plain text, HTML and Markdown."""

import pytest

from desktopchat.render.blocks import parse
from desktopchat.render.content import Block, BlockKind, plain
from desktopchat.render.excerpt import Excerpt, cut, excerpt, plain_text, whole
from desktopchat.render.rich import rich_html
from desktopchat.render.written import markdown

LISTS = "1. one\n2. two\n   - deep\n   - deeper\n3. three\n\n- [link](https://example.com) and `code`\n"
TABLE = "| a | b |\n|---|--:|\n| one | **two** |\n| three | four |\n"


def everything(text: str) -> Excerpt:
    return whole(parse(text), text)


def part(text: str, start: tuple[int, int], end: tuple[int, int]) -> Excerpt:
    """From a position in one block to a position in another."""
    pieces = []
    for number, block in enumerate(parse(text)):
        if start[0] <= number <= end[0]:
            pieces.append(
                (block, start[1] if number == start[0] else 0, end[1] if number == end[0] else len(plain(block)))
            )
    return excerpt(pieces, text)


def test_a_part_of_a_block_keeps_its_styles() -> None:
    found = part("Some **bold words** here.", (0, 7), (0, 18))
    assert plain_text(found) == "ld words he"
    assert rich_html(found.blocks) == "<p><b>ld words</b> he</p>"
    assert markdown(found) == "**ld words** he"


@pytest.mark.parametrize("text", [LISTS, TABLE, "# Head\n\n> quote\n> more\n\n```py\nx = 1\n```\n", "$$x^2$$"])
def test_a_whole_text_is_its_source_to_the_letter(text: str) -> None:
    assert markdown(everything(text)) == text


def test_lists_are_nested_and_numbered() -> None:
    html = rich_html(parse(LISTS))
    assert html == (
        "<ol><li>one</li><li>two<ul><li>deep</li><li>deeper</li></ul></li><li>three</li></ol>"
        '<ul><li><a href="https://example.com">link</a> and '
        "<code style=\"font-family:Consolas,Menlo,'DejaVu Sans Mono',monospace\">code</code></li></ul>"
    )


def test_a_list_that_is_copied_from_its_middle_keeps_its_numbers() -> None:
    found = part(LISTS, (1, 1), (4, 5))
    assert plain_text(found) == "wo\n   • deep\n   • deeper\n3. three"
    assert rich_html(found.blocks).startswith('<ol start="2"><li>wo<ul><li>deep')
    assert markdown(found) == "wo\n   - deep\n   - deeper\n3. three"


def test_a_part_of_one_list_item_is_no_list() -> None:
    found = part(LISTS, (1, 1), (1, 3))
    assert (plain_text(found), rich_html(found.blocks)) == ("wo", "<p>wo</p>")


def test_cells_of_a_table_stay_cells() -> None:
    found = part(TABLE, (0, 4), (0, 17))  # from "one" to "three"
    assert plain_text(found) == "one\ttwo\nthree\t"
    assert rich_html(found.blocks).count("<td") == 4
    assert "<th" not in rich_html(found.blocks)
    assert "<b>two</b>" in rich_html(found.blocks)
    assert markdown(found) == "|  |  |\n| --- | --- |\n| one | **two** |\n| three |  |"


def test_a_part_of_one_cell_is_text() -> None:
    found = part(TABLE, (0, 5), (0, 7))
    assert (plain_text(found), rich_html(found.blocks)) == ("ne", "<p>ne</p>")


def test_slices_of_long_code_are_one_piece_of_code() -> None:
    code = "\n".join(f"line {n}" for n in range(450))
    blocks = parse(f"```\n{code}\n```")
    assert len(blocks) > 1
    assert rich_html(blocks).count("<pre") == 1
    assert plain_text(whole(blocks, "")) == code
    source = f"Text.\n\n```\n{code}\n```\n\nMore."
    assert markdown(part(source, (0, 2), (4, 2))) == f"xt.\n\n```\n{code}\n```\n\nMo"


def test_a_part_of_code_is_fenced_in_markdown() -> None:
    found = part("```py\nfirst = 1\nsecond = ```2\n```", (0, 6), (0, 23))
    assert markdown(found) == "````py\n= 1\nsecond = ```2\n````"


def test_blanks_and_breaks_survive_in_html() -> None:
    assert rich_html(parse("a  \nb")) == "<p>a<br>\nb</p>"
    assert "&nbsp; " in rich_html([Block(BlockKind.PLAIN, code="two  blanks")])


def test_formulas_are_their_source() -> None:
    text = "Energy $E=mc^2$ is\n\n$$\\sum_i x_i$$"
    assert plain_text(everything(text)) == text
    assert "$E=mc^2$" in rich_html(parse(text))
    assert plain_text(part(text, (0, 7), (0, 15))) == "$E=mc^2$"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![picture](https://example.com/x.png)",
        "[click](javascript:alert(1))",
        "[click](file:///etc/passwd)",
        '[a](https://example.com/"onmouseover="alert(1))',
        "`<b onload=x>`",
        "| <iframe src=x> |\n|---|\n| <svg/onload=x> |",
        "```html\n<script>x</script>\n```",
        "- <object data=x>\n> <embed src=x>",
    ],
)
def test_nothing_active_comes_out(text: str) -> None:
    html = rich_html(parse(text)).lower()
    for bad in (
        "<script",
        "<img",
        "<iframe",
        "<svg",
        "<object",
        "<embed",
        "<b onload",
        'href="javascript',
        'file:///"',
    ):
        assert bad not in html
    assert '"onmouseover' not in html


@pytest.mark.parametrize("text", [LISTS, TABLE, "# A\n\npara **b**\n\n> q\n\n```\nc\n```"])
def test_every_cut_keeps_the_text(text: str) -> None:
    for block in parse(text):
        words = plain(block)
        for start in range(len(words)):
            for end in range(start + 1, len(words) + 1):
                found = plain(cut(block, start, end))
                wanted = words[start:end]
                assert found.replace("\t", "").replace("\n", "") == wanted.replace("\t", "").replace("\n", "")
