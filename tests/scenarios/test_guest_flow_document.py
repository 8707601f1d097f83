"""The guest flow's data model, told phase by phase as its document does, by a page of its time.

The page decides by itself which phase comes next, from the guest and the project's config, as the
document shows; the runtime must lead it the same way.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from google.cloud import firestore

from emulator.demo.client import Client
from emulator.demo.guest_client import GuestClient
from emulator.suite.suite import Suite
from experience.ids import new_id
from tests.support.builders.jobs import SMALL, a_photo
from tests.support.builders.venues import Venue, a_venue
from tests.support.builders.workspaces import a_member, a_step, a_transform
from tests.support.calling import refused

STEPS = [a_step("name"), a_step("fun", "opinion_scale"), a_step("photo", "capture")]
SESSION = [
    "id",
    "projectId",
    "workspaceId",
    "eventId",
    "experienceId",
    "mode",
    "configSource",
    "status",
    "answers",
    "capturedMedia",
    "resultMedia",
    "jobId",
    "jobStatus",
    "mainSessionId",
    "createdBy",
    "createdAt",
    "updatedAt",
    "completedAt",
]
GUEST = ["id", "projectId", "authUid", "createdAt", "completedExperiences"]


def needs(guest: dict[str, Any], reference: dict[str, Any] | None) -> bool:
    """The document's needsPregate and needsPreshare."""
    if not reference or not reference["enabled"]:
        return False
    completed = [entry["experienceId"] for entry in guest["completedExperiences"]]
    return reference["experienceId"] not in completed


