"""A stranger's address gets a bounded number of mails a day, however many guests give it."""

from datetime import timedelta

import pytest
from google.cloud.firestore import Client as Database

from experience.clock import now_ms
from experience.mails.models.mail import LIMIT_TIME, MAX_MAILS_PER_ADDRESS, Message, mail_of
from experience.mails.store import mail_ref
from experience.mails.usecases.sweep import sweep_mails
from experience.mails.usecases.write import write_mail
from tests.support.builders.pictures import Picture
from tests.support.mails.due_pictures import ADDRESS, a_due_picture, an_email, stored_mail
from tests.support.mails.event_guest import EventGuest

DAY_MS = LIMIT_TIME // timedelta(milliseconds=1)
REACHED = "mail limit reached"


@pytest.fixture(autouse=True)
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWEEP_GRACE_SECONDS", "0")


def fill(db: Database, count: int, *, at: int | None = None, **parent: str) -> None:
    """So many mails to the address, written at a time."""
    message = Message(subject="s", text="t", html="h")
    for number in range(count):
        mail = mail_of(ADDRESS, message, f"session-{number}", at or now_ms(), **parent)
        db.collection("mail").document().set(mail.dump())


def written(picture: Picture) -> bool:
    return write_mail(picture.venue.project, picture.session.id)


def test_ten_mails_of_ten_visits_are_written_and_the_eleventh_is_not(
    quiet_db: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    picture = a_due_picture(quiet_db, an_email(ADDRESS.upper()))
    fill(quiet_db, MAX_MAILS_PER_ADDRESS - 1, project_id=picture.venue.project)
    assert written(picture)
    shown = capfd.readouterr()
    assert REACHED not in shown.out + shown.err
    mail_ref(quiet_db, picture.venue.project, picture.session.id).delete()
    fill(quiet_db, 1, project_id=picture.venue.project)
    assert not written(picture)
    assert stored_mail(picture) is None
    shown = capfd.readouterr()
    [line] = [each for each in (shown.out + shown.err).splitlines() if REACHED in each]
    assert picture.venue.project in line
    assert ADDRESS not in line.lower()


def test_a_mail_that_is_written_already_reaches_no_limit(
    quiet_db: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    picture = a_due_picture(quiet_db)
    fill(quiet_db, MAX_MAILS_PER_ADDRESS - 1, project_id=picture.venue.project)
    assert (written(picture), written(picture)) == (True, False)
    shown = capfd.readouterr()
    assert REACHED not in shown.out + shown.err


def test_mails_of_another_project_and_to_others_count_for_themselves(quiet_db: Database) -> None:
    picture, other = a_due_picture(quiet_db), a_due_picture(quiet_db)
    fill(quiet_db, MAX_MAILS_PER_ADDRESS, project_id=other.venue.project)
    fill(quiet_db, MAX_MAILS_PER_ADDRESS, event_id=picture.venue.project)
    assert written(picture)
    assert not written(other)


def test_a_day_later_there_are_mails_again(quiet_db: Database) -> None:
    picture = a_due_picture(quiet_db)
    before = now_ms() - DAY_MS
    fill(quiet_db, MAX_MAILS_PER_ADDRESS, at=before - 1, project_id=picture.venue.project)
    assert written(picture)


def test_the_sweep_does_not_come_back_to_one_that_is_not_written(
    quiet_db: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    picture = a_due_picture(quiet_db)
    fill(quiet_db, MAX_MAILS_PER_ADDRESS, project_id=picture.venue.project)
    assert (sweep_mails(), sweep_mails()) == (0, 0)
    shown = capfd.readouterr()
    assert (shown.out + shown.err).count(REACHED) == 1
    assert stored_mail(picture) is None


def test_of_an_event_it_is_the_same(quiet_db: Database, capfd: pytest.CaptureFixture[str]) -> None:
    guest = EventGuest(quiet_db)
    fill(quiet_db, MAX_MAILS_PER_ADDRESS, event_id=guest.event)
    guest.gets_picture()
    guest.gives()
    assert guest.mail() is None
    shown = capfd.readouterr()
    [line] = [each for each in (shown.out + shown.err).splitlines() if REACHED in each]
    assert guest.event in line
    assert ADDRESS not in line
