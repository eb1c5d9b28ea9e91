"""The demo's files as OpenAI, DashScope and Anthropic have them: sent as a form, listed, described, deleted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from desktopchat.domain.values import Json
from desktopchat.servers.demo.multipart import NotAFormError
from desktopchat.servers.demo.recorder import KEPT_HEADERS, Recorded
from desktopchat.servers.demo.shelf import Kept, TooLargeError
from desktopchat.servers.demo.stage import Stage, has_bad_key, json_response, key_of

MB = 1_000_000
Refuse = Callable[[int, str], Response]
"""Makes a refusal of a status and a sentence, in a dialect's words."""


@dataclass(frozen=True, slots=True)
class FilesDialect:
    """Files under `prefix`. `purpose` is the only one that is taken, where there is one; `limit` in bytes."""

    stage: Stage
    prefix: str
    id_prefix: str
    refuse: Refuse
    describe: Callable[[Kept], dict[str, Json]]
    deleted: Callable[[Kept], Json]
    limit: int
    purpose: str = ""
    after: str = "after"

    def routes(self) -> list[Route]:
        return [
            Route(f"{self.prefix}/files", self.upload, methods=["POST"]),
            Route(f"{self.prefix}/files", self.list, methods=["GET"]),
            Route(f"{self.prefix}/files/{{file_id}}", self.one, methods=["GET"]),
            Route(f"{self.prefix}/files/{{file_id}}", self.delete, methods=["DELETE"]),
        ]

    async def upload(self, request: Request) -> Response:
        recorded = note(self.stage, request)
        if has_bad_key(request):
            return self.refuse(401, "Incorrect API key provided.")
        new_id = f"{self.id_prefix}{uuid4().hex[:24]}"
        try:
            kept = await self.stage.shelf.receive_form(request, new_id, self.prefix, self.limit)
        except NotAFormError as error:
            return self.refuse(400, f"The body is no form with a file: {error}.")
        except TooLargeError:
            return self.refuse(413, "The file is larger than the demo takes.")
        except ClientDisconnect:
            recorded.gone = True
            raise
        recorded.body = {"purpose": kept.purpose, "filename": kept.name, "bytes": kept.size}
        if self.purpose and kept.purpose != self.purpose:
            self.stage.shelf.delete(kept.id)
            return self.refuse(400, f"'purpose' must be '{self.purpose}'")
        return json_response(self.describe(kept))

    async def list(self, request: Request) -> Response:
        note(self.stage, request)
        if has_bad_key(request):
            return self.refuse(401, "Incorrect API key provided.")
        files = self.stage.shelf.all(self.prefix)
        if after := request.query_params.get(self.after, ""):
            ids = [kept.id for kept in files]
            files = files[ids.index(after) + 1 :] if after in ids else []
        limit = request.query_params.get("limit", "")
        most = int(limit) if limit.isdecimal() and int(limit) else len(files)
        shown = files[:most]
        edges: dict[str, Json] = {"first_id": shown[0].id, "last_id": shown[-1].id} if shown else {}
        data: list[Json] = [self.describe(kept) for kept in shown]
        return json_response({"object": "list", "data": data, "has_more": len(files) > most, **edges})

    async def one(self, request: Request) -> Response:
        kept = self._found(request)
        return json_response(self.describe(kept)) if isinstance(kept, Kept) else kept

    async def delete(self, request: Request) -> Response:
        kept = self._found(request)
        if not isinstance(kept, Kept):
            return kept
        self.stage.shelf.delete(kept.id)
        return json_response(self.deleted(kept))

    def _found(self, request: Request) -> Kept | Response:
        note(self.stage, request)
        if has_bad_key(request):
            return self.refuse(401, "Incorrect API key provided.")
        kept = self.stage.shelf.get(request.path_params["file_id"])
        if kept is None or kept.shelf != self.prefix:
            return self.refuse(404, f"No such File object: {request.path_params['file_id']}")
        return kept


def note(stage: Stage, request: Request) -> Recorded:
    """Records a request whose body is not read at once."""
    headers = {name: value for name, value in request.headers.items() if name in KEPT_HEADERS}
    recorded = Recorded(request.method, request.url.path, request.url.query, headers, had_key=bool(key_of(request)))
    stage.recorder.add(recorded)
    return recorded


def as_openai(kept: Kept) -> dict[str, Json]:
    """OpenAI's and DashScope's form."""
    return {
        "id": kept.id,
        "object": "file",
        "bytes": kept.size,
        "created_at": int(kept.created),
        "filename": kept.name,
        "purpose": kept.purpose,
        "status": "processed",
        "status_details": None,
    }


def openai_deleted(kept: Kept) -> Json:
    return {"id": kept.id, "object": "file", "deleted": True}


def as_anthropic(kept: Kept) -> dict[str, Json]:
    return {
        "id": kept.id,
        "type": "file",
        "filename": kept.name,
        "mime_type": kept.media_type,
        "size_bytes": kept.size,
        "created_at": datetime.fromtimestamp(kept.created, UTC).isoformat().replace("+00:00", "Z"),
        "downloadable": False,
    }


def anthropic_deleted(kept: Kept) -> Json:
    return {"id": kept.id, "type": "file_deleted"}
