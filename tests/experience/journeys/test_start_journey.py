"""Beginning a session of an event: at the first step, in the order of that moment."""

from typing import Any

import pytest
from google.cloud.firestore import Client

from experience.errors import FailedPrecondition, NotFound, Refusal, ResourceExhausted
from experience.ids import new_id
from experience.journeys.store import event_guest_ref
from tests.experience.conftest import SignIn
from tests.experience.journeys.conftest import NewGuest, check_documents
from tests.experience.journeys.journey_guest import JourneyGuest, all_types
from tests.support.builders.events import a_journey, an_event, an_event_experience
from tests.support.builders.workspaces import a_member, a_step, a_workspace
from tests.support.calling import at_once, refused

CONSENT = {"version": "2", "text": "May we?"}


class TestStartJourney:
    def test_begins_at_the_first_step_of_the_active_journey(
        self, signed_in: SignIn, tour: str
    ) -> None:
        uid = f"guest-{new_id()}"
        began = signed_in(uid).call("startJourney", eventId=tour)
        order = [step["id"] for step in all_types()]
        session = began["session"]
        assert session == {
            "id": session["id"],
            "eventId": tour,
            "state": "created",
            "journeyId": "journey",
            "currentStepIndex": 0,
            "stepOrder": order,
            "createdBy": uid,
            "createdAt": session["createdAt"],
            "updatedAt": session["createdAt"],
        }
        assert began["journey"]["name"] == "Photo booth"
        assert [step["id"] for step in began["steps"]] == order
        ids = {"eventId": tour, "sessionId": session["id"]}
        assert signed_in(uid).call("getEventSession", **ids) == began

    def test_keeps_the_order_that_an_operator_changes_afterwards(
        self, db: Client, workspace: str, new_guest: NewGuest
    ) -> None:
        event = an_event(db, workspace, [a_step("a"), a_step("b"), a_step("c")])
        guest = new_guest(event)
        journeys = db.collection("events", event, "journeys")
        journeys.document("journey").update({"stepOrder": ["c"]})
        db.document("events", event, "steps", "b").delete()
        db.document("events", event, "steps", "c").set({"id": "c", "type": "hologram"})
        assert guest.read()["session"]["stepOrder"] == ["a", "b", "c"]
        assert guest.read()["steps"][1:] == [
            {"id": "b", "type": "unknown"},
            {"id": "c", "type": "unknown"},
        ]
        assert new_guest(event).read()["session"]["stepOrder"] == ["c"]
        check_documents(db, event)

    @pytest.mark.parametrize("journey", [None, "gone", "deleted"])
    def test_without_a_journey_there_is_the_photo_alone(
        self, db: Client, workspace: str, new_guest: NewGuest, journey: str | None
    ) -> None:
        named: dict[str, Any] = {"activeJourneyId": journey} if journey else {}
        event = an_event(db, workspace, **named)
        deleted = a_journey(event, [], id="deleted", status="deleted")
        db.document("events", event, "journeys", "deleted").set(deleted)
        guest = new_guest(event)
        session = guest.stored()
        assert not {"journeyId", "currentStepIndex", "stepOrder", "data"} & session.keys()
        view = guest.read()
        assert (view["journey"], view["steps"], view["experiences"]) == (None, [], [])
        with pytest.raises(FailedPrecondition, match="no journey"):
            guest.go_to(0)
        with pytest.raises(FailedPrecondition, match="no journey"):
            guest.save("name", "text", value="x")

    def test_of_experiences_only_the_public_part_is_shown(
        self, db: Client, workspace: str, new_guest: NewGuest
    ) -> None:
        translations = {"de": {"title": "Zeichnung"}}
        shown = an_event_experience(
            db, workspace, previewMediaUrl="https://example.com/a.gif", translations=translations
        )
        others = [
            an_event_experience(db, workspace, status="deleted"),
            an_event_experience(db, a_workspace(db)),
            "gone",
        ]
        fallback = an_event_experience(db, workspace)
        picker = a_step("pick", "experience-picker", experienceIds=[*others, shown])
        picker |= {"translations": {"de": {"title": "Wähle"}}}
        capture = a_step("photo", "capture", fallbackExperienceId=fallback)
        view = new_guest(an_event(db, workspace, [picker, capture])).read()
        assert view["steps"][0]["translations"] == {"de": {"title": "Wähle"}}
        assert "translations" not in view["steps"][1]
        assert [each["id"] for each in view["experiences"]] == [shown, fallback]
        assert view["experiences"][0] == {
            "id": shown,
            "name": "Cartoon",
            "previewMediaUrl": "https://example.com/a.gif",
            "translations": translations,
            "captureConfig": {"type": "photo", "countdown": 3, "cameraFacing": "front"},
            "makesPicture": True,
        }


