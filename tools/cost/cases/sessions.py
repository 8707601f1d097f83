"""What sessions cost, from their beginning to each of their ends."""

from typing import Any

from tests.support.builders.guests import a_guest
from tests.support.builders.sessions import a_session, session_ref, written_session
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_member
from tools.cost.stage import Stage

GUEST = {"mode": "guest", "configSource": "published"}
UID = "visitor"


def measure(stage: Stage) -> None:
    one_session(stage)
    a_visit_in_three_phases(stage)
    what_a_guest_writes(stage)
    previews(stage)
    other_ends(stage)


def one_session(stage: Stage) -> None:
    venue = _entered(stage)
    begin = {"projectId": venue.project, "experienceId": venue.main, **GUEST}
    created = stage.call(UID, "createSession", "a new one", **begin)
    stage.call(UID, "createSession", "one is active", **begin)
    retried = {**begin, "requestId": "r"}
    stage.call(UID, "createSession", "one is active, with a requestId", **retried)
    ids = {"projectId": venue.project, "sessionId": created["session"]["id"]}
    stage.call(UID, "getSession", "cold", **ids)
    stage.call(UID, "getSession", "warm", **ids)
    answers = {**ids, "inputs": {"name": "Anna"}}
    stage.call(UID, "updateSessionProgress", "warm", **answers)
    stage.call(UID, "updateSessionProgress", "nothing new", **answers)
    done = stage.call(UID, "completeSession", "no phase follows", **ids)
    assert done["next"]["phase"] == "share"
    stage.call(UID, "completeSession", "again", **ids)
    stage.call(UID, "getGuestHistory", "one entry", projectId=venue.project)
    viewer = a_member(stage.db, venue.workspace, "viewer")
    stage.call(viewer, "getSession", "by an operator, warm", **ids)

    venue = _entered(stage)
    again = {"projectId": venue.project, "experienceId": venue.main, **GUEST, "requestId": "r"}
    session = stage.call(UID, "createSession", "a new one, with a requestId", **again)["session"]
    ids = {"projectId": venue.project, "sessionId": session["id"]}
    stage.call(UID, "updateSessionProgress", "cold", **ids, inputs={"name": "Anna"})
    stage.call(UID, "createSession", "a requestId again, warm", **again)


def a_visit_in_three_phases(stage: Stage) -> None:
    venue = _entered(stage, pregate=True, preshare=True)
    project = {"projectId": venue.project}
    pregate = _begin(stage, "a pregate", venue, venue.pregate)
    chosen = {**pregate, "experienceId": venue.main}
    done = {"completeSession": "a pregate, cold", "onSessionCompleted": "nothing to transform"}
    stage.measure(done, lambda: stage.caller(UID).call("completeSession", **chosen))
    named = {"pregateSessionId": pregate["sessionId"]}
    main = _begin(stage, "a main session that names its pregate", venue, venue.main, **named)
    stage.call(UID, "completeSession", "a main session, cold", **main)
    of_main = {"mainSessionId": main["sessionId"]}
    preshare = _begin(stage, "a preshare", venue, venue.preshare, **of_main)
    stage.call(UID, "completeSession", "a preshare, cold", **preshare)
    stage.call(UID, "getJourneySessions", "with both", **project, **of_main)
    stage.call(UID, "getNextPhase", "past a main session", **project, **of_main)
    viewer = a_member(stage.db, venue.workspace, "viewer")
    stage.call(viewer, "listSessions", "a page of two, and more", **project, pageSize=2)

    venue = _entered(stage, pregate=True, preshare=True)
    pregate = _begun(stage, venue, venue.pregate)
    stage.caller(UID).call("completeSession", **pregate, experienceId=venue.main)
    _begin(stage, "a main session whose pregate must be found", venue, venue.main)
    stage.caller(UID).call("abandonSession", **_begun(stage, venue, venue.main))
    _begin(stage, "a main session, nothing to link", venue, venue.main)


def what_a_guest_writes(stage: Stage) -> None:
    venue = _entered(stage)
    session = written_session(venue.project, UID, venue.main)
    reference = session_ref(stage.db, venue.project, session["id"])
    state = {"onSessionCreated": "a session that its guest wrote"}
    stage.measure(state, lambda: reference.set(session))
    assert reference.get().get("phase") == "main"


def previews(stage: Stage) -> None:
    venue = a_venue(stage.db)
    stage.warm(projectId=venue.project)
    editor = a_member(stage.db, venue.workspace, "editor")
    a_guest(stage.db, venue.project, editor)
    begin = {"projectId": venue.project, "experienceId": venue.main}
    preview = {**begin, "mode": "preview", "configSource": "draft"}
    session = stage.call(editor, "createSession", "a preview of a draft", **preview)["session"]
    ids = {"projectId": venue.project, "sessionId": session["id"]}
    stage.call(editor, "updateSessionProgress", "a draft", **ids, inputs={"name": "Anna"})


def other_ends(stage: Stage) -> None:
    venue = _entered(stage)
    ids = _begun(stage, venue, venue.main)
    stage.call(UID, "abandonSession", "", **ids)
    stage.call(UID, "abandonSession", "again", **ids)
    ids = _begun(stage, venue, venue.main)
    failed = {**ids, "code": "CAMERA", "message": "There is none."}
    stage.call(UID, "failSession", "", **failed)
    stage.call(UID, "failSession", "again", **failed)
    lost = a_session(stage.db, venue.project, UID, venue.main)  # no claim of the guest's is on it
    ids = {"projectId": venue.project, "sessionId": lost}
    stage.call(UID, "abandonSession", "no claim on it", **ids)


def _entered(stage: Stage, **venue: Any) -> Venue:
    made = a_venue(stage.db, **venue)
    stage.warm(projectId=made.project)
    a_guest(stage.db, made.project, UID)
    return made


def _begin(stage: Stage, state: str, venue: Venue, experience: str, **more: str) -> dict[str, str]:
    """The ids of a new session, whose beginning and whose event are measured."""
    data = {"projectId": venue.project, "experienceId": experience, **GUEST, **more}
    states = {"createSession": state, "onSessionCreated": state}
    made = stage.measure(states, lambda: stage.caller(UID).call("createSession", **data))
    return {"projectId": venue.project, "sessionId": made["session"]["id"]}


def _begun(stage: Stage, venue: Venue, experience: str) -> dict[str, str]:
    data = {"projectId": venue.project, "experienceId": experience, **GUEST}
    session = stage.caller(UID).call("createSession", **data)["session"]
    return {"projectId": venue.project, "sessionId": session["id"]}
