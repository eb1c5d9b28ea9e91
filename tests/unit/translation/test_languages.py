"""The table of languages, and guesses at the language of short strings and texts."""

import pytest

from desktopchat.translation.guessing import guess
from desktopchat.translation.languages import LANGUAGES, english_name, find, same

STRINGS = [
    ("en", "Save changes?"), ("en", "Open recent files"),
    ("zh-Hans", "设置"), ("zh-Hans", "ping太高"),
    ("zh-Hant", "設定"), ("zh-Hant", "開啟檔案"),
    ("ja", "設定を保存"), ("ja", "キャンセル"),
    ("ko", "취소"), ("ko", "파일 열기"),
    ("fr", "Enregistrer sous"), ("fr", "Voulez-vous quitter ?"),
    ("de", "Datei öffnen"), ("de", "Änderungen speichern"),
    ("es", "Guardar los cambios"), ("es", "¿Desea salir?"),
    ("pt", "Salvar alterações"), ("pt", "Não foi possível abrir"),
    ("it", "Vuoi salvare le modifiche?"), ("it", "Impossibile aprire il file"),
    ("ru", "Сохранить изменения"), ("ru", "Открыть файл"),
    ("uk", "Зберегти зміни"), ("uk", "Відкрити файл"),
    ("ar", "حفظ التغييرات"), ("ar", "فتح الملف"),
    ("fa", "ذخیره تغییرات"), ("fa", "باز کردن پرونده"),
    ("he", "שמור"), ("el", "Αποθήκευση"),
    ("th", "บันทึก"), ("vi", "Lưu thay đổi"),
    ("pl", "Zapisz zmiany"), ("cs", "Uložit změny"),
    ("tr", "Değişiklikleri kaydet"), ("hu", "Módosítások mentése"),
    ("nl", "Wijzigingen opslaan"), ("sv", "Spara ändringar"),
    ("hi", "फ़ाइल खोलें"), ("fi", "Tallenna muutokset"),
]  # fmt: skip


def test_of_forty_short_strings_at_least_thirty_four_are_known() -> None:
    assert len(STRINGS) == 40
    assert len({language for language, _ in STRINGS}) >= 20
    wrong = [(text, guess(text)) for language, text in STRINGS if guess(text).language != language]
    assert len(wrong) <= 6, wrong


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("请用 OpenMP 和 MPI 并行化这个程序", "zh-Hans"),
        ("需要翻译的内容是：'hello world'", "zh-Hans"),
        ("`def f(x): return x` 是什么意思", "zh-Hans"),
        ("This is a longer sentence about the weather in the city.", "en"),
        ("", None),
        ("12345 !!! ---", None),
        ("https://example.org/a", None),
    ],
)
def test_code_and_names_do_not_mislead(text: str, language: str | None) -> None:
    assert guess(text).language == language


def test_a_guess_is_sure_of_little_where_there_is_little() -> None:
    assert guess("OK").score < 0.5
    assert guess("Dies ist ein längerer deutscher Satz über das Wetter.").score > 0.8


def test_tags_and_names_are_unique_and_found() -> None:
    assert len(LANGUAGES) >= 60
    assert len({language.tag for language in LANGUAGES}) == len(LANGUAGES)
    for language in LANGUAGES:
        assert find(language.tag) is language
        assert find(language.english.upper()) is language
        assert find(language.chinese) is not None
        assert find(language.own) is not None


@pytest.mark.parametrize(
    ("name", "tag"),
    [("zh_CN", "zh-Hans"), ("zh-TW", "zh-Hant"), ("zh", "zh-Hans"), ("de-AT", "de"), ("pt-br", "pt-BR"), ("no", "nb")],
)
def test_tags_in_any_spelling_are_found(name: str, tag: str) -> None:
    found = find(name)
    assert found is not None
    assert found.tag == tag


def test_languages_are_the_same_by_language_and_script() -> None:
    assert same("en-US", "en_GB")
    assert same("zh-CN", "zh-Hans")
    assert not same("zh-TW", "zh-CN")
    assert same("tlh", "TLH")
    assert not same("", "en")
    assert english_name("tlh") == "tlh"
