"""The demo as a translator: a made-up but steady translation, and misbehaviours by name. No wire formats here.

Words become common words of the target language, always the same ones; marks, numbers and the terms that the request
names are kept. So everything that can be checked without understanding is right, until a model's name says otherwise.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from zlib import crc32

from desktopchat.servers.demo.words import POOLS
from desktopchat.translation.languages import LANGUAGES, Language, Script, find
from desktopchat.translation.prompts import CORRECTION, TERMS_HEADING

MODEL = "demo-mt"
QWEN = "qwen-mt-"
OPTIONS = "translation_options"
"""The role under which a dialect hands over what Qwen-MT's requests carry beside their message, as JSON."""

_SOURCE = re.compile(r"<src-([0-9a-f]+)>\n(.*?)\n</src-\1>(.*)", re.DOTALL)
_INTO = re.compile(r"\binto ([A-Z][^.,\n]*)|(?:翻译成|译成|译为|翻译为)\s*([^\s，。,.]+)")
_VERSIONS = re.compile(r"Give (\d+) different translations")
_PARAGRAPH = re.compile(r"⟦#\d+⟧ ?")
_PIECE = re.compile(
    r"(?P<kept>⟦[^⟧]*⟧|\ue000\d+\ue001|https?://\S+|\S+@\S+|\{\{?[^{}]*\}?\}|%\(\w+\)s|%[sd]|</?\w[^>]*>|`[^`]*`)"
    r"|(?P<number>\d+(?:[.,]\d+)*)|(?P<han>[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+)"
    r"|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)|(?P<space>[^\S\n]+)|(?P<other>.)",
    re.DOTALL,
)
_NUMBER = re.compile(r"\d+")
_SMALL_WORDS = frozenset(["a", "an", "the", "of", "to", "is", "are", "be", "and", "in", "that"])
_FULL = str.maketrans(",.!?:;()", "，。！？：；（）")
_HALF = str.maketrans("，。！？：；（）、「」《》“”", ',.!?:;(),""""""')

_LEXICON: Mapping[tuple[str, str], str] = {
    ("hello", "zh-Hans"): "你好",
    ("world", "zh-Hans"): "世界",
    ("thanks", "zh-Hans"): "谢谢",
    ("save", "zh-Hans"): "保存",
    ("cancel", "zh-Hans"): "取消",
    ("你好", "en"): "hello",
    ("世界", "en"): "world",
    ("谢谢", "en"): "thanks",
}
_ANSWERS = {
    "zh": "好的，我来回答您的问题。这件事很简单，先打开设置，再选择您需要的内容。如果您还有其他问题，请随时告诉我。",
    "": "Great question! I would open the settings first and choose what you need there. Let me know if you need more.",
}
_PREAMBLES = {"zh": "以下是翻译：\n\n", "": "Here is the translation:\n\n"}


@dataclass(frozen=True, slots=True)
class Job:
    """What a request asks for, as far as a translator understands it."""

    text: str
    target: Language
    terms: Mapping[str, str] = field(default_factory=dict)
    versions: int = 1
    is_correction: bool = False


def serves(model: str) -> bool:
    """Whether the model is one of the translators."""
    return model in MODELS or model.startswith(QWEN)


def answer(model: str, turns: Sequence[tuple[str, str]]) -> str:
    """What `model` says to a conversation of (role, text)."""
    job = job_in(turns)
    misbehave = _MISBEHAVIOURS.get(model.removeprefix(f"{MODEL}-"), translated)
    if job.is_correction:
        misbehave = translated
    if job.versions == 1:
        return misbehave(job)
    return "\n".join(f"{number}. {translated(job, number)}" for number in range(1, job.versions + 1))


def job_in(turns: Sequence[tuple[str, str]]) -> Job:
    """Reads Qwen-MT's options, this program's own requests, and any other chat with a translator's prompt."""
    user = next((text for role, text in reversed(turns) if role == "user"), "")
    system = "\n".join(text for role, text in turns if role in ("system", "developer"))
    options = next((text for role, text in turns if role == OPTIONS), "")
    if options:
        return _by_options(user, json.loads(options))
    found = _SOURCE.search(user)
    if found is None:
        return Job(user, _target_in(system) or _other_than(user), _terms_in(system))
    versions = _VERSIONS.search(found[3])
    target = _target_in(found[3].rsplit("\n", 1)[-1]) or _target_in(system) or _other_than(found[2])
    return Job(found[2], target, _terms_in(system), int(versions[1]) if versions else 1, CORRECTION in found[3])


def _by_options(text: str, options: object) -> Job:
    fields = options if isinstance(options, dict) else {}
    terms = {str(term["source"]): str(term["target"]) for term in fields.get("terms", [])}
    return Job(text, find(str(fields.get("target_lang", ""))) or _other_than(text), terms)


def _target_in(text: str) -> Language | None:
    for found in _INTO.finditer(text):
        words = (found[1] or found[2]).split()
        for count in range(len(words), 0, -1):
            if language := find(" ".join(words[:count])):
                return language
    named = [language for language in LANGUAGES if language.chinese in text or language.own in text]
    return max(named, key=lambda language: len(language.chinese)) if named else None


def _other_than(text: str) -> Language:
    found = find("en" if re.search(r"[\u3400-\u9fff]", text) else "zh-Hans")
    assert found is not None
    return found


def _terms_in(system: str) -> dict[str, str]:
    _, found, rest = system.partition(TERMS_HEADING)
    lines = rest.split("\n\n", 1)[0].strip("\n").splitlines() if found else []
    cells = [line.split("\t") for line in lines]
    return {cell[0]: cell[1] for cell in cells if len(cell) > 1}


