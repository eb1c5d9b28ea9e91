"""The demo's ASGI application: one row for each dialect."""

from collections.abc import Callable
from uuid import uuid4

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from desktopchat.domain.values import Json
from desktopchat.servers.demo import dashscope
from desktopchat.servers.demo.anthropic import AnthropicDialect, refused
from desktopchat.servers.demo.completions import CompletionsDialect
from desktopchat.servers.demo.dashscope_native import NativeDialect
from desktopchat.servers.demo.files import (
    MB,
    FilesDialect,
    Refuse,
    anthropic_deleted,
    as_anthropic,
    as_openai,
    openai_deleted,
)
from desktopchat.servers.demo.gemini import GeminiDialect
from desktopchat.servers.demo.gemini_files import GeminiFiles
from desktopchat.servers.demo.ollama import OllamaDialect
from desktopchat.servers.demo.openai import ChatDialect, Refusal, plain_error
from desktopchat.servers.demo.relay import RelayDialect
from desktopchat.servers.demo.responses import ResponsesDialect
from desktopchat.servers.demo.spark import SparkDialect
from desktopchat.servers.demo.stage import Stage, json_response

ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    413: "request_too_large",
}


def application(stage: Stage) -> Starlette:
    """The application on `stage`."""
    routes = [
        *ChatDialect(stage, "/v1").routes(),
        *_files(stage),
        *ResponsesDialect(stage, "/v1").routes(),
        *CompletionsDialect(stage, "/v1").routes(),
        *dashscope.dialect(stage).routes(),
        *NativeDialect(stage).routes(),
        *RelayDialect(stage).routes(),
        *AnthropicDialect(stage).routes(),
        *GeminiFiles(stage).routes(),
        *GeminiDialect(stage).routes(),
        *OllamaDialect(stage).routes(),
        *SparkDialect(stage).routes(),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _unknown, ClientDisconnect: _nobody})


def _files(stage: Stage) -> list[Route]:
    """The files of the dialects that send them as a form."""
    vendors = [
        FilesDialect(stage, "/v1", "file-", _refused(plain_error), as_openai, openai_deleted, 512 * MB),
        FilesDialect(
            stage,
            "/compatible-mode/v1",
            "file-fe-",
            _refused(dashscope.error_with_id),
            as_openai,
            openai_deleted,
            150 * MB,
            purpose="file-extract",
        ),
        FilesDialect(
            stage,
            "/anthropic/v1",
            "file_",
            lambda status, message: refused(Refusal(status, "", ANTHROPIC_TYPES.get(status, "api_error"), message)),
            as_anthropic,
            anthropic_deleted,
            500 * MB,
            after="after_id",
        ),
    ]
    return [route for vendor in vendors for route in vendor.routes()]


def _refused(error: Callable[[Refusal, str], dict[str, Json]]) -> Refuse:
    def refuse(status: int, message: str) -> Response:
        code = "invalid_api_key" if status == 401 else ""
        return json_response(
            error(Refusal(status, code, "invalid_request_error", message), f"demo-{uuid4().hex[:12]}"), status
        )

    return refuse


async def _unknown(request: Request, error: Exception) -> Response:
    """A path or method that no dialect has."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    message = f"The demo has nothing at {request.method} {request.url.path}."
    return json_response({"error": {"message": message, "type": "not_found", "param": None, "code": None}}, status)


async def _nobody(_request: Request, _error: Exception) -> Response:
    """The client hung up while it was still sending: nobody reads this."""
    return Response(status_code=400)
