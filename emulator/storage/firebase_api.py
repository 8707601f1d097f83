"""Firebase's download-token URLs: `/v0/b/{bucket}/o/{path}?alt=media&token=…`.

Firebase keeps the tokens as a comma-separated list in the object's custom metadata. Removing a
token from the list revokes the URL. Rules are not evaluated: nothing is readable without a token.
"""

import hmac
from urllib.parse import quote

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from emulator.storage.errors import ErrorKind, StorageError, unsupported
from emulator.storage.objects import StoredObject
from emulator.storage.resources import object_resource
from emulator.storage.wire import count, media, store

TOKENS = "firebaseStorageDownloadTokens"

firebase_api = Blueprint("firebase_api", __name__)

_NOT_SHOWN = {"kind", "id", "selfLink", "mediaLink", "timeStorageClassUpdated", "metadata"}


@firebase_api.get("/v0/b/<segment:bucket>/o/<segment:name>")
def download(bucket: str, name: str) -> ResponseReturnValue:
    stored = _with_token(bucket, name, request.args.get("token", ""))
    count("classB")
    if request.args.get("alt") == "media":
        # a file name for saving, but never an attachment: the browser shows the picture
        file = quote(name.rpartition("/")[2], safe="")
        disposition = {"contentDisposition": f"inline; filename*=utf-8''{file}"}
        return media(stored, disposition | stored.attributes.fields)
    resource = object_resource(stored, request.host_url)
    custom = {key: value for key, value in resource.get("metadata", {}).items() if key != TOKENS}
    return jsonify(
        {
            **{key: value for key, value in resource.items() if key not in _NOT_SHOWN},
            **({"metadata": custom} if custom else {}),
            "downloadTokens": stored.attributes.metadata[TOKENS],
        }
    )


def _with_token(bucket: str, name: str, token: str) -> StoredObject:
    """The object. Wrong tokens and missing objects fail alike, so that names cannot be probed."""
    stored = store().bucket(bucket).get(name)
    tokens = stored.attributes.metadata.get(TOKENS, "").split(",") if stored else []
    matches = [hmac.compare_digest(token.encode(), known.strip().encode()) for known in tokens]
    if not stored or not token or not any(matches):
        raise StorageError(
            ErrorKind.ACCESS_DENIED, "Permission denied. Could not perform this operation"
        )
    return stored


@firebase_api.route("/v0/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def not_supported(rest: str) -> ResponseReturnValue:
    raise unsupported(f"{request.method} /v0/{rest}: objects are uploaded by signed URLs")
