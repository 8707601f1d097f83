"""Documents and objects name each other, and what one names without the other is reported."""

from datetime import UTC, datetime

import pytest

from emulator.suite.suite import Suite
from experience.mails.models.mail import Message, event_mail_id_of, mail_id_of, mail_of
from experience.media.store.objects import write_once
from experience.sessions.models.session import Session
from experience.shares.models.share import share_id_of
from operations.checks.check import Violation, check
from tests.operations.conftest import StoredVisit


def reported(visit: StoredVisit, bucket: str) -> list[Violation]:
    return check(visit.db, bucket, visit.venue.project).violations


class TestMedia:
    @pytest.fixture
    def stored(self, suite: Suite, visit: StoredVisit) -> StoredVisit:
        """The visit with its photo and its picture in the bucket."""
        for name in (visit.photo, visit.picture):
            write_once(name, b"picture", "image/jpeg")
        return visit

    def test_of_a_clean_visit_lie_where_it_says(self, suite: Suite, stored: StoredVisit) -> None:
        report = check(stored.db, suite.bucket, stored.venue.project)

        assert (report.violations, report.counts["objects"]) == ([], 2)

    def test_without_a_session_are_reported(self, suite: Suite, stored: StoredVisit) -> None:
        path = f"{stored.project}/sessions/gone/inputs/photo/asset"
        write_once(path, b"picture", "image/jpeg")

        assert reported(stored, suite.bucket) == [
            Violation("no_media_without_a_session", path, "belongs to no session")
        ]

    def test_that_are_gone_are_reported(self, suite: Suite, visit: StoredVisit) -> None:
        write_once(visit.picture, b"picture", "image/jpeg")

        assert reported(visit, suite.bucket) == [
            Violation(
                "media_lie_in_the_bucket",
                visit.path("sessions/main"),
                f"names the object {visit.photo}, which is not there",
            )
        ]

    def test_of_another_session_are_no_capture_of_this_one(
        self, suite: Suite, stored: StoredVisit
    ) -> None:
        stored.copy("sessions/main", "sessions/pre", id="pre", phase="pregate", jobId=None)

        found = [(each.invariant, each.path) for each in reported(stored, suite.bucket)]
        assert ("media_lie_in_the_bucket", stored.path("sessions/pre")) in found


class TestShares:
    def test_lead_to_the_picture_that_their_session_has(self, visit: StoredVisit) -> None:
        main = visit.db.document(visit.path("sessions/main")).get().to_dict() or {}
        sessions = {share_id_of(Session.load(main)): "main", "a": "main", "b": "pre", "c": "gone"}
        for share_id, session in sessions.items():
            ids = {"projectId": visit.venue.project, "sessionId": session}
            expire_at = datetime(2090, 1, 1, tzinfo=UTC)
            visit.change(f"shares/{share_id}", **ids, createdAt=1, expireAt=expire_at)
        assert [
            (each.path, each.message)
            for each in check(visit.db).violations
            if each.invariant == "a_share_leads_to_a_picture"
        ] == [
            ("shares/a", "has not the id of the picture of session main"),
            ("shares/b", "has not the id of the picture of session pre"),
            ("shares/c", "names the session gone, which is not there"),
        ]


class TestMails:
    def test_are_one_for_each_session_and_to_a_guest_who_is_there(self, visit: StoredVisit) -> None:
        project = visit.venue.project
        mails = {
            mail_id_of(project, "main"): ("main", {"project_id": project}),
            "another": ("main", {"project_id": project}),
            mail_id_of(project, "gone"): ("gone", {"project_id": project}),
            event_mail_id_of("e", "s"): ("s", {"event_id": "e"}),
            event_mail_id_of("e", "kept"): ("kept", {"event_id": "e"}),
            event_mail_id_of("e", "left"): ("left", {"event_id": "e"}),
        }
        of_event = {"eventId": "e", "createdAt": 1, "updatedAt": 1}
        for session in ("kept", "left"):
            visit.db.document("events", "e", "sessions", session).set(
                {"id": session, "state": "ready", "createdBy": session, **of_event}
            )
        visit.db.document("events/e/eventGuests/kept").set({"id": "kept", **of_event})
        for mail_id, (session, parent) in mails.items():
            message = Message(subject="s", text="t", html="h")
            fields = mail_of("ada@example.com", message, session, 1, **parent).dump()
            visit.db.document("mail", mail_id).set(fields)

        def reported() -> dict[str, str]:
            return {
                each.path: each.message
                for each in check(visit.db).violations
                if each.invariant == "a_mail_is_of_a_picture"
            }

        assert reported() == {
            "mail/another": "has not the id of the mail of session main",
            f"mail/{mail_id_of(project, 'gone')}": "names the session gone, which is not there",
            f"mail/{event_mail_id_of('e', 's')}": "names the session s, which is not there",
            f"mail/{event_mail_id_of('e', 'left')}": (
                "is to a guest who is not there, of session left"
            ),
        }
        guest = visit.db.document(visit.path("sessions/main")).get().get("createdBy")
        visit.db.document(visit.path(f"guests/{guest}")).delete()
        lost = reported()[f"mail/{mail_id_of(project, 'main')}"]
        assert "to a guest who is not there" in lost
