"""What models say around or instead of a translation, in the languages in which they say it. Patterns, no rules."""

import re

_LANGUAGE_LIKE = r"[\w()（） -]{0,40}"

PREAMBLE = re.compile(
    r"^\s*(?:[#*_>`\"“]{0,3}\s*)(?:"
    r"(?:sure|certainly|of course|okay|ok|absolutely)[!,.]?\s*(?:here(?:'s| is| are)?[^\n:]{0,80}:|[^\n:]{0,60}translat[^\n:]{0,60}:)"
    r"|here(?:'s|’s| is| are)\b[^\n:]{0,100}:"
    r"|(?:the |my )?translat(?:ion|ed text)\b" + _LANGUAGE_LIKE + r"[^\n:：]{0,60}[:：]"
    r"|(?:好的[，,。!！]?\s*)?(?:以下|下面)(?:是|为)[^\n:：]{0,40}(?:翻译|译文)[^\n:：]{0,20}[:：]"
    r"|(?:好的[，,。!！]\s*)?(?:翻译|译文|中文翻译|翻译结果|翻译如下|译文如下)\s*[:：]"
    r"|(?:以下|下列)[^\n:：]{0,20}(?:翻譯|譯文)[^\n:：]{0,20}[:：]|(?:翻譯|譯文)\s*[:：]"
    r"|以下は[^\n:：]{0,30}(?:翻訳|訳)[^\n:：]{0,20}[:：]|翻訳\s*[:：]"
    r"|다음은[^\n:：]{0,30}번역[^\n:：]{0,20}[:：]|번역\s*[:：]"
    r"|voici\b[^\n:]{0,80}\s?:|traduction\s?:|hier ist\b[^\n:]{0,80}:|übersetzung\s?:"
    r"|aquí (?:está|tienes)\b[^\n:]{0,80}:|traducción\s?:|aqui está\b[^\n:]{0,80}:|tradução\s?:|ecco\b[^\n:]{0,80}:|traduzione\s?:"
    r"|вот перевод\b[^\n:]{0,60}:|перевод\s?:"
    r")\**\s*",
    re.IGNORECASE,
)
"""A sentence that announces the translation, up to its colon."""

POSTSCRIPT = re.compile(
    r"\n\s*(?:[(（*_]{0,3})(?:note|notes|explanation|translator'?s note|注|注释|说明|备注|註|注意|remarque|anmerkung|hinweis|nota)\s*[:：]",
    re.IGNORECASE,
)

ANSWER = re.compile(
    r"^\s*(?:great question|good question|that's a (?:great|good)|thank you for (?:asking|your question|your message)"
    r"|i(?:'d| would) be (?:happy|glad) to|i can help|sure[!,]? i (?:can|will|would)|(?:certainly|of course)[!,]? i "
    r"|as an ai|i think that|let me (?:explain|answer|help)"
    r"|好问题|这是一个(?:很)?好(?:的)?问题|感谢您的(?:提问|问题|来信)|我很(?:乐意|高兴)|作为一个?(?:人工智能|ai)|让我来?(?:回答|解释|帮)"
    r"|好的[，,]\s*我(?:来|会|可以)|当然[，,可]\s*(?:以)?[，,]?\s*我"
    r"|ich helfe|gute frage|bonne question|je serais ravi|buena pregunta|хороший вопрос|良い質問|좋은 질문)",
    re.IGNORECASE,
)
"""How answers begin."""

ANSWER_END = re.compile(
    r"(?:let me know if (?:you|there)|feel free to ask|hope (?:this|that) helps|anything else i can"
    r"|如果(?:您|你)还?有(?:任何|其他|什么)?[^\n。]{0,12}(?:问题|疑问)|希望(?:这|以上)[^\n。]{0,10}(?:帮助|有用)|请随时(?:告诉|联系|提问))"
    r"[^\n]{0,80}$",
    re.IGNORECASE,
)
"""How answers end."""

REFUSAL = re.compile(
    r"^\s*(?:i(?:'m| am) (?:sorry|unable|not able)|sorry,? (?:but )?i (?:can|am)|i (?:can(?:no|')t|won't) (?:help|assist|translate|fulfil|comply)"
    r"|i apologi[sz]e, but|(?:很|非常)?抱歉[，,]\s*(?:但)?我(?:不能|无法)|对不起[，,]\s*我(?:不能|无法)|我(?:不能|无法)(?:提供|协助|翻译|满足)"
    r"|申し訳(?:ありません|ございません)|je suis désolé|es tut mir leid,? (?:aber )?ich kann|lo siento,? (?:pero )?no puedo"
    r"|извините,? (?:но )?я не могу)",
    re.IGNORECASE,
)
