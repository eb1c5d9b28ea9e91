"""Google's Gemini API as AI Studio's keys open it.

https://ai.google.dev/api/generate-content
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from desktopchat.domain.attachment import InlineSource, RemoteSource, TextSource, Way
from desktopchat.domain.errors import ErrorKind
from desktopchat.domain.message import Message, Role
from desktopchat.domain.provider import Capabilities, ModelInfo
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.secret import Secret
from desktopchat.domain.text import msg
from desktopchat.domain.values import Json
from desktopchat.providers.addresses import endpoint
from desktopchat.providers.attached import PDF, as_file, attached_to, is_demo, is_image, marked
from desktopchat.providers.base import Account, Provider
from desktopchat.providers.capabilities import of_model
from desktopchat.providers.collecting import Collector, TextMode
from desktopchat.providers.gemini_files import GeminiFiles
from desktopchat.providers.gemini_stream import GeminiReader
from desktopchat.providers.jsontext import count_of, list_of, object_of, string_of
from desktopchat.providers.over_http import OverHttp
from desktopchat.providers.reading import Reader
from desktopchat.providers.turns import alternating, system_prompt, text_of
from desktopchat.providers.vendor_errors import ErrorTable
from desktopchat.transports.foreign import failed

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpRequest

VERSION = "v1beta"
MOST_MODELS = 1000

BESIDE_THE_CONFIG = frozenset({"tools", "toolConfig", "safetySettings", "cachedContent", "contents", "labels"})
"""Params that the API knows at the top level. All others are part of `generationConfig`."""

ERRORS = ErrorTable(
    {
        "api_key_invalid": ErrorKind.AUTH,  # comes with status 400
        "unauthenticated": ErrorKind.AUTH,
        "permission_denied": ErrorKind.PERMISSION,
        "not_found": ErrorKind.NOT_FOUND,
        "resource_exhausted": ErrorKind.RATE_LIMITED,
        "rate_limit_exceeded": ErrorKind.RATE_LIMITED,
        "invalid_argument": ErrorKind.BAD_REQUEST,
        "failed_precondition": ErrorKind.BAD_REQUEST,
        "out_of_range": ErrorKind.BAD_REQUEST,
        "unimplemented": ErrorKind.BAD_REQUEST,
        "deadline_exceeded": ErrorKind.TIMEOUT,
        "unavailable": ErrorKind.OVERLOADED,
        "internal": ErrorKind.OVERLOADED,
        "unknown": ErrorKind.OVERLOADED,
        "aborted": ErrorKind.OVERLOADED,
        "data_loss": ErrorKind.OVERLOADED,
    },
    {
        ErrorKind.AUTH: msg(
            "Copy the key from Google AI Studio again. Keys of other Google services do not work here."
        ),
        ErrorKind.RATE_LIMITED: msg(
            "Wait a little and try again. The free tier allows few requests a minute and a day, for each model apart."
        ),
    },
)


def create(account: Account) -> Provider:
    """The adapter. Raises `ChatError` `bad_request` for an address with the key in it."""
    if any(name == "key" for name, _value in parse_qsl(urlsplit(account.config.base_url).query)):
        raise failed(
            ErrorKind.BAD_REQUEST,
            msg("The address holds a key, where logs and proxies could see it."),
            hint=msg("Take “key=…” out of the address and enter the key in its own field."),
        )
    dialect = GenerateContent(account)
    return OverHttp(account, dialect, lambda client: GeminiFiles(account, client, ERRORS, dialect.headers()))


class GenerateContent:
    """See `over_http.Dialect`."""

    errors = ERRORS

    def __init__(self, account: Account) -> None:
        self._base_url = account.config.base_url
        self._key = account.key

    def ask(self, request: ChatRequest) -> "HttpRequest":
        """Params go into `generationConfig` and win over what is set here; `stream=false` asks for one document."""
        from desktopchat.transports.http import HttpRequest

        params = {name: value for name, value in request.params.items() if value is not None}
        streams = params.pop("stream", True) is not False
        body: dict[str, Json] = {"contents": contents(request)}
        if prompt := system_prompt(request):
            body["systemInstruction"] = {"parts": [{"text": prompt}]}
        body |= {name: params.pop(name) for name in BESIDE_THE_CONFIG & params.keys()}
        if config := object_of(params.pop("generationConfig", None)) | params:
            body["generationConfig"] = config
        headers = {"accept": "text/event-stream, application/json", **self.headers()}
        return HttpRequest("POST", self._address(request.model, streams=streams), headers, json=body)

    def reader(self, request: ChatRequest) -> Reader:
        return GeminiReader(Collector(TextMode.INCREMENTS, request.limits.max_reply_bytes), ERRORS)

    def list_models(self) -> "HttpRequest":
        from desktopchat.transports.http import HttpRequest

        url = _with_query(endpoint(self._base_url, f"{VERSION}/models"), pageSize=str(MOST_MODELS))
        return HttpRequest("GET", url, {"accept": "application/json", **self.headers()})

    def models(self, document: Json) -> list[ModelInfo] | None:
        return listed(document)

    def continues(self, _model: str) -> bool:
        """Nothing in the documentation promises that a trailing turn of the model's is gone on with."""
        return False

    def _address(self, model: str, *, streams: bool) -> str:
        if not model.strip():
            raise failed(
                ErrorKind.BAD_REQUEST,
                msg("No model is chosen, and this kind of provider needs one in every question."),
                hint=msg("Choose a model from the list of models, or type its name."),
            )
        name = model.strip() if "/" in model else f"models/{model.strip()}"
        method = "streamGenerateContent" if streams else "generateContent"
        url = endpoint(self._base_url, f"{VERSION}/{quote(name)}:{method}")
        return _with_query(url, alt="sse") if streams else url

    def takes(self, model: str, media_type: str) -> tuple[Way, ...]:
        if is_demo(model) and not is_image(media_type):
            return (Way.UPLOAD, Way.TEXT)
        return as_file(model, media_type, PDF, "text/")

    def headers(self) -> Mapping[str, str | Secret]:
        """Those of every request."""
        return {"x-goog-api-key": self._key} if self._key else {}


