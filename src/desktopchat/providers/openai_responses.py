"""The Responses dialect of OpenAI (`/responses`), as llama.cpp, vLLM, LM Studio and others speak it, too.

Nothing is stored at the vendor unless the params say so. Summaries of the model's reasoning come where
`reasoning={"summary": …}` asks for them.
"""

from typing import TYPE_CHECKING

from desktopchat.domain.request import ChatRequest
from desktopchat.domain.values import Json
from desktopchat.providers.addresses import endpoint
from desktopchat.providers.base import Account, Provider
from desktopchat.providers.collecting import Collector, TextMode
from desktopchat.providers.openai_address import OpenAIAddress
from desktopchat.providers.over_http import OverHttp
from desktopchat.providers.reading import Reader
from desktopchat.providers.responses_stream import ResponsesReader
from desktopchat.providers.turns import spoken, system_prompt, text_of

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpRequest


def create(account: Account) -> Provider:
    """The adapter for the Responses dialect."""
    return OverHttp(account, Responses(account))


def input_items(request: ChatRequest) -> list[Json]:
    """The conversation as input messages in their short form, which every speaker of the dialect knows."""
    return [{"role": message.role.value, "content": text_of(message)} for message in spoken(request)]


class Responses(OpenAIAddress):
    """See `over_http.Dialect`."""

    def ask(self, request: ChatRequest) -> "HttpRequest":
        """Params stand at the top level and win over what is set here; a null takes a field out."""
        body: dict[str, Json] = {"model": request.model} if request.model else {}
        if prompt := system_prompt(request):
            body["instructions"] = prompt
        body |= {"input": input_items(request), "stream": True, "store": False}
        return self.post(endpoint(self.base_url, "responses"), body | dict(request.params))

    def reader(self, request: ChatRequest) -> Reader:
        return ResponsesReader(Collector(TextMode.INCREMENTS, request.limits.max_reply_bytes), self.errors)

    def continues(self, model: str) -> bool:
        """Behind every input a new message begins."""
        return False
