"""Bytes to text: what the bytes say of themselves, else the best guess, which people can change."""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass

from desktopchat.documents.latin import latin_encoding
from desktopchat.documents.refusals import Refusal, RefusedError

OFFERED = (
    "utf-8",
    "utf-16-le",
    "utf-16-be",
    "gb18030",
    "big5",
    "shift_jis",
    "euc_jp",
    "euc_kr",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "koi8-r",
    "windows-874",
)
"""What a chooser of encodings shows."""

_CODECS = {"big5": "cp950", "shift_jis": "cp932", "euc_kr": "cp949", "windows-874": "cp874"}
"""Microsoft's supersets, which is what files under the common names contain."""
_SINGLE_BYTE = tuple(name for name in OFFERED if name.startswith(("windows", "koi8")))
_SAMPLE = 64 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SURE = 0.85
"""The share of characters that are frequent in a language above which bytes are taken to be written in it."""
_readable = re.compile(
    r"[\t\n\r -~\u00a0-\u024f\u0370-\u06ff\u0900-\u0dff\u0e00-\u0eff\u1100-\u11ff\u1e00-\u1fff\u2010-\u2027"
    r"\u2030-\u205e\u2190-\u21ff\u2500-\u25ff\u3000-\u30ff\u3105-\u312f\u4e00-\u9fff\uac00-\ud7a3\uff01-\uffee]"
)
_strange_controls = bytes(set(range(0x20)) - set(b"\t\n\r\f\x1b\x08\x1a")) + b"\x7f"


@dataclass(frozen=True, slots=True)
class Decoded:
    """`wrong` is how many places did not fit the encoding and became U+FFFD."""

    text: str
    encoding: str
    guessed: bool = False
    wrong: int = 0


def decoded(data: bytes, encoding: str | None = None, *, declared: str = "", cut: bool = False) -> Decoded:
    """The text of `data`, in `encoding` if that is given, else in the one that the bytes show or suggest.

    `declared` is what the text itself says (a web page's `charset`); it counts if the bytes fit. With `cut` the end of
    `data` may be in the middle of a character. Raises `RefusedError` for bytes that are no text, and for an encoding
    that is not known.
    """
    if encoding:
        return _forced(data, encoding)
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _forced(data, name)
    sample = data[:_SAMPLE]
    if b"\x1b$" in sample and sample.isascii() and _fits(data, "iso2022_jp", cut=cut):
        return _forced(data, "iso2022_jp", guessed=True)
    if (declared and _fits(data, declared, cut=cut)) or _fits(data, declared := "utf-8", cut=cut):
        if _is_binary(sample):
            raise RefusedError(Refusal.UNKNOWN)
        return _forced(data, declared)
    if _strange(sample) and (wide := _utf16(sample)):
        return _forced(data, wide, guessed=True)
    if _is_binary(sample):
        raise RefusedError(Refusal.UNKNOWN)
    return _forced(data, _guess(sample, cut=cut or len(data) > _SAMPLE), guessed=True)


def _forced(data: bytes, name: str, *, guessed: bool = False) -> Decoded:
    codec = _codec(name)
    for mark, marked in _MARKS:
        if data.startswith(mark) and _same(marked, codec):
            data = data[len(mark) :]
    try:
        return Decoded(data.decode(codec), name, guessed)
    except UnicodeDecodeError:
        text = data.decode(codec, "replace")
    return Decoded(text, name, guessed, text.count("\ufffd"))


def _codec(name: str) -> str:
    codec = _CODECS.get(name.lower(), name)
    try:
        found = codecs.lookup(codec)
    except (LookupError, ValueError) as error:
        raise RefusedError(Refusal.NO_SUCH_ENCODING, encoding=name) from error
    if not found._is_text_encoding:  # base64, zip and their like: no way to write text
        raise RefusedError(Refusal.NO_SUCH_ENCODING, encoding=name)
    return found.name


def _same(marked: str, codec: str) -> bool:
    return codecs.lookup(marked).name in (codec, f"{codec}-le")


def _fits(data: bytes, name: str, *, cut: bool) -> bool:
    try:
        codecs.getincrementaldecoder(_codec(name))().decode(data, final=not cut)
    except (UnicodeDecodeError, RefusedError):
        return False
    return True


def _strange(sample: bytes) -> int:
    """How many bytes there are that no text has, unless a byte is not a character."""
    return len(sample) - len(sample.translate(None, _strange_controls))


def _is_binary(sample: bytes) -> bool:
    return b"\x00" in sample or _strange(sample) > 2 + len(sample) // 50


