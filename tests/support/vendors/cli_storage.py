"""What the Firebase CLI's storage emulator answers to, in src/emulator/storage/apis/gcloud.ts.

It changes and copies objects at `/b/` alone. It takes no batch, and a PUT only to a resumable
upload that was begun before.
"""

import json
import uuid
from typing import Any
from urllib.parse import unquote

from werkzeug import Request, Response

from emulator.process.http import serve

MADE = "2026-01-01T00:00:00.000Z"


class CliStorage:
    """It on a free port of this machine, until `close`."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[dict[str, Any], bytes]] = {}
        self.uploads: dict[str, dict[str, Any]] = {}
        self.server = serve(Request.application(self._answer))
        self.url = self.server.url

    def close(self) -> None:
        self.server.close()

    def _answer(self, request: Request) -> Response:
        path = unquote(request.path)
        if path.startswith("/upload/storage/v1/b/"):
            return self._upload(request)
        if path.startswith("/b/") and "/o/" in path:
            return self._object(request, path.partition("/o/")[2])
        if request.method == "GET" and path.partition("/")[2].partition("/")[2] in self.objects:
            return Response(self.objects[path.split("/", 2)[2]][1])
        return Response("endpoint not implemented", 501)

    def _upload(self, request: Request) -> Response:
        if request.method == "POST" and request.args["uploadType"] == "resumable":
            begun = uuid.uuid4().hex
            content_type = request.headers["x-upload-content-type"]
            self.uploads[begun] = {"contentType": content_type, **(request.get_json() or {})}
            return Response(headers={"Location": f"{request.base_url}?upload_id={begun}"})
        if request.method != "PUT" or "upload_id" not in request.args:
            return Response("endpoint not implemented", 501)
        about = self.uploads.pop(request.args["upload_id"])
        stored = {**about, "timeCreated": MADE, "generation": "1", "metageneration": "1"}
        self.objects[about["name"]] = (stored, request.get_data())
        return Response("{}", content_type="application/json")

    def _object(self, request: Request, name: str) -> Response:
        if name not in self.objects:
            return Response("{}", 404, content_type="application/json")
        stored = self.objects[name][0]
        if request.method == "DELETE":
            del self.objects[name]
            return Response(status=204)
        if request.method == "PATCH":
            stored.update(request.get_json())
        return Response(json.dumps(stored), content_type="application/json")
