"""What is true of the stored data whenever nothing is on its way, whatever happened before.

Each invariant is one function over everything that was read, and gives path and message for each
document that breaks it. They hold once events and tasks are handled and the sweeps have run.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from experience.errors import FailedPrecondition
from experience.guests.models import Guest
from experience.journeys.models.guest import EventGuest
from experience.mails.models.mail import event_mail_id_of, mail_id_of
from experience.media.models import path_in
from experience.media.store.objects import event_result_path, input_path
from experience.projects.models import Phase
from experience.sessions.models.progress import require_complete
from experience.sessions.models.session import JobStatus, Session, SessionStatus
from experience.shares.models.share import share_id_of, share_id_of_event
from experience.transforms.models.snapshot import require_snapshot
from experience.workflows.generations.models import GenerationStatus
from experience.workspaces.models import Role
from operations.checks.campaign_invariants import CAMPAIGN_INVARIANTS
from operations.checks.chat_invariants import CHAT_INVARIANTS
from operations.checks.checkpoint_invariants import CHECKPOINT_INVARIANTS
from operations.checks.data import Data
from operations.checks.event_invariants import EVENT_INVARIANTS
from operations.checks.generation_invariants import GENERATION_INVARIANTS
from operations.checks.player_invariants import PLAYER_INVARIANTS
from operations.checks.run_invariants import (
    a_job_is_its_run,
    an_event_session_is_its_run,
    every_run_has_ended,
)

Found = Iterator[tuple[str, str]]


def documents_can_be_read(data: Data) -> Found:
    """Every document has the fields of its kind, or no call can do anything with it."""
    for path, places in data.unreadable.items():
        yield path, f"cannot be read: {places}"


def migrated_documents_have_the_new_shape(data: Data) -> Found:
    """Until a migration is done, documents may have either shape; afterwards only the new one."""
    for path, migration_id in data.outdated.items():
        yield path, f"has the shape from before {migration_id}: run that migration again"


def documents_say_where_they_are(data: Data) -> Found:
    """`id`, `projectId` and `workspaceId` are those of the path."""
    for path, workspace in data.workspaces.items():
        if path != f"workspaces/{workspace.id}":
            yield path, f"has the id {workspace.id}"
    for path, experience in data.experiences.items():
        if path != f"workspaces/{experience.workspace_id}/experiences/{experience.id}":
            yield path, f"has the id {experience.id} of {experience.workspace_id}"
    for path, project in data.projects.items():
        if path != f"projects/{project.id}":
            yield path, f"has the id {project.id}"
    for name, kind in (("guests", data.guests), ("sessions", data.sessions), ("jobs", data.jobs)):
        for path, each in kind.items():
            if path != f"projects/{each.project_id}/{name}/{each.id}":
                yield path, f"has the id {each.id} of {each.project_id}"


def a_workspace_has_an_owner(data: Data) -> Found:
    """Without one nobody can give out roles."""
    owned = {path.split("/")[1] for path, each in data.members.items() if each.role is Role.OWNER}
    for path, workspace in data.workspaces.items():
        if workspace.id not in owned:
            yield path, "has no owner"


def what_is_published_stays_published(data: Data) -> Found:
    """What an experience shows as published is the version of that number."""
    for path, experience in data.experiences.items():
        if experience.published is None and experience.published_version is None:
            continue
        number = experience.published_version
        version = data.versions.get(f"{path}/experienceVersions/{number}")
        if version is None or experience.published is None:
            yield path, f"is published as version {number}, which does not exist"
        elif (version.steps, version.transform) != (
            experience.published.steps,
            experience.published.transform,
        ):
            yield path, f"has another config than version {number}"


def a_session_has_its_place(data: Data) -> Found:
    """A session is of a project, of that project's workspace, and of a guest."""
    for path, session in data.sessions.items():
        project = data.projects.get(f"projects/{session.project_id}")
        if project is None:
            yield path, "belongs to no project"
        elif project.workspace_id != session.workspace_id and not session.was_refused:
            yield path, f"names workspace {session.workspace_id}, not {project.workspace_id}"
        strange = session.created_by and data.guest_of(session) is None
        if strange and not session.was_refused:
            yield path, f"belongs to guest {session.created_by}, who does not exist"


