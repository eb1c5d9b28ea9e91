"""Alibaba Cloud Model Studio (百炼, DashScope): which of its two dialects an address means, and the compatible one.

What is special to a model (Qwen-MT translates one message and nothing else) is the same in both dialects. Thinking
and search are switched by params that go through as they are: `enable_thinking`, `thinking_budget`, `enable_search`,
`search_options`, `translation_options`.
"""

from urllib.parse import urlsplit

from desktopchat.domain.message import Message, Role, TextPart
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.values import Json
from desktopchat.providers.base import Account, Provider
from desktopchat.providers.collecting import TextMode
from desktopchat.providers.dashscope_errors import errors_for
from desktopchat.providers.openai_chat import OpenAIChat, Vendor, chat_messages
from desktopchat.providers.turns import text_of

CUMULATIVE = ("qwen-mt-plus", "qwen-mt-turbo")
"""Each piece is the whole translation so far; qwen-mt-flash and -lite send increments like everyone else."""

TRANSLATORS = "qwen-mt-"
NATIVE = "/api/v1"


def text_mode(model: str) -> TextMode:
    """How this model streams its text, by the vendor's documentation."""
    return TextMode.WHOLE_SO_FAR if model.lower().startswith(CUMULATIVE) else TextMode.INCREMENTS


def translates(model: str) -> bool:
    """Whether it is one of the models that take one user message, and no system prompt or history."""
    return model.lower().startswith(TRANSLATORS)


def to_translate(request: ChatRequest) -> str:
    """What a translation model is to translate: the newest question."""
    nothing = Message(Role.USER, (TextPart(""),))
    return text_of(next((said for said in reversed(request.messages) if said.role is Role.USER), nothing))


def messages(request: ChatRequest) -> list[Json]:
    """As everyone's; a translation model takes one user message and nothing else."""
    if translates(request.model):
        return [{"role": "user", "content": to_translate(request)}]
    return chat_messages(request)


def create(account: Account) -> Provider:
    """The adapter for Model Studio: the native dialect for an address that ends in `/api/v1`."""
    if urlsplit(account.config.base_url).path.rstrip("/").endswith(NATIVE):
        from desktopchat.providers.dashscope_native import DashScopeNative

        return DashScopeNative(account)
    return OpenAIChat(account, Vendor(errors_for(account), text_mode, messages))
