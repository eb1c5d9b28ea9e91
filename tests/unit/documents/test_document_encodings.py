"""Which encoding a text is in: said, shown by its bytes, or guessed, and changed by people."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktopchat.documents.encodings import OFFERED, decoded
from desktopchat.documents.extracting import extract
from desktopchat.documents.refusals import Refusal, RefusedError
from desktopchat.domain.errors import ChatError, ErrorKind

CHINESE = "这份合同的有效期为三年，自双方签字之日起计算。甲方应当在每月五日之前支付租金。"
TRADITIONAL = "這份合約的有效期為三年，自雙方簽字之日起計算。甲方應當在每月五日之前支付租金。"
JAPANESE = "この契約の有効期間は三年とし、双方が署名した日から起算する。賃料は毎月五日までに支払う。"
KOREAN = "이 계약의 유효 기간은 서명한 날로부터 삼 년으로 한다. 임대료는 매월 오일까지 지급한다."
RUSSIAN = "Договор действует три года со дня подписания сторонами. Арендная плата вносится до пятого числа."
FRENCH = "Le contrat prend effet à la date de signature. Le loyer est dû avant le cinq, où qu'il soit payé. Été, naïve."
GREEK = "Η σύμβαση ισχύει για τρία χρόνια από την ημερομηνία υπογραφής. Το ενοίκιο καταβάλλεται έως την πέμπτη."
ARABIC = "العقد ساري المفعول لمدة ثلاث سنوات من تاريخ التوقيع. يدفع الإيجار قبل الخامس من كل شهر."
THAI = "สัญญานี้มีผลบังคับใช้เป็นเวลาสามปีนับจากวันที่ลงนาม"


@pytest.mark.parametrize(
    ("text", "written", "found"),
    [
        (CHINESE, "gbk", "gb18030"),
        (CHINESE, "utf-16-le", "utf-16-le"),
        (CHINESE, "utf-16-be", "utf-16-be"),
        (FRENCH, "utf-16-le", "utf-16-le"),
        (TRADITIONAL, "big5", "big5"),
        (JAPANESE, "shift_jis", "shift_jis"),
        (JAPANESE, "euc_jp", "euc_jp"),
        (JAPANESE, "iso2022_jp", "iso2022_jp"),
        (KOREAN, "euc_kr", "euc_kr"),
        (RUSSIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "koi8-r", "koi8-r"),
        (FRENCH, "cp1252", "windows-1252"),
        (GREEK, "cp1253", "windows-1253"),
        (ARABIC, "cp1256", "windows-1256"),
        (THAI, "cp874", "windows-874"),
        ("int main() { // 这是注释\n}", "gbk", "gb18030"),
        ("编号,金额\n甲方,100\n", "gbk", "gb18030"),
        ("売上データ\n", "shift_jis", "shift_jis"),
    ],
)
def test_old_encodings_are_guessed_and_the_guess_is_said(text: str, written: str, found: str) -> None:
    result = decoded(text.encode(written))
    assert (result.text, result.encoding, result.guessed, result.wrong) == (text, found, True, 0)


@pytest.mark.parametrize(
    ("text", "written", "found"),
    [
        ("Der Vertrag läuft über drei Jahre; die Miete ist bis zum fünften fällig. Größe.", "cp1252", "windows-1252"),
        ("Il contratto è valido per tre anni. Il canone sarà pagato perché così è giusto.", "cp1252", "windows-1252"),
        ("He said “hello” – it’s fine.", "cp1252", "windows-1252"),
        ("Smlouva platí tři roky ode dne podpisu. Nájemné se platí řádně a včas.", "cp1250", "windows-1250"),
        ("Umowa obowiązuje przez trzy lata. Czynsz płatny jest do piątego dnia.", "cp1250", "windows-1250"),
        ("Chiria se plăteşte până la data de cinci a fiecărei luni.", "cp1250", "windows-1250"),
        ("Sözleşme imza tarihinden itibaren üç yıl süreyle geçerlidir.", "cp1254", "windows-1254"),
        ("Sutartis galioja trejus metus nuo pasirašymo dienos. Mokama iki mėnesio.", "cp1257", "windows-1257"),
    ],
)
def test_latin_letters_are_told_apart_by_the_alphabet_they_are_of(text: str, written: str, found: str) -> None:
    result = decoded(text.encode(written))
    assert (result.text, result.encoding) == (text, found)


@pytest.mark.parametrize("written", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("text", [CHINESE, FRENCH])
def test_what_is_certain_is_no_guess(text: str, written: str) -> None:
    result = decoded(text.encode(written))
    assert (result.text, result.guessed) == (text, False)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=200))
def test_utf8_always_comes_back(text: str) -> None:
    if not text.startswith("\ufeff"):
        assert decoded(text.encode()).text == text


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    refusal = None
    try:
        decoded(data)
    except RefusedError as error:
        refusal = error.refusal
    assert refusal in (None, Refusal.UNKNOWN)


def test_people_change_the_encoding(home: Path) -> None:
    path = home / "a.txt"
    path.write_bytes(CHINESE.encode("gb18030"))
    wrong = extract(path, encoding="big5")
    assert wrong.text != CHINESE
    assert extract(path, encoding="gb18030").text == CHINESE


def test_places_that_do_not_fit_are_counted(home: Path) -> None:
    path = home / "a.txt"
    path.write_bytes(b"caf\xe9 na\xefve")
    assert [note.count for note in extract(path, encoding="utf-8").notes] == [2]


@pytest.mark.parametrize("name", ["no-such-thing", "base64", "", "zip", "a\x00b"])
def test_an_unknown_encoding_is_a_sentence_or_no_choice(home: Path, name: str) -> None:
    path = home / "a.txt"
    path.write_text("text")
    if not name:
        assert extract(path, encoding=name).encoding == "utf-8"
        return
    with pytest.raises(ChatError) as caught:
        extract(path, encoding=name)
    assert caught.value.kind is ErrorKind.FILE_REJECTED


@pytest.mark.parametrize("name", OFFERED)
def test_every_offered_encoding_is_known(name: str) -> None:
    assert decoded(b"plain", name).text or name.startswith("utf-16")


@pytest.mark.parametrize(
    "data", [bytes(range(256)), b"\x00" * 1000, b"text\x00\x01\x02\x03" * 50, b"\x01\x02\x03\x04" * 20]
)
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    with pytest.raises(RefusedError):
        decoded(data)
