"""A conversation that has everything a transcript can show, made by hand for pictures of it."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPainterPath

from desktopchat.domain.conversation import Conversation
from desktopchat.domain.errors import ErrorKind, Failure
from desktopchat.domain.message import (
    FilePart,
    FinishReason,
    ImagePart,
    Message,
    MessageState,
    Part,
    ReasoningPart,
    Role,
    TextPart,
    Usage,
)
from desktopchat.domain.text import msg

_PROSE = """\
## A heading, and what stands below it

Plain text with **bold**, *italic*, ~~struck~~ and `inline code`, a [link](https://example.com/a) and
https://example.org. Bold beside Chinese punctuation: **术语表。**很重要。

> A quotation, set apart.
>
> > And one inside it.

1. First, a list with numbers
2. then a second point
   - with points below it
   - [x] one of them done
   - [ ] one to do

---

A footnote[^1] and emoji 🎉, and a formula in the line, $e^{i\\pi} + 1 = 0$, and one that stands alone:

$$\\int_{-\\infty}^{\\infty} e^{-x^2}\\,dx = \\sqrt{\\pi}$$

Prices such as $5 and $6 stay prices.

[^1]: The note.
"""

_CODE = """\
Three languages:

```python
def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    \"\"\"Scaled dot-product attention.\"\"\"
    weights = softmax(query @ key.T / sqrt(key.shape[-1]))  # rows sum to 1
    return weights @ value
```

```sql
SELECT name, count(*) AS n FROM messages
WHERE created > '2026-01-01' GROUP BY name ORDER BY n DESC LIMIT 10;
```

```rust
fn main() -> Result<(), Box<dyn Error>> {
    let words: HashMap<&str, usize> = text.split_whitespace().map(|word| (word, word.chars().count())).collect();
    println!("{} words", words.len());
    Ok(())
}
```
"""

_TABLE = """\
| Model | Context | Input | Output | Vision | Reasoning | Released | Licence |
|:--|--:|--:|--:|:-:|:-:|:--|:--|
| small-8b | 128,000 | $0.05 | $0.10 | – | – | 2025-03-01 | Apache 2.0 |
| large-405b | 1,000,000 | $2.50 | $10.00 | yes | yes | 2026-01-15 | proprietary |
| 通义千问-最大 | 262,144 | ¥2.40 | ¥9.60 | 是 | 是 | 2025-09-05 | 专有 |

表格之后是中文段落：注意力机制让每个词都能看到其他所有词，并衡量它们的重要程度。**要点**：先收集，再归纳。

هذه فقرة باللغة العربية تُقرأ من اليمين إلى اليسار، وفيها كلمة **مهمة** ورقم 42.
"""

_THOUGHT = """\
The user compares 9.11 and 9.9. Read as versions, 9.11 comes later; read as decimals, 9.9 is 9.90, so it is larger.

They did not say which, so I should answer for numbers first and mention versions.
"""


def showcase() -> Conversation:
    """The conversation; the pictures in it are those of `pictures`."""
    images = list(pictures())
    talk = _Talk()
    talk.ask("Show me everything you can write.")
    talk.answer(_PROSE, model="qwen-max", tokens=812, took_ms=9_400, first_ms=420)
    talk.ask(
        "And code, in three languages?",
        FilePart("0" * 64, "application/pdf", "Attention is all you need.pdf", 2_214_000),
    )
    talk.answer(_CODE, model="qwen-max", tokens=356, took_ms=4_100, first_ms=380)
    talk.ask("A wide table, 中文, and Arabic, please.")
    talk.answer(_TABLE, model="deepseek-chat", tokens=402, took_ms=6_200, first_ms=610)
    talk.ask("Which is larger, 9.11 or 9.9?")
    first = talk.answer("9.11 is larger.", model="small-8b", tokens=6, took_ms=700, first_ms=300)
    talk.answer("As numbers, **9.9** is larger: it is 9.90. As versions, 9.11 comes after 9.9.", _THOUGHT, beside=first,
                model="deepseek-reasoner", tokens=214, took_ms=14_300, first_ms=900)  # fmt: skip
    talk.ask(
        "What do you see here?",
        *(ImagePart(key, "image/png", f"{name}.png") for key, name in zip(images, ("hills", "sun"), strict=False)),
    )
    talk.answer("Hills under an evening sky, and the same hills", model="gpt-vision", tokens=11, took_ms=2_100,
                first_ms=800, state=MessageState.PARTIAL)  # fmt: skip
    talk.ask("And this one?", ImagePart(images[0], "image/png", "hills.png"))
    talk.fail()
    return Conversation.build(talk.messages, head_id=talk.head, title="Everything a transcript can show")


class _Talk:
    """Questions and answers in turn."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.head: str | None = None

    def ask(self, text: str, *attachments: ImagePart | FilePart) -> None:
        self._add(Message(Role.USER, (TextPart(text), *attachments), parent_id=self.head))

    def answer(
        self,
        text: str,
        thought: str = "",
        *,
        beside: Message | None = None,
        model: str,
        tokens: int,
        took_ms: int,
        first_ms: int,
        state: MessageState = MessageState.DONE,
    ) -> Message:
        parts: tuple[Part, ...] = (TextPart(text),)
        if thought:
            parts = (ReasoningPart(thought, 11_600), *parts)
        message = Message(
            Role.ASSISTANT,
            parts,
            parent_id=self.head if beside is None else beside.parent_id,
            state=state,
            model=model,
            usage=Usage(40, tokens),
            finish_reason=FinishReason.STOP,
            first_token_ms=first_ms,
            duration_ms=took_ms,
        )
        return self._add(message)

    def fail(self) -> None:
        failure = Failure(
            ErrorKind.RATE_LIMITED,
            msg("The provider asks for fewer questions at a time."),
            msg("Wait 20 seconds, then try again."),
            status=429,
        )
        message = Message(Role.ASSISTANT, parent_id=self.head, state=MessageState.ERROR, model="gpt-vision")
        self._add(replace(message, failure=failure))

    def _add(self, message: Message) -> Message:
        self.messages.append(message)
        self.head = message.id
        return message


class Drawn:
    """The pictures of the showcase, as a source for the transcript."""

    def __init__(self) -> None:
        self._files = pictures()

    def image_of(self, sha256: str) -> bytes | None:
        return self._files.get(sha256)


def pictures() -> Mapping[str, bytes]:
    """PNG files by their hashes."""
    found = {}
    for evening in (True, False):
        content = _png(_landscape(evening=evening))
        found[sha256(content).hexdigest()] = content
    return found


def _landscape(*, evening: bool) -> QImage:
    image = QImage(1200, 800, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    sky = QLinearGradient(0, 0, 0, 800)
    sky.setColorAt(0, QColor("#2b3a67" if evening else "#7fb8e8"))
    sky.setColorAt(1, QColor("#f4a261" if evening else "#eaf6ff"))
    painter.fillRect(image.rect(), sky)
    painter.setBrush(QColor("#ffe8b0"))
    painter.setPen(QColor(0, 0, 0, 0))
    painter.drawEllipse(QPointF(840, 380 if evening else 180), 70, 70)
    for height, colour in ((520, "#5c677d"), (600, "#33415c"), (690, "#1b263b")):
        hill = QPainterPath(QPointF(0, 800))
        hill.lineTo(0, height)
        hill.cubicTo(QPointF(300, height - 220), QPointF(520, height + 140), QPointF(800, height - 60))
        hill.cubicTo(QPointF(950, height - 160), QPointF(1050, height + 60), QPointF(1200, height - 40))
        hill.lineTo(1200, 800)
        painter.fillPath(hill, QColor(colour))
    painter.end()
    return image


def _png(image: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(data.data())
