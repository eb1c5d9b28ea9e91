"""The demo's files as Google's Gemini API has them: announced first, then sent to an address of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desktopchat.domain.values import Json
from desktopchat.providers.jsontext import object_of, string_of
from desktopchat.servers.demo.files import MB, note
from desktopchat.servers.demo.shelf import Kept, TooLargeError
from desktopchat.servers.demo.stage import Stage, has_bad_key, json_response

LIMIT = 2000 * MB
EXPIRES = timedelta(hours=48)
_NOWHERE = Path()


@dataclass(frozen=True, slots=True)
class GeminiFiles:
    """Files under `prefix`."""

    stage: Stage
    prefix: str = "/gemini"
    announced: dict[str, Kept] = field(default_factory=dict)

    def routes(self) -> list[Route]:
        return [
            Route(f"{self.prefix}/upload/v1beta/files", self.announce, methods=["POST"]),
            Route(f"{self.prefix}/upload/v1beta/files/{{ticket}}", self.send, methods=["POST", "PUT"]),
            Route(f"{self.prefix}/v1beta/files", self.list, methods=["GET"]),
            Route(f"{self.prefix}/v1beta/files/{{name}}", self.one, methods=["GET"]),
            Route(f"{self.prefix}/v1beta/files/{{name}}", self.delete, methods=["DELETE"]),
        ]

    async def announce(self, request: Request) -> Response:
        recorded = await self.stage.received(request)
        if has_bad_key(request):
            return _error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.")
        if request.headers.get("x-goog-upload-command") != "start":
            return _error(400, "INVALID_ARGUMENT", "The first command of an upload is start.")
        name = string_of(object_of(object_of(recorded.body).get("file")).get("display_name"))
        media_type = request.headers.get("x-goog-upload-header-content-type", "")
        ticket = uuid4().hex
        file_id = f"files/{uuid4().hex[:12]}"
        self.announced[ticket] = Kept(file_id, self.prefix, name, 0, _NOWHERE, media_type)
        place = str(request.url.replace(query="")).rstrip("/") + f"/{ticket}"
        return Response(b"", headers={"x-goog-upload-url": place, "x-goog-upload-status": "active"})

    async def send(self, request: Request) -> Response:
        recorded = note(self.stage, request)
        waiting = self.announced.pop(request.path_params["ticket"], None)
        if waiting is None or "finalize" not in request.headers.get("x-goog-upload-command", ""):
            return _error(400, "INVALID_ARGUMENT", "This upload was not announced, or is not sent in one piece.")
        try:
            kept = await self.stage.shelf.receive_bytes(request.stream(), waiting, LIMIT)
        except TooLargeError:
            return _error(400, "INVALID_ARGUMENT", "The file is larger than the demo takes.")
        recorded.body = {"displayName": kept.name, "sizeBytes": kept.size}
        return json_response({"file": self._described(kept, request)}, headers={"x-goog-upload-status": "final"})

    async def list(self, request: Request) -> Response:
        note(self.stage, request)
        if has_bad_key(request):
            return _error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.")
        files: list[Json] = [self._described(kept, request) for kept in self.stage.shelf.all(self.prefix)]
        return json_response({"files": files} if files else {})

    async def one(self, request: Request) -> Response:
        kept = self._found(request)
        return json_response(self._described(kept, request)) if isinstance(kept, Kept) else kept

    async def delete(self, request: Request) -> Response:
        kept = self._found(request)
        if not isinstance(kept, Kept):
            return kept
        self.stage.shelf.delete(kept.id)
        return json_response({})

    def _found(self, request: Request) -> Kept | Response:
        note(self.stage, request)
        kept = self.stage.shelf.get(f"files/{request.path_params['name']}")
        if kept is None or kept.shelf != self.prefix:
            return _error(
                403, "PERMISSION_DENIED", "You do not have permission to access the File or it may not exist."
            )
        return kept

    def _described(self, kept: Kept, request: Request) -> dict[str, Json]:
        created = datetime.fromtimestamp(kept.created, UTC)
        base = str(request.base_url).rstrip("/")
        return {
            "name": kept.id,
            "displayName": kept.name,
            "mimeType": kept.media_type,
            "sizeBytes": str(kept.size),
            "createTime": created.isoformat().replace("+00:00", "Z"),
            "expirationTime": (created + EXPIRES).isoformat().replace("+00:00", "Z"),
            "uri": f"{base}{self.prefix}/v1beta/{kept.id}",
            "state": "PROCESSING" if self.stage.shelf.is_parsing(kept) else "ACTIVE",
        }


def _error(code: int, status: str, message: str, headers: Mapping[str, str] | None = None) -> Response:
    return json_response({"error": {"code": code, "message": message, "status": status}}, code, headers)
