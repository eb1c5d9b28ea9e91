"""What Markdown means here: which syntax counts, which links are allowed, and that no word is lost."""

import subprocess
import sys

import pytest

from desktopchat.render.blocks import parse
from desktopchat.render.content import BlockKind, Item, Quote, Span, Style, plain, plain_text
from desktopchat.render.markdown import is_allowed


@pytest.mark.parametrize(
    "source", ["**词。**字", "他说**「你好」**吧", "**重点：**内容", "中文**bold.**中文", "これは**「強調」**です"]
)
def test_bold_works_next_to_chinese_and_japanese_marks(source: str) -> None:
    assert "*" not in plain(parse(source)[0])
    assert any(span.style & Style.BOLD for span in parse(source)[0].spans)


def test_emphasis_follows_commonmark_in_western_text() -> None:
    assert plain(parse('a*"foo"*b')[0]) == 'a*"foo"*b'
    assert plain(parse("snake_case_name and 2*3*4")[0]) == "snake_case_name and 234"
    assert parse("**a** _b_ ~~c~~")[0].spans == (
        Span("a", Style.BOLD),
        Span(" "),
        Span("b", Style.ITALIC),
        Span(" "),
        Span("c", Style.STRIKE),
    )


@pytest.mark.parametrize(
    "url",
    ["http://example.com", "https://example.com/a?b=c#d", "https://xn--80ak6aa92e.com/", "mailto:a@example.org"],
)
def test_these_links_are_allowed(url: str) -> None:
    assert is_allowed(url)


FORBIDDEN = (
    "javascript:alert(1)",
    "file:///etc/passwd",
    "smb://host/share",
    "//host/share",
    "C:/Windows/System32/calc.exe",
    "ms-msdt:/id",
    "search-ms:query=x",
    "data:text/html,x",
    "vbscript:x",
    "https://user:pw@example.com",
    "http://",
    "https:///x",
    "relative/path",
    "HTTP\t://x",
    "http://[::1",
    "mailto:nobody",
    "x-apple.systempreferences:",
)


@pytest.mark.parametrize("url", FORBIDDEN)
def test_these_links_are_not_allowed(url: str) -> None:
    assert not is_allowed(url)
    shown = parse(f"[words]({url}) ![picture]({url})")[0]
    assert all(not span.href for span in shown.spans)


@pytest.mark.parametrize("url", ["http://a\u202eb.com", "http://a.com/\\x", "\\\\host\\share", "http://a.com/\n"])
def test_nothing_hides_in_an_address(url: str) -> None:
    assert not is_allowed(url)
    for span in parse(f"[words]({url})")[0].spans:
        assert span.href == "" or (span.href.isascii() and "\\" not in span.href)


def test_an_image_is_its_description_and_its_host() -> None:
    span = parse("![a chart](https://pics.example.org/x.png)")[0].spans[0]
    assert span.text == "a chart (pics.example.org)"
    assert span.style & Style.IMAGE


def test_html_is_text() -> None:
    assert plain(parse('<b>x</b> <img src="file:///etc/passwd"> y')[0]) == '<b>x</b> <img src="file:///etc/passwd"> y'
    assert plain(parse("<script>\nalert(1)\n</script>")[0]) == "<script>\nalert(1)\n</script>"


def test_bare_addresses_become_links_and_bare_names_do_not() -> None:
    spans = parse("see https://example.com/x, example.com and a@b.org")[0].spans
    assert [span.href for span in spans] == ["", "https://example.com/x", ""]


def test_cells_that_the_parser_would_drop_are_shown() -> None:
    assert "too many" in plain_text(parse("|a|b|\n|-|-|\n|1|2|too many|\n"))


def test_nesting_deeper_than_the_parser_goes_keeps_its_words() -> None:
    for source in (">" * 1_000 + " at the bottom", "".join(" " * 2 * n + f"- item{n}\n" for n in range(130))):
        words = plain_text(parse(source))
        assert "bottom" in words or all(f"item{n}" in words for n in range(130))


def test_containers_are_told_from_the_outside_in() -> None:
    blocks = parse("1. one\n   > said\n\n2. two\n")
    assert [block.within for block in blocks] == [
        (Item("1.", True),),
        (Item("1.", False), Quote(True)),
        (Item("2.", True),),
    ]


def test_tight_lists_are_close_and_loose_ones_are_not() -> None:
    assert [block.spaced for block in parse("- a\n- b\n")] == [True, False]
    assert [block.spaced for block in parse("- a\n\n- b\n")] == [True, True]


def test_code_keeps_its_language_and_its_text() -> None:
    block = parse("```python title=x\n**not bold** &amp;\n```")[0]
    assert (block.kind, block.language, block.code) == (BlockKind.CODE, "python", "**not bold** &amp;")


def test_task_lists_have_boxes() -> None:
    blocks = parse("- [ ] to do\n- [x] done\n\n  more\n- [x]no box\n\n1. [X] numbered\n")
    assert [(plain(block), block.within) for block in blocks] == [
        ("to do", (Item("☐", True),)),
        ("done", (Item("☑", True),)),
        ("more", (Item("☑", False),)),
        ("[x]no box", (Item("•", True),)),
        ("numbered", (Item("1. ☑", True),)),
    ]


def test_a_footnote_stands_where_it_is_written() -> None:
    blocks = parse("Said.[^1]\n\n[^1]: By *whom*?\n\n    More.\n[^empty]:\n")
    assert [plain(block) for block in blocks] == ["Said.[1]", "[1] By whom?", "More.", "[empty] "]
    assert blocks[0].spans[1] == Span("[1]", Style.NOTE)
    assert blocks[1].spans[:2] == (Span("[1] ", Style.NOTE), Span("By "))


@pytest.mark.parametrize("before", ["[^0]: a", "> a", "- a", "a"])
def test_a_footnote_ends_what_stands_above_it(before: str) -> None:
    assert plain(parse(f"{before}\n[^1]: note\n")[-1]) == "[1] note"


def test_a_mark_without_a_footnote_is_text_and_no_footnote_is_a_link() -> None:
    assert parse("a [^1] b [text][^1]")[0].spans == (Span("a [^1] b [text][^1]"),)
    spans = parse("[text][^1]\n\n[^1]: https://example.com\n")[0].spans
    assert spans == (Span("[text]"), Span("[1]", Style.NOTE))
    assert "".join(span.text for span in parse("`[^1]`\n\n[^1]: x\n")[0].spans) == "[^1]"


def test_formulas_stay_readable() -> None:
    assert plain(parse(r"Energy: $E = mc^2$ and $$\int_0^1 x\,dx$$.")[0]).startswith("Energy: $E = mc^2$ and $$")


def test_plain_text_is_what_one_sees() -> None:
    source = "# Title\n\nText.\n\n1. one\n2. two\n\n> said\n\n|a|b|\n|-|-|\n|1|2|\n"
    assert plain_text(parse(source)) == "Title\n\nText.\n\n1. one\n2. two\n\n> said\n\na\tb\n1\t2"


def test_importing_the_room_loads_no_parser() -> None:
    code = (
        "import sys; import desktopchat.render.blocks, desktopchat.render.html, desktopchat.render.highlight;"
        "print([m for m in ('markdown_it', 'pygments', 'linkify_it') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
