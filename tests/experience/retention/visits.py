"""Visits of any age with all that they leave behind, and what is left of them."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client

from emulator.suite.suite import Suite
from experience import clock, storage
from experience.media.models import path_in
from experience.media.store import objects
from operations.checks.check import check
from tests.support.builders.guests import a_guest
from tests.support.builders.sessions import a_session, session_ref
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_member

DAY = 24 * 3_600_000
DAYS = 30


def a_kept_venue(db: Client, days: int | None = DAYS, **venue: Any) -> Venue:
    """A venue that keeps its visits for so many days."""
    made = a_venue(db, retentionDays=days, **venue)
    a_member(db, made.workspace, "owner")
    return made


def a_visit(db: Client, venue: Venue, *ages: float, uid: str | None = None) -> str:
    """The uid of a guest with a completed session, photo and job for each age (in days)."""
    now = clock.now_ms()
    uid = a_guest(db, venue.project, uid)
    entries = []
    for age in ages:
        then = now - round(age * DAY)
        session = a_session(
            db,
            venue.project,
            uid,
            venue.main,
            workspaceId=venue.workspace,
            status="completed",
            **dict.fromkeys(("createdAt", "updatedAt", "completedAt"), then),
        )
        urls = [objects.write_once(path, b"x", "image/jpeg") for path in paths_of(venue, session)]
        capture = {"stepId": "name", "assetId": "a", "url": urls[0], "createdAt": then}
        result = {**capture, "assetId": "r", "url": urls[1]}
        shown = {"capturedMedia": [capture], "jobId": session, "jobStatus": "completed"}
        session_ref(db, venue.project, session).update({**shown, "resultMedia": result})
        a_job(db, venue, uid, session, then, urls)
        entries.append({"experienceId": venue.main, "completedAt": then, "sessionId": session})
    came = now - round(max(ages) * DAY)
    guest = db.document("projects", venue.project, "guests", uid)
    guest.update({"createdAt": came, "completedExperiences": entries})
    return uid


def a_job(db: Client, venue: Venue, uid: str, session: str, then: int, urls: list[str]) -> None:
    output: dict[str, Any] = {
        "assetId": "r",
        "url": urls[1],
        "path": path_in(urls[1]),
        "format": "png",
    }
    output |= {"width": 1, "height": 1, "sizeBytes": 1, "processingTimeMs": 1}
    job = db.document("projects", venue.project, "jobs", session)
    fields: dict[str, Any] = {"id": session, "projectId": venue.project, "sessionId": session}
    fields |= {"experienceId": venue.main, "workspaceId": venue.workspace, "createdBy": uid}
    fields |= {"status": "completed", "createdAt": then, "updatedAt": then, "output": output}
    job.set(fields)
    capture = {"stepId": "name", "assetId": "a", "path": path_in(urls[0])}
    snapshot: dict[str, Any] = {"capture": capture, "transform": {"enabled": True, "prompt": ""}}
    snapshot |= {"experienceVersion": 1}
    job.collection("jobInternals").document("state").set({"snapshot": snapshot})


def paths_of(venue: Venue, session: str) -> list[str]:
    return [
        objects.input_path(venue.project, session, "name", "a"),
        objects.result_path(venue.project, session, session, 1, "result.png"),
    ]


def left(db: Client, venue: Venue) -> dict[str, int]:
    """How many documents and objects the project has."""
    names = ("guests", "sessions", "jobs", "transformCounts")
    counts = {
        name: len(list(db.collection("projects", venue.project, name).list_documents()))
        for name in names
    }
    stored = storage.bucket().list_blobs(prefix=f"projects/{venue.project}/")
    return {**counts, "objects": len(list(stored))}


def assert_valid(suite: Suite, db: Client, venue: Venue) -> None:
    assert not check(db, suite.bucket, project_id=venue.project).violations


def just_before(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, do: Callable[[], Any]
) -> None:
    """Let something happen once, just before this function of a module is called."""
    original = getattr(module, name)

    def after(*arguments: Any, **options: Any) -> Any:
        monkeypatch.setattr(module, name, original)
        do()
        return original(*arguments, **options)

    monkeypatch.setattr(module, name, after)
