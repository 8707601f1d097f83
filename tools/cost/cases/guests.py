"""What a visitor at the door costs."""

from tests.support.builders.guests import a_guest
from tests.support.builders.projects import CONSENT
from tests.support.builders.venues import a_venue
from tests.support.builders.workspaces import a_member
from tools.cost.stage import Stage


def measure(stage: Stage) -> None:
    at_the_door(stage)
    phases(stage)


def at_the_door(stage: Stage) -> None:
    venue = a_venue(stage.db, pregate=True, preshare=True, consent=CONSENT)
    stage.warm(projectId=venue.project)
    project = {"projectId": venue.project}
    stage.call("visitor", "getProject", "three experiences", **project)
    accepted = {**project, "consentVersion": CONSENT["version"]}
    stage.call("visitor", "ensureGuest", "the first time", **accepted)
    stage.call("visitor", "ensureGuest", "again", **accepted)
    stage.call("visitor", "getGuest", "", **project)
    viewer = a_member(stage.db, venue.workspace, "viewer")
    for _ in range(2):
        a_guest(stage.db, venue.project)
    stage.call(viewer, "listGuests", "a page of two, and more", **project, pageSize=2)


def phases(stage: Stage) -> None:
    venue = a_venue(stage.db, pregate=True, preshare=True)
    stage.warm(projectId=venue.project)
    project = {"projectId": venue.project}
    chosen = {**project, "experienceId": venue.main}
    a_guest(stage.db, venue.project, "visitor")
    stage.call("visitor", "getNextPhase", "nothing chosen", **project)
    stage.call("visitor", "getNextPhase", "to the pregate", **chosen)
    a_guest(stage.db, venue.project, "visitor", completed={venue.pregate: "s"})
    stage.call("visitor", "getNextPhase", "to main", **chosen)
