"""What a web client does, without an SDK: sign-in, callables, uploads."""

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import requests

from emulator.config import DEFAULT_REGION
from emulator.web.app_check import APP_ID


class CallError(Exception):
    """A callable returned an error; `status` is its code, such as `FAILED_PRECONDITION`."""

    def __init__(self, name: str, error: dict[str, Any]) -> None:
        self.status = str(error.get("status", "INTERNAL"))
        self.message = str(error.get("message", ""))
        self.details: dict[str, Any] = error.get("details") or {}
        super().__init__(f"{name}: {self.status} {self.details.get('reason', '')} {self.message}")

    @property
    def reason(self) -> str | None:
        """The stable reason on which clients branch."""
        return self.details.get("reason")


def unsigned_token(project: str, uid: str, **claims: Any) -> str:
    """An ID token without a signature, which only the emulators accept."""
    now = int(time.time())
    payload = {
        "iss": f"https://securetoken.google.com/{project}",
        "aud": project,
        "sub": uid,
        "user_id": uid,
        "iat": now,
        "exp": now + 3600,
        "auth_time": now,
        "firebase": {"sign_in_provider": "anonymous", "identities": {}},
        **claims,
    }
    return ".".join([_base64({"alg": "none", "typ": "JWT"}), _base64(payload), ""])


def _base64(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@dataclass(frozen=True)
class DebugTokens:
    """Gets App Check tokens for limited use, one for each call, so that none was used before."""

    host: str
    project: str
    debug_token: str

    def exchange(self, session: requests.Session) -> str:
        """A new token. Raises requests.HTTPError where the debug token is refused."""
        app = f"projects/{self.project}/apps/{APP_ID}"
        url = f"http://{self.host}/v1/{app}:exchangeDebugToken"
        body = {"debugToken": self.debug_token, "limitedUse": True}
        response = session.post(url, json=body, timeout=10)
        response.raise_for_status()
        return str(response.json()["token"])


@dataclass
class Client:
    """A signed-in visitor who calls the functions of a suite by the callable protocol."""

    functions_host: str
    project: str
    uid: str | None
    region: str = DEFAULT_REGION
    session: requests.Session = field(default_factory=requests.Session)
    timeout_seconds: float = 60
    app_check: "DebugTokens | None" = None
    """Where its App Check tokens come from, if the functions ask for any."""

    def __post_init__(self) -> None:
        self.session.trust_env = False  # no proxy between processes of one machine

    @classmethod
    def of(cls, env: Mapping[str, str], uid: str | None) -> Self:
        """A visitor of the suite with this environment."""
        client = cls(env["FUNCTIONS_EMULATOR_HOST"], env["GCLOUD_PROJECT"], uid, env["REGION"])
        if "APP_CHECK_DEBUG_TOKEN" in env:
            host, token = env["APP_CHECK_EMULATOR_HOST"], env["APP_CHECK_DEBUG_TOKEN"]
            client.app_check = DebugTokens(host, client.project, token)
        return client

    def call(self, name: str, /, **data: Any) -> Any:
        """The result of the callable. Raises CallError."""
        body = self.post(name, {"data": data}).json()
        if "error" in body:
            raise CallError(name, body["error"])
        return body["result"]

    def post(self, name: str, body: Any) -> requests.Response:
        """The HTTP response to any body, also one that breaks the callable protocol."""
        headers = {"Content-Type": "application/json"}
        if self.uid is not None:
            headers["Authorization"] = f"Bearer {unsigned_token(self.project, self.uid)}"
        if self.app_check:
            headers["X-Firebase-AppCheck"] = self.app_check.exchange(self.session)
        url = f"http://{self.functions_host}/{self.project}/{self.region}/{name}"
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.session.post(url, data=content, headers=headers, timeout=self.timeout_seconds)

    def upload(self, upload: dict[str, Any], data: bytes) -> requests.Response:
        """Send bytes to the URL that `createUpload` has returned."""
        return self.session.request(
            upload["method"],
            upload["url"],
            data=data,
            headers=upload["headers"],
            timeout=self.timeout_seconds,
        )

    def take_photo(self, session: dict[str, Any], step_id: str, photo: bytes) -> Any:
        """Upload a JPEG for a capture step, confirm it, and return the session."""
        ids = {"projectId": session["projectId"], "sessionId": session["id"], "stepId": step_id}
        upload = self.call("createUpload", **ids, contentType="image/jpeg", sizeBytes=len(photo))
        self.upload(upload, photo).raise_for_status()
        return self.call("confirmUpload", **ids, assetId=upload["assetId"])

    def close(self) -> None:
        """Close the connections."""
        self.session.close()
