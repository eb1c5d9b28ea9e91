"""The relay's ASGI application: what there is at which path."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from desktopchat.domain.errors import ChatError, ErrorKind, Failure
from desktopchat.domain.events import StreamEvent
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.text import msg
from desktopchat.providers.jsontext import object_of, parse, string_of
from desktopchat.servers.relay import asking, completions, page
from desktopchat.servers.relay.answering import Answer, Form, Mailbox
from desktopchat.servers.relay.asking import Question
from desktopchat.servers.relay.door import Door
from desktopchat.servers.relay.doorway import who_are_you
from desktopchat.servers.relay.events import ASKED_AGAIN, ChunkedForm, EventsForm
from desktopchat.servers.relay.limits import Bucket, RelayLimits, Room, body_of
from desktopchat.servers.relay.refusals import Document, as_event, as_openai, json_response, plain, refused
from desktopchat.services.relaying import Target

PUBLIC = frozenset({"/", "/login", *page.FILES})
"""What needs no token: a page without secrets, and the door itself."""

KNOWN = PUBLIC | {"/logout", "/chat", "/ai/streamChat", "/v1/models", "/v1/chat/completions"}


class Upstream(Protocol):
    """What the relay can ask. Raises only `ChatError`."""

    async def target(self, name: str) -> Target: ...
    async def targets(self) -> list[Target]: ...
    def ask(self, target: Target, request: ChatRequest) -> AsyncIterator[StreamEvent]: ...


@dataclass(slots=True)
class Desk:
    """The running relay: whom it can ask, who may ask it how much, and which answers are on their way."""

    upstream: Upstream
    door: Door
    limits: RelayLimits
    clock: Callable[[], float]
    live: set[Mailbox] = field(default_factory=set)
    questions: Bucket = field(init=False)
    room: Room = field(init=False)

    def __post_init__(self) -> None:
        self.questions = Bucket(self.limits.questions_per_second, self.limits.questions_in_a_burst, self.clock)
        self.room = Room(self.limits.questions_at_once)

    def close(self) -> None:
        """Ends every answer on its way."""
        off = plain(ErrorKind.OVERLOADED, msg("The relay was switched off."), msg("Switch it on and ask again."))
        for mailbox in tuple(self.live):
            mailbox.end(off)


def application(desk: Desk) -> Starlette:
    routes = Routes(desk)
    return Starlette(
        routes=[
            *(Route(path, page.served, methods=["GET"]) for path in ("/", *page.FILES)),
            Route("/login", routes.log_in, methods=["POST"]),
            Route("/logout", routes.log_out, methods=["POST"]),
            Route("/chat", routes.chat, methods=["POST"]),
            Route("/ai/streamChat", routes.chat, methods=["GET", "POST"]),
            Route("/v1/models", routes.models, methods=["GET"]),
            Route("/v1/models/{name:path}", routes.model, methods=["GET"]),
            Route("/v1/chat/completions", routes.complete, methods=["POST"]),
        ],
        exception_handlers={HTTPException: _nothing_there},
    )


def shown_path(path: str) -> str:
    """A path as the log may have it: what is not ours may hold anything."""
    if path.startswith("/v1/models/"):
        return "/v1/models/…"
    return path if path in KNOWN else "…"


class Routes:
    """One method for each path."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def log_in(self, request: Request) -> Response:
        """The token as JSON, as a form, as bare text, or as a bearer token: a cookie for it."""
        door = self._desk.door
        authorization = request.headers.get("authorization", "")
        try:
            body = await body_of(request, self._desk.limits)
        except ChatError as error:
            return refused(error.failure, as_event)
        if not (door.has_token(authorization) or door.is_token(await _token_in(request, body))):
            return who_are_you("/login", door.pause_after_wrong())
        return json_response({"ok": True}, headers={"set-cookie": door.log_in()})

    async def log_out(self, request: Request) -> Response:
        gone = self._desk.door.log_out(request.headers.get("cookie", ""))
        return json_response({"ok": True}, headers={"set-cookie": gone})

    async def chat(self, request: Request) -> ASGIApp:
        """The articles' ways of asking."""
        if request.headers.get(ASKED_AGAIN):
            return Response(status_code=204)  # the only status after which a browser does not come back
        form = ChunkedForm() if request.query_params.get("format") == "chunked" else EventsForm()
        try:
            self._pace()
            if request.method == "GET":
                question = asking.from_address(request.query_params)
            else:
                question = asking.from_body(await body_of(request, self._desk.limits))
        except ChatError as error:
            return refused(error.failure, as_event)
        return self._answer(question, form)

    async def complete(self, request: Request) -> ASGIApp:
        try:
            self._pace()
            question = asking.from_completion(await body_of(request, self._desk.limits))
            target = await self._desk.upstream.target(question.model)
        except ChatError as error:
            return refused(error.failure, as_openai)
        if question.streams:
            return self._answer(question, completions.ChunksForm(target.name, counts=question.counts))
        return self._answer(question, completions.WholeForm(target.name))

    async def models(self, _request: Request) -> Response:
        try:
            return json_response(completions.listed(await self._offers()))
        except ChatError as error:
            return refused(error.failure, as_openai)

    async def model(self, request: Request) -> Response:
        """One model of the list; one that is asked for by name is there, as lists are not always complete."""
        try:
            target = await self._desk.upstream.target(request.path_params["name"])
        except ChatError as error:
            return refused(error.failure, as_openai)
        return json_response(completions.described(_offer(target)))

    async def _offers(self) -> list[completions.Offer]:
        return [_offer(target) for target in await self._desk.upstream.targets()]

    def _answer(self, question: Question, form: Form) -> ASGIApp:
        desk = self._desk

        async def ask() -> AsyncIterator[StreamEvent]:
            target = await desk.upstream.target(question.model)
            async for event in desk.upstream.ask(target, question.request(target.config, target.model)):
                yield event

        return Answer(ask, form, desk.room.taken, desk.live, desk.limits.heartbeat_s)

    def _pace(self) -> None:
        """Raises `ChatError` `rate_limited` for more questions than people and their tools have."""
        if wait_s := self._desk.questions.take():
            raise ChatError(_too_many(wait_s))


async def _token_in(request: Request, body: bytes) -> str:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    text = body.decode("utf-8", "replace").strip()
    if kind == "application/x-www-form-urlencoded":
        from urllib.parse import parse_qs

        return parse_qs(text).get("token", [""])[0].strip()
    try:
        return string_of(object_of(parse(text)).get("token")) or text
    except ValueError:
        return text


def _offer(target: Target) -> completions.Offer:
    return completions.Offer(target.name, target.config.name)


def _too_many(wait_s: float) -> Failure:
    return plain(
        ErrorKind.RATE_LIMITED,
        msg("The relay is asked too often."),
        msg("Ask more slowly; a program that asks in a loop may have a fault."),
        retry_after=wait_s,
    )


async def _nothing_there(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    document: Document = as_openai if request.url.path.startswith("/v1/") else as_event
    failure = plain(
        ErrorKind.NOT_FOUND if status == 404 else ErrorKind.BAD_REQUEST,
        msg("The relay has nothing here."),
        msg("There are /chat, /ai/streamChat, /v1/models and /v1/chat/completions."),
    )
    return refused(failure, document, status)
