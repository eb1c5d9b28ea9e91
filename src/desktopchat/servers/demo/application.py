"""The demo's ASGI application: one row for each dialect."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from desktopchat.servers.demo import dashscope
from desktopchat.servers.demo.anthropic import AnthropicDialect
from desktopchat.servers.demo.completions import CompletionsDialect
from desktopchat.servers.demo.dashscope_native import NativeDialect
from desktopchat.servers.demo.gemini import GeminiDialect
from desktopchat.servers.demo.ollama import OllamaDialect
from desktopchat.servers.demo.openai import ChatDialect
from desktopchat.servers.demo.relay import RelayDialect
from desktopchat.servers.demo.responses import ResponsesDialect
from desktopchat.servers.demo.spark import SparkDialect
from desktopchat.servers.demo.stage import Stage, json_response


def application(stage: Stage) -> Starlette:
    """The application on `stage`."""
    routes = [
        *ChatDialect(stage, "/v1").routes(),
        *ResponsesDialect(stage, "/v1").routes(),
        *CompletionsDialect(stage, "/v1").routes(),
        *dashscope.dialect(stage).routes(),
        *NativeDialect(stage).routes(),
        *RelayDialect(stage).routes(),
        *AnthropicDialect(stage).routes(),
        *GeminiDialect(stage).routes(),
        *OllamaDialect(stage).routes(),
        *SparkDialect(stage).routes(),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _unknown, ClientDisconnect: _nobody})


async def _unknown(request: Request, error: Exception) -> Response:
    """A path or method that no dialect has."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    message = f"The demo has nothing at {request.method} {request.url.path}."
    return json_response({"error": {"message": message, "type": "not_found", "param": None, "code": None}}, status)


async def _nobody(_request: Request, _error: Exception) -> Response:
    """The client hung up while it was still sending: nobody reads this."""
    return Response(status_code=400)
