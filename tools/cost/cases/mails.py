"""What the mail with a picture costs: the address, the event, and the sweep."""

from experience.clock import now_ms
from experience.sweeps import sweep_ref
from tests.support.builders.events import an_event
from tests.support.builders.guests import a_guest
from tests.support.builders.sessions import a_session, session_ref
from tests.support.builders.venues import a_venue
from tests.support.builders.workspaces import a_step, a_workspace
from tests.support.mails.due_pictures import a_due_picture, a_linked_session, an_email, own_ref
from tools.cost.stage import Stage

UID = "visitor"
ADDRESS = "ada@example.com"


def measure(stage: Stage) -> None:
    with stage.without_events():
        picture = a_due_picture(stage.db)
        a_linked_session(picture, "pregate")
    stage.warm(projectId=picture.venue.project)
    own_ref(picture).update({"mailDueAt": now_ms() - 1})
    stage.suite.settle()  # the process of the events knows the workspace from now on
    for made in (*stage.db.collection("mail").get(), *stage.db.collection("shares").get()):
        made.reference.delete()
    due = {"onSessionCompleted": "a picture with an address, and a pregate"}
    stage.measure(due, lambda: own_ref(picture).update({"mailDueAt": now_ms()}))
    again = {"onSessionCompleted": "a picture whose mail was written"}
    stage.measure(again, lambda: own_ref(picture).update({"mailDueAt": now_ms() + 1}))

    with stage.without_events():
        lost = a_due_picture(stage.db)
        own_ref(lost).update({"mailDueAt": now_ms() - 3_600_000})
    stage.warm(projectId=lost.venue.project)
    sweep_ref(stage.db, "dueMails").delete()  # it has come past that hour
    stage.run_schedule("sweepMails", "one picture whose event was lost")

    venue = a_venue(stage.db, steps=[a_step("mail", "email")])
    stage.warm(projectId=venue.project)
    a_guest(stage.db, venue.project, UID)
    with stage.without_events():
        fields = {"workspaceId": venue.workspace, "createdAt": now_ms()}
        main = a_session(stage.db, venue.project, UID, venue.main, status="completed", **fields)
        late = {"phase": "preshare", "mainSessionId": main, **fields}
        preshare = a_session(stage.db, venue.project, UID, venue.main, **late)
    assert session_ref(stage.db, venue.project, main).get().exists
    answers = [{"stepId": "mail", "value": ADDRESS}]
    ids = {"projectId": venue.project, "sessionId": preshare, "answers": answers}
    stage.call(UID, "completeSession", "a preshare with an address, cold", **ids)

    event = an_event(stage.db, a_workspace(stage.db), [a_step("mail", "email")])
    began = stage.caller(UID).call("startJourney", eventId=event)["session"]["id"]
    given = {"eventId": event, "sessionId": began, "stepId": "mail"}
    stage.caller(UID).call("saveStepInput", **given, input={"type": "text", "value": ""})
    given["input"] = {"type": "text", "value": an_email()["value"]}
    stage.call(UID, "saveStepInput", "an address", **given)
