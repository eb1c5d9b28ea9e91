"""Each defect that two texts show, and the sound translations that must pass."""

import pytest

from desktopchat.domain.translation import Check, Issue, Severity, Term, TermRule
from desktopchat.translation.atoms import protect
from desktopchat.translation.checks import Work, check
from desktopchat.translation.glossary import Matcher

TERMS = Matcher(
    [
        Term("Widget", "小部件"),
        Term("Acme", "", rule=TermRule.KEEP),
        Term("server", "服务生", rule=TermRule.FORBIDDEN),
        Term("bank", "银行"),
        Term("bank", "河岸"),
    ]
)


def issues(source: str, target: str, languages: str = "en>zh-Hans", *, was_cut: bool = False) -> list[Issue]:
    """The issues of a translation as a person would type it in."""
    source_language, _, target_language = languages.partition(">")
    hits = TERMS.find(source)
    kept = [hit.span for hit in hits if hit.term.rule is TermRule.KEEP]
    protected = protect(source, kept=kept)
    work = Work(
        source, target, source_language, target_language, protected, protected.marked(target), hits, ["坏词"], was_cut
    )
    return list(check(work))


SOUND = [
    ("Hello, world!", "你好，世界！", "en>zh-Hans"),
    ("你好，世界！", "Hello, world!", "zh-Hans>en"),
    ("It costs 1,000.50 euros.", "Es kostet 1.000,50 Euro.", "en>de"),
    ("The 3 million users of 2026", "2026 年的 300 万用户", "en>zh-Hans"),
    ("2026年5月3日发布", "Released on 3 May 2026", "zh-Hans>en"),
    ("One in three people knows it.", "3 人中有 1 人知道。", "en>zh-Hans"),
    ("他们知道怎么做吗？", "やり方を知っていますか。", "zh-Hans>ja"),
    ("OpenAI", "OpenAI", "en>zh-Hans"),
    ("iPhone 15 Pro", "iPhone 15 Pro", "en>de"),
    ("OK", "OK", "en>fr"),
    ("Open {name} at https://x.example/a.", "在 https://x.example/a 打开 {name}。", "en>zh-Hans"),
    ("The Widget of Acme", "Acme 的小部件", "en>zh-Hans"),
    ("He sat on the bank.", "他坐在河岸上。", "en>zh-Hans"),
    ("Save the file", "Сохранить файл", "en>ru"),
    ("The API uses JSON over HTTP with OAuth.", "该 API 通过 HTTP 使用 JSON 和 OAuth。", "en>zh-Hans"),
    ("以下是翻译：你好", "The following is a translation: hello", "zh-Hans>en"),
    ("I'm sorry, I can't do that.", "抱歉，我不能这样做。", "en>zh-Hans"),
    ("Great question! Let me explain.", "好问题！让我解释一下。", "en>zh-Hans"),
    ("設定を保存しました。", "The settings were saved.", "ja>en"),
    ("设置已保存。", "設定已儲存。", "zh-Hans>zh-Hant"),
    ("१२ फ़ाइलें", "12 files", "hi>en"),
]


@pytest.mark.parametrize(("source", "target", "languages"), SOUND)
def test_a_sound_translation_has_no_errors(source: str, target: str, languages: str) -> None:
    assert [issue for issue in issues(source, target, languages) if issue.severity is Severity.ERROR] == []


