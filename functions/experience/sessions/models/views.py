"""What callables about sessions return."""

from datetime import datetime

from pydantic import Field

from experience.documents import Document
from experience.guests.models import CompletedExperience
from experience.projects.models import Phase
from experience.sessions.models.phases import NextPhase
from experience.sessions.models.session import Session
from experience.steps import ShownStep
from experience.workspaces.models import ExperienceConfig


class SessionView(Session):
    """A session as callables return it: as stored, and under its earlier names as well.

    `inputs` are the answers' values by step id.
    """

    request_fingerprint: str | None = Field(default=None, exclude=True)
    expire_at: datetime | None = Field(default=None, exclude=True)
    progress_pending: bool = Field(default=False, exclude=True)
    has_email: bool = Field(default=False, exclude=True)
    mail_due_at: int | None = Field(default=None, exclude=True)
    revoked_at: int | None = Field(default=None, exclude=True)
    shard: int | None = Field(default=None, exclude=True)
    inputs: dict[str, str | int | float | bool | list[str]]
    active_job_id: str | None
    result_asset_id: str | None

    @classmethod
    def of(cls, session: Session) -> "SessionView":
        """The view of a session."""
        earlier = {
            "inputs": {answer.step_id: answer.value for answer in session.answers},
            "activeJobId": session.job_id,
            "resultAssetId": session.result_media.asset_id if session.result_media else None,
        }
        return cls.model_construct(**{**dict(session), **earlier})


class SessionWithSteps(Document):
    """A session and the steps that it is answered against, never the transform and its prompt.

    `makes_picture`: whether its guest may expect a picture of the photo that they take.
    """

    session: SessionView
    steps: list[ShownStep]
    makes_picture: bool

    @classmethod
    def of(cls, session: Session, config: ExperienceConfig) -> "SessionWithSteps":
        """The view of a session and of the config that it is answered against."""
        return cls.model_construct(
            session=SessionView.of(session),
            steps=config.steps,
            makes_picture=session.phase is Phase.MAIN and config.makes_picture,
        )


class CompletedSession(Document):
    """A session that has ended, and where its guest goes next."""

    session: SessionView
    next: NextPhase


class JourneySessions(Document):
    """A main session with the pregate and the preshare that belong to it, where there are any."""

    main: SessionView
    pregate: SessionView | None
    preshare: SessionView | None


class HistoryEntry(CompletedExperience):
    """Something that a guest completed, with its session if that is still there."""

    session: SessionView | None

    @classmethod
    def of(cls, entry: CompletedExperience, session: Session | None) -> "HistoryEntry":
        """The view of an entry, and of its session if that is still there."""
        return cls(**entry.dump(), session=SessionView.of(session) if session else None)
