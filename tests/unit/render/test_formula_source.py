"""Formulas keep their source, to the last backslash; prices and shell variables are no formulas."""

import pytest

from desktopchat.render.blocks import parse
from desktopchat.render.content import Style, plain, plain_text
from desktopchat.render.formula_picture import Tex, tex_of
from desktopchat.render.html import HtmlStyle, to_html

STYLE = HtmlStyle("#00f", "#888", "#ccc", "#eee", "#ddd", "Mono", 13)


def formulas(text: str) -> list[str]:
    return [span.text for block in parse(text) for span in block.spans if span.style & Style.FORMULA]


@pytest.mark.parametrize(
    "formula",
    [
        r"$e^{-x^2}\,dx$",
        "$a_1*b*c_2$",
        "$n = 10$",
        "$x$",
        r"$$\int_0^1 x\,dx$$",
        r"\(a\,b\)",
        r"\[ x\_1\! \]",
    ],
)
def test_a_formula_in_a_line_stays_as_it_was_written(formula: str) -> None:
    text = f"so {formula}, and *then*"

    assert formulas(text) == [formula]
    assert plain_text(parse(text)) == f"so {formula}, and then"


@pytest.mark.parametrize("signs", [("$$", "$$"), (r"\[", r"\]")])
def test_lines_of_a_formula_are_no_list_and_no_heading(signs: tuple[str, str]) -> None:
    formula = f"{signs[0]}\n- a \\\\\n+ b\n= c\n---\n{signs[1]}"

    blocks = parse(f"It follows:\n{formula}\nand *so* on")

    assert [plain(block) for block in blocks] == ["It follows:", formula, "and so on"]
    assert formulas(formula) == [formula]


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $6.",
        "It costs $5 (or 6$).",
        "从$100涨到200$。",
        "US$5/$6",
        "Set $HOME and $PATH, then $(pwd) or $A:$B",
        "See $FOO_BAR (or $BAZ_QUX)",
        r"\[1\] and \[sic\] \(as they say\)",
        "`$a_b` and `c$`",
    ],
)
def test_prices_variables_and_brackets_are_no_formulas(text: str) -> None:
    assert formulas(text) == []


@pytest.mark.parametrize("text", ["a $x$\\(y\\) b", "**$x$**$y$", "|a|\n|-|\n|$x$ and $y$|\n"])
def test_each_formula_is_a_run_of_its_own(text: str) -> None:
    cells = [cell for block in parse(text) for row in block.rows for cell in row] or [parse(text)[0].spans]
    found = [tex_of(span.text) for spans in cells for span in spans if span.style & Style.FORMULA]
    assert [tex.source for tex in found if tex] == ["x", "y"]


def test_a_block_that_is_a_formula_tells_so() -> None:
    (block,) = parse("$$\nx\n= y\n$$\n")
    (span,) = block.spans
    assert tex_of(span.text) == Tex("x\n= y", display=True)


def test_a_formula_that_never_ends_holds_only_its_own_paragraph() -> None:
    blocks = parse("$$\na^2\n\nHere is *more*.")

    assert [plain(block) for block in blocks] == ["$$\na^2", "Here is more."]


def test_a_formula_is_shown_in_the_letters_of_code() -> None:
    (block,) = parse(r"$a<b\,c$")

    assert '<span style="font-family:Mono; font-size:13px">$a&lt;b\\,c$</span>' in to_html(block, STYLE)


def test_many_dollars_cost_no_more_than_their_number() -> None:
    text = "\\(a " * 2_000 + "$a " * 2_000

    assert "".join(plain(block) for block in parse(text)).count("a") == 4_000
