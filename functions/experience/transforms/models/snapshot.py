"""What a job is made of, taken from a completed session."""

from experience.errors import FailedPrecondition
from experience.media.models import kind_of, path_in
from experience.projects.models import Phase
from experience.sessions.models.session import Session, SessionStatus
from experience.transforms.models.job import Capture, Snapshot
from experience.workspaces.models import ExperienceConfig


def require_snapshot(session: Session, pinned: ExperienceConfig) -> Snapshot:
    """What the job is made of. Raises FailedPrecondition where there is nothing to transform."""
    if session.phase is not Phase.MAIN or session.status is not SessionStatus.COMPLETED:
        raise FailedPrecondition(
            "session_not_completed",
            "Only a completed main session is transformed.",
            status=session.status,
            phase=session.phase,
        )
    transform = pinned.transform
    if transform is None or not transform.enabled:
        raise FailedPrecondition("no_transform", "This experience transforms nothing.")
    capture = _image(session, pinned)
    if capture is None:
        raise FailedPrecondition("no_capture", "This session has no photo.")
    return Snapshot(
        capture=capture,
        answers=session.answers,
        transform=transform,
        experience_version=session.experience_version,
    )


def _image(session: Session, pinned: ExperienceConfig) -> Capture | None:
    """The image of the first capture step that has one."""
    for step in pinned.steps:
        media = session.media_of(step.id)
        if media and media.url and kind_of(media.content_type or "image") == "image":
            return Capture(step_id=step.id, asset_id=media.asset_id, path=path_in(media.url))
    return None
