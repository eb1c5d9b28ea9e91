"""From what a client sent to whom is asked what: the articles' questions, and OpenAI's chat completions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.message import Message, Role, TextPart
from desktopchat.domain.provider import ProviderConfig
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.surrogates import repaired
from desktopchat.domain.text import msg
from desktopchat.domain.values import Json
from desktopchat.providers import parameters
from desktopchat.providers.jsontext import list_of, object_of, parse, string_of

ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "model": Role.ASSISTANT,
}
NAMES = {
    "temperature": "temperature",
    "top_p": "top_p",
    "max_tokens": "max_tokens",
    "max_completion_tokens": "max_tokens",
    "reasoning_effort": "effort",
    "seed": "seed",
    "stop": "stop",
}
"""What OpenAI's clients can set, and its name in `providers.parameters`, which knows where each kind keeps it."""

ALSO = ("presence_penalty", "frequency_penalty", "logit_bias", "response_format", "reasoning_effort")
"""What only kinds of OpenAI's own dialect take besides."""

OPENAI_KINDS = frozenset({"openai", "dashscope", "demo"})
CANNOT = ("tools", "functions")


@dataclass(frozen=True, slots=True)
class Question:
    """A request that was understood. `wishes` is what it sets, under OpenAI's names."""

    model: str
    messages: tuple[Message, ...]
    system_prompt: str = ""
    wishes: Mapping[str, Json] = field(default_factory=dict)
    streams: bool = True
    counts: bool = True
    """Whether the tokens are to be told of a stream."""

    def request(self, config: ProviderConfig, model: str) -> ChatRequest:
        """What the provider is asked; `model` is its own name there."""
        return ChatRequest(model, self.messages, self.system_prompt, _params(self.wishes, config, model))


def from_address(fields: Mapping[str, str]) -> Question:
    """A question in an address. Raises `ChatError` `bad_request`."""
    return _checked(
        Question(
            fields.get("model", ""),
            _one(fields.get("question", "")),
            fields.get("system", ""),
            {name: _number_or_text(fields[name]) for name in NAMES if name in fields},
        )
    )


def from_body(body: bytes) -> Question:
    """A question, or messages, with a model and perhaps a system prompt. Raises `ChatError` `bad_request`."""
    document = _object_in(body)
    found = _conversation(document)
    if not found.messages:
        found = replace(found, messages=_one(string_of(document.get("question"))))
    if system := string_of(document.get("system")):
        found = replace(found, system_prompt=repaired(system))
    return _checked(found)


def from_completion(body: bytes) -> Question:
    """The body of a chat completion. Raises `ChatError` `bad_request` also for what cannot be passed on."""
    document = _object_in(body)
    for name in CANNOT:
        if document.get(name):
            raise failed(
                ErrorKind.BAD_REQUEST,
                msg("The relay passes on no tools ({name}).", name=name),
                hint=msg("Switch tools off in the program that asks."),
            )
    if document.get("n") not in (None, 1):
        raise failed(ErrorKind.BAD_REQUEST, msg("The relay gives one answer to a question, not several (n)."))
    counts = object_of(document.get("stream_options")).get("include_usage") is True
    return _checked(replace(_conversation(document), streams=document.get("stream") is True, counts=counts))


def _conversation(document: dict[str, Json]) -> Question:
    said = [_message(each) for each in list_of(document.get("messages"))]
    system = "\n\n".join(message.text for message in said if message.role is Role.SYSTEM)
    return Question(
        string_of(document.get("model")),
        tuple(message for message in said if message.role is not Role.SYSTEM),
        system,
        {name: document[name] for name in (*NAMES, *ALSO) if document.get(name) is not None},
    )


def _message(value: Json) -> Message:
    fields = object_of(value)
    role = ROLES.get(string_of(fields.get("role")))
    if role is None:
        raise failed(
            ErrorKind.BAD_REQUEST,
            msg("A message has no role that the relay knows."),
            hint=msg("Roles are system, developer, user and assistant."),
        )
    return Message(role, (TextPart("".join(map(_text, list_of(fields.get("content"))))),))


def _text(part: Json) -> str:
    """The text of a part of a message. Raises `ChatError` `file_rejected` for a part that is none."""
    if isinstance(part, str):
        return repaired(part)
    kind = string_of(object_of(part).get("type"))
    if kind not in ("", "text", "input_text"):
        raise failed(
            ErrorKind.FILE_REJECTED, msg("The relay passes on text, and no part of the kind “{kind}”.", kind=kind[:100])
        )
    return repaired(string_of(object_of(part).get("text")))


def _one(question: str) -> tuple[Message, ...]:
    return (Message(Role.USER, (TextPart(repaired(question)),)),) if question.strip() else ()


def _checked(question: Question) -> Question:
    if not any(message.text.strip() for message in question.messages):
        raise failed(
            ErrorKind.BAD_REQUEST,
            msg("There is no question in the request."),
            hint=msg("Send a JSON object with a question, or with a list of messages."),
        )
    return question


def _object_in(body: bytes) -> dict[str, Json]:
    try:
        document = parse(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise _not_an_object()
    return document


def _not_an_object() -> ChatError:
    return failed(ErrorKind.BAD_REQUEST, msg("The body of the request is no JSON object."))


def _params(wishes: Mapping[str, Json], config: ProviderConfig, model: str) -> dict[str, Json]:
    """The wishes where this kind keeps them; what it does not know is left out, as it would refuse the question."""
    known = parameters.known(config.kind, config.base_url, model)
    names = {each.name for each in known}
    is_openai = config.kind in OPENAI_KINDS
    others = {name: wishes[name] for name in ALSO if is_openai and name in wishes and NAMES.get(name) not in names}
    values = {NAMES[name]: value for name, value in wishes.items() if name in NAMES}
    return parameters.with_values(others, values, known)


def _number_or_text(text: str) -> Json:
    try:
        value = parse(text)
    except ValueError:
        return text
    return value if isinstance(value, int | float) else text
