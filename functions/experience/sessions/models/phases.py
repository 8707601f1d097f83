"""The rules of the phases: where a guest goes next."""

from collections.abc import Collection
from enum import StrEnum

from experience.documents import Document
from experience.guests.models import Guest
from experience.projects.models import ExperiencesConfig


class VisitPhase(StrEnum):
    """What a guest's page shows."""

    WELCOME = "welcome"
    PREGATE = "pregate"
    MAIN = "main"
    PRESHARE = "preshare"
    SHARE = "share"


class NextPhase(Document):
    """Where a guest goes next. `params` are what the page's address carries along.

    `replace`: whether the move replaces the page in the browser's history, as every move between
    phases does, so that going back leads to the welcome.
    """

    phase: VisitPhase
    experience_id: str | None = None
    params: dict[str, str] = {}
    replace: bool


def welcome(*, replace: bool) -> NextPhase:
    """Nothing is chosen, or what was chosen does not lead anywhere."""
    return NextPhase(phase=VisitPhase.WELCOME, replace=replace)


def before_main(
    guest: Guest,
    experiences: ExperiencesConfig,
    chosen: str | None,
    playable: Collection[str],
    *,
    replace: bool,
) -> NextPhase:
    """To the chosen main experience, or first to the pregate that it needs.

    `playable` are the ids of those experiences, among the pregate and the chosen one, that a
    guest can be led into. An unplayable pregate is passed over, an unplayable choice is none.
    """
    mains = {ref.experience_id for ref in experiences.main if ref.enabled}
    if chosen not in mains or chosen not in playable:
        return welcome(replace=replace)
    pregate = experiences.pregate
    if pregate and pregate.experience_id in playable and guest.needs(pregate):
        return NextPhase(
            phase=VisitPhase.PREGATE,
            experience_id=pregate.experience_id,
            params={"experience": chosen},
            replace=replace,
        )
    entry = guest.completed(pregate.experience_id) if pregate and pregate.enabled else None
    return NextPhase(
        phase=VisitPhase.MAIN,
        experience_id=chosen,
        params={"pregate": entry.session_id} if entry else {},
        replace=replace,
    )


def after_main(
    guest: Guest, experiences: ExperiencesConfig, main_session_id: str, playable: Collection[str]
) -> NextPhase:
    """From a completed main session to the preshare that it needs, or to the share page."""
    preshare = experiences.preshare
    params = {"session": main_session_id}
    if preshare and preshare.experience_id in playable and guest.needs(preshare):
        return NextPhase(
            phase=VisitPhase.PRESHARE,
            experience_id=preshare.experience_id,
            params=params,
            replace=True,
        )
    return NextPhase(phase=VisitPhase.SHARE, params=params, replace=True)
