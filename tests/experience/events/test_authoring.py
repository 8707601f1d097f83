"""Events as editors make them: who may, who was first, and what is wrong with it."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.ids import new_id
from tests.support.builders.events import (
    an_event,
    an_event_experience,
    stored_event,
    stored_journey,
)
from tests.support.builders.workspaces import a_member, a_step, a_workspace
from tests.support.calling import at_once, issue_paths, outcome, refused

SignIn = Callable[[str | None], Client]
THEME = {"primaryColor": "#112233"}


class TestWhoMayAuthor:
    def test_editors_and_above(self, db: Database, signed_in: SignIn) -> None:
        workspace = a_workspace(db)
        event = an_event(db, workspace, [a_step("name")])
        experience = an_event_experience(db, workspace)
        before = stored_event(db, event)
        about = {"eventId": event, "expectedVersion": 0}
        calls: dict[str, dict[str, Any]] = {
            "saveEvent": {**about, "event": {"name": "New"}},
            "saveJourney": {**about, "journeyId": "journey", "journey": {"name": "New"}},
            "saveStep": {**about, "stepId": "name", "step": {"title": "New"}},
            "setActiveJourney": {**about, "journeyId": None, "expectedVersion": 1},
            "saveEventExperience": {
                "experienceId": experience,
                "expectedVersion": 0,
                "experience": {"name": "New"},
            },
            "listEvents": {"workspaceId": workspace},
        }

        def reasons(uid: str | None) -> set[str | None]:
            found = [outcome(signed_in(uid), name, **data) for name, data in calls.items()]
            return {getattr(each, "reason", None) for each in found}

        missing = {"event_not_found", "experience_not_found", "workspace_not_found"}
        assert reasons(None) == {"unauthenticated"}
        assert reasons("visitor") == missing
        assert reasons(a_member(db, a_workspace(db), "owner")) == missing
        assert reasons(a_member(db, workspace, "viewer")) == {"role_required", None}
        assert reasons(a_member(db, workspace, "attendant")) == {"role_required", None}
        assert stored_event(db, event) == before
        assert reasons(a_member(db, workspace, "editor")) == {None}
        changed = {**before, "name": "New", "version": 2}
        del changed["activeJourneyId"]
        assert {**stored_event(db, event), "updatedAt": before["updatedAt"]} == changed

    def test_a_document_of_another_workspace_is_as_good_as_missing(
        self, db: Database, editor: Client, workspace: str
    ) -> None:
        foreign = a_workspace(db)
        event, experience = an_event(db, foreign), an_event_experience(db, foreign)
        for name, key, there in (
            ("saveEvent", "eventId", event),
            ("saveEventExperience", "experienceId", experience),
        ):
            what = "event" if name == "saveEvent" else "experience"
            for known in (there, "nowhere"):
                about = {key: known, "expectedVersion": 1, what: {"name": "Mine"}}
                assert refused(editor, name, **about).reason == f"{what}_not_found"
                named = refused(editor, name, workspaceId=workspace, **about)
                assert named.reason == f"{what}_not_found"
                other = refused(editor, name, workspaceId=foreign, **about)
                assert other.reason == "workspace_not_found"
            about |= {key: there, "expectedVersion": 0}
            taken = refused(editor, name, workspaceId=workspace, **about)
            assert (taken.status, taken.reason) == ("ALREADY_EXISTS", f"{what}_id_taken")
        assert stored_event(db, event)["name"] == "Opening night"


class TestSaveEvent:
    @pytest.fixture
    def save(self, editor: Client, workspace: str) -> Callable[..., Any]:
        return lambda **data: editor.call("saveEvent", workspaceId=workspace, **data)

    def test_creates_a_draft_and_a_part_leaves_the_rest_at_every_depth(
        self, db: Database, workspace: str, editor: Client, save: Callable[..., Any]
    ) -> None:
        event = f"event-{new_id()}"
        fields = {
            "name": "Launch",
            "theme": {**THEME, "fontFamily": "Inter"},
            "retentionDays": 30,
            "consent": {"version": "1", "text": "Be nice.", "minimumAge": 16},
            "kiosk": {"pauseSeconds": 60},
            "locales": ["en", "de"],
            "translations": {"de": {"title": "Auftakt", "consent": "Sei nett."}},
        }
        made = save(eventId=event, expectedVersion=0, event=fields)
        assert save(eventId=event, expectedVersion=0, event=fields) == made
        own = {"id": event, "workspaceId": workspace, "status": "draft", "version": 1}
        assert made == {**own, **fields, "createdAt": made["createdAt"]} | {
            "updatedAt": made["createdAt"]
        }
        assert stored_event(db, event) == made

        db.document("events", event).update({"theme.button": {"radius": 4}, "later": None})
        part: dict[str, Any] = {"status": "live", "theme": {"fontFamily": None}}
        part |= {"retentionDays": None, "consent": {"minimumAge": None}, "locales": None}
        part |= {"translations": {"de": {"consent": None}, "fr": {"title": "Début"}}}
        changed, again = (
            editor.call("saveEvent", eventId=event, expectedVersion=1, event=part) for _ in "12"
        )

        assert changed == again == stored_event(db, event)
        del made["retentionDays"], made["locales"]
        assert changed == {
            **made,
            "status": "live",
            "theme": {**THEME, "button": {"radius": 4}},
            "consent": {"version": "1", "text": "Be nice."},
            "translations": {"de": {"title": "Auftakt"}, "fr": {"title": "Début"}},
            "later": None,
            "version": 2,
            "updatedAt": changed["updatedAt"],
        }
        conflict = refused(editor, "saveEvent", eventId=event, expectedVersion=1, event=fields)
        assert conflict.details == {"reason": "version_conflict", "currentVersion": 2}

    def test_one_of_an_earlier_version_has_version_0(
        self, db: Database, workspace: str, editor: Client
    ) -> None:
        event = an_event(db, workspace)
        assert "version" not in stored_event(db, event)
        about = {"eventId": event, "expectedVersion": 0}
        found = at_once(
            4, lambda n: outcome(editor, "saveEvent", **about, event={"retentionDays": n + 1})
        )
        [won] = [each for each in found if isinstance(each, dict)]
        lost = {each.reason for each in found if not isinstance(each, dict)}
        assert lost == {"version_conflict"}
        assert stored_event(db, event) == won
        assert won["version"] == 1

    def test_names_each_field_that_is_wrong_and_each_that_is_missing(
        self, editor: Client, workspace: str
    ) -> None:
        about = {"workspaceId": workspace, "eventId": f"event-{new_id()}", "expectedVersion": 0}
        for given, paths in [
            ({}, ["event.name", "event.theme"]),
            ({"name": "A", "theme": {"fontFamily": "Inter"}}, ["event.theme.primaryColor"]),
            ({"name": None, "theme": THEME}, ["event.name"]),
            ({"name": " \u202e\0", "theme": THEME}, ["event.name"]),
            (
                {"name": "A", "theme": THEME, "translations": {"de": {"title": "\u200b"}}},
                ["event.translations.de.title"],
            ),
            ({"name": "A", "theme": THEME, "status": "deleted"}, ["event.status"]),
            ({"name": "A", "theme": THEME, "activeJourneyId": "j"}, ["event.activeJourneyId"]),
            ({"name": "A", "theme": THEME, "retentionDays": 0}, ["event.retentionDays"]),
        ]:
            error = refused(editor, "saveEvent", **about, event=given)
            assert issue_paths(error) == paths


class TestJourneys:
    def test_an_event_is_given_steps_a_journey_and_its_guests(
        self, db: Database, workspace: str, editor: Client
    ) -> None:
        event = an_event(db, workspace)
        at = {"eventId": event, "expectedVersion": 0}
        fields = {"name": "Main", "stepOrder": ["hello", "name"]}

        early = refused(editor, "saveJourney", **at, journeyId="j", journey=fields)
        assert early.details == {"reason": "steps_missing", "steps": ["hello", "name"]}
        for step_id, type_ in (("hello", "info"), ("name", "short_text")):
            editor.call("saveStep", **at, stepId=step_id, step={"type": type_})
        made, again = (
            editor.call("saveJourney", **at, journeyId="j", journey=fields) for _ in "12"
        )
        own = {"id": "j", "eventId": event, "status": "active", "version": 1}
        assert made == again == {**own, **fields} == stored_journey(db, event, "j")

        chosen, twice = (editor.call("setActiveJourney", **at, journeyId="j") for _ in "12")
        assert chosen == twice == stored_event(db, event)
        assert (chosen["activeJourneyId"], chosen["version"]) == ("j", 1)
        at["expectedVersion"] = 1
        cases: list[tuple[dict[str, Any], str]] = [
            ({"status": "deleted"}, "journey_active"),
            ({"stepOrder": []}, "journey_empty"),
            ({"stepOrder": ["name", "other"]}, "steps_missing"),
        ]
        for part, reason in cases:
            error = refused(editor, "saveJourney", **at, journeyId="j", journey=part)
            assert error.reason == reason
        cases = [
            ({"stepOrder": ["name", "name"]}, "journey.stepOrder"),
            ({"stepOrder": ["selected_experience_id"]}, "journey.stepOrder[0]"),
            ({"stepOrder": [f"s{number}" for number in range(51)]}, "journey.stepOrder"),
            ({"name": None}, "journey.name"),
            ({"eventId": "other"}, "journey.eventId"),
        ]
        for part, path in cases:
            error = refused(editor, "saveJourney", **at, journeyId="j", journey=part)
            assert issue_paths(error) == [path]
        unknown = refused(editor, "saveJourney", **at, journeyId="other", journey={})
        assert unknown.reason == "journey_not_found"
        none = editor.call("setActiveJourney", **at, journeyId=None)
        assert "activeJourneyId" not in none
        assert none == stored_event(db, event)
        deleted = editor.call("saveJourney", **at, journeyId="j", journey={"status": "deleted"})
        assert (deleted["status"], deleted["stepOrder"]) == ("deleted", ["hello", "name"])

    def test_only_an_active_journey_of_the_event_with_its_steps_is_chosen(
        self, db: Database, workspace: str, editor: Client
    ) -> None:
        event = an_event(db, workspace, [a_step("name")])
        journeys = db.document("events", event).collection("journeys")
        stored = stored_journey(db, event, "journey")
        for name, fields in (
            ("deleted", {"status": "deleted"}),
            ("empty", {"stepOrder": []}),
            ("torn", {"stepOrder": ["name", "gone"]}),
        ):
            journeys.document(name).set({**stored, "id": name, **fields})
        reasons = {
            name: refused(
                editor, "setActiveJourney", eventId=event, journeyId=name, expectedVersion=0
            ).reason
            for name in ("deleted", "empty", "torn", "missing")
        }
        assert reasons == {
            "deleted": "journey_deleted",
            "empty": "journey_empty",
            "torn": "steps_missing",
            "missing": "journey_not_found",
        }
        assert stored_event(db, event)["activeJourneyId"] == "journey"

    def test_a_journey_is_not_deleted_while_it_becomes_the_active_one(
        self, db: Database, workspace: str, editor: Client
    ) -> None:
        event = an_event(db, workspace, [a_step("name")], activeJourneyId="other")
        at = {"eventId": event, "journeyId": "journey", "expectedVersion": 0}
        calls: list[tuple[str, dict[str, Any]]] = [
            ("setActiveJourney", {}),
            ("saveJourney", {"journey": {"status": "deleted"}}),
        ]
        found = at_once(2, lambda n: outcome(editor, calls[n][0], **at, **calls[n][1]))
        reasons = [getattr(each, "reason", None) for each in found]
        assert reasons in ([None, "journey_active"], ["journey_deleted", None])


class TestListEvents:
    def test_members_get_the_newest_first_in_pages(self, db: Database, signed_in: SignIn) -> None:
        workspace = a_workspace(db)
        viewer = signed_in(a_member(db, workspace, "viewer"))
        events = [an_event(db, workspace, createdAt=1000 + number) for number in range(3)]
        at = {"workspaceId": workspace, "pageSize": 2}
        first = viewer.call("listEvents", **at)
        rest = viewer.call("listEvents", **at, pageToken=first["nextPageToken"])
        found = [each["id"] for page in (first, rest) for each in page["items"]]
        assert found == events[::-1]
        assert rest["nextPageToken"] is None
        assert "activeJourneyId" not in rest["items"][0]
