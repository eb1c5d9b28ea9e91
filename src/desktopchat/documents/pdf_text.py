"""Makes text of what a PDF has: letters that were drawn in lines become words and paragraphs. No PDF library here."""

import re
import unicodedata

_cjk = "\u2e80-\u2fff\u3000-\u30ff\u3105-\u312f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_ligature = re.compile("[\ufb00-\ufb06\u2e80-\u2fdf]")
_soft_end = re.compile("[\ufffe\x02\u00ad]\r?\n?")
_hard_end = re.compile(r"(?<=[^\W\d_])[-\u2010]\r?\n(?=[^\W\d_])")
_blank_end = re.compile(r"[ \t]+(?=\n)")
_wide = re.compile(f"[{_cjk}]")
_wide_break = re.compile(f"(?<=[{_cjk}])\n(?=[{_cjk}])")
_FULL = 0.7
"""The share of the longest line from which on a line counts as full, so that the next one goes on with its sentence."""


def flowing(text: str) -> str:
    """`text` with words joined that were divided at the end of a line, and Chinese or Japanese lines joined.

    Ligatures become letters, and radicals (which many PDF files have in place of characters) the characters.
    """
    text = _ligature.sub(lambda found: _plain(found.group()), text)
    text = _soft_end.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    text = _blank_end.sub("", _hard_end.sub(_joined, text))
    return _joined_wide(text)


def _plain(letter: str) -> str:
    plain = unicodedata.normalize("NFKC", letter)
    return plain if plain != letter else _RADICALS.get(letter, letter)


# Radicals of the supplement have no decomposition, although fonts mix them up with these characters.
_PAIRS = (
    "⺟母 ⺠民 ⺫目 ⺬示 ⺮竹 ⺶羊 ⺻聿 ⻁虎 ⻄西 ⻅见 ⻆角 ⻉贝 ⻋车 ⻑長 ⻓长 ⻔门 ⻗雨 ⻘青 ⻙韦 ⻚页 "
    "⻛风 ⻜飞 ⻝食 ⻢马 ⻣骨 ⻤鬼 ⻥鱼 ⻦鸟 ⻧卤 ⻨麦 ⻩黄 ⻫斉 ⻬齐 ⻭歯 ⻮齿 ⻯竜 ⻰龙 ⻲亀 ⻳龟"
)
_RADICALS = {pair[0]: pair[1] for pair in _PAIRS.split()}


def _joined(found: "re.Match[str]") -> str:
    """Without the hyphen, unless the next line begins with a capital (a compound name): then it stays."""
    following = found.string[found.end() : found.end() + 1]
    return "-" if following.isupper() else ""


def _joined_wide(text: str) -> str:
    if not _wide_break.search(text):
        return text
    lines = text.split("\n")
    widths = [len(line) + len(_wide.findall(line)) for line in lines]
    full = _FULL * max(widths)
    pieces = []
    for line, width, following in zip(lines, widths, [*lines[1:], ""], strict=True):
        goes_on = width >= full and bool(_wide_break.match(f"{line[-1:]}\n{following[:1]}", 1))
        pieces.append(line if goes_on else f"{line}\n")
    return "".join(pieces).removesuffix("\n")