def _utf16(sample: bytes) -> str:
    """The byte order in which a text with control bytes is readable; empty if it is in neither."""
    sample = sample[: len(sample) // 2 * 2]
    shares = {}
    for name in ("utf-16-le", "utf-16-be"):
        text = sample.decode(name, "replace")
        shares[name] = len(_readable.findall(text)) / max(len(text), 1)
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= (0.9 if b"\x00" in sample else 0.97) else ""


def _guess(sample: bytes, *, cut: bool) -> str:
    """The encoding in which most of the characters are frequent ones; else what charset-normalizer says."""
    shares = {name: share(sample) for name, share in _MULTI_BYTE.items() if _fits(sample, name, cut=cut)}
    if shares:
        best = max(shares, key=lambda name: shares[name])
        if shares[best] >= _SURE:
            return best
    return _single_byte(sample)


def _single_byte(sample: bytes) -> str:
    if latin := latin_encoding(sample):
        return latin
    from charset_normalizer import from_bytes

    isolated = [codecs.lookup(_codec(name)).name.replace("-", "_") for name in _SINGLE_BYTE]
    best = from_bytes(sample, cp_isolation=isolated, steps=10, chunk_size=1024).best()
    if best is None:
        return "windows-1252"
    return next(name for name in _SINGLE_BYTE if codecs.lookup(_codec(name)) == codecs.lookup(best.encoding))


# The double-byte sets put the frequent characters first. So the share of pairs that lie in that first part tells
# the sets apart, even for short texts; a text read in a wrong set is spread over all of it.


def _share(sample: bytes, pair: "re.Pattern[bytes]", frequent: Callable[[int, int], bool]) -> float:
    """The share of frequent pairs. 0 where most pairs stand alone: those are accented letters among plain ones."""
    found = pair.findall(sample)
    if not found:
        return 0.0
    wide = [len(bytes_) == 2 for bytes_ in found]
    around = zip([False, *wide[:-1]], wide, [*wide[1:], False], strict=True)
    in_rows = sum(here and (before or after) for before, here, after in around)
    high = [bytes_ for bytes_ in found if bytes_[0] >= 0x80]
    if not high or in_rows * 2 < sum(wide):
        return 0.0
    return sum(len(bytes_) == 2 and frequent(bytes_[0], bytes_[1]) for bytes_ in high) / len(high)


_euc_pair = re.compile(rb"[\x81-\xfe][\x30-\xfe]|[\x00-\xff]")
_big5_pair = re.compile(rb"[\x81-\xfe][\x40-\x7e\xa1-\xfe]|[\x00-\xff]")
_sjis_pair = re.compile(rb"[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]|[\x00-\xff]")


def _gb_share(sample: bytes) -> float:
    """Level 1 of GB 2312, and its punctuation."""
    return _share(sample, _euc_pair, lambda a, b: b >= 0xA1 and (0xB0 <= a <= 0xD7 or a in (0xA1, 0xA3)))


def _big5_share(sample: bytes) -> float:
    """Level 1 of Big5, and its punctuation."""
    return _share(sample, _big5_pair, lambda a, b: 0xA4 <= a <= 0xC6 or (a == 0xA1 and b >= 0x40))


def _sjis_share(sample: bytes) -> float:
    """Kana, punctuation, level 1 of JIS; but no text is without kana."""
    kana = _share(sample, _sjis_pair, lambda a, b: (a == 0x82 and b >= 0x9F) or (a == 0x83 and b <= 0x96))
    level1 = _share(sample, _sjis_pair, lambda a, b: a in (0x81, 0x82, 0x83) or 0x88 <= a <= 0x97)
    return level1 + 0.01 if kana > 0.15 else 0.0


def _euc_jp_share(sample: bytes) -> float:
    kana = _share(sample, _euc_pair, lambda a, b: a in (0xA4, 0xA5) and b >= 0xA1)
    level1 = _share(sample, _euc_pair, lambda a, b: b >= 0xA1 and (a in (0xA1, 0xA3, 0xA4, 0xA5) or 0xB0 <= a <= 0xCF))
    return level1 + 0.01 if kana > 0.15 else 0.0


def _euc_kr_share(sample: bytes) -> float:
    """Syllables, which would all be level 1 in GB 2312, too; but no text is without the commonest of them."""
    common = _share(sample, _euc_pair, lambda a, b: bytes((a, b)) in _COMMON_KOREAN)
    syllables = _share(sample, _euc_pair, lambda a, b: b >= 0xA1 and (0xB0 <= a <= 0xC8 or a == 0xA1))
    return syllables + 0.01 if common > 0.1 else 0.0


_COMMON_KOREAN = {letter.encode("euc_kr") for letter in "이다는을에의가은를로고한하지기도사자서리인어나"}
_MULTI_BYTE = {
    "gb18030": _gb_share,
    "big5": _big5_share,
    "shift_jis": _sjis_share,
    "euc_jp": _euc_jp_share,
    "euc_kr": _euc_kr_share,
}