class DocumentedGuest(GuestClient):
    """Holds what it gets to the document; `led` are the phases that the runtime named."""

    def __init__(self, client: Client, venue: Venue) -> None:
        super().__init__(client, venue.project, a_photo())
        self.venue = venue
        self.led: list[str] = []

    @property
    def stored(self) -> dict[str, Any]:
        stored = self.call("getGuest")
        assert stored.keys() >= set(GUEST)
        assert isinstance(stored, dict)
        return stored

    @property
    def experiences(self) -> dict[str, Any]:
        found: dict[str, Any] = self.call("getProject")["experiences"]
        return found

    def begin(self, experience: str, **links: str) -> dict[str, Any]:
        """A new session of a guest, of what is published, with every field of the diagram."""
        session: dict[str, Any] = self.create_session(experience, **links)["session"]
        assert session.keys() >= set(SESSION)
        assert (session["status"], session["createdBy"]) == ("active", self.uid)
        return session

    def advance(self, session: dict[str, Any], **data: Any) -> Any:
        """Complete a session: the phase that comes next."""
        response = self.complete(session, **data)
        assert response["session"]["status"] == "completed"
        step = response["next"]
        assert step["replace"] is True
        self.led.append(step["phase"])
        return step

    def load(self, session: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.call("getSession", sessionId=session["id"])["session"]
        return found

    def play_main(self, **links: str) -> dict[str, Any]:
        session = self.begin(self.venue.main, **links)
        self.take_photo(session)
        return session


@pytest.fixture(scope="module")
def venue(db: firestore.Client) -> Venue:
    transform = a_transform(output=SMALL)
    venue = a_venue(db, steps=STEPS, transform=transform, pregate=True, preshare=True)
    a_member(db, venue.workspace, "owner")
    return venue


@pytest.fixture
def guest(suite: Suite, venue: Venue) -> Iterator[DocumentedGuest]:
    host = suite.env["FUNCTIONS_EMULATOR_HOST"]
    guest = DocumentedGuest(Client(host, suite.project, f"guest-{new_id()}"), venue)
    guest.call("ensureGuest")
    yield guest
    guest.close()


class TestDataFlowByPhase:
    def test_a_first_visit_goes_through_every_phase(
        self, suite: Suite, guest: DocumentedGuest, db: firestore.Client
    ) -> None:
        venue = guest.venue
        # Welcome → Pregate
        assert guest.stored["completedExperiences"] == []
        assert needs(guest.stored, guest.experiences["pregate"])
        step = guest.call("getNextPhase", experienceId=venue.main)
        assert (step["phase"], step["params"]) == ("pregate", {"experience": venue.main})

        # Pregate → Main
        pregate = guest.begin(venue.pregate)
        assert pregate["mainSessionId"] is None
        step = guest.advance(pregate, experienceId=venue.main)
        assert (step["experienceId"], step["params"]) == (venue.main, {"pregate": pregate["id"]})
        assert not needs(guest.stored, guest.experiences["pregate"])

        # Main: the pregate's session is linked to the new one, which links to nothing
        main = guest.play_main(pregateSessionId=pregate["id"])
        suite.settle()
        assert guest.load(pregate)["mainSessionId"] == main["id"]
        assert guest.load(main)["mainSessionId"] is None

        # Main → Preshare
        assert needs(guest.stored, guest.experiences["preshare"])
        step = guest.advance(main)
        assert (step["experienceId"], step["params"]) == (venue.preshare, {"session": main["id"]})
        preshare = guest.begin(venue.preshare, mainSessionId=main["id"])
        assert preshare["mainSessionId"] == main["id"]

        # Preshare → Share
        step = guest.advance(preshare)
        assert step["params"] == {"session": main["id"]}
        assert guest.led == ["main", "preshare", "share"]
        assert not needs(guest.stored, guest.experiences["preshare"])

        # Get Journey Sessions: the document's own query
        sessions = db.collection("projects", venue.project, "sessions")
        linked = sessions.where(
            filter=firestore.FieldFilter("mainSessionId", "==", main["id"])
        ).stream()
        assert {session.id for session in linked} == {pregate["id"], preshare["id"]}

    def test_a_second_visit_skips_what_was_completed(self, guest: DocumentedGuest) -> None:
        venue = guest.venue
        guest.advance(guest.begin(venue.pregate), experienceId=venue.main)
        first = guest.play_main()
        guest.advance(first)
        guest.advance(guest.begin(venue.preshare, mainSessionId=first["id"]))

        step = guest.call("getNextPhase", experienceId=venue.main)
        assert step["phase"] == "main"
        again = guest.play_main()
        assert again["id"] != first["id"]
        assert guest.advance(again)["phase"] == "share"

    def test_a_guest_completes_in_the_documents_order(self, guest: DocumentedGuest) -> None:
        venue = guest.venue
        pregate = guest.begin(venue.pregate)
        guest.advance(pregate)
        main = guest.play_main()
        guest.advance(main)
        preshare = guest.begin(venue.preshare, mainSessionId=main["id"])
        guest.advance(preshare)

        entries = guest.stored["completedExperiences"]
        assert [set(entry) for entry in entries] == [
            {"experienceId", "completedAt", "sessionId"}
        ] * 3
        assert [(entry["experienceId"], entry["sessionId"]) for entry in entries] == [
            (venue.pregate, pregate["id"]),
            (venue.main, main["id"]),
            (venue.preshare, preshare["id"]),
        ]
        times = [entry["completedAt"] for entry in entries]
        assert times == sorted(times)
        assert times == [
            guest.load(session)["completedAt"] for session in (pregate, main, preshare)
        ]

    def test_the_page_may_start_the_transform_itself(
        self, suite: Suite, guest: DocumentedGuest
    ) -> None:
        guest.advance(guest.begin(guest.venue.pregate))
        main = guest.play_main()
        guest.advance(main)
        started = guest.call("startTransform", sessionId=main["id"])
        suite.settle()
        done = guest.load(main)
        assert (done["jobId"], done["jobStatus"]) == (started["id"], "completed")
        assert done["resultMedia"].keys() >= {"stepId", "assetId", "url", "createdAt"}


class TestShapes:
    def test_answers_are_taken_in_the_documents_shape(self, guest: DocumentedGuest) -> None:
        guest.advance(guest.begin(guest.venue.pregate))
        main = guest.play_main()
        sent = [
            {"stepId": "name", "stepType": "short_text", "value": "Ada", "answeredAt": 1},
            {"stepId": "fun", "stepType": "opinion_scale", "value": 4, "answeredAt": 2},
        ]
        answers = guest.call("updateSessionProgress", sessionId=main["id"], answers=sent)["answers"]
        assert [set(answer) for answer in answers] == [set(answer) for answer in sent]
        shown = [(answer["stepId"], answer["stepType"], answer["value"]) for answer in answers]
        assert shown == [("name", "short_text", "Ada"), ("fun", "opinion_scale", 4)]
        assert all(answer["answeredAt"] >= main["createdAt"] for answer in answers)

    def test_captured_media_comes_and_goes_in_the_documents_shape(
        self, guest: DocumentedGuest
    ) -> None:
        guest.advance(guest.begin(guest.venue.pregate))
        main = guest.play_main()
        [captured] = guest.load(main)["capturedMedia"]
        shape = {name: captured[name] for name in ("stepId", "assetId", "url", "createdAt")}
        assert shape["stepId"] == "photo"
        kept = guest.call("updateSessionProgress", sessionId=main["id"], capturedMedia=[shape])
        assert kept["capturedMedia"] == [captured]

    def test_a_guest_is_found_at_their_uid(
        self, guest: DocumentedGuest, db: firestore.Client
    ) -> None:
        path = f"projects/{guest.venue.project}/guests/{guest.uid}"
        document = db.document(path).get().to_dict() or {}
        stored = guest.stored
        assert {name: document[name] for name in GUEST} == {name: stored[name] for name in GUEST}
        assert (stored["id"], stored["authUid"]) == (guest.uid, guest.uid)


class TestValidation:
    def test_a_main_session_links_to_nothing(self, guest: DocumentedGuest) -> None:
        guest.advance(guest.begin(guest.venue.pregate))
        asked = {"experienceId": guest.venue.main, "mainSessionId": "main"}
        error = self._refused(guest, **asked)
        assert error.status == "INVALID_ARGUMENT"

    def test_a_preshare_links_to_a_session_that_exists(self, guest: DocumentedGuest) -> None:
        asked = {"experienceId": guest.venue.preshare, "mainSessionId": "nowhere"}
        assert self._refused(guest, **asked).status == "NOT_FOUND"

    def test_the_experience_exists(self, guest: DocumentedGuest) -> None:
        error = self._refused(guest, experienceId="nothing")
        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "experience_unavailable")

    def _refused(self, guest: DocumentedGuest, **asked: str) -> Any:
        asked = {"mode": "guest", "configSource": "published", "projectId": guest.project, **asked}
        return refused(guest.client, "createSession", **asked)
