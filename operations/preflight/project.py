"""A project as its checks see it: what is read once and needed by several."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from operations.preflight import needs
from operations.preflight.answers import Answers, UnreadableError, listed

DATABASE = "(default)"


@dataclass(frozen=True)
class Missing:
    """What the code needs and the project lacks, and the command that fixes it."""

    what: str
    fix: str

    def __str__(self) -> str:
        return f"missing: {self.what}: {self.fix}"


Found = Iterator[Missing]


class Project:
    """A Firebase project, read through `answers`."""

    def __init__(self, project_id: str, answers: Answers, params: dict[str, str]) -> None:
        self.id = project_id
        self.answers = answers
        self.params = params
        self.region = params.get("REGION") or "us-central1"

    @cached_property
    def number(self) -> str:
        """The project's number. Raises UnreadableError where there is no such project."""
        url = f"https://cloudresourcemanager.googleapis.com/v3/projects/{self.id}"
        found = self.answers.get(url)
        if found is None:
            raise UnreadableError(f"there is no project {self.id}")
        return str(found["name"]).removeprefix("projects/")

    @cached_property
    def database(self) -> str:
        return f"https://firestore.googleapis.com/v1/projects/{self.id}/databases/{DATABASE}"

    @cached_property
    def bucket(self) -> str:
        """The name of the default bucket; "" where there is none."""
        url = f"https://firebasestorage.googleapis.com/v1alpha/projects/{self.id}/defaultBucket"
        found = self.answers.get(url) or {}
        return str(found.get("bucket", {}).get("name", "")).rpartition("/")[2]

    @cached_property
    def secrets(self) -> list[str]:
        """The secrets that parameters name."""
        return [name for param in needs.SECRETS if (name := self.params.get(param))]

    @property
    def enforces_app_check(self) -> bool:
        return self.params.get("ENFORCE_APP_CHECK") == "true"

    @property
    def consumes_tokens(self) -> bool:
        """Whether calls that cost money use up their App Check token."""
        return self.enforces_app_check and self.params.get("CONSUME_APP_CHECK_TOKENS") == "true"

    @cached_property
    def functions(self) -> dict[str, dict[str, Any]]:
        """What is deployed in the region, by name."""
        url = f"https://cloudfunctions.googleapis.com/v2/{self.location}/functions?pageSize=1000"
        found = listed(self.answers, url, "functions")
        return {str(each["name"]).rpartition("/")[2]: each for each in found}

    @cached_property
    def location(self) -> str:
        return f"projects/{self.id}/locations/{self.region}"

    @cached_property
    def account(self) -> str:
        """The service account of the functions: before a deployment, the default one."""
        for function in self.functions.values():
            if email := function.get("serviceConfig", {}).get("serviceAccountEmail"):
                return str(email)
        return f"{self.number}-compute@developer.gserviceaccount.com"

    @cached_property
    def declared(self) -> needs.Declared:
        return needs.declared(self.id, self.bucket or f"{self.id}.firebasestorage.app")