def what_guests_write_is_decided(data: Data) -> Found:
    """A session that its guest wrote was taken in, or refused for a reason and left as it was."""
    for path, session in data.sessions.items():
        if session.awaits_adoption:
            yield path, "waits to be taken in"
        elif session.phase is None and not (session.was_refused and session.error):
            yield path, f"is {session.status}, and has no phase"
        elif session.was_refused and (session.answers or session.captured_media or session.job_id):
            yield path, "was refused, and went on all the same"


def a_session_fits_its_steps(data: Data) -> Found:
    """One answer and one capture for a step that there is, and all that are required at the end."""
    for path, session in data.sessions.items():
        completed = session.status is SessionStatus.COMPLETED
        if completed != (session.completed_at is not None):
            yield path, f"is {session.status}, with completedAt: {session.completed_at}"
        for kind in (session.answers, session.captured_media):
            for step_id, count in Counter(each.step_id for each in kind).items():
                if count > 1:
                    yield path, f"has {count} answers or captures for step {step_id}"
        config = data.config(session)
        if config is None:
            if session.config_source == "published" and not session.was_refused:
                yield path, f"is pinned to version {session.experience_version}, which is not there"
            continue
        unknown = [each.step_id for each in session.answers if config.step(each.step_id) is None]
        if unknown:
            yield path, f"has answers to no step: {', '.join(unknown)}"
        if completed:
            try:
                require_complete(session, config)
            except FailedPrecondition as incomplete:
                yield path, f"is completed. {incomplete.message}"


def one_entry_per_completed_session(data: Data) -> Found:
    """`completedExperiences` has exactly the guest's completed sessions, each once; no previews."""
    for path, guest in data.guests.items():
        counts = Counter(entry.session_id for entry in guest.completed_experiences)
        for session_id, count in counts.items():
            session = data.session(guest.project_id, session_id)
            if count > 1:
                yield path, f"has {count} entries for session {session_id}"
            if session is None or session.status is not SessionStatus.COMPLETED:
                yield path, f"has an entry for session {session_id}, which is not completed"
            elif session.created_by != guest.id:
                yield path, f"has an entry for session {session_id} of another guest"
            elif not session.is_visit:
                yield path, f"has an entry for the preview {session_id}"
    for path, session in data.sessions.items():
        if session.status is SessionStatus.COMPLETED and session.is_visit:
            guest_or_none = data.guest_of(session)
            entries = guest_or_none.completed_experiences if guest_or_none else []
            if all(entry.session_id != session.id for entry in entries):
                yield path, "is completed, and its guest has no entry for it"


def links_stay_within_a_guest(data: Data) -> Found:
    """`mainSessionId` leads to a main session of the same guest, project and mode."""
    for path, session in data.sessions.items():
        if session.main_session_id is None:
            if session.phase is Phase.PRESHARE:
                yield path, "is a preshare without a mainSessionId"
            continue
        main = data.session(session.project_id, session.main_session_id)
        if session.phase is Phase.MAIN:
            yield path, "is a main session and has a mainSessionId"
        elif main is None:
            yield path, f"is linked to {session.main_session_id}, which does not exist here"
        elif main.phase is not Phase.MAIN or _whose(main) != _whose(session):
            yield path, f"is linked to {main.id}, which is not a main session of its guest"


def a_named_pregate_is_linked(data: Data) -> Found:
    """What a completed main session names as its pregate has a main session, this one or another.

    Only where it could be linked: completed before, by the same guest in the same mode.
    """
    for path, main in data.sessions.items():
        named = data.session(main.project_id, main.pregate_session_id)
        if named is None or main.status is not SessionStatus.COMPLETED:
            continue
        before = named.completed_at is not None and named.completed_at <= main.created_at
        fits = named.phase is Phase.PREGATE and _whose(named) == _whose(main)
        if before and fits and named.main_session_id is None:
            yield path, f"names pregate {named.id}, which is not linked"


