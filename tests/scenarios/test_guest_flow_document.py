"""The guest flow's data model, told phase by phase as its document does, by a page of its time.

The page decides by itself which phase comes next, from the guest and the project's config, as the
document shows; the runtime must lead it the same way.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from google.cloud import firestore

from emulator.demo.client import Client
from emulator.suite.suite import Suite
from experience.ids import new_id
from tests.support.builders.jobs import SMALL, a_photo
from tests.support.builders.places import Place, a_place
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


@dataclass
class Page:
    """A visitor's page; `led` are the phases that the runtime named."""

    calls: Client
    place: Place
    led: list[str] = field(default_factory=list)

    def call(self, name: str, **data: Any) -> Any:
        return self.calls.call(name, projectId=self.place.project, **data)

    @property
    def guest(self) -> dict[str, Any]:
        guest = self.call("getGuest")
        assert guest.keys() >= set(GUEST)
        assert isinstance(guest, dict)
        return guest

    @property
    def experiences(self) -> dict[str, Any]:
        found: dict[str, Any] = self.call("getProject")["experiences"]
        return found

    def begin(self, experience: str, **links: str) -> dict[str, Any]:
        """A new session of a guest, of what is published, with every field of the diagram."""
        asked = {"mode": "guest", "configSource": "published", **links}
        session: dict[str, Any] = self.call("createSession", experienceId=experience, **asked)[
            "session"
        ]
        assert session.keys() >= set(SESSION)
        assert (session["status"], session["createdBy"]) == ("active", self.calls.uid)
        return session

    def complete(self, session: dict[str, Any], **chosen: str) -> dict[str, Any]:
        """The phase that comes next."""
        answer = self.call("completeSession", sessionId=session["id"], **chosen)
        assert answer["session"]["status"] == "completed"
        step: dict[str, Any] = answer["next"]
        assert step["replace"] is True
        self.led.append(step["phase"])
        return step

    def load(self, session: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.call("getSession", sessionId=session["id"])["session"]
        return found

    def play_main(self, **links: str) -> dict[str, Any]:
        session = self.begin(self.place.main, **links)
        self.calls.take_photo(session, "photo", a_photo())
        return session


@pytest.fixture(scope="module")
def place(db: firestore.Client) -> Place:
    transform = a_transform(output=SMALL)
    place = a_place(db, steps=STEPS, transform=transform, pregate=True, preshare=True)
    a_member(db, place.workspace, "owner")
    return place


@pytest.fixture
def page(suite: Suite, place: Place) -> Iterator[Page]:
    host = suite.env["FUNCTIONS_EMULATOR_HOST"]
    calls = Client(host, suite.project, f"guest-{new_id()}")
    page = Page(calls, place)
    page.call("ensureGuest")
    yield page
    calls.close()


class TestDataFlowByPhase:
    def test_a_first_visit_goes_through_every_phase(
        self, suite: Suite, page: Page, db: firestore.Client
    ) -> None:
        place = page.place
        # Welcome → Pregate
        assert page.guest["completedExperiences"] == []
        assert needs(page.guest, page.experiences["pregate"])
        step = page.call("getNextPhase", experienceId=place.main)
        assert (step["phase"], step["params"]) == ("pregate", {"experience": place.main})

        # Pregate → Main
        pregate = page.begin(place.pregate)
        assert pregate["mainSessionId"] is None
        step = page.complete(pregate, experienceId=place.main)
        assert (step["experienceId"], step["params"]) == (place.main, {"pregate": pregate["id"]})
        assert not needs(page.guest, page.experiences["pregate"])

        # Main: the pregate's session is linked to the new one, which links to nothing
        main = page.play_main(pregateSessionId=pregate["id"])
        suite.settle()
        assert page.load(pregate)["mainSessionId"] == main["id"]
        assert page.load(main)["mainSessionId"] is None

        # Main → Preshare
        assert needs(page.guest, page.experiences["preshare"])
        step = page.complete(main)
        assert (step["experienceId"], step["params"]) == (place.preshare, {"session": main["id"]})
        preshare = page.begin(place.preshare, mainSessionId=main["id"])
        assert preshare["mainSessionId"] == main["id"]

        # Preshare → Share
        step = page.complete(preshare)
        assert step["params"] == {"session": main["id"]}
        assert page.led == ["main", "preshare", "share"]
        assert not needs(page.guest, page.experiences["preshare"])

        # Get Journey Sessions: the document's own query
        sessions = db.collection("projects", place.project, "sessions")
        linked = sessions.where(
            filter=firestore.FieldFilter("mainSessionId", "==", main["id"])
        ).stream()
        assert {session.id for session in linked} == {pregate["id"], preshare["id"]}

    def test_a_second_visit_skips_what_was_completed(self, page: Page) -> None:
        place = page.place
        page.complete(page.begin(place.pregate), experienceId=place.main)
        first = page.play_main()
        page.complete(first)
        page.complete(page.begin(place.preshare, mainSessionId=first["id"]))

        step = page.call("getNextPhase", experienceId=place.main)
        assert step["phase"] == "main"
        again = page.play_main()
        assert again["id"] != first["id"]
        assert page.complete(again)["phase"] == "share"

    def test_a_guest_completes_in_the_documents_order(self, page: Page) -> None:
        place = page.place
        pregate = page.begin(place.pregate)
        page.complete(pregate)
        main = page.play_main()
        page.complete(main)
        preshare = page.begin(place.preshare, mainSessionId=main["id"])
        page.complete(preshare)

        entries = page.guest["completedExperiences"]
        assert [set(entry) for entry in entries] == [
            {"experienceId", "completedAt", "sessionId"}
        ] * 3
        assert [(entry["experienceId"], entry["sessionId"]) for entry in entries] == [
            (place.pregate, pregate["id"]),
            (place.main, main["id"]),
            (place.preshare, preshare["id"]),
        ]
        times = [entry["completedAt"] for entry in entries]
        assert times == sorted(times)
        assert times == [page.load(session)["completedAt"] for session in (pregate, main, preshare)]

    def test_the_page_may_start_the_transform_itself(self, suite: Suite, page: Page) -> None:
        page.complete(page.begin(page.place.pregate))
        main = page.play_main()
        page.complete(main)
        started = page.call("startTransform", sessionId=main["id"])
        suite.settle()
        done = page.load(main)
        assert (done["jobId"], done["jobStatus"]) == (started["id"], "completed")
        assert done["resultMedia"].keys() >= {"stepId", "assetId", "url", "createdAt"}


class TestShapes:
    def test_answers_are_taken_in_the_documents_shape(self, page: Page) -> None:
        page.complete(page.begin(page.place.pregate))
        main = page.play_main()
        sent = [
            {"stepId": "name", "stepType": "short_text", "value": "Ada", "answeredAt": 1},
            {"stepId": "fun", "stepType": "opinion_scale", "value": 4, "answeredAt": 2},
        ]
        answers = page.call("updateSessionProgress", sessionId=main["id"], answers=sent)["answers"]
        assert [set(answer) for answer in answers] == [set(answer) for answer in sent]
        told = [(answer["stepId"], answer["stepType"], answer["value"]) for answer in answers]
        assert told == [("name", "short_text", "Ada"), ("fun", "opinion_scale", 4)]
        assert all(answer["answeredAt"] >= main["createdAt"] for answer in answers)

    def test_captured_media_comes_and_goes_in_the_documents_shape(self, page: Page) -> None:
        page.complete(page.begin(page.place.pregate))
        main = page.play_main()
        [captured] = page.load(main)["capturedMedia"]
        shape = {name: captured[name] for name in ("stepId", "assetId", "url", "createdAt")}
        assert shape["stepId"] == "photo"
        kept = page.call("updateSessionProgress", sessionId=main["id"], capturedMedia=[shape])
        assert kept["capturedMedia"] == [captured]

    def test_a_guest_is_found_at_their_uid(self, page: Page, db: firestore.Client) -> None:
        uid = page.calls.uid
        stored = db.document(f"projects/{page.place.project}/guests/{uid}").get().to_dict() or {}
        guest = page.guest
        assert {name: stored[name] for name in GUEST} == {name: guest[name] for name in GUEST}
        assert (guest["id"], guest["authUid"]) == (uid, uid)


class TestValidation:
    def test_a_main_session_links_to_nothing(self, page: Page) -> None:
        page.complete(page.begin(page.place.pregate))
        asked = {"experienceId": page.place.main, "mainSessionId": "main"}
        error = self._refused(page, **asked)
        assert error.status == "INVALID_ARGUMENT"

    def test_a_preshare_links_to_a_session_that_exists(self, page: Page) -> None:
        asked = {"experienceId": page.place.preshare, "mainSessionId": "nowhere"}
        assert self._refused(page, **asked).status == "NOT_FOUND"

    def test_the_experience_exists(self, page: Page) -> None:
        error = self._refused(page, experienceId="nothing")
        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "experience_unavailable")

    def _refused(self, page: Page, **asked: str) -> Any:
        guest = {"mode": "guest", "configSource": "published", "projectId": page.place.project}
        return refused(page.calls, "createSession", **guest, **asked)
