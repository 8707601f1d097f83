"""Archived and deleted projects, and those of deleted workspaces: what works, and for whom."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import CallError, Client
from experience.ids import new_id
from experience.sessions.models.session import Session
from experience.sessions.usecases.adopt import adopt
from tests.support.builders.guests import a_guest
from tests.support.builders.jobs import a_booth, a_completed_session, job_ref
from tests.support.builders.sessions import a_session, stored_session, written_session
from tests.support.builders.venues import Venue
from tests.support.builders.visits import GUEST
from tests.support.builders.workspaces import a_member
from tests.support.calling import outcome
from tests.support.job_bench import JobBench, NewJob, unrest

SignIn = Callable[[str | None], Client]

CLOSED = {
    "archived": ("FAILED_PRECONDITION", "project_not_live"),
    "deleted": ("NOT_FOUND", "project_not_found"),
    "workspace deleted": ("NOT_FOUND", "project_not_found"),
}
READING = ["getSession", "getJourneySessions", "getDownloadUrl", "getJob", "getProject"]


def close(db: Database, venue: Venue, how: str) -> None:
    """Before the first call, so that no instance remembers the status before."""
    if how == "workspace deleted":
        db.document("workspaces", venue.workspace).update({"status": "deleted"})
    else:
        db.document("projects", venue.project).update({"status": how})


def calls_of(db: Database, venue: Venue, uid: str) -> dict[str, dict[str, Any]]:
    """A guest's calls with a session under way, one that is completed, and its job."""
    active = a_session(db, venue.project, uid, venue.main, workspaceId=venue.workspace)
    ended = a_completed_session(db, venue, createdBy=uid, jobId="job")
    job = {"id": "job", "projectId": venue.project, "sessionId": ended.id, "createdBy": uid}
    job |= {"experienceId": venue.main, "workspaceId": venue.workspace, "status": "failed"}
    job_ref(db, venue.project, "job").set({**job, "createdAt": 1, "updatedAt": 1})
    one, done = {"sessionId": active}, {"sessionId": ended.id}
    file = {**one, "stepId": "photo"}
    calls: dict[str, dict[str, Any]] = {
        "getProject": {},
        "ensureGuest": {},
        "getGuest": {},
        "getGuestHistory": {},
        "getNextPhase": {"experienceId": venue.main},
        "createSession": {"experienceId": venue.main, **GUEST},
        "getSession": one,
        "getJourneySessions": {"mainSessionId": active},
        "updateSessionProgress": {**one, "currentStepIndex": 1},
        "createUpload": {**file, "contentType": "image/png", "sizeBytes": 1},
        "confirmUpload": {**file, "assetId": "other"},
        "completeSession": one,
        "abandonSession": one,
        "failSession": {**one, "code": "CAMERA", "message": ""},
        "getDownloadUrl": {**done, "assetId": "asset"},
        "getJob": {"jobId": "job"},
        "startTransform": done,
        "retryTransform": done,
        "cancelTransform": done,
    }
    return {name: {"projectId": venue.project, **data} for name, data in calls.items()}


def reasons(caller: Client, calls: dict[str, dict[str, Any]]) -> dict[str, tuple[str, Any]]:
    found = {name: outcome(caller, name, **data) for name, data in calls.items()}
    return {
        name: (each.status, each.reason) if isinstance(each, CallError) else ("OK", None)
        for name, each in found.items()
    }


@pytest.mark.parametrize("how", CLOSED)
class TestGuests:
    def test_every_call_is_refused_and_writes_nothing(
        self, db: Database, signed_in: SignIn, how: str
    ) -> None:
        venue, uid = a_booth(db), f"guest-{new_id()}"
        a_guest(db, venue.project, uid)
        calls = calls_of(db, venue, uid)
        session = calls["getSession"]["sessionId"]
        before = stored_session(db, venue.project, session)
        close(db, venue, how)

        assert reasons(signed_in(uid), calls) == dict.fromkeys(calls, CLOSED[how])
        assert stored_session(db, venue.project, session) == before

    def test_a_session_that_its_guest_wrote_is_refused(self, quiet_db: Database, how: str) -> None:
        venue = a_booth(quiet_db)
        uid = a_guest(quiet_db, venue.project)
        fields = written_session(venue.project, uid, venue.main)
        quiet_db.document("projects", venue.project, "sessions", fields["id"]).set(fields)
        close(quiet_db, venue, how)

        adopted = adopt(Session.load(fields))

        assert adopted.error
        assert (adopted.status, adopted.error.code) == ("error", CLOSED[how][1])


