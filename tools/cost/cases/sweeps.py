"""What the sweeps cost: in a database where nothing is wrong, and for each thing that is.

Measured first, while nothing else is there for them to find.
"""

from experience.clock import now_ms
from experience.transforms.models.job import job_id_of
from experience.transforms.usecases.create import create_job
from tests.support.builders.guests import a_guest
from tests.support.builders.jobs import a_booth, a_completed_session, job_ref
from tests.support.builders.sessions import a_session, session_ref, written_session
from tests.support.builders.venues import a_venue
from tools.cost.stage import Stage

DAY_MS = 24 * 3_600_000


def measure(stage: Stage) -> None:
    stage.run_schedule("sweepSessions", "nothing to do")
    stage.run_schedule("sweepJobs", "nothing to do")
    stage.run_schedule("sweepRuns", "nothing to do")
    stage.run_schedule("sweepProgress", "nothing to do")
    stage.run_schedule("sweepMails", "nothing to do")
    stage.run_schedule("sweepAiGenerations", "nothing to do")
    stage.run_schedule("sweepChats", "nothing to do")
    stage.run_schedule("sweepCampaigns", "nothing to do")
    stage.run_schedule("sweepCheckpoints", "nothing to do")
    stage.run_schedule("collectArtifacts", "nothing there")

    stage.run_schedule("sweepRetention", "nothing to do")
    venue = a_venue(stage.db, retentionDays=30)
    stage.warm(projectId=venue.project)
    old = now_ms() - 31 * DAY_MS
    guest = stage.db.document("projects", venue.project, "guests", a_guest(stage.db, venue.project))
    guest.update({"createdAt": old})
    ended = {"status": "completed", "updatedAt": old}
    with stage.without_events():
        a_session(stage.db, venue.project, guest.id, venue.main, **ended)
    stage.run_schedule("sweepRetention", "one guest whose time is over, with a session")
    assert not guest.get().exists
    rest = {"name": "sweepRetention", "begunAt": now_ms(), "kind": "guests", "until": now_ms()}
    rest |= {"parent": f"projects/{venue.project}"}
    stage.measure(
        {"continueSweep": "a range with nothing in it"},
        lambda: stage.deliver("continueSweep", rest),
    )

    venue = a_venue(stage.db)
    stage.warm(projectId=venue.project)
    a_guest(stage.db, venue.project, "g")
    a_session(stage.db, venue.project, "g", venue.main, updatedAt=now_ms() - DAY_MS)
    stage.run_schedule("sweepSessions", "one forgotten session")

    venue = a_venue(stage.db)
    stage.warm(projectId=venue.project)
    a_guest(stage.db, venue.project, "g")
    written = written_session(venue.project, "g", venue.main)
    with stage.without_events():
        session_ref(stage.db, venue.project, written["id"]).set(written)
    stage.run_schedule("sweepSessions", "one session whose event was lost")

    venue = a_booth(stage.db)
    stage.warm(projectId=venue.project)
    with stage.without_events():
        session = a_completed_session(stage.db, venue)
        create_job(session)
    job = job_ref(stage.db, venue.project, job_id_of(venue.project, session.id)).get().to_dict()
    run = stage.db.document("workspaces", job["workspaceId"], "runs", job["runId"])
    run.collection("runSteps").document("load").update({"dueAt": 1})
    stage.run_schedule("sweepRuns", "one run whose event was lost")
