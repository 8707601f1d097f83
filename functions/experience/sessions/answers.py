"""What callables about sessions answer, where it is more than a session."""

from experience.documents import Document
from experience.guests.models import CompletedExperience, NextPhase
from experience.sessions.models import SessionView
from experience.steps import ShownStep


class SessionWithSteps(Document):
    """A session and the steps that it is answered against, never the transform and its prompt."""

    session: SessionView
    steps: list[ShownStep]


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
