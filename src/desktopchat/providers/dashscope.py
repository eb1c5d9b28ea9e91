"""Alibaba Cloud Model Studio (百炼, DashScope): which of its two dialects an address means, and the compatible one.

What is special to a model (Qwen-MT translates one message and nothing else) is the same in both dialects. Thinking
and search are switched by params that go through as they are: `enable_thinking`, `thinking_budget`, `enable_search`,
`search_options`, `translation_options`.
"""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from desktopchat.domain.attachment import RemoteSource, Way
from desktopchat.domain.message import Message, Role, TextPart
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.values import Json
from desktopchat.providers.attached import OFFICE_TYPES, PDF, in_words, is_demo, is_image, with_eyes, words_of
from desktopchat.providers.base import Account, Provider
from desktopchat.providers.collecting import TextMode
from desktopchat.providers.dashscope_errors import errors_for
from desktopchat.providers.openai_chat import OpenAIChat, Vendor, chat_messages
from desktopchat.providers.openai_files import DASHSCOPE_FILES
from desktopchat.providers.turns import spoken, system_prompt

CUMULATIVE = ("qwen-mt-plus", "qwen-mt-turbo")
"""Each piece is the whole translation so far; qwen-mt-flash and -lite send increments like everyone else."""

TRANSLATORS = "qwen-mt-"
NATIVE = "/api/v1"
ROLE = "You are a helpful assistant."
"""For the model, so it is in no catalogue."""

READS_FILES = re.compile(r"^(qwen-long|qwen-doc|demo(?!-mt)|$)", re.IGNORECASE)
FILE_TYPES = frozenset(
    {
        PDF,
        "text/plain",
        "text/markdown",
        "text/csv",
        "application/epub+zip",
        *(kind for kind in OFFICE_TYPES if "presentation" not in kind),
    }
)


def text_mode(model: str) -> TextMode:
    """How this model streams its text, by the vendor's documentation."""
    return TextMode.WHOLE_SO_FAR if model.lower().startswith(CUMULATIVE) else TextMode.INCREMENTS


def translates(model: str) -> bool:
    """Whether it is one of the models that take one user message, and no system prompt or history."""
    return model.lower().startswith(TRANSLATORS)


def to_translate(request: ChatRequest) -> str:
    """What a translation model is to translate: the newest question."""
    nothing = Message(Role.USER, (TextPart(""),))
    return words_of(next((said for said in reversed(request.messages) if said.role is Role.USER), nothing), request)


def messages(request: ChatRequest) -> list[Json]:
    """As everyone's; a translation model takes one user message and nothing else."""
    if translates(request.model):
        return [{"role": "user", "content": to_translate(request)}]
    return with_file_messages(request)


def with_file_messages(request: ChatRequest) -> list[Json]:
    """Files are named in system messages of their own, before the question that they came with.

    The vendor wants a system message about the model's role before those; one that says little stands in for none.
    """
    kept = {sha256: s for sha256, s in request.attachments.items() if isinstance(s, RemoteSource)}
    if not kept:
        return chat_messages(request)
    messages: list[Json] = [{"role": "system", "content": system_prompt(request) or ROLE}]
    for message in spoken(request):
        if named := [f"fileid://{kept[part.sha256].file_id}" for part in message.attachments if part.sha256 in kept]:
            messages.append({"role": "system", "content": ",".join(named)})
        others = tuple(part for part in message.parts if getattr(part, "sha256", "") not in kept)
        messages += chat_messages(
            replace(request, messages=(replace(message, parts=others),), system_prompt="", prefix="")
        )
    return messages


def takes(model: str, media_type: str) -> tuple[Way, ...]:
    """Only the models for long documents read files by their ids."""
    if READS_FILES.search(model):
        fits = media_type in FILE_TYPES or is_demo(model)
        return (Way.UPLOAD,) if is_image(media_type) else (Way.UPLOAD, Way.TEXT) if fits else (Way.TEXT,)
    return in_words(model, media_type) if translates(model) else with_eyes(model, media_type)


def create(account: Account) -> Provider:
    """The adapter for Model Studio: the native dialect for an address that ends in `/api/v1`."""
    if urlsplit(account.config.base_url).path.rstrip("/").endswith(NATIVE):
        from desktopchat.providers.dashscope_native import DashScopeNative

        return DashScopeNative(account)
    return OpenAIChat(account, Vendor(errors_for(account), text_mode, messages, takes, DASHSCOPE_FILES))