def contents(request: ChatRequest) -> list[Json]:
    """The conversation in the dialect's form: turns of parts, what is attached before what is asked about it."""
    return [
        {
            "role": "model" if role is Role.ASSISTANT else "user",
            "parts": [part for said in turn for part in _parts(said, request)],
        }
        for role, turn in alternating(request)
    ]


def _parts(message: Message, request: ChatRequest) -> Iterator[Json]:
    for part, source in attached_to(message, request):
        match source:
            case InlineSource(base64, media_type):
                yield {"inlineData": {"mimeType": media_type, "data": base64}}
            case RemoteSource(uri=uri, media_type=media_type):
                yield {"fileData": {"mimeType": media_type or part.media_type, "fileUri": uri}}
            case TextSource(text):
                yield {"text": marked(part, text)}
    if (words := text_of(message)).strip():
        yield {"text": words}


def listed(document: Json) -> list[ModelInfo] | None:
    """The models that can chat, in the answer's order; None if it is no list of models."""
    if not isinstance(document, dict) or not isinstance(document.get("models", []), list):
        return None
    if "models" not in document and document:
        return None
    fields = [found for entry in list_of(document.get("models")) if (found := object_of(entry))]
    return [_model(found) for found in fields if string_of(found.get("name")) and _can_chat(found)]


def _can_chat(fields: Mapping[str, Json]) -> bool:
    methods = fields.get("supportedGenerationMethods")
    return not isinstance(methods, list) or "generateContent" in methods


def _model(fields: Mapping[str, Json]) -> ModelInfo:
    name = string_of(fields.get("name")).removeprefix("models/")
    title = string_of(fields.get("displayName"))
    known = of_model(name)
    thinks = fields.get("thinking")
    return ModelInfo(
        name,
        title if title != name else "",
        count_of(fields.get("inputTokenLimit")),
        Capabilities(
            images=known.images,
            files=known.files,
            reasoning=thinks if isinstance(thinks, bool) else known.reasoning,
            tools=known.tools,
            system_prompt=known.system_prompt,
        ),
    )


def _with_query(url: str, **values: str) -> str:
    """`url` with these in its query string, instead of what it has under the same names."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in values]
    return urlunsplit(parts._replace(query=urlencode([*kept, *values.items()])))
