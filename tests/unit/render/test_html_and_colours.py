"""The HTML that a document gets, and the colours of code."""

import re

from desktopchat.render.blocks import parse
from desktopchat.render.highlight import TokenClass, highlight
from desktopchat.render.html import BREAK, HtmlStyle, copied_text, display_text, to_html

STYLE = HtmlStyle(
    link="#0000ff",
    muted="#777777",
    border="#cccccc",
    code_background="#eeeeee",
    header_background="#f0f0f0",
    code_family="'DejaVu Sans Mono'",
    code_size=13,
)


def html_of(source: str) -> str:
    return "".join(to_html(block, STYLE) for block in parse(source))


def test_text_is_escaped_everywhere() -> None:
    source = '<img src="x"> `<b>` [<i>](https://e.org/?a="<x>) \n\n|<u>|\n|-|\n|`<s>`|\n\n```\n<pre>\n```\n'
    tags = set(re.findall(r"<(/?\w+)", html_of(source)))
    ours = ("p", "span", "a", "table", "tr", "td", "b", "pre", "br")
    assert tags <= {*ours, *(f"/{name}" for name in ours)}


def test_nothing_in_the_html_can_be_loaded() -> None:
    source = '![x](https://e.org/a.png)\n\n`background-image:url(file:///etc/passwd)`\n\n<td background="file:///x">\n'
    without_text = re.sub(r">[^<]*<", "><", html_of(source))
    assert "<img" not in without_text
    assert "url(" not in without_text
    assert "background=" not in without_text


def test_long_runs_can_be_wrapped_and_are_copied_whole() -> None:
    text = "y" * 1000
    assert BREAK in display_text(text)
    assert copied_text(display_text(text)) == text


def test_code_is_coloured_by_class() -> None:
    code = 'def f(x):\n    return "text"  # why\n'
    found = {code[run.start : run.start + run.length]: run.kind for run in highlight(code, "Python")}
    assert found["def"] is TokenClass.KEYWORD
    assert found["f"] is TokenClass.NAME
    assert found['"text"'] is TokenClass.STRING
    assert found["# why"] is TokenClass.COMMENT


def test_runs_stay_inside_the_text_and_in_order() -> None:
    code = "SELECT '中文' FROM t -- 注释\n"
    runs = highlight(code, "sql")
    assert runs == sorted(runs, key=lambda run: run.start)
    assert all(run.start >= 0 and run.start + run.length <= len(code) for run in runs)


def test_unknown_languages_have_no_colours() -> None:
    assert highlight("x = 1", "klingon") == []
    assert highlight("x = 1", "") == []
