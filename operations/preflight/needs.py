"""What the code needs of a project: from what is deployed, and as data what only a person sets."""

import importlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parents[2]

APIS = (
    "artifactregistry",
    "cloudbuild",
    "cloudfunctions",
    "cloudscheduler",
    "cloudtasks",
    "eventarc",
    "firebaserules",
    "firebasestorage",
    "firestore",
    "iamcredentials",
    "identitytoolkit",
    "pubsub",
    "run",
    "storage",
)

SECRETS = (
    "CAMPAIGN_SECRET_NAME",
    "REPLICATE_TOKEN_SECRET",
    "GEMINI_KEY_SECRET",
    "OPENAI_KEY_SECRET",
)
"""The parameters that name a secret of the project; one that is empty needs none."""


@dataclass(frozen=True)
class Role:
    """A role of the functions' service account.

    `on`: project, bucket, account (itself), secrets, or tasks, the functions that have a queue. A
    role on the project counts everywhere. `included_in`: broader roles that count as well, on the
    project.
    """

    name: str
    on: Literal["project", "bucket", "account", "secrets", "tasks"]
    included_in: tuple[str, ...] = ()


ROLES = (
    Role("roles/datastore.user", "project", ("roles/editor", "roles/owner")),
    Role("roles/eventarc.eventReceiver", "project"),
    Role("roles/cloudtasks.enqueuer", "project", ("roles/cloudtasks.admin",)),
    Role("roles/storage.objectAdmin", "bucket", ("roles/storage.admin",)),
    Role("roles/iam.serviceAccountUser", "account"),
    Role("roles/iam.serviceAccountTokenCreator", "account"),
    Role("roles/secretmanager.secretAccessor", "secrets", ("roles/secretmanager.admin",)),
    Role("roles/run.invoker", "tasks", ("roles/run.admin",)),
)
"""As the table of docs/deployment.md has them."""

TOKEN_VERIFIER = Role("roles/firebaseappcheck.tokenVerifier", "project", ("roles/owner",))
"""Needed where calls that cost money use up their App Check token."""

SIGN_UPS_PER_HOUR = 100
"""How many accounts one IP address may create, unless a project has raised that for a time."""


@dataclass(frozen=True)
class Declared:
    """What is deployed: the names of all functions, and of those that have a queue."""

    functions: frozenset[str]
    queues: frozenset[str]


def declared(project: str, bucket: str) -> Declared:
    """What functions/main.py deploys. Importing it has no effects."""
    os.environ.setdefault("GCLOUD_PROJECT", project)
    os.environ.setdefault("FIREBASE_CONFIG", json.dumps({"storageBucket": bucket}))
    endpoints = {
        endpoint.entryPoint: endpoint
        for function in vars(importlib.import_module("main")).values()
        if (endpoint := getattr(function, "__firebase_endpoint__", None))
    }
    queues = {name for name, endpoint in endpoints.items() if endpoint.taskQueueTrigger}
    return Declared(frozenset(endpoints), frozenset(queues))


def parameters(project: str) -> dict[str, str]:
    """The parameters as the Firebase CLI reads them for this project."""
    values: dict[str, str | None] = {}
    for name in (".env", f".env.{project}"):
        values |= dotenv_values(ROOT / "functions" / name, interpolate=False)
    return {name: value or "" for name, value in values.items()}


def indexes() -> Any:
    """The indexes and TTL policies, as firestore.indexes.json declares them."""
    return json.loads((ROOT / "firestore.indexes.json").read_text())


def cors() -> Any:
    """The bucket's CORS configuration."""
    return json.loads((ROOT / "storage.cors.json").read_text())
