"""Presets in files: our own JSON and Markdown word for word, collections from anywhere as far as they make sense."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktopchat.domain.context import ALL, NONE, ContextRule
from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.preset import FieldKind, Preset, Variable
from desktopchat.exchange.preset_files import (
    MOST_BYTES,
    PresetFormat,
    as_markdown,
    file_name,
    from_markdown,
    read_presets,
    written_presets,
)

FULL = Preset(
    name="Translate: law",
    icon="⚖️",
    system_prompt="---\nname: not a fence\n---\n\nInto {{style}}\n",
    variables=(Variable("style", FieldKind.CHOICE, "Style", "b", ("a", "b")),),
    provider_id="My provider",
    model="qwen-plus",
    params={"temperature": 0.2},
    context=ContextRule(4),
    greeting='"Quoted",\nand in two lines',
    tags=("翻译", "law"),
)
COLLECTION = (
    'act,prompt\r\nLinux Terminal,"Act as a terminal,\nreply ""only"" with output."\r\n诗人,"写一首诗，七言。"\r\n'
)


def same(first: Preset, second: Preset) -> bool:
    return replace(first, id="") == replace(second, id="")


@pytest.mark.parametrize("kind", [PresetFormat.JSON, PresetFormat.MARKDOWN])
def test_our_own_files_keep_every_word(kind: PresetFormat) -> None:
    (found,) = read_presets(written_presets([FULL], kind), f"x.{kind}")
    assert same(found, FULL)
    assert found.id != FULL.id


printable = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=30)


@given(printable, st.text(st.characters(codec="utf-8", exclude_characters="\r")), printable)
def test_markdown_holds_any_words(name: str, prompt: str, greeting: str) -> None:
    preset = Preset(name=" ".join(name.split()) or "n", system_prompt=prompt or "p", greeting=greeting)
    if preset.system_prompt.strip():
        found = from_markdown(as_markdown(preset))
        assert found is not None
        assert same(found, preset)


@pytest.mark.parametrize(
    "data",
    [
        COLLECTION.encode(),
        COLLECTION.encode("utf-8-sig"),
        COLLECTION.encode("utf-16"),
        COLLECTION.encode("gb18030"),
        COLLECTION.replace("act,prompt", "act;prompt").replace('l,"', 'l;"').replace('人,"', '人;"').encode(),
        COLLECTION.replace("act,prompt", "Act\tPrompt").replace('l,"', 'l\t"').replace('人,"', '人\t"').encode(),
        COLLECTION.replace("act,prompt", "标题,提示词").encode(),
        COLLECTION.replace("act,prompt", "act,prompt,for_devs").encode(),
    ],
    ids=["plain", "BOM", "UTF-16", "GB18030", "semicolons", "tabs", "Chinese titles", "a further column"],
)
def test_collections_of_prompts_can_be_read(data: bytes) -> None:
    found = read_presets(data, "prompts.csv")
    assert [(preset.name, preset.context) for preset in found] == [("Linux Terminal", ALL), ("诗人", ALL)]
    assert found[0].system_prompt == 'Act as a terminal,\nreply "only" with output.'
    assert found[1].system_prompt == "写一首诗，七言。"


def test_a_table_that_we_wrote_can_be_read_again() -> None:
    (found,) = read_presets(written_presets([FULL], PresetFormat.CSV), "x.csv")
    assert (found.name, found.system_prompt, found.tags, found.context) == (
        FULL.name,
        FULL.system_prompt,
        FULL.tags,
        FULL.context,
    )


@pytest.mark.parametrize(
    ("text", "name", "prompt"),
    [
        ("# Editor\n\nCorrect my text.\n", "Editor", "# Editor\n\nCorrect my text."),
        ("Correct my text.", "file", "Correct my text."),
        ("---\r\nname: Editor\r\ntags: [a, b]\r\n---\r\nCorrect.\r\n", "Editor", "Correct."),
    ],
)
def test_markdown_of_others_is_a_preset(text: str, name: str, prompt: str) -> None:
    (found,) = read_presets(text.encode(), "file.md")
    assert (found.name, found.system_prompt) == (name, prompt)


def test_fields_of_the_wrong_kind_are_left_out() -> None:
    rows = [
        {"name": ["x"], "prompt": "p", "params": [1], "context": "sometimes", "tags": 7, "variables": "v"},
        {"act": "A", "content": "q", "variables": [{"name": "x", "kind": "magic", "choices": 1}, 3, {}]},
        {"name": "no prompt"},
        "nothing",
    ]
    found = read_presets(json.dumps(rows).encode(), "x.json")
    assert [(preset.name, preset.system_prompt, preset.variables) for preset in found] == [
        ("?", "p", ()),
        ("A", "q", (Variable("x"),)),
    ]


BAD = {
    "no JSON": (b"{", "x.json"),
    "deep JSON": (b"[" * 200_000, "x.json"),
    "nothing in it": (b"[]", "x.json"),
    "a table without prompts": (b"a,b\n1,2\n", "x.csv"),
    "no text": (b"\xff\xff\x00\x81", "x.csv"),
    "an unknown ending": (b"x", "x.exe"),
    "too large": (b"x" * (MOST_BYTES + 1), "x.md"),
    "nothing": (b"", "x.md"),
}


@pytest.mark.parametrize(("data", "name"), BAD.values(), ids=BAD.keys())
def test_what_holds_no_presets_is_refused_with_a_sentence(data: bytes, name: str) -> None:
    with pytest.raises(ChatError) as caught:
        read_presets(data, name)
    assert caught.value.kind is ErrorKind.FILE_REJECTED
    assert caught.value.failure.hint is not None


def test_a_file_is_named_so_that_every_system_takes_it() -> None:
    assert file_name(Preset("a/b: “c”? <术语>")) == "a b “c” 术语.md"
    assert file_name(Preset("...")) == "preset.md"


def test_none_is_written_as_a_word() -> None:
    assert "\ncontext: none\n" in as_markdown(replace(FULL, context=NONE))
