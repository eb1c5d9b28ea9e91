"""DashScope's own protocol (`/api/v1`): the question goes into `input` and `parameters`, the answer comes in `output`.

Its frames say the same as chat completions in another form, so they are translated and read by the same reader.
Found in the frames and not shown: the pages that a search (`enable_search`) found.
"""

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from desktopchat.domain.attachment import Way
from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.provider import ModelInfo
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.values import Json
from desktopchat.providers.addresses import endpoint
from desktopchat.providers.attached import has_pictures
from desktopchat.providers.base import Account
from desktopchat.providers.capabilities import listed_models
from desktopchat.providers.collecting import Collector, TextMode
from desktopchat.providers.dashscope import takes, text_mode, to_translate, translates, with_file_messages
from desktopchat.providers.dashscope_errors import errors_for
from desktopchat.providers.jsontext import list_of, object_of, string_of, wording
from desktopchat.providers.openai_address import AskedTwice, OpenAIAddress
from desktopchat.providers.openai_files import DASHSCOPE_FILES, OpenAIFiles
from desktopchat.providers.openai_stream import ChatCompletionReader
from desktopchat.providers.profiles import Continuing
from desktopchat.providers.reading import Reader
from desktopchat.providers.vendor_errors import OKAY_CODES

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpRequest

TEXT_PATH = "services/aigc/text-generation/generation"
MULTIMODAL_PATH = "services/aigc/multimodal-generation/generation"
PAGE_SIZE = 200
"""So many models are listed; the vendor's SDK asks for pages in this way, and the catalogue is smaller than that."""

_MULTIMODAL = re.compile(r"vl\b|vl-|qvq|omni|ocr|audio|qwen-?3\.[5-9]-(plus|flash|\d+b)", re.IGNORECASE)
"""By the API reference (2026): Qwen's models with eyes and ears, and from 3.5 on the general ones as well."""

_NO_REASON = (None, "", "null")
_WRONG_PATH = "url error"
"""What a model says at the path of the others: `url error, please check url!`."""


class NativeDialect(OpenAIAddress):
    """See `over_http.Dialect`. Remembers which models answer at the other path than their names suggest."""

    def __init__(self, account: Account) -> None:
        super().__init__(account, errors_for(account))
        self._elsewhere: set[str] = set()

    def ask(self, request: ChatRequest) -> "HttpRequest":
        """Params go into `parameters` and win over what is set here; `stream` is the header that means it."""
        way = self._way_to_continue(request)
        parameters: dict[str, Json] = {"result_format": "message", "incremental_output": True}
        parameters |= {name: value for name, value in request.params.items() if not way or name not in way.drops}
        streamed = bool(parameters.pop("stream", True))
        if not streamed or text_mode(request.model) is TextMode.WHOLE_SO_FAR:
            del parameters["incremental_output"]
        by_parts = self._is_multimodal(request.model) or has_pictures(request)
        body: dict[str, Json] = {
            "model": request.model or None,
            "input": {"messages": native_messages(request, by_parts=by_parts, continuing=way)},
            "parameters": {name: value for name, value in parameters.items() if value is not None},
        }
        asked = self.post(endpoint(self.base_url, MULTIMODAL_PATH if by_parts else TEXT_PATH), body)
        return replace(asked, headers={**asked.headers, "x-dashscope-sse": "enable"}) if streamed else asked

    def reader(self, request: ChatRequest) -> Reader:
        """Text is cumulative where the params ask for it, too."""
        everything = request.params.get("incremental_output", True) is not True
        mode = TextMode.WHOLE_SO_FAR if everything else text_mode(request.model)
        return ChatCompletionReader(Collector(mode, request.limits.max_reply_bytes), self.errors, as_completion)

    def list_models(self) -> "HttpRequest | None":
        asked = super().list_models()
        return asked and replace(asked, url=_with_query(asked.url, f"page_no=1&page_size={PAGE_SIZE}"))

    def models(self, document: Json) -> list[ModelInfo] | None:
        output = object_of(document).get("output")
        return listed_models(document if output is None else output)

    def continues(self, model: str) -> bool:
        way = self.profile.continuing
        return way is not None and way.models.search(model) is not None

    def takes(self, model: str, media_type: str) -> tuple[Way, ...]:
        return takes(model, media_type)

    def learns(self, request: ChatRequest, error: ChatError) -> bool:
        """Whether the model refused because of the path; from now on it is asked at the other one."""
        failure = error.failure
        if failure.kind is not ErrorKind.BAD_REQUEST or _WRONG_PATH not in failure.detail.lower():
            return False
        self._elsewhere ^= {request.model}
        return True

    def _is_multimodal(self, model: str) -> bool:
        return bool(_MULTIMODAL.search(model)) is not (model in self._elsewhere)

    def _way_to_continue(self, request: ChatRequest) -> Continuing | None:
        return self.profile.continuing if request.prefix and self.continues(request.model) else None


class DashScopeNative(AskedTwice):
    """See `Provider`. A model that is not found at the path of its like is asked once more at the other."""

    def __init__(self, account: Account) -> None:
        dialect = NativeDialect(account)
        super().__init__(account, dialect, lambda client: OpenAIFiles(account, dialect, client, DASHSCOPE_FILES))


def native_messages(request: ChatRequest, *, by_parts: bool, continuing: Continuing | None = None) -> list[Json]:
    """The conversation in the native form: texts, or for multimodal models lists of parts."""
    if translates(request.model):
        return [{"role": "user", "content": to_translate(request)}]
    messages: list[dict[str, Json]] = [
        {**fields, "content": _in_parts(fields.get("content")) if by_parts else fields.get("content")}
        for fields in map(object_of, with_file_messages(request))
    ]
    if continuing is not None:
        messages[-1].update(continuing.message)
    return [*messages]


def _in_parts(content: Json) -> Json:
    """The parts of a message in the compatible dialect as the native one has them."""
    parts: list[Json] = []
    for part in list_of(content):
        image = string_of(object_of(object_of(part).get("image_url")).get("url"))
        parts.append({"image": image} if image else {"text": string_of(object_of(part).get("text")) or wording(part)})
    return parts


def as_completion(document: Json) -> Json:
    """A native frame in the form of chat completions; errors and everything else as they are.

    The counts, which every frame repeats, are taken from the last one.
    """
    fields = object_of(document)
    output = fields.get("output")
    if not isinstance(output, dict) or wording(fields.get("code")).lower() not in OKAY_CODES:
        return document
    choices: list[Json] = [_choice(object_of(choice), output) for choice in list_of(output.get("choices"))]
    if not choices and isinstance(output.get("text"), str):
        choices = [{"delta": {"content": output["text"]}, "finish_reason": output.get("finish_reason")}]
    goes_on = choices and all(object_of(choice).get("finish_reason") in _NO_REASON for choice in choices)
    return {"choices": choices, "usage": None if goes_on else fields.get("usage")}


def _choice(choice: dict[str, Json], output: dict[str, Json]) -> Json:
    """The finish reason stands in the choice, or (Qwen-MT) in the output around it."""
    reason = choice.get("finish_reason") or output.get("finish_reason")
    return {"index": choice.get("index"), "delta": choice.get("message"), "finish_reason": reason}


def _with_query(url: str, query: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, query)))))
