"""Uploads: from a guest's camera to a download URL in their session."""

import traceback
from dataclasses import replace

from google.api_core import exceptions
from google.cloud.firestore import Client, Transaction

from experience import clients, clock, config, logs, transactions
from experience.errors import FailedPrecondition, InvalidArgument
from experience.guests.models import Guest, next_rate
from experience.guests.store import guest_ref
from experience.ids import new_id
from experience.media.models import (
    ConfirmUpload,
    CreateUpload,
    StoredObject,
    Upload,
    kind_of,
)
from experience.media.store import download_urls, objects, uploads
from experience.media.usecases import verification
from experience.sessions import store as session_store
from experience.sessions.models.session import CapturedMedia, Session
from experience.sessions.models.views import SessionView
from experience.sessions.usecases.access import require_active, require_owner
from experience.sessions.usecases.adopt import get_adopted, with_adoption
from experience.steps import Step
from experience.store import parse, require


def create_upload(uid: str, request: CreateUpload, origin: str | None) -> Upload:
    """A signed URL for one upload to a capture step of an active session. Two reads, one write.

    The guest counts their uploads of the hour. No object is stored yet: an upload that never comes
    leaves nothing behind. Raises ResourceExhausted `rate_limited`.
    """
    verification.require_uploadable(request.content_type, request.size_bytes)
    client = clients.firestore()
    with_adoption(
        lambda: transactions.run_optimistic(
            client, lambda transaction: _count_upload(client, transaction, uid, request)
        )
    )
    asset_id = new_id()
    path = objects.input_path(request.project_id, request.session_id, request.step_id, asset_id)
    if kind_of(request.content_type) == "video":
        return uploads.resumable_upload(
            path, request.content_type, request.size_bytes, asset_id, origin
        )
    return uploads.signed_upload(path, request.content_type, request.size_bytes, asset_id)


def _count_upload(
    client: Client, transaction: Transaction, uid: str, request: CreateUpload
) -> None:
    """Count an upload of this guest, if the session takes it. Raises the refusal."""
    references = [
        session_store.session_ref(client, request.project_id, request.session_id),
        guest_ref(client, request.project_id, uid),
    ]
    session_snapshot, guest_snapshot = transactions.read(client, references, transaction)
    session = require(parse(session_snapshot, Session), what="session")
    require_owner(client, session, uid)
    require_active(session)
    step = _require_capture(client, session, request.step_id)
    if not _takes(step, request.content_type):
        raise InvalidArgument(("contentType", "this step takes no videos"))
    guest = require(parse(guest_snapshot, Guest), what="guest")
    limit = config.UPLOADS_PER_GUEST_AND_HOUR.value
    rate = next_rate(guest.rates.get("uploads"), limit, clock.now_ms())
    transaction.update(guest_snapshot.reference, {"rates.uploads": rate.dump()})


def confirm_upload(uid: str, request: ConfirmUpload) -> SessionView:
    """Check what was uploaded and add it to the session. Two reads, one write.

    A retake replaces the capture of its step: of two uploads the later one stays, in whichever
    order they are confirmed, and the other one's download URL is revoked. Confirming again changes
    nothing. Raises FailedPrecondition `upload_missing`, `unsupported_media`, `upload_too_large`,
    `upload_type_mismatch`, `upload_damaged`, `upload_too_many_pixels` and `session_not_active`.
    """
    client = clients.firestore()
    session = get_adopted(client, request.project_id, request.session_id)
    require_owner(client, session, uid)
    if _holds(session, request):
        return SessionView.of(session)
    require_active(session)
    step = _require_capture(client, session, request.step_id)
    path = objects.input_path(
        request.project_id, request.session_id, request.step_id, request.asset_id
    )
    uploaded, url = _confirm_valid(path, step)
    media = CapturedMedia(
        step_id=request.step_id,
        asset_id=request.asset_id,
        url=url,
        created_at=uploaded.created_at,
        content_type=uploaded.content_type,
    )
    reference = session_store.session_ref(client, request.project_id, request.session_id)

    def body(transaction: Transaction) -> tuple[Session, CapturedMedia | None]:
        current = session_store.get_session(
            client, request.project_id, request.session_id, transaction
        )
        if _holds(current, request):
            return current, None
        if not current.is_active:  # it has ended since it was read
            return current, media
        now = clock.now_ms()
        changed = _with_media(current, media)
        if difference := current.difference(changed):
            transaction.update(reference, {**difference, "updatedAt": now})
            changed = changed.model_copy(update={"updated_at": now})
        held = current.media_of(request.step_id)
        return changed, media if changed.media_of(request.step_id) is held else held

    session, superseded = transactions.run_optimistic(client, body)
    if superseded and not session.shows(superseded.url):
        _withdraw(session, superseded)
    if superseded is media:
        require_active(session)
    return SessionView.of(session)


def _withdraw(session: Session, superseded: CapturedMedia) -> None:
    """Revoke the URL of an upload that the session does not hold; the sweep deletes the upload.

    If the storage fails, the URL stays valid.
    """
    ids = (superseded.step_id, superseded.asset_id)
    path = objects.input_path(session.project_id, session.id, *ids)
    try:
        download_urls.revoke_all(path)
    except exceptions.NotFound:
        pass  # deleted already
    except Exception:  # noqa: BLE001  (the call has had its effect)
        logs.warning("address not ended", path=path, exc=traceback.format_exc())


def _confirm_valid(path: str, step: Step) -> tuple[StoredObject, str | None]:
    """What was uploaded, under the type that its bytes show, and its download URL if it has one."""
    try:
        if uploaded := objects.find(path):
            uploaded = replace(uploaded, content_type=verification.valid_type(uploaded))
            if not _takes(step, uploaded.content_type):
                raise InvalidArgument(("assetId", "is a video, and this step takes none"))
            return uploaded, objects.confirm(uploaded)
    except exceptions.NotFound:
        pass  # deleted since it was found
    raise FailedPrecondition("upload_missing", "Nothing was uploaded to this address yet.")


def _takes(step: Step, content_type: str) -> bool:
    """Whether a capture step takes a file of this type: a video only if it asks for videos."""
    return kind_of(content_type) == "image" or step.takes_videos


def _require_capture(client: Client, session: Session, step_id: str) -> Step:
    step = session_store.get_pinned_config(client, session).step(step_id)
    if step is None:
        raise InvalidArgument(("stepId", f"the experience has no step {step_id!r}"))
    if not step.takes_media:
        raise InvalidArgument(("stepId", f"a step of type {step.type!r} takes no upload"))
    return step


def _holds(session: Session, request: ConfirmUpload) -> bool:
    media = session.media_of(request.step_id)
    return media is not None and media.asset_id == request.asset_id


def _with_media(session: Session, media: CapturedMedia) -> Session:
    """The session with this capture in place of an earlier one of the same step."""
    held = session.media_of(media.step_id)
    if held and (held.created_at, held.asset_id) > (media.created_at, media.asset_id):
        return session
    others = [each for each in session.captured_media if each.step_id != media.step_id]
    return session.model_copy(update={"captured_media": [*others, media]})
