"""Sessions whose picture is made, without anybody having worked on it."""

from dataclasses import dataclass
from typing import Any

from google.cloud.firestore import Client as Database

from experience.clock import now_ms
from experience.media.models import path_in
from experience.media.store import objects
from experience.sessions.models.session import Session
from experience.shares.models.share import RevokeShare
from experience.transforms.models.job import job_id_of
from tests.support.builders.guests import a_guest
from tests.support.builders.jobs import CAPTURE, a_completed_session, job_ref, stored_job
from tests.support.builders.sessions import session_ref, stored_session
from tests.support.builders.venues import Venue, a_venue


@dataclass(frozen=True)
class Picture:
    """A session whose picture is made and was shared."""

    db: Database
    venue: Venue
    session: Session

    @property
    def owner(self) -> str:
        return str(self.session.created_by)

    @property
    def ids(self) -> dict[str, str]:
        return {"projectId": self.venue.project, "sessionId": self.session.id}

    @property
    def request(self) -> RevokeShare:
        return RevokeShare.model_validate(self.ids)

    def addresses(self) -> list[str]:
        """Every address of picture and thumbnail that the documents hold now."""
        session = stored_session(self.db, self.venue.project, self.session.id)
        output = stored_job(self.db, self.venue.project, session["jobId"])["output"]
        shown = session["outputs"]["photo"]["url"]
        assert session["resultMedia"]["url"] == output["url"] == shown
        return [output["url"], output["thumbnailUrl"]]


def a_picture(db: Database, **project: Any) -> Picture:
    """A picture with its session and its job; `project` are fields of its project."""
    venue = a_venue(db, steps=[CAPTURE])
    if project:
        db.document("projects", venue.project).update(project)
    session = a_completed_session(db, venue)
    a_guest(db, venue.project, str(session.created_by))
    job = job_id_of(venue.project, session.id)
    urls = [
        objects.write_once(
            objects.result_path(venue.project, session.id, job, 1, name), b"x", "image/png"
        )
        for name in ("result.png", "thumb.webp")
    ]
    result = {"stepId": "photo", "assetId": f"{job}-1", "url": urls[0], "createdAt": now_ms()}
    shown = {"outputs": {"photo": {"url": urls[0], "type": "image"}}, "resultMedia": result}
    job_fields = {"jobId": job, "jobStatus": "completed", **shown}
    session_ref(db, venue.project, session.id).update(job_fields)
    output: dict[str, Any] = {
        "assetId": f"{job}-1",
        "url": urls[0],
        "path": path_in(urls[0]),
    }
    measures = {"width": 1, "height": 1, "sizeBytes": 1, "processingTimeMs": 1}
    output |= {"format": "png", "thumbnailUrl": urls[1], **measures}
    fields: dict[str, Any] = {"id": job, "projectId": venue.project, "sessionId": session.id}
    fields |= {"experienceId": venue.main, "workspaceId": venue.workspace, "status": "completed"}
    fields |= {"createdBy": session.created_by, "createdAt": 1, "updatedAt": 1, "output": output}
    job_ref(db, venue.project, job).set(fields)
    return Picture(db, venue, session)