def translated(job: Job, version: int = 0) -> str:
    """The text word by word, line by line."""
    text, kept = _without_terms(job.text, job.terms)
    made = "\n".join(_line(line, job.target, version) for line in text.split("\n"))
    return re.sub(r"\ue000(\d+)\ue001", lambda found: kept[int(found[1])], made)


def _without_terms(text: str, terms: Mapping[str, str]) -> tuple[str, list[str]]:
    kept: list[str] = []
    for source in sorted(terms, key=len, reverse=True):
        edge = r"(?<![^\W_])" if source.isascii() else ""
        after = r"(?:e?s)?(?![^\W_])" if source.isascii() else ""
        pattern = re.compile(f"{edge}{re.escape(source)}{after}", re.IGNORECASE)
        if pattern.search(text):
            text = pattern.sub(f"\ue000{len(kept)}\ue001", text)
            kept.append(terms[source])
    return text, kept


def _line(line: str, target: Language, version: int) -> str:
    unspaced = target.script.has_no_spaces
    out: list[str] = []
    for found in _PIECE.finditer(line):
        kind, text = str(found.lastgroup), found[0]
        if kind == "space":
            out.append("" if unspaced and out and not _needs_space(out[-1]) else " ")
        elif kind == "word":
            out += _words([text], target, version, out)
        elif kind == "han":
            made = _words([text[at : at + 2] for at in range(0, len(text), 2)], target, version, out)
            out.append(("" if unspaced else " ").join(made))
            out += [] if unspaced else [" "]
        else:
            out.append(text.translate(_FULL if unspaced else _HALF) if kind == "other" else text)
    made_line = "".join(out)
    return re.sub(r" {2,}", " ", made_line) if unspaced else _tidied(made_line)


def _needs_space(before: str) -> bool:
    """Whether a blank is kept in a script without: behind what is not of that script."""
    return before[-1:] == "⟧" or (before[-1:].isascii() and not before[-1:].isspace())


def _tidied(line: str) -> str:
    line = re.sub(r" +([,.!?:;)])", r"\1", re.sub(r" {2,}", " ", line)).rstrip(" ")
    line = re.sub(r"([,.!?:;])(?=[^\W\d_])", r"\1 ", line)
    return line[:1].upper() + line[1:]


def _words(words: Sequence[str], target: Language, version: int, before: Sequence[str]) -> list[str]:
    pool = _pool(target.tag)
    made: list[str] = []
    for word in words:
        small = word.lower()
        if small in _SMALL_WORDS and target.script.has_no_spaces:
            continue
        place = crc32(small.encode()) + version
        chosen = _LEXICON.get((small, target.tag)) or pool[place % len(pool)]
        last = made[-1] if made else next((text for text in reversed(before) if text.strip()), "")
        made.append(chosen if chosen.lower() != last.lower() else pool[(place + 1) % len(pool)])
    return made


@cache
def _pool(tag: str) -> tuple[str, ...]:
    """Words of a language, or of one that is written like it."""
    found = find(tag)
    script = found.script if found else Script.LATIN
    like = next((each.tag for each in LANGUAGES if each.script is script and each.tag in POOLS), "en")
    return tuple(POOLS.get(tag, POOLS[like]).split())


def _answers(job: Job) -> str:
    """Does what the text says instead of translating it; each paragraph of a request for itself."""
    marks = _PARAGRAPH.findall(job.text) or [""]
    return "\n\n".join(mark + _by_language(_ANSWERS, job.target) for mark in marks)


def _echoes(job: Job) -> str:
    return job.text


def _with_preamble(job: Job) -> str:
    """Announces each paragraph."""
    words = _by_language(_PREAMBLES, job.target)
    made = translated(job)
    if not _PARAGRAPH.search(made):
        return words + made
    return _PARAGRAPH.sub(lambda found: found[0] + words.strip() + " ", made)


def _without_placeholders(job: Job) -> str:
    return re.sub(r"⟦/?\d+⟧|\{\{?[^{}]*\}?\}|%[sd]", "", translated(job))


def _with_other_numbers(job: Job) -> str:
    """Every number one more; the numbers of marks stay."""
    pieces = re.split(r"(⟦[^⟧]*⟧)", translated(job))
    return "".join(
        piece if at % 2 else _NUMBER.sub(lambda found: str(int(found[0]) + 1), piece) for at, piece in enumerate(pieces)
    )


def _without_terms_kept(job: Job) -> str:
    return translated(Job(job.text, job.target))


def _in_another_language(job: Job) -> str:
    other = find("ru" if job.target.script is not Script.CYRILLIC else "el")
    assert other is not None
    return translated(Job(job.text, other, job.terms))


def _merged(job: Job) -> str:
    """Every second paragraph becomes the end of the one before it."""
    pieces = re.split(r"\n*(⟦#\d+⟧ ?)", translated(job))
    if len(pieces) < 2:
        return " ".join(translated(job).split("\n"))
    out = [pieces[0]]
    for at, (mark, text) in enumerate(zip(pieces[1::2], pieces[2::2], strict=True)):
        out.append(f" {text}" if at % 2 else f"\n\n{mark}{text}")
    return "".join(out).strip()


def _by_language(texts: Mapping[str, str], target: Language) -> str:
    return texts.get(target.primary, texts[""])


_MISBEHAVIOURS: Mapping[str, Callable[[Job], str]] = {
    "answers": _answers,
    "echoes": _echoes,
    "preamble": _with_preamble,
    "placeholders": _without_placeholders,
    "numbers": _with_other_numbers,
    "terms": _without_terms_kept,
    "language": _in_another_language,
    "merges": _merged,
}
MODELS = (MODEL, *(f"{MODEL}-{name}" for name in _MISBEHAVIOURS))
"""The translators that are listed; Qwen-MT's names are served as well."""
