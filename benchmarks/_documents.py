"""Made-up Markdown of any size for the benchmarks, the same every time, and how a model would hand it out.

By weight of blocks: headings, paragraphs with inline styles (a quarter in Chinese or Japanese), code in four languages,
lists, tables, quotations. A longer document begins like a shorter one. The last line is `END OF DOCUMENT`.
"""

import random
from collections.abc import Iterator
from functools import cache

SIZES = {"5k": 5_000, "20k": 20_000, "100k": 100_000, "400k": 400_000, "4m": 4_000_000}
END = "END OF DOCUMENT"
WORDS = (
    "answer", "stream", "paragraph", "window", "reader", "margin", "cursor", "token", "network", "latency",
    "border", "message", "conversation", "history", "garden", "river", "contract", "summer", "library", "station",
    "weather", "number", "colour", "engine", "bridge", "paper", "signal", "keyboard", "letter", "table", "column",
    "anchor", "pattern", "between", "under", "while", "because", "every", "some", "without", "together", "slowly",
    "often", "never", "again",
)  # fmt: skip
CHINESE = (
    "窗口只重绘发生变化的部分。", "回答逐字到达，读者不必等待。", "请把术语表和上下文一并提交。",
    "网络中断时，已收到的文字不会丢失。",
    "夏天的图书馆里很安静。", "合同的第三条需要重新翻译。", "数字、表格与代码都应当清晰可读。",
)  # fmt: skip
JAPANESE = ("回答は届いた順に表示されます。", "会話はこの計算機に保存されます。", "検索は部分一致でも動きます。")
CODE = {
    "python": "def {a}_{b}(items: list[str], limit: int = {n}) -> dict[str, int]:\n"
    '    """Counts what matters and drops the rest."""\n    counted: dict[str, int] = {{}}\n'
    "    for item in items[:limit]:  # {c}\n        counted[item] = counted.get(item, 0) + 1\n    return counted\n",
    "javascript": "export async function {a}{b}(url, {{ signal, limit = {n} }} = {{}}) {{\n"
    "  const reply = await fetch(url, {{ signal }}); // {c}\n"
    "  for await (const piece of reply.body) {{\n    if (piece.length > limit) break;\n"
    "    console.log(`got ${{piece.length}}`);\n  }}\n}}\n",
    "sql": "SELECT {a}, count(*) AS n\nFROM {b} AS b\nLEFT JOIN {a}_{b} AS x ON x.id = b.id AND x.kind <> '{a}'\n"
    "WHERE b.archived = 0 -- {c}\nGROUP BY {a} HAVING n > {n}\nORDER BY n DESC LIMIT 50;\n",
    "json": '{{\n  "{a}": {{"{b}": {n}, "enabled": true}},\n'
    '  "limits": [{n}, 2048, 0.75, null],\n  "note": "{c}"\n}}\n',
}
STEPS = (4, 3, 5, 4, 6, 2, 4, 5, 3, 4)
CJK_FROM = "\u2e80"


@cache
def document(size: str) -> str:
    """Markdown of about `SIZES[size]` bytes of UTF-8."""
    most = SIZES[size] - len(END) - 1
    maker = _Maker()
    blocks = ["# A document to read 文档"]
    room = most - len(blocks[0].encode()) - 2
    while room > 0:
        block = maker.block()
        room -= len(block.encode()) + 2
        blocks.append(block)
    return "\n\n".join([*blocks[:-1], END]) + "\n"


def tokens(text: str) -> Iterator[str]:
    """`text` in the pieces of a model: 2 to 6 characters, at most 2 of Chinese or Japanese."""
    at = number = 0
    while at < len(text):
        step = STEPS[number % len(STEPS)]
        number += 1
        step = min(step, 2) if text[at] >= CJK_FROM else step
        yield text[at : at + step]
        at += step


class _Maker:
    def __init__(self) -> None:
        self._chance = random.Random(20261121)
        self._kinds = (
            [self._heading] * 14 + [self._paragraph] * 34 + [self._code] * 14 + [self._list] * 16
            + [self._table] * 9 + [self._quotation] * 8
        )  # fmt: skip

    def block(self) -> str:
        return self._chance.choice(self._kinds)()

    def _words(self, least: int, most: int) -> list[str]:
        return self._chance.choices(WORDS, k=self._chance.randint(least, most))

    def _styled(self, word: str) -> str:
        match self._chance.randrange(100):
            case 0 | 1 | 2:
                return f"**{word}**"
            case 3 | 4:
                return f"*{word}*"
            case 5 | 6 | 7:
                return f"`{word}_{self._chance.randint(1, 99)}`"
            case 8:
                return f"[{word}](https://example.org/{word}/{self._chance.randint(1, 999)})"
            case _:
                return word

    def _sentence(self, least: int = 8, most: int = 22) -> str:
        return " ".join(map(self._styled, self._words(least, most))).capitalize() + "."

    def _paragraph(self) -> str:
        share = self._chance.random()
        if share < 0.22:
            said = "".join(self._chance.choices(CHINESE, k=self._chance.randint(2, 6)))
            return f"{said}请参考 `{self._chance.choice(WORDS)}` 与 **{self._chance.choice(CHINESE)[:4]}**。"
        if share < 0.27:
            return "".join(self._chance.choices(JAPANESE, k=3))
        return " ".join(self._sentence() for _ in range(self._chance.randint(2, 6)))

    def _heading(self) -> str:
        words = self._chance.choice(CHINESE)[:8] if self._chance.random() < 0.25 else " ".join(self._words(2, 6))
        return "#" * self._chance.choice((2, 2, 3, 3, 4)) + " " + words.strip("，。").capitalize()

    def _code(self) -> str:
        language = self._chance.choice(tuple(CODE))
        pieces = (
            CODE[language].format(
                a=self._chance.choice(WORDS), b=self._chance.choice(WORDS), c=" ".join(self._words(3, 7)),
                n=self._chance.randint(8, 4096),
            )
            for _ in range(self._chance.choice((1, 1, 2, 3)))
        )  # fmt: skip
        return f"```{language}\n" + "\n".join(pieces) + "```"

    def _list(self) -> str:
        mark = self._chance.choice(("- ", "- ", "{}. ", "- [x] "))
        lines = []
        for number in range(1, self._chance.randint(4, 9)):
            said = self._chance.choice(CHINESE) if self._chance.random() < 0.25 else self._sentence(4, 12)
            lines.append(mark.format(number) + said)
            if self._chance.random() < 0.25:
                indent = "   " if mark.startswith("{") else "  "
                lines += [f"{indent}- {self._sentence(3, 8)}" for _ in range(self._chance.randint(1, 3))]
        return "\n".join(lines)

    def _table(self) -> str:
        columns = self._chance.randint(3, 5)
        rows = [[word.capitalize() for word in self._words(columns, columns)], ["---"] * columns]
        rows += [[self._cell() for _ in range(columns)] for _ in range(self._chance.randint(3, 9))]
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)

    def _cell(self) -> str:
        one_of = (str(self._chance.randint(1, 9999)), " ".join(self._words(1, 4)), self._chance.choice(CHINESE)[:6])
        return self._chance.choice(one_of)

    def _quotation(self) -> str:
        return "> " + self._paragraph() if self._chance.random() < 0.7 else "---"
