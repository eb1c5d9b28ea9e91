"""What models say around or instead of a translation, in the languages in which they say it. Patterns, no rules."""

import re


def _starts(*words: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*(?:{'|'.join(words)})", re.IGNORECASE)


_UP_TO_COLON = r"[^\n:：]{0,60}[:：]"

PREAMBLE = re.compile(
    r"^\s*[#*_>`\"“]{0,3}\s*(?:"
    + "|".join(
        (
            r"(?:sure|certainly|of course|okay|ok|absolutely)[!,.]?\s*here(?:'s|’s| is| are)?[^\n:]{0,80}:",
            r"(?:sure|certainly|of course|okay|ok|absolutely)[!,.]?[^\n:]{0,60}translat[^\n:]{0,60}:",
            r"here(?:'s|’s| is| are)\b[^\n:]{0,100}:",
            r"(?:the |my )?translat(?:ion|ed text)\b" + _UP_TO_COLON,
            r"(?:好的[，,。!！]?\s*)?(?:以下|下面)(?:是|为)[^\n:：]{0,40}(?:翻译|译文)[^\n:：]{0,20}[:：]",
            r"(?:好的[，,。!！]\s*)?(?:翻译|译文|中文翻译|翻译结果|翻译如下|译文如下)\s*[:：]",
            r"(?:以下|下列)[^\n:：]{0,20}(?:翻譯|譯文)[^\n:：]{0,20}[:：]",
            r"(?:翻譯|譯文)\s*[:：]",
            r"以下は[^\n:：]{0,30}訳[^\n:：]{0,20}[:：]",
            r"(?:翻訳|번역)\s*[:：]",
            r"다음은[^\n:：]{0,30}번역[^\n:：]{0,20}[:：]",
            r"(?:voici|hier ist|ecco|aqu[íi] (?:está|tienes)|вот перевод)\b[^\n:]{0,80}:",
            r"(?:traduction|übersetzung|traducción|tradução|traduzione|перевод)\s?:",
        )
    )
    + r")\**\s*",
    re.IGNORECASE,
)
"""A sentence that announces the translation, up to its colon."""

_NOTES = "note|notes|explanation|translator'?s note|注|注释|说明|备注|註|注意|remarque|anmerkung|hinweis|nota"
POSTSCRIPT = re.compile(rf"\n\s*[(（*_]{{0,3}}(?:{_NOTES})\s*[:：]", re.IGNORECASE)
"""Where words of explanation begin behind a translation."""

ANSWER = _starts(
    r"(?:great|good) question",
    r"that's a (?:great|good)",
    r"thank you for (?:asking|your question|your message)",
    r"i(?:'d| would) be (?:happy|glad) to|i can help|sure[!,]? i (?:can|will|would)|(?:certainly|of course)[!,]? i ",
    r"as an ai|i think that|let me (?:explain|answer|help)",
    r"好问题|这是一个(?:很)?好(?:的)?问题|感谢您的(?:提问|问题|来信)|我很(?:乐意|高兴)|作为一个?(?:人工智能|ai)",
    r"让我来?(?:回答|解释|帮)|好的[，,]\s*我(?:来|会|可以)|当然[，,]\s*我|当然可以[，,]",
    r"gute frage|bonne question|buena pregunta|хороший вопрос|良い質問|좋은 질문",
)
"""How answers begin."""

ANSWER_END = re.compile(
    r"(?:let me know if (?:you|there)|feel free to ask|hope (?:this|that) helps|anything else i can"
    r"|如果(?:您|你)还?有(?:任何|其他|什么)?[^\n。]{0,12}(?:问题|疑问)"
    r"|希望(?:这|以上)[^\n。]{0,10}(?:帮助|有用)|请随时(?:告诉|联系|提问))[^\n]{0,80}$",
    re.IGNORECASE,
)
"""How answers end."""

REFUSAL = _starts(
    r"i(?:'m| am) (?:sorry|unable|not able)|sorry,? (?:but )?i (?:can|am)|i apologi[sz]e, but",
    r"i (?:can(?:no|')t|won't) (?:help|assist|translate|fulfil|comply)",
    r"(?:很|非常)?抱歉[，,]\s*(?:但)?我(?:不能|无法)|对不起[，,]\s*我(?:不能|无法)|我(?:不能|无法)(?:提供|协助|翻译|满足)",
    r"申し訳(?:ありません|ございません)|je suis désolé|lo siento,? (?:pero )?no puedo",
    r"es tut mir leid,? (?:aber )?ich kann|извините,? (?:но )?я не могу",
)
"""How refusals begin."""