class TestWhoMayBegin:
    @pytest.mark.parametrize("status", ["draft", "archived"])
    def test_a_guest_only_in_a_live_event(
        self, db: Client, workspace: str, new_guest: NewGuest, status: str
    ) -> None:
        event = an_event(db, workspace, status=status)
        with pytest.raises(FailedPrecondition) as refusal:
            new_guest(event)
        assert refusal.value.details == {"reason": "event_not_live", "status": status}

    def test_a_member_tries_out_a_draft(
        self, db: Client, workspace: str, new_guest: NewGuest
    ) -> None:
        viewer = a_member(db, workspace, "viewer")
        new_guest(an_event(db, workspace, status="draft"), uid=viewer).read()

    def test_an_event_that_is_not_there_is_not_found(
        self, signed_in: SignIn, new_guest: NewGuest
    ) -> None:
        with pytest.raises(NotFound):
            new_guest("nowhere")
        assert refused(signed_in(None), "startJourney", eventId="x").status == "UNAUTHENTICATED"

    def test_who_must_consent_consents_once_to_each_version(
        self, db: Client, workspace: str, new_guest: NewGuest
    ) -> None:
        event = an_event(db, workspace, consent=CONSENT)
        for sent in ({}, {"consentVersion": "1"}):
            with pytest.raises(FailedPrecondition) as refusal:
                new_guest(event, **sent)
            assert refusal.value.details == {"reason": "consent_required", "version": "2"}
        guest = new_guest(event, consentVersion="2")
        stored = event_guest_ref(db, event, guest.uid).get().to_dict() or {}
        assert stored["consent"]["version"] == "2"
        new_guest(event, uid=guest.uid)
        db.document("events", event).update({"consent.version": "3"})
        with pytest.raises(FailedPrecondition, match="consent"):
            new_guest(event, uid=guest.uid)

    def test_only_so_many_sessions_an_hour(
        self, new_guest: NewGuest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SESSIONS_PER_GUEST_AND_HOUR", "2")
        uid = f"guest-{new_id()}"
        new_guest(uid=uid)
        new_guest(uid=uid)
        with pytest.raises(ResourceExhausted) as refusal:
            new_guest(uid=uid)
        assert refusal.value.details["limit"] == 2
        new_guest()


class TestRepeating:
    def test_one_request_id_sent_at_once_begins_one_session(self, new_guest: NewGuest) -> None:
        uid = f"guest-{new_id()}"
        begun = at_once(4, lambda _: new_guest(uid=uid, requestId="r1"))
        assert len({each.session for each in begun}) == 1
        assert new_guest(uid=uid, requestId="r2").session != begun[0].session
        assert new_guest(requestId="r1").session != begun[0].session

    def test_a_request_id_is_for_one_request(self, new_guest: NewGuest) -> None:
        uid = f"guest-{new_id()}"
        new_guest(uid=uid, requestId="r1")
        with pytest.raises(Refusal) as refusal:
            new_guest(uid=uid, requestId="r1", consentVersion="9")
        assert refusal.value.reason == "request_id_reused"

    def test_a_guest_begins_many_at_once_and_all_are_counted(
        self, db: Client, tour: str, new_guest: NewGuest
    ) -> None:
        uid = f"guest-{new_id()}"
        begun = at_once(3, lambda _: new_guest(uid=uid))
        assert len({each.session for each in begun}) == 3
        stored = event_guest_ref(db, tour, uid).get().to_dict() or {}
        assert stored["rates"]["sessions"]["count"] == 3


class TestWhoMayRead:
    def test_the_guest_and_members_and_nobody_else(
        self, db: Client, workspace: str, guest: JourneyGuest
    ) -> None:
        mine = guest.read()
        viewer = JourneyGuest(db, guest.event, a_member(db, workspace, "viewer"), guest.session)
        assert viewer.read() == mine
        stranger = JourneyGuest(db, guest.event, "stranger", guest.session)
        elsewhere = a_member(db, a_workspace(db), "owner")
        for other in (stranger, JourneyGuest(db, guest.event, elsewhere, guest.session)):
            with pytest.raises(NotFound) as refusal:
                other.read()
            assert refusal.value.reason == "session_not_found"
        nowhere = JourneyGuest(db, guest.event, guest.uid, "nowhere")
        with pytest.raises(NotFound, match="session"):
            nowhere.read()

    @pytest.mark.parametrize("who", ["stranger", "viewer"])
    def test_nobody_else_writes(
        self, db: Client, workspace: str, guest: JourneyGuest, who: str
    ) -> None:
        uid = a_member(db, workspace, "owner") if who == "viewer" else who
        other = JourneyGuest(db, guest.event, uid, guest.session)
        acts: list[Any] = [
            lambda: other.save("short_text", "text", value="x"),
            lambda: other.go_to(0),
            other.create,
            other.save_capture,
        ]
        for act in acts:
            with pytest.raises(NotFound) as refusal:
                act()
            assert refusal.value.reason == "session_not_found"

    def test_an_archived_event_is_read_by_members_alone(
        self, db: Client, workspace: str, new_guest: NewGuest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("STATUS_SECONDS", "0")
        event = an_event(db, workspace, [a_step("name")])
        guest = new_guest(event)
        db.document("events", event).update({"status": "draft"})
        guest.save("name", "text", value="goes on")
        db.document("events", event).update({"status": "archived"})
        for act in (guest.read, lambda: guest.go_to(0), guest.create, guest.save_capture):
            with pytest.raises(FailedPrecondition) as refusal:
                act()
            assert refusal.value.details["status"] == "archived"
        JourneyGuest(db, event, a_member(db, workspace, "viewer"), guest.session).read()