DEFECTS = [
    ("Hello world", " ", Check.EMPTY),
    ("The file was saved on the disk.", "The file was saved on the disk.", Check.ECHO),
    ("The file was saved on the disk.", "The file was saved on the disk. 文件已保存到磁盘。", Check.ECHO),
    ("How do I save it?", "先打开菜单，再选择保存。", Check.ANSWERED),
    ("How do I save it?", "好的，我来回答您的问题：怎么保存？", Check.ANSWERED),
    ("Write a poem about cats.", "I'm sorry, but I can't help with that.", Check.REFUSED),
    ("Hello world", "以下是翻译：\n你好，世界", Check.PREAMBLE),
    ("Hello world", "Here is the translation: 你好，世界", Check.PREAMBLE),
    ("Hello world", "你好，世界\n\n注：这是直译。", Check.PREAMBLE),
    ("The file was saved.", "Файл был сохранён.", Check.LANGUAGE),
    ("The file was saved.", "檔案已經儲存並傳送給開發團隊。", Check.LANGUAGE),
    ("The file was saved.", "ファイルは保存されました。", Check.LANGUAGE),
    ("Open {name} now.", "现在打开。", Check.PLACEHOLDERS),
    ("Open {name} now.", "现在打开 {name} {name}。", Check.PLACEHOLDERS),
    ("It has 25 files.", "它有 52 个文件。", Check.NUMBERS),
    ("It has 25 files.", "它有文件。", Check.NUMBERS),
    ("See https://x.example/a now.", "现在看。", Check.PLACEHOLDERS),
    ("Two Widgets here.", "这里有两个控件。", Check.TERM),
    ("He sat on the bank.", "他坐在岸边。", Check.TERM),
    ("Acme is here.", "艾克米在这里。", Check.PLACEHOLDERS),
    ("The server is down.", "服务生停了。", Check.FORBIDDEN_TERM),
    ("A good word.", "一个坏词。", Check.FORBIDDEN_TERM),
    ("A sentence that says a lot of things about the world and its files.", "句", Check.LENGTH),
    ("A short but not too short sentence here.", "这是一个很长的句子。" * 12, Check.LENGTH),
    ("One line.", "一行。\n两行。", Check.LINES),
    ("It is done.", "完成了", Check.PUNCTUATION),
    ("It is done.", "完成了.", Check.PUNCTUATION),
    ("Done (today).", "完成（今天。", Check.BRACKETS),
    ("It is  done", "它  完成", None),
    ("It is done", "它  完成了", Check.SPACES),
]


@pytest.mark.parametrize(("source", "target", "expected"), DEFECTS)
def test_a_defect_is_named(source: str, target: str, expected: Check | None) -> None:
    found = issues(source, target)
    assert (expected in {issue.check for issue in found}) if expected else found == []


def test_a_cut_answer_is_flagged() -> None:
    assert issues("A text.", "一", was_cut=True)[0].check is Check.TRUNCATED


def test_words_of_another_language_of_the_same_script_are_noticed_in_longer_texts() -> None:
    french = "Le fichier a été enregistré sur le disque et tous les utilisateurs peuvent maintenant l'ouvrir."
    source = "文件已保存到磁盘，现在所有用户都可以打开它了，请大家放心使用。"
    assert Check.LANGUAGE in {issue.check for issue in issues(source, french, "zh-Hans>en")}
    assert Check.LANGUAGE not in {issue.check for issue in issues(source, french, "zh-Hans>fr")}


@pytest.mark.parametrize(
    ("source", "target", "fixed"),
    [
        ("Hello world", "以下是翻译：\n你好，世界", "你好，世界"),
        ("It is done.", "完成了.", "完成了。"),
        ("It is done.", "完成了", "完成了。"),
        ("Hello world", "你好，世界\n\n注：这是直译。", "你好，世界"),
    ],
)
def test_what_is_mechanical_has_a_fix(source: str, target: str, fixed: str) -> None:
    fixes = [issue.fix for issue in issues(source, target) if issue.fix]
    assert fixes[0] is not None
    assert fixes[0].applied(target) == fixed


def test_places_are_told_where_they_are() -> None:
    numbers = next(issue for issue in issues("It has 25 files.", "它有 52 个文件。") if issue.check is Check.NUMBERS)
    assert numbers.source_span == (7, 9)
    assert numbers.target_span == (3, 5)
    term = next(issue for issue in issues("Two Widgets here.", "两个控件。") if issue.check is Check.TERM)
    assert term.source_span == (4, 11)


def test_errors_come_before_warnings() -> None:
    found = issues("It has {n} files.", "它 有文件")
    assert [issue.severity for issue in found] == sorted(
        (issue.severity for issue in found), key=lambda s: s != "error"
    )