def one_active_session_each(data: Data) -> Found:
    """A guest has one active session for an experience and main session, and claims only it."""
    seen: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for path, session in data.sessions.items():
        if session.is_active and session.created_by:
            main = session.main_session_id if session.phase is Phase.PRESHARE else None
            key = (*_whose(session), session.config_source, session.experience_id, main)
            seen[key].append(path)
    for paths in seen.values():
        for path in paths[1:]:
            yield path, f"is active, and so is {paths[0]}"
    for path, guest in data.guests.items():
        for name, claim in guest.active_sessions.items():
            claimed = data.session(guest.project_id, claim.session_id)
            active = claimed is not None and claimed.is_active and claimed.created_by == guest.id
            if claimed is None or not active or claimed.claim != name:
                yield path, f"claims session {claim.session_id} as {name}, not active"


def session_and_job_agree(data: Data) -> Found:
    """Session and job name each other, and have the same status, result and error."""
    for path, session in data.sessions.items():
        if session.job_id is None:
            if session.job_status or session.result_media or session.job_error:
                yield path, "has no job, but a job's status, result or error"
            continue
        job = data.jobs.get(f"projects/{session.project_id}/jobs/{session.job_id}")
        if job is None or job.session_id != session.id:
            yield path, f"names job {session.job_id}, which is not its own"
            continue
        if job.status is not session.job_status:
            yield path, f"says its job is {session.job_status}, and the job is {job.status}"
        completed = job.status is JobStatus.COMPLETED
        if completed != (session.result_media is not None):
            yield path, f"has {'no' if completed else 'a'} result, and its job is {job.status}"
        elif session.result_media and job.output and session.result_media.url != job.output.url:
            yield path, "has another result than its job"
        recorded_code = session.job_error.code if session.job_error else None
        if job.is_ended and recorded_code != (job.error.code if job.error else None):
            yield path, f"has the error {recorded_code}, but its job has another"
    for path, job in data.jobs.items():
        owner = data.session(job.project_id, job.session_id)
        guest = owner.created_by if owner and owner.is_visit else None
        if owner is None or owner.job_id != job.id or job.created_by != guest:
            yield path, f"is for session {job.session_id}, which does not name it"


def no_job_is_active(data: Data) -> Found:
    """No job waits or runs, and failures have a reason."""
    for path, job in data.jobs.items():
        internals = data.internals.get(f"{path}/jobInternals/state")
        if internals is None:
            yield path, "has no internals"
            continue
        if not job.is_ended:
            yield path, f"is still {job.status}"
        if (job.status is JobStatus.COMPLETED) != (job.output is not None):
            yield path, f"is {job.status}, with output: {job.output is not None}"
        if job.status in (JobStatus.FAILED, JobStatus.CANCELLED) and job.error is None:
            yield path, f"is {job.status} without an error"
    for path in data.internals:
        if path.partition("/jobInternals/")[0] not in data.jobs:
            yield path, "belongs to no job"


def every_capture_has_its_job(data: Data) -> Found:
    """A completed main session with a transform and a capture has exactly one job.

    One that nobody had begun when the project or the workspace was deleted may be missing.
    """
    jobs = Counter((job.project_id, job.session_id) for job in data.jobs.values())
    for path, session in data.sessions.items():
        config = data.config(session)
        if config is None:
            continue
        try:
            require_snapshot(session, config)
        except FailedPrecondition:
            continue
        count = jobs[session.project_id, session.id]
        if count != 1 and not (count == 0 and data.was_deleted(session.project_id)):
            yield path, f"has {count} jobs instead of one"


def every_generation_has_ended(data: Data) -> Found:
    """None is under way, none holds a permit, and each that completed has its artifact."""
    for path, job in data.generations.items():
        if path != f"workspaces/{job.tenant_id}/generationJobs/{job.id}":
            yield path, f"has the id {job.id} of {job.tenant_id}"
        if not job.is_ended:
            yield path, f"is still {job.status}"
        elif job.permit or job.waiting_for:
            yield path, f"is {job.status}, and holds or awaits a permit"
        if job.cancel_due:
            yield path, "has ended, but its provider was not asked to cancel"
        if (job.status is GenerationStatus.COMPLETED) != (job.artifact is not None):
            yield path, f"is {job.status}, with an artifact: {job.artifact is not None}"
    for path, permit in data.permits.items():
        folder, _, name = path.rpartition("/generationPermits/")
        holder = data.generations.get(f"{folder}/generationJobs/{permit.job_id}")
        if permit.job_id and (holder is None or holder.permit != name):
            yield path, f"is held by {permit.job_id}, which does not have it"


