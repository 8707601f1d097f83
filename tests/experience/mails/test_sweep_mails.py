"""Mails come by their events, and those that an event left out by a sweep that reads none twice."""

import pytest
from google.cloud.firestore import Client as Database

from emulator.suite.suite import Suite
from experience.clock import now_ms
from experience.mails.usecases import sweep
from experience.mails.usecases.sweep import sweep_mails
from experience.mails.usecases.write import write_mail
from tests.support.builders.pictures import Picture
from tests.support.calling import at_once
from tests.support.mails.due_pictures import (
    ADDRESS,
    a_due_picture,
    a_linked_session,
    an_email,
    own_ref,
    stored_mail,
)
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWEEP_GRACE_SECONDS", "0")


class TestSweep:
    def test_writes_what_was_left_out_and_reads_nothing_twice(
        self, quiet_db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[str] = []

        def counted(project_id: str, session_id: str) -> bool:
            seen.append(session_id)
            return write_mail(project_id, session_id)

        monkeypatch.setattr(sweep, "write_mail", counted)
        due = [a_due_picture(quiet_db) for _ in range(3)]
        without = a_due_picture(quiet_db)
        own_ref(without).update({"answers": []})
        assert (sweep_mails(), sweep_mails()) == (3, 0)
        assert sorted(seen) == sorted(each.session.id for each in (*due, without))
        assert all((stored_mail(each) or {})["to"] == ADDRESS for each in due)
        assert stored_mail(without) is None

    def test_comes_back_to_a_picture_whose_address_came_later(self, quiet_db: Database) -> None:
        picture = a_due_picture(quiet_db, an_email(""))
        assert sweep_mails() == 0
        a_linked_session(picture, "preshare", an_email())
        own_ref(picture).update({"mailDueAt": now_ms()})
        assert sweep_mails() == 1

    def test_many_at_once_write_each_once(self, quiet_db: Database) -> None:
        for _ in range(3):
            a_due_picture(quiet_db)
        assert sum(at_once(4, lambda _: sweep_mails())) == 3

    def test_tries_again_what_failed(
        self, quiet_db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a_due_picture(quiet_db)

        def fails(*_: str) -> bool:
            raise OSError

        with monkeypatch.context() as broken:
            broken.setattr(sweep, "write_mail", fails)
            assert sweep_mails() == 0
        assert (sweep_mails(), sweep_mails()) == (1, 0)

    def test_leaves_new_ones_to_their_event(
        self, quiet_db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SWEEP_GRACE_SECONDS", "60")
        a_due_picture(quiet_db)
        assert sweep_mails() == 0


class TestEvents:
    """Through the trigger, in the suite."""

    @pytest.fixture
    def picture(self, db: Database) -> Picture:
        return a_due_picture(db)

    def test_of_a_picture_that_is_ready_write_it(self, picture: Picture) -> None:
        eventually(lambda: stored_mail(picture) is not None)

    def test_again_and_out_of_order_change_nothing(self, picture: Picture, suite: Suite) -> None:
        eventually(lambda: stored_mail(picture) is not None)
        first = stored_mail(picture)
        for _ in range(2):
            own_ref(picture).update({"mailDueAt": now_ms()})
        suite.settle()
        assert stored_mail(picture) == first

    def test_of_a_pregate_that_was_linked_late_write_it(self, db: Database) -> None:
        picture = a_due_picture(db, an_email(""))
        pregate = a_linked_session(
            picture, "pregate", an_email(), mainSessionId=None, hasEmail=True
        )
        reference = db.document("projects", picture.venue.project, "sessions", pregate)
        reference.update({"mainSessionId": picture.session.id})
        eventually(lambda: stored_mail(picture) is not None)
