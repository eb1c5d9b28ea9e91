"""How large a text is for a model and for a reader's eye, roughly. No model's own tokenizer is asked."""

import re

_WIDE = re.compile(
    "[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)
_OTHER = re.compile(r"[^\x00-\u024f]")


def tokens(text: str) -> int:
    """An estimate that is rather too high: one for a Chinese character, one for four letters, one for two others."""
    if text.isascii():
        return (len(text) + 3) // 4
    wide = len(_WIDE.findall(text))
    other = len(_OTHER.findall(text)) - wide
    return wide + (other + 1) // 2 + (len(text) - wide - other + 3) // 4