def no_media_without_a_session(data: Data) -> Found:
    """Every object below `projects/{p}/sessions/{s}/` has its session."""
    for name in sorted(data.objects or ()):
        match name.split("/"):
            case ["projects", project_id, "sessions", session_id, *_]:
                if data.session(project_id, session_id) is None:
                    yield name, "belongs to no session"


def media_lie_in_the_bucket(data: Data) -> Found:
    """Every capture and result that a session or job names is there, in the session's folder."""
    if data.objects is None:
        return
    for path, session in data.sessions.items():
        ids = (session.project_id, session.id)
        names = [
            path_in(each.url) if each.url else input_path(*ids, each.step_id, each.asset_id)
            for each in session.captured_media
        ]
        names += [path_in(session.result_media.url)] if session.result_media else []
        for name in names:
            if name not in data.objects or not name.startswith(f"{path}/"):
                yield path, f"names the object {name}, which is not there"
    for path, job in data.jobs.items():
        if job.output and job.output.path not in data.objects:
            yield path, f"names the object {job.output.path}, which is not there"
    for path, made in data.event_sessions.items():
        name = path_in(made.result_image_path or "")
        own = event_result_path(made.event_id, made.id)
        # a session of an earlier server names an object that only that server knew
        if name and made.run_id and (name != own or name not in data.objects):
            yield path, f"names the object {name}, which is not there"


def a_share_leads_to_a_picture(data: Data) -> Found:
    """A share names a session, and has the id of the picture that the session has now."""
    for path, share in data.shares.items():
        found = data.session_of(share.project_id, share.event_id, share.session_id)
        if found is None:
            yield path, f"names the session {share.session_id}, which is not there"
            continue
        own = share_id_of(found) if isinstance(found, Session) else share_id_of_event(found)
        if path != f"shares/{own}":
            yield path, f"has not the id of the picture of session {found.id}"


def a_mail_is_of_a_picture(data: Data) -> Found:
    """A mail names a session that is there, with a guest, and is the only one that it can have."""
    for path, mail in data.mails.items():
        found = data.session_of(mail.project_id, mail.event_id, mail.session_id)
        if found is None:
            yield path, f"names the session {mail.session_id}, which is not there"
            continue
        guest: Guest | EventGuest | None
        if isinstance(found, Session):
            own, guest = mail_id_of(found.project_id, found.id), data.guest_of(found)
        else:
            own, guest = event_mail_id_of(found.event_id, found.id), data.event_guest_of(found)
        if path != f"mail/{own}":
            yield path, f"has not the id of the mail of session {found.id}"
        elif guest is None:
            yield path, f"is to a guest who is not there, of session {found.id}"


INVARIANTS: tuple[Callable[[Data], Found], ...] = (
    documents_can_be_read,
    migrated_documents_have_the_new_shape,
    documents_say_where_they_are,
    a_workspace_has_an_owner,
    what_is_published_stays_published,
    a_session_has_its_place,
    what_guests_write_is_decided,
    a_session_fits_its_steps,
    one_entry_per_completed_session,
    links_stay_within_a_guest,
    a_named_pregate_is_linked,
    one_active_session_each,
    session_and_job_agree,
    no_job_is_active,
    every_capture_has_its_job,
    every_run_has_ended,
    a_job_is_its_run,
    an_event_session_is_its_run,
    every_generation_has_ended,
    no_media_without_a_session,
    media_lie_in_the_bucket,
    a_share_leads_to_a_picture,
    a_mail_is_of_a_picture,
    *EVENT_INVARIANTS,
    *PLAYER_INVARIANTS,
    *GENERATION_INVARIANTS,
    *CHAT_INVARIANTS,
    *CHECKPOINT_INVARIANTS,
    *CAMPAIGN_INVARIANTS,
)


def _whose(session: Session) -> tuple[Any, ...]:
    """The visit that a session belongs to."""
    return session.project_id, session.created_by, session.mode
