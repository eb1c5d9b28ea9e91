"""A message as HTML for a page: all of it is there, and nothing in it can act or be loaded."""

import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from desktopchat.render.page import message_html

ELEMENTS = """
    p h1 h2 h3 h4 h5 h6 ul ol li blockquote table tr th td pre code b i s sup a br hr span svg g path rect text
"""
ATTRIBUTES = """
    style href start border cellspacing cellpadding class xmlns role aria-label viewbox
    d x y width height fill stroke stroke-width font-size text-anchor
"""


class Seen(HTMLParser):
    """What a browser would find in the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


HOSTILE = (
    "<script>alert(1)</script>\n\n<img src=x onerror=alert(1)> <svg/onload=x> <iframe src=x></iframe>",
    "![picture](https://example.com/x.png) ![p](file:///etc/passwd) [![in](http://a.b/c.png)](http://a.b)",
    "[a](javascript:alert(1)) [b](data:text/html,x) [c](smb://h/s) <javascript:alert(1)> [d](//host/x)",
    '[a](https://example.com/"onmouseover="alert(1)) [b](https://example.com "x\\" onload=\\"y")',
    "`<b onload=x>` **<i onclick=x>** <a href=x>[^1]\n\n[^1]: <style>@import url(http://x)</style>",
    "|<iframe src=x>|\n|---|\n|<svg/onload=x>|\n\n<!-- --><![CDATA[x]]><?php x ?>",
    '```html"><script>\n<script>x</script>\n```\n\n```python\n"<img src=x>" # </span><script>\n```',
    r"$\color{url(http://x)}x$ $\href{javascript:alert(1)}{x}$ $\text{<script>}$ $\style{background:url(http://x)}{x}$",
    r'$\textcolor{red" onload="alert(1)}{y}$ $$\class{x" onload="y}{z}$$ $\unicode{x}$ $\require{html}x$',
    '$a"<b>c_1$ \\(</span><script>alert(1)</script>=\\)',
    '<span class="formula" style="white-space:pre-wrap">$x_1$</span>',
)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_active_is_left(text: str) -> None:
    page = Seen(message_html(text))
    assert page.elements <= set(ELEMENTS.split())
    assert {name for name, _ in page.attributes} <= set(ATTRIBUTES.split())
    for name, value in page.attributes:
        assert name != "href" or re.match(r"(?:https?|mailto):", value)
        assert name not in ("style", "fill", "stroke") or not re.search(r"url|import|expression|javascript", value)


def test_what_is_written_is_there() -> None:
    page = Seen(message_html("# T\n\nA **b** `c` <i>\n\n- [x] d\n\n> e\n\n|f|\n|-|\n|g|\n\n```py\nh = 1\n```\n"))
    assert "".join(page.text.split()) == "TAbc<i>☑defgh=1"
    assert {"h1", "b", "code", "ul", "li", "blockquote", "table", "th", "td", "pre"} <= page.elements


def test_formulas_are_drawn_on_the_baseline_in_the_colour_of_the_text() -> None:
    page = message_html("so $y_1 < 2$ and\n\n$$\\frac{1}{2}$$\n")
    assert page.count("<svg") == 2
    assert page.count("display:block;text-align:center") == 1
    assert 'aria-label="$y_1 &lt; 2$"' in page
    assert "vertical-align:-0." in page
    assert 'fill="currentColor"' in page


def test_a_formula_that_cannot_be_drawn_stays_source() -> None:
    page = message_html("$\\unknown{x}  y$")
    assert "<svg" not in page
    assert "$\\unknown{x}  y$" in page


def test_code_is_coloured() -> None:
    assert re.search(r'<span style="color:#\w{6}">def</span>', message_html("```python\ndef f(): ...\n```\n"))


def test_no_window_is_needed() -> None:
    code = "import sys; from desktopchat.render import page; page.message_html('$x$'); print('PySide6' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
