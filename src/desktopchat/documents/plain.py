"""Reads what is text already: notes, Markdown, source code, tables of values, subtitles."""

import re

from desktopchat.documents.kinds import Kind
from desktopchat.documents.writing import Writer

_heading = re.compile(r"(#{1,3})[ \t]+(.*?)[ \t]*#*[ \t]*")
_fence = re.compile(r" {0,3}(`{3,}|~{3,})")
_time = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[,.](\d{1,3})")
_tag = re.compile(r"</?[A-Za-z][^<>]{0,100}>|<\d[\d:.]{0,20}>|\{\\[^{}]{0,200}\}")


def read(text: str, kind: Kind, into: Writer) -> None:
    """Writes the text; Markdown gets a section for each heading."""
    if kind is Kind.MARKDOWN:
        _markdown(text, into)
    elif kind is Kind.SUBTITLES:
        _subtitles(text, into)
    else:
        into.begin()
        into.write(text)


def _markdown(text: str, into: Writer) -> None:
    into.begin()
    fence = ""
    for line in text.splitlines(keepends=True):
        if found := _fence.match(line):
            fence = "" if fence and found[1].startswith(fence) else fence or found[1]
        heading = None if fence or not line.startswith("#") else _heading.fullmatch(line.rstrip("\r\n"))
        if heading and heading[2]:
            into.begin(heading[2])
        else:
            into.write(line)


def _subtitles(text: str, into: Writer) -> None:
    """One line for each subtitle: when it is shown, and what it says."""
    into.begin()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if re.search(r"^\[Script Info\]|^Dialogue:", text, re.MULTILINE):
        _ass(text, into)
        return
    for block in re.split(r"\n[ \t]*\n", text):
        lines = block.strip("\n").split("\n")
        at = next((index for index, line in enumerate(lines) if "-->" in line), None)
        if at is not None:
            _line(lines[at], " ".join(lines[at + 1 :]), into)


def _ass(text: str, into: Writer) -> None:
    """Advanced SubStation: the ninth comma of a dialogue line is before its text."""
    for line in text.split("\n"):
        kind, _, rest = line.partition(":")
        values = rest.split(",", 9)
        if kind.strip() == "Dialogue" and len(values) == 10:
            said = values[9].replace("\\N", " ").replace("\\n", " ").replace("\\h", " ")
            speaker = values[4].strip()
            _line(values[1], f"{speaker}: {said}" if speaker else said, into)


def _line(times: str, said: str, into: Writer) -> None:
    plain = " ".join(_tag.sub("", said).split())
    if plain:
        found = _time.search(times)
        into.write(f"{_clock(found)} {plain}\n" if found else f"{plain}\n")


def _clock(found: "re.Match[str]") -> str:
    return f"{int(found[1] or 0):02}:{int(found[2]):02}:{found[3]}"
