"""The photo of an event session: its upload to the one documented path, and its retakes.

Each upload replaces the object that was there, with its download URL. The storage's generation says
which of them a session holds.
"""

from dataclasses import replace

from google.api_core.exceptions import NotFound
from google.cloud.firestore import Client, Transaction

from experience import clients, clock, config, transactions
from experience.errors import Contention, FailedPrecondition
from experience.guests.models import next_rate
from experience.journeys import store
from experience.journeys.models.moves import require_move
from experience.journeys.models.requests import CreateCaptureUpload, SaveCapture
from experience.journeys.models.session import EventSession, EventSessionView, SessionState
from experience.journeys.usecases.access import require_capture, require_guest
from experience.media.models import SignedUpload, StoredObject
from experience.media.store import objects, uploads
from experience.media.usecases import verification
from experience.steps.values import PhotoInput
from experience.store import field_updates

MAX_ATTEMPTS = 5
"""How often a photo is read that a retake replaces at the same moment."""


def create_capture_upload(uid: str, request: CreateCaptureUpload) -> SignedUpload:
    """A signed URL for one upload of the session's photo. One read, one write; a step one read.

    It replaces what is stored now, and nothing newer. The session counts its uploads of the hour.
    Raises FailedPrecondition `move_not_allowed`, ResourceExhausted `rate_limited`.
    """
    verification.require_uploadable(request.content_type, request.size_bytes)
    client = clients.firestore()

    def body(transaction: Transaction) -> None:
        session = store.get_event_session(client, request.event_id, request.session_id, transaction)
        require_guest(client, session, uid)
        require_capture(client, session, request.step_id)
        require_move(session.state, SessionState.CAPTURED)
        limit = config.UPLOADS_PER_GUEST_AND_HOUR.value
        rate = next_rate(session.upload_rate, limit, clock.now_ms())
        reference = store.event_session_ref(client, session.event_id, session.id)
        transaction.update(reference, {"uploadRate": rate.dump()})

    transactions.run_optimistic(client, body)
    path = objects.capture_path(request.event_id, request.session_id)
    stored = objects.find(path)
    generation = stored.generation if stored else 0
    return uploads.signed_put(path, request.content_type, request.size_bytes, generation)


def save_capture(uid: str, request: SaveCapture) -> EventSessionView:
    """Check what was uploaded and make it the session's photo. Two reads, one write; a step one.

    A retake replaces the photo: of two uploads the later one stays, in whichever order they are
    saved. Saving again changes nothing, whatever the state. Raises FailedPrecondition
    `move_not_allowed`, `upload_missing`, `unsupported_media`, `upload_too_large`,
    `upload_type_mismatch`, `upload_damaged` and `upload_too_many_pixels`.
    """
    client = clients.firestore()
    session = store.get_event_session(client, request.event_id, request.session_id)
    require_guest(client, session, uid)
    require_capture(client, session, request.step_id)
    for _ in range(MAX_ATTEMPTS):
        uploaded = find_upload(session)
        if uploaded and _holds(session, request.step_id, uploaded):
            return EventSessionView.of(session)
        require_move(session.state, SessionState.CAPTURED)
        if uploaded is None:
            raise FailedPrecondition("upload_missing", "Nothing was uploaded yet.")
        try:
            uploaded = replace(uploaded, content_type=verification.valid_type(uploaded))
            url = objects.confirm(uploaded)
        except NotFound:  # another upload has replaced it
            continue
        return EventSessionView.of(_save(client, request, uploaded, str(url)))
    raise Contention


def find_upload(session: EventSession) -> StoredObject | None:
    """What was uploaded last, whether it was saved or not. One request to the storage."""
    return objects.find(objects.capture_path(session.event_id, session.id))


def _save(client: Client, request: SaveCapture, uploaded: StoredObject, url: str) -> EventSession:
    """The session with this photo, or with a newer one that was saved meanwhile."""
    reference = store.event_session_ref(client, request.event_id, request.session_id)

    def body(transaction: Transaction) -> EventSession:
        current = store.get_event_session(client, request.event_id, request.session_id, transaction)
        if _holds(current, request.step_id, uploaded):
            return current
        if (current.capture_generation or 0) > uploaded.generation:
            return current
        require_move(current.state, SessionState.CAPTURED)
        # A session has one photo, so each entry of a photo shows it.
        photo = PhotoInput(url=url).model_dump(by_alias=True)
        shown = {*current.photo_steps, *([request.step_id] if request.step_id else [])}
        changes = dict.fromkeys(sorted(shown), photo)
        captured = current.model_copy(
            update={
                "state": SessionState.CAPTURED,
                "input_image_path": uploaded.path,
                "capture_generation": uploaded.generation,
                "error": None,
                "error_code": None,
                "updated_at": clock.now_ms(),
            }
        )
        fields = field_updates(current, captured)
        transaction.update(reference, {**fields, **store.data_fields(changes)})
        if not changes:
            return captured
        return captured.model_copy(update={"data": {**(current.data or {}), **changes}})

    return transactions.run_optimistic(client, body)


def _holds(session: EventSession, step_id: str | None, uploaded: StoredObject) -> bool:
    """Whether a session holds this very upload, and for this step."""
    is_shown = step_id is None or step_id in session.photo_steps
    return is_shown and session.capture_generation == uploaded.generation