class TestMembers:
    @pytest.mark.parametrize("role", ["viewer", "owner"])
    def test_they_read_an_archived_project(
        self, db: Database, signed_in: SignIn, role: str
    ) -> None:
        venue = a_booth(db)
        calls = calls_of(db, venue, a_guest(db, venue.project))
        close(db, venue, "archived")
        reading = {name: calls[name] for name in READING}
        reading |= {name: {"projectId": venue.project} for name in ("listSessions", "listGuests")}

        found = reasons(signed_in(a_member(db, venue.workspace, role)), reading)

        assert found == dict.fromkeys(reading, ("OK", None))

    def test_nobody_previews_an_archived_project(self, db: Database, signed_in: SignIn) -> None:
        venue = a_booth(db)
        editor = a_member(db, venue.workspace, "editor")
        a_guest(db, venue.project, editor)
        close(db, venue, "archived")
        preview = {"mode": "preview", "configSource": "draft", "experienceId": venue.main}
        calls = {"createSession": {"projectId": venue.project, **preview}}
        calls["ensureGuest"] = {"projectId": venue.project}

        found = reasons(signed_in(editor), calls)

        assert found == dict.fromkeys(calls, CLOSED["archived"])

    @pytest.mark.parametrize("how", ["deleted", "workspace deleted"])
    def test_of_a_deleted_one_they_read_nothing(
        self, db: Database, signed_in: SignIn, how: str
    ) -> None:
        venue = a_booth(db)
        calls = calls_of(db, venue, a_guest(db, venue.project))
        owner = signed_in(a_member(db, venue.workspace, "owner"))
        close(db, venue, how)
        reading = {name: calls[name] for name in READING}
        reading |= {name: {"projectId": venue.project} for name in ("listSessions", "listGuests")}

        assert {status for status, _ in reasons(owner, reading).values()} == {"NOT_FOUND"}

    def test_a_deleted_workspace_has_no_members(self, db: Database, signed_in: SignIn) -> None:
        venue = a_booth(db)
        owner = signed_in(a_member(db, venue.workspace, "owner"))
        close(db, venue, "workspace deleted")
        about = {"workspaceId": venue.workspace}
        saved = {**about, "expectedVersion": 1}
        calls: dict[str, dict[str, Any]] = {
            "listExperiences": about,
            "listProjects": about,
            "listRuns": about,
            "setMember": {**about, "uid": "heir", "role": "owner"},
            "saveExperience": {**saved, "experienceId": venue.main, "name": "Other"},
            "publishExperience": {**saved, "experienceId": venue.main},
            "saveProject": {**saved, "projectId": venue.project, "name": "Other"},
            "publishProject": {"projectId": venue.project, "expectedVersion": 1},
            "startRun": {**about, "workflowName": "photo.transform", "payload": {}},
            "getRun": {**about, "runId": "r"},
            "cancelRun": {**about, "runId": "r"},
            "retryRun": {**about, "runId": "r"},
            "getArtifactUrl": {**about, "artifactId": "a"},
        }

        assert {status for status, _ in reasons(owner, calls).values()} == {"NOT_FOUND"}

    def test_a_project_is_restored_from_its_deletion(self, db: Database, signed_in: SignIn) -> None:
        venue = a_booth(db)
        editor = signed_in(a_member(db, venue.workspace, "editor"))
        close(db, venue, "deleted")
        about = {"workspaceId": venue.workspace, "projectId": venue.project}

        saved = editor.call("saveProject", **about, expectedVersion=1, status="live")

        assert saved["status"] == "live"


class TestWork:
    @pytest.mark.parametrize("how", ["deleted", "workspace deleted"])
    def test_no_job_is_created(
        self, quiet_db: Database, new_visit: NewJob, monkeypatch: pytest.MonkeyPatch, how: str
    ) -> None:
        visit = new_visit()
        close(quiet_db, Venue(visit.workspace, visit.project, ""), how)

        monkeypatch.setenv("STATUS_SECONDS", "0")

        visit.begin()

        assert not visit.job_ref.get().exists

    def test_a_run_under_way_is_cancelled_with_its_job(
        self, quiet_db: Database, one: JobBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("STATUS_SECONDS", "0")
        one.enqueue()
        close(quiet_db, Venue(one.workspace, one.project, ""), "workspace deleted")

        one.drain()

        assert one.job()["status"] == one.session()["jobStatus"] == "cancelled"
        assert one.whole_run().status == "cancelled"
        assert unrest(quiet_db) == []
