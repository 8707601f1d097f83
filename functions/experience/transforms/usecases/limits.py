"""What limits transforms: the day of a project or event, the guest's day and the guest's hour."""

from google.cloud.firestore import Client, DocumentReference, Transaction

from experience import config, logs, transactions
from experience.guests.models import Guest, next_rate
from experience.guests.store import guest_ref
from experience.projects.models import Project
from experience.projects.store import project_ref, require_project
from experience.providers import local
from experience.sessions.models.session import Session
from experience.store import parse, require
from experience.transforms import store
from experience.transforms.models import quota
from experience.transforms.models.job import job_id_of
from experience.workflows.catalog.photo_transform.skills import provider_of
from experience.workspaces.models import Transform


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


def limit_of(daily_limit: int | None, transform: Transform) -> int | None:
    """The transforms per day of a project or event that sets this limit, or none.

    Where a vendor is paid there always is a limit.
    """
    if daily_limit is None and provider_of(transform.model) != local.ID:
        return int(config.PAID_TRANSFORMS_PER_PROJECT_AND_DAY.value)
    return daily_limit


def reserve(
    client: Client,
    transaction: Transaction,
    project: Project,
    session: Session,
    transform: Transform,
    made: int,
    now: int,
) -> store.Reservation | None:
    """A reservation in the project's day; None for a project without a limit.

    `made`: how many transforms the guest had today. Raises ResourceExhausted.
    """
    limit = limit_of(quota.config_of(project).daily_transform_limit, transform)
    owner, job_id = project_ref(client, project.id), job_id_of(project.id, session.id)
    return reserve_in_day(client, transaction, owner, job_id, limit, made, now)


def reserve_in_day(
    client: Client,
    transaction: Transaction,
    owner: DocumentReference,
    key: str,
    limit: int | None,
    made: int,
    now: int,
) -> store.Reservation | None:
    """A reservation in the day of a project or event; None for one without a limit.

    `made`: how many transforms the guest had today. `key`: as for `find_reservation`. Raises
    ResourceExhausted.
    """
    most = int(config.TRANSFORMS_PER_GUEST_AND_DAY.value)
    if made >= most:
        raise quota.guest_exhausted(most, now)
    if limit is None:
        return None
    is_open = quota.open_limit(limit, made)
    reservation = store.find_reservation(client, transaction, owner, key, is_open, now)
    if reservation is None:
        raise quota.exhausted(limit, now)
    if quota.is_near(limit, reservation.shard, reservation.count + 1):
        logs.warning("daily limit near", document=owner.path, limit=limit)
    return reservation


def count_transform(
    client: Client, transaction: Transaction, guest: Guest, now: int, *, is_retry: bool = False
) -> None:
    """One more transform by hand within the hour. One write. Raises ResourceExhausted."""
    limit = config.TRANSFORMS_PER_GUEST_AND_HOUR.value
    changes = {"rates.transforms": next_rate(guest.rates.get("transforms"), limit, now).dump()}
    if is_retry:
        changes["rates.retries"] = quota.next_retries(guest, now).dump()
    transaction.update(guest_ref(client, guest.project_id, guest.id), changes)
