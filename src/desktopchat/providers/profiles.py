"""Where the vendors that speak OpenAI's dialects differ on the wire. Data, matched by host; no code knows a vendor.

Sources are the vendors' own pages (2025 and 2026) unless a row says otherwise. An unknown host gets `CUSTOM`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from urllib.parse import urlsplit

from desktopchat.domain.values import Json
from desktopchat.transports.addresses import is_loopback

_ANY = re.compile("")


@dataclass(frozen=True, slots=True)
class Continuing:
    """How an endpoint is told to go on with an answer's beginning, which is the last message and the assistant's.

    `message` is added to that message, `body` to the request. `path` replaces the address's path where only another
    one can do it. `models` finds the names that can; `drops` are params that exclude it.
    """

    message: Mapping[str, Json] = field(default_factory=dict)
    body: Mapping[str, Json] = field(default_factory=dict)
    path: str = ""
    models: re.Pattern[str] = _ANY
    drops: frozenset[str] = frozenset()


class Thinking(Enum):
    """How a host is told to think: the params that it knows for that."""

    EFFORT = auto()
    """`reasoning_effort`, as OpenAI has it."""
    NESTED_EFFORT = auto()
    """`reasoning`: `effort`."""
    TYPE = auto()
    """`thinking`: `type`, enabled or disabled."""
    SWITCH = auto()
    """`enable_thinking` and `thinking_budget`."""
    TEMPLATE = auto()
    """`enable_thinking` for the model's chat template."""
    UNKNOWN = auto()


class FilesOf(Enum):
    """Whose way a host keeps files in, as far as questions can name them."""

    OPENAI = auto()
    MOONSHOT = auto()
    """It reads the file; the text that it found goes with the question."""
    UNKNOWN = auto()
    """The host is asked."""
    NONE = auto()


@dataclass(frozen=True, slots=True)
class Profile:
    """What is different at one host.

    `max_tokens` is the name of the limit on an answer's tokens. `stream_options`: whether the host knows the field;
    usage then comes only when asked for. `key_header` takes the plain key instead of `Authorization: Bearer`. `seed` is
    the name of the number that makes answers alike, "" where there is none.
    """

    continuing: Continuing | None = None
    max_tokens: str = "max_tokens"
    stream_options: bool = True
    key_header: str = ""
    thinking: Thinking = Thinking.EFFORT
    seed: str = "seed"
    files: FilesOf = FilesOf.NONE


CUSTOM = Profile(files=FilesOf.UNKNOWN)

_NOT_THINKING = re.compile(
    r"^(?!.*(think|reason|r1|deepseek-v4|qwq|magistral|gpt-oss|glm-4\.[5-9]|qwen-?3(?!-coder|.*instruct)))", re.I
)
"""Continuing is refused or ignored by models that think first; names that say so are left out."""

_AS_LAST_MESSAGE = Continuing(models=_NOT_THINKING)
_QWEN = re.compile(r"^qwen(-(max|plus|flash|turbo|coder|math|vl)|3-(max|coder)|2\.5)", re.IGNORECASE)

_OPENAI = Profile(max_tokens="max_completion_tokens", files=FilesOf.OPENAI)
_AZURE = Profile(max_tokens="max_completion_tokens", key_header="api-key")
_DEEPSEEK = Profile(Continuing({"prefix": True}, path="/beta", models=_NOT_THINKING), thinking=Thinking.TYPE)
_MOONSHOT = Profile(Continuing({"partial": True}, models=_NOT_THINKING), thinking=Thinking.TYPE, files=FilesOf.MOONSHOT)
_ZHIPU = Profile(thinking=Thinking.TYPE, seed="")
_SILICONFLOW = Profile(thinking=Thinking.SWITCH)
_DASHSCOPE = Profile(
    Continuing({"partial": True}, models=_QWEN, drops=frozenset({"enable_thinking", "thinking_budget"})),
    thinking=Thinking.SWITCH,
)
# Mistral answers 422 to fields that it does not know (seen in many projects' issues), and reports usage unasked
_MISTRAL = Profile(
    Continuing({"prefix": True}, models=_NOT_THINKING),
    stream_options=False,
    thinking=Thinking.UNKNOWN,
    seed="random_seed",
)
_GROQ = Profile(_AS_LAST_MESSAGE, max_tokens="max_completion_tokens")
# passes it on to vendors of which some refuse it: only families that are known to take it
_OPENROUTER = Profile(
    Continuing(models=re.compile(r"^(mistralai|meta-llama|qwen/qwen-?2|nousresearch)", re.I)),
    thinking=Thinking.NESTED_EFFORT,
)
_SPARK = Profile(stream_options=False, thinking=Thinking.TYPE, seed="")
_LLAMA_CPP = Profile(_AS_LAST_MESSAGE, thinking=Thinking.TEMPLATE)
_VLLM = Profile(
    Continuing(body={"continue_final_message": True, "add_generation_prompt": False}, models=_NOT_THINKING),
    thinking=Thinking.TEMPLATE,
)
_OLLAMA = Profile(_AS_LAST_MESSAGE)

_BY_HOST: Mapping[str, Profile] = {
    "api.openai.com": _OPENAI,
    "openai.azure.com": _AZURE,
    "cognitiveservices.azure.com": _AZURE,
    "services.ai.azure.com": _AZURE,
    "api.deepseek.com": _DEEPSEEK,
    "moonshot.cn": _MOONSHOT,
    "moonshot.ai": _MOONSHOT,
    "dashscope.aliyuncs.com": _DASHSCOPE,
    "dashscope-intl.aliyuncs.com": _DASHSCOPE,
    "dashscope-us.aliyuncs.com": _DASHSCOPE,
    "maas.aliyuncs.com": _DASHSCOPE,
    "bigmodel.cn": _ZHIPU,
    "z.ai": _ZHIPU,
    "siliconflow.cn": _SILICONFLOW,
    "siliconflow.com": _SILICONFLOW,
    "openrouter.ai": _OPENROUTER,
    "api.mistral.ai": _MISTRAL,
    "api.groq.com": _GROQ,
    "xf-yun.com": _SPARK,
}
"""A host stands for itself and for everything under it."""

_BY_LOCAL_PORT: Mapping[int, Profile] = {8000: _VLLM, 8080: _LLAMA_CPP, 11434: _OLLAMA}
"""Servers on this computer, by the ports that they take unless told otherwise."""


def profile_of(base_url: str) -> Profile:
    """The profile of the host in a base address."""
    if is_loopback(base_url):
        return _BY_LOCAL_PORT.get(urlsplit(base_url).port or 0, CUSTOM)
    host = urlsplit(base_url).hostname or ""
    return next((profile for name, profile in _BY_HOST.items() if f".{host}".endswith(f".{name}")), CUSTOM)
