"""The languages that can be chosen: their tags (BCP-47), their names and their scripts. Nothing is guessed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache


class Script(StrEnum):
    """Writing systems, by ISO 15924."""

    LATIN = "Latn"
    CYRILLIC = "Cyrl"
    GREEK = "Grek"
    ARABIC = "Arab"
    HEBREW = "Hebr"
    DEVANAGARI = "Deva"
    BENGALI = "Beng"
    GUJARATI = "Gujr"
    GURMUKHI = "Guru"
    TAMIL = "Taml"
    TELUGU = "Telu"
    KANNADA = "Knda"
    MALAYALAM = "Mlym"
    SINHALA = "Sinh"
    THAI = "Thai"
    LAO = "Laoo"
    KHMER = "Khmr"
    MYANMAR = "Mymr"
    GEORGIAN = "Geor"
    ARMENIAN = "Armn"
    ETHIOPIC = "Ethi"
    HANGUL = "Hang"
    JAPANESE = "Jpan"
    HAN_SIMPLE = "Hans"
    HAN_TRADITIONAL = "Hant"

    @property
    def is_han(self) -> bool:
        return self in (Script.HAN_SIMPLE, Script.HAN_TRADITIONAL)

    @property
    def has_no_spaces(self) -> bool:
        """Whether nothing stands between its sentences (and its words)."""
        return self in _UNSPACED


_UNSPACED = frozenset({Script.HAN_SIMPLE, Script.HAN_TRADITIONAL, Script.JAPANESE})


@dataclass(frozen=True, slots=True)
class Language:
    """A language to choose. `machine` is how translation models call it where that is not its English name."""

    tag: str
    english: str
    chinese: str
    own: str
    script: Script
    machine: str = ""

    @property
    def primary(self) -> str:
        return self.tag.split("-")[0]

    @property
    def for_machines(self) -> str:
        return self.machine or self.english


_TABLE = """
en|English|英语|English|Latn
zh-Hans|Simplified Chinese|简体中文|简体中文|Hans|Chinese
zh-Hant|Traditional Chinese|繁体中文|繁體中文|Hant
ja|Japanese|日语|日本語|Jpan
ko|Korean|韩语|한국어|Hang
fr|French|法语|Français|Latn
de|German|德语|Deutsch|Latn
es|Spanish|西班牙语|Español|Latn
pt|Portuguese|葡萄牙语|Português|Latn
pt-BR|Brazilian Portuguese|巴西葡萄牙语|Português (Brasil)|Latn|Portuguese
it|Italian|意大利语|Italiano|Latn
ru|Russian|俄语|Русский|Cyrl
ar|Arabic|阿拉伯语|العربية|Arab
nl|Dutch|荷兰语|Nederlands|Latn
pl|Polish|波兰语|Polski|Latn
tr|Turkish|土耳其语|Türkçe|Latn
uk|Ukrainian|乌克兰语|Українська|Cyrl
cs|Czech|捷克语|Čeština|Latn
sk|Slovak|斯洛伐克语|Slovenčina|Latn
sl|Slovenian|斯洛文尼亚语|Slovenščina|Latn
hr|Croatian|克罗地亚语|Hrvatski|Latn
sr|Serbian|塞尔维亚语|Српски|Cyrl
bs|Bosnian|波斯尼亚语|Bosanski|Latn
mk|Macedonian|马其顿语|Македонски|Cyrl
bg|Bulgarian|保加利亚语|Български|Cyrl
ro|Romanian|罗马尼亚语|Română|Latn
hu|Hungarian|匈牙利语|Magyar|Latn
el|Greek|希腊语|Ελληνικά|Grek
sv|Swedish|瑞典语|Svenska|Latn
da|Danish|丹麦语|Dansk|Latn
nb|Norwegian Bokmål|书面挪威语|Norsk bokmål|Latn
fi|Finnish|芬兰语|Suomi|Latn
is|Icelandic|冰岛语|Íslenska|Latn
et|Estonian|爱沙尼亚语|Eesti|Latn
lv|Latvian|拉脱维亚语|Latviešu|Latn
lt|Lithuanian|立陶宛语|Lietuvių|Latn
ca|Catalan|加泰罗尼亚语|Català|Latn
gl|Galician|加利西亚语|Galego|Latn
eu|Basque|巴斯克语|Euskara|Latn
ga|Irish|爱尔兰语|Gaeilge|Latn
cy|Welsh|威尔士语|Cymraeg|Latn
sq|Albanian|阿尔巴尼亚语|Shqip|Latn
la|Latin|拉丁语|Latina|Latn
eo|Esperanto|世界语|Esperanto|Latn
he|Hebrew|希伯来语|עברית|Hebr
fa|Persian|波斯语|فارسی|Arab|Western Persian
ur|Urdu|乌尔都语|اردو|Arab
hi|Hindi|印地语|हिन्दी|Deva
mr|Marathi|马拉地语|मराठी|Deva
ne|Nepali|尼泊尔语|नेपाली|Deva
bn|Bengali|孟加拉语|বাংলা|Beng
gu|Gujarati|古吉拉特语|ગુજરાતી|Gujr
pa|Punjabi|旁遮普语|ਪੰਜਾਬੀ|Guru
ta|Tamil|泰米尔语|தமிழ்|Taml
te|Telugu|泰卢固语|తెలుగు|Telu
kn|Kannada|卡纳达语|ಕನ್ನಡ|Knda
ml|Malayalam|马拉雅拉姆语|മലയാളം|Mlym
si|Sinhala|僧伽罗语|සිංහල|Sinh
th|Thai|泰语|ไทย|Thai
lo|Lao|老挝语|ລາວ|Laoo
km|Khmer|高棉语|ខ្មែរ|Khmr
my|Burmese|缅甸语|မြန်မာ|Mymr
vi|Vietnamese|越南语|Tiếng Việt|Latn
id|Indonesian|印度尼西亚语|Bahasa Indonesia|Latn
ms|Malay|马来语|Bahasa Melayu|Latn|Standard Malay
tl|Filipino|菲律宾语|Filipino|Latn|Tagalog
ka|Georgian|格鲁吉亚语|ქართული|Geor
hy|Armenian|亚美尼亚语|Հայերեն|Armn
az|Azerbaijani|阿塞拜疆语|Azərbaycanca|Latn|North Azerbaijani
kk|Kazakh|哈萨克语|Қазақша|Cyrl
uz|Uzbek|乌兹别克语|Oʻzbekcha|Latn|Northern Uzbek
mn|Mongolian|蒙古语|Монгол|Cyrl
sw|Swahili|斯瓦希里语|Kiswahili|Latn
am|Amharic|阿姆哈拉语|አማርኛ|Ethi
af|Afrikaans|南非语|Afrikaans|Latn
"""

_ALIASES = {
    "zh": "zh-Hans",
    "zh-cn": "zh-Hans",
    "zh-sg": "zh-Hans",
    "zh-tw": "zh-Hant",
    "zh-hk": "zh-Hant",
    "zh-mo": "zh-Hant",
    "chinese": "zh-Hans",
    "中文": "zh-Hans",
    "no": "nb",
    "norwegian": "nb",
    "iw": "he",
    "in": "id",
    "fil": "tl",
    "tagalog": "tl",
}


def _read(line: str) -> Language:
    tag, english, chinese, own, script, *machine = line.split("|")
    return Language(tag, english, chinese, own, Script(script), "".join(machine))


LANGUAGES: tuple[Language, ...] = tuple(map(_read, _TABLE.strip().splitlines()))
"""In the order in which they are offered."""


@cache
def _by_name() -> Mapping[str, Language]:
    names: dict[str, Language] = {}
    for language in LANGUAGES:
        for name in (language.tag, language.english, language.chinese, language.own):
            names.setdefault(name.casefold(), language)
    return names


def find(name: str) -> Language | None:
    """By tag in any spelling (`zh_CN`, `pt-br`, `de-AT`) or by one of its names; None for what is not in the table."""
    wanted = name.strip().replace("_", "-").casefold()
    names = _by_name()
    while wanted:
        if found := names.get(_ALIASES.get(wanted, wanted).casefold()):
            return found
        wanted, _, _ = wanted.rpartition("-")
    return None


def english_name(tag: str) -> str:
    """For prompts: the name of a language, or the tag itself where nobody here knows it."""
    found = find(tag)
    return found.english if found else tag


def same(first: str, second: str) -> bool:
    """Whether two tags mean the same for a reader: the language and the script, not the country."""
    one, other = find(first), find(second)
    if one is None or other is None:
        return first.strip().casefold() == second.strip().casefold()
    return (one.primary, one.script) == (other.primary, other.script)
