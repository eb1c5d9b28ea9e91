"""Formulas become vector pictures, or stay readable source: never a wrong picture, never a hanging thread."""

import re
import subprocess
import sys
import threading
from xml.etree import ElementTree as ET

import pytest

from desktopchat.render.formula_picture import MOST_CHARS, MOST_KNOWN, FormulaPicture, draw, is_known, tex_of

SVG = "{http://www.w3.org/2000/svg}"


def drawn(source: str) -> FormulaPicture:
    picture = draw(source)
    assert picture is not None, source
    return picture


def shapes(source: str, name: str) -> list[ET.Element]:
    return list(ET.fromstring(drawn(source).svg()).iter(f"{SVG}{name}"))


@pytest.mark.parametrize(
    ("source", "tex", "display"),
    [("$x$", "x", False), (r"\(x\)", "x", False), ("$$\nx\n$$", "x", True), (r"\[ x \]", "x", True)],
)
def test_the_signs_tell_how_it_stands(source: str, tex: str, display: bool) -> None:
    found = tex_of(source)
    assert found is not None
    assert (found.source, found.display) == (tex, display)


@pytest.mark.parametrize("source", ["", "x", "$", "$$", "$$$$", "$x", r"\(x", "$ $"])
def test_what_has_no_signs_is_no_formula(source: str) -> None:
    assert tex_of(source) is None
    assert draw(source) is None


@pytest.mark.parametrize(
    "tex",
    [
        r"\frac{-b \pm \sqrt{b^2-4ac}}{2a}",
        r"\int_0^1 x^2\,dx = \frac13",
        r"\sum_{n=1}^{\infty} \frac{1}{n^2}",
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
        r"f(x) = \begin{cases} 1 & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}",
        r"\begin{align} a &= b + c \\ d &= e \tag{1} \label{eq} \end{align}",
        r"\begin{gather*} a = b \\ c = d \end{gather*}",
        r"\left\| \mathbf{A}\vec{x} \right\|_2 \le \lambda",
        r"\underbrace{a+b}_{n} \xrightarrow{f} \overline{AB}",
        r"\mathop{\mathrm{tr}} A \not= \operatorname*{argmin}_{x \in \mathbb{R}} g(x)",
        r"20^\degree, 50\% and 20%",
    ],
)
def test_what_models_write_is_drawn(tex: str) -> None:
    picture = drawn(f"$${tex}$$")
    assert picture.width_em > 1
    assert picture.height_em > picture.depth_em


@pytest.mark.parametrize(
    "tex",
    [
        r"\foo{x}",
        r"\frac{a}",
        "{",
        r"\ce{H2O}",
        r"\text{عربي}",
        r"\def\a{\a\a}\a",
        r"\href{javascript:alert(1)}{x}",
        r"\color{url(http://example.org/)}x",
        r'\textcolor{red" onload="x}{y}',
        r"\phantom{x}",
        r"\hspace{99999em}x",
        "x" * MOST_CHARS,
        r"\sqrt{" * 300 + "x" + "}" * 300,
        r"\left(" * 13 + "x" + r"\right)" * 13,
    ],
)
def test_what_cannot_be_drawn_as_it_was_meant_has_no_picture(tex: str) -> None:
    assert draw(f"$${tex}$$") is None


def test_a_display_formula_is_larger_than_one_in_a_line() -> None:
    assert drawn(r"$$\sum_{i=1}^n i$$").height_em > drawn(r"$\sum_{i=1}^n i$").height_em


def test_the_baseline_of_letters_without_a_tail_is_at_the_lower_edge() -> None:
    assert drawn("$x$").depth_em < 0.1
    assert drawn("$y$").depth_em > 0.2
    assert 0.8 < drawn("$mm$").width_em / (2 * 0.85) < 1.2


def test_a_picture_takes_the_colour_that_it_is_asked_for() -> None:
    picture = drawn(r"$x + \frac{1}{2} \textcolor{red}{y}$")
    fills = set(re.findall(r'fill="([^"]*)"', picture.svg("#abcdef")))
    assert fills == {"#abcdef", "red"}


def test_the_picture_is_nothing_but_shapes() -> None:
    root = ET.fromstring(drawn(r"$$\boxed{\sqrt[3]{\left( x \right)}} \text{a<b}$$".replace("a<b", "a b")).svg())
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {"svg", "g", "path", "rect"}
    assert not [key for element in root.iter() for key in element.attrib if "href" in key or key.startswith("on")]


def test_chinese_letters_stand_in_a_font_of_the_viewer() -> None:
    letters = shapes(r"$\text{若 } x > 0, \text{则} y_{\text{最大}}$", "text")
    assert [letter.text for letter in letters] == ["若", "则", "最", "大"]
    assert float(letters[-1].attrib["font-size"]) < float(letters[0].attrib["font-size"])


def test_a_table_has_the_lines_that_it_asks_for() -> None:
    plain = shapes(r"$$\begin{array}{cc} a & b \\ c & d \end{array}$$", "rect")
    ruled = shapes(r"$$\begin{array}{c|c} a & b \\ \hline c & d \end{array}$$", "rect")
    assert len(ruled) == len(plain) + 2


@pytest.mark.parametrize("tex", [r"\left(x^{", r"\frac{1}{", r"\begin{cases}", r"\overset{a}{"])
def test_work_does_not_double_with_each_level(tex: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from ziamath.nodes.mnode import Mnode

    made: list[object] = []
    make = Mnode.fromelement.__func__  # type: ignore[attr-defined]

    def counted(*arguments: object, **named: object) -> object:
        made.append(arguments)
        return make(*arguments, **named)

    monkeypatch.setattr(Mnode, "fromelement", classmethod(counted))
    closing = {"\\left(x^{": "}\\right)", "\\begin{cases}": "\\end{cases}"}.get(tex, "}")

    def boxes(levels: int) -> int:
        made.clear()
        drawn(f"$${tex * levels}x{closing * levels}$$")
        return len(made)

    assert boxes(6) < 5 * boxes(
        3
    )  # doubled three times over it would be eight times as much, and 64 with two per level


def test_what_was_drawn_is_known_until_much_else_was() -> None:
    source = r"$known \alpha$"
    assert not is_known(source)
    assert draw(source) is draw(source)
    assert is_known(source)
    for number in range(MOST_KNOWN):
        draw(f"${number}")
    assert not is_known(source)


def test_several_threads_may_ask() -> None:
    sources = [rf"$\frac{{{n}}}{{x}} + \sqrt{{{n}}}$" for n in range(12)]
    found: dict[str, FormulaPicture | None] = {}
    threads = [
        threading.Thread(target=lambda part=part: found.update({s: draw(s) for s in part}))
        for part in (sources, sources[::-1], sources[6:] + sources[:6])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({picture.shapes for picture in found.values() if picture}) == len(sources)


def test_asking_for_a_picture_is_what_imports_the_library() -> None:
    code = (
        "import sys; from desktopchat.render import formula_picture as f; f.tex_of('$x$');"
        "print('ziamath' in sys.modules); f.draw('$x$'); print('ziamath' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
