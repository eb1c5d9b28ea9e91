"""Chooses and fills the demo's texts, which live in `resources/demo`: one file per theme and language."""

import re
from functools import cache

from desktopchat.i18n.catalogue import resource

ENGLISH = "en"
CHINESE = "zh"
LONGEST_QUOTE = 160

_THEMES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("code", re.compile(r"\b(code|program|python|function|script)\b|代码|程序|编程|函数", re.IGNORECASE)),
    ("table", re.compile(r"\b(tables?|compare|comparison)\b|表格|对比|比较", re.IGNORECASE)),
    ("formula", re.compile(r"\b(formula|math|maths|equation|latex)\b|公式|数学|方程", re.IGNORECASE)),
    ("help", re.compile(r"\b(help|how|shortcuts?|keys?|tour|guide)\b|帮助|怎么|如何|快捷键|教程|介绍", re.IGNORECASE)),
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_OTHER_LETTERS = re.compile(r"[^\W\d_\u3400-\u9fff]+")


def answer(question: str, *, is_first: bool) -> str:
    """What the demo says to `question`: something on its theme, else the tour, and later in a talk a shorter word."""
    found = next((name for name, pattern in _THEMES if pattern.search(question)), None)
    theme = found or ("tour" if is_first else "again")
    return text(theme, language_of(question)).replace("{question}", _quoted(question))


def language_of(question: str) -> str:
    """Chinese where the question has as many Chinese characters as words of other scripts."""
    han = len(_HAN.findall(question))
    return CHINESE if han and han >= len(_OTHER_LETTERS.findall(question)) else ENGLISH


@cache
def text(theme: str, language: str) -> str:
    """The text on `theme`, without the line break at its end."""
    return resource(f"demo/{theme}.{language}.md").read_text("utf-8").rstrip("\n")


def _quoted(question: str) -> str:
    """The question in one line, cut to a length that is good to read, and harmless within Markdown."""
    line = " ".join(question.split())
    if len(line) > LONGEST_QUOTE:
        line = line[:LONGEST_QUOTE].rstrip() + "…"
    return re.sub(r"([\\`*_\[\]<>|$#!~])", r"\\\1", line) or "…"
