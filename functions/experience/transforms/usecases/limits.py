"""What limits transforms: the project's day and the guest's hour."""

from google.cloud.firestore import Client, Transaction

from experience import config, transactions
from experience.guests.models import Guest, next_rate
from experience.guests.store import guest_ref
from experience.projects.models import Project
from experience.projects.store import project_ref, require_project
from experience.sessions.models.session import Session
from experience.store import parse, require
from experience.transforms import store
from experience.transforms.models import quota
from experience.transforms.models.job import job_id_of


def get_project_and_guest(
    client: Client, transaction: Transaction, session: Session
) -> tuple[Project, Guest]:
    """The project and the guest whose limits a start or a retry counts against."""
    references = [
        project_ref(client, session.project_id),
        guest_ref(client, session.project_id, str(session.created_by)),
    ]
    first, second = transactions.read(client, references, transaction)
    guest = require(parse(second, Guest), what="guest")
    return require_project(client, parse(first, Project)), guest


def reserve(
    client: Client, transaction: Transaction, project: Project, session: Session, now: int
) -> store.Reservation | None:
    """A reservation in the project's daily limit; None for a project without one.

    Raises ResourceExhausted.
    """
    limit = quota.limit_of(project)
    if limit is None:
        return None
    job_id = job_id_of(project.id, session.id)
    reservation = store.find_reservation(client, transaction, project.id, job_id, limit, now)
    if reservation is None:
        raise quota.exhausted(limit, now)
    return reservation


def count_transform(client: Client, transaction: Transaction, guest: Guest, now: int) -> None:
    """One more transform by hand within the hour. One write. Raises ResourceExhausted."""
    limit = config.TRANSFORMS_PER_GUEST_AND_HOUR.value
    rate = next_rate(guest.rates.get("transforms"), limit, now)
    reference = guest_ref(client, guest.project_id, guest.id)
    transaction.update(reference, {"rates.transforms": rate.dump()})
