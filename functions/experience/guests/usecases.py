"""What a visitor does before any session."""

from google.cloud.firestore import Transaction

from experience import clients, clock, pages, transactions
from experience.guests import store
from experience.guests.models import (
    EnsureGuest,
    GetGuest,
    Guest,
    GuestConsent,
    ListGuests,
    with_consent,
)
from experience.projects.models import Project
from experience.projects.store import get_project, project_ref, require_project
from experience.projects.usecases.access import require_open, require_unarchived, require_visitable
from experience.store import parse
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role


def ensure_guest(uid: str, request: EnsureGuest) -> Guest:
    """The caller as a guest of the project, made now if need be. Two reads, at most one write.

    Raises NotFound, FailedPrecondition `project_not_live`, and `consent_required` where the
    project asks for a consent whose current version was neither sent now nor accepted before.
    """
    client = clients.firestore()

    def body(transaction: Transaction) -> Guest:
        project_snapshot, guest_snapshot = transactions.read(
            client,
            [
                project_ref(client, request.project_id),
                store.guest_ref(client, request.project_id, uid),
            ],
            transaction,
        )
        project = require_project(client, parse(project_snapshot, Project))
        require_visitable(client, project, uid, transaction)
        require_unarchived(project.status)
        guest = parse(guest_snapshot, Guest)
        now = clock.now_ms()
        consent = _consent(project, guest, request.consent_version, now)
        if guest is None:
            guest = Guest(
                id=uid,
                project_id=project.id,
                auth_uid=uid,
                created_at=now,
                consent=consent,
                locale=request.locale,
            )
            transaction.create(guest_snapshot.reference, guest.dump())
            return guest
        changed = guest.model_copy(
            update={"consent": consent, "locale": request.locale or guest.locale}
        )
        if difference := guest.difference(changed):
            transaction.update(guest_snapshot.reference, difference)
        return changed

    return transactions.run_optimistic(client, body)


def get_guest(uid: str, request: GetGuest) -> Guest:
    """The caller as a guest. One read. NotFound before their first visit."""
    client = clients.firestore()
    require_open(client, request.project_id)
    return store.get_guest(client, request.project_id, uid)


def list_guests(uid: str, request: ListGuests) -> pages.Page[Guest]:
    """A page of a project's guests, for members of its workspace."""
    client = clients.firestore()
    project = get_project(client, request.project_id)
    require_role(client, project.workspace_id, uid, Role.VIEWER, what="project")
    return pages.newest_first(
        store.guests_ref(client, project.id), {}, request.page_size, request.page_token, Guest
    )


def require_consent(project: Project, guest: Guest) -> None:
    """Raise FailedPrecondition unless the guest accepted the consent that the project asks for."""
    _consent(project, guest, None, 0)


def _consent(
    project: Project, guest: Guest | None, accepted_version: str | None, now: int
) -> GuestConsent | None:
    """What the guest's consent is to be, given what the project asks and what was sent."""
    asked = project.config().consent
    held = guest.consent if guest else None
    return with_consent(held, asked.version if asked else None, accepted_version, now)
