"""Every reason that clients may switch on: the code it comes with, when, and what it carries.

A callable declares those that it refuses with (`callable_function(…, refuses=…)`); the client's
types and the reference pages are made from these declarations.
"""

from typing import NotRequired

from experience import errors
from experience.errors import Internal, Issue, Reason

_ISSUES = {"issues": list[Issue]}

# Each callable may answer with these.
UNAUTHENTICATED = Reason(
    errors.Unauthenticated, "unauthenticated", "nobody is signed in, or the token is not valid"
)
APP_CHECK_REQUIRED = Reason(
    errors.AppCheckRequired,
    "app_check_required",
    "the deployment asks for App Check and the call has no valid token of it",
)
APP_CHECK_CONSUMED = Reason(
    errors.AppCheckConsumed,
    "app_check_consumed",
    "the call costs money, and its App Check token was used before; repeat it with another one",
)
APP_CHECK_UNAVAILABLE = Reason(
    errors.AppCheckUnavailable,
    "app_check_unavailable",
    "App Check could not be asked whether the call's token is valid; try again",
)
MALFORMED_REQUEST = Reason(
    errors.InvalidArgument,
    "malformed_request",
    "the body is not JSON with the one field `data`; no SDK sends that",
    _ISSUES,
)
REQUEST_TOO_LARGE = Reason(
    errors.InvalidArgument,
    "request_too_large",
    "the body is larger than 1 MiB, of `saveExperience` and `startRun` than 4 MiB, or has more"
    " values than a hundredth of that",
    _ISSUES,
)
INVALID_REQUEST = Reason(
    errors.InvalidArgument,
    "invalid_request",
    "a field is missing, unknown or wrong; `issues` names each of them",
    _ISSUES,
)
INTERNAL = Reason(Internal, "internal", "something broke on our side; call again")
EVERYWHERE = (
    UNAUTHENTICATED,
    APP_CHECK_REQUIRED,
    APP_CHECK_UNAVAILABLE,
    MALFORMED_REQUEST,
    REQUEST_TOO_LARGE,
    INVALID_REQUEST,
    INTERNAL,
)


def _missing(what: str) -> Reason:
    word = f"{what.replace(' ', '_')}_not_found"
    return Reason(errors.NotFound, word, f"there is no such {what}, or none for this caller")


WORKSPACE_NOT_FOUND = Reason(
    errors.NotFound,
    "workspace_not_found",
    "there is no such workspace, or none for this caller, or it was deleted",
)
EXPERIENCE_NOT_FOUND = _missing("experience")
EXPERIENCE_VERSION_NOT_FOUND = Reason(
    errors.NotFound,
    "experience_version_not_found",
    "what the session is answered against was erased",
)
PROJECT_NOT_FOUND = Reason(
    errors.NotFound,
    "project_not_found",
    "there is no such project, or it or its workspace was deleted",
)
EVENT_NOT_FOUND = Reason(
    errors.NotFound,
    "event_not_found",
    "there is no such event, or none for this caller, or its workspace was deleted",
)
GUEST_NOT_FOUND = Reason(
    errors.NotFound, "guest_not_found", "this person is no guest of the project"
)
SESSION_NOT_FOUND = _missing("session")
JOURNEY_NOT_FOUND = _missing("journey")
STEP_NOT_FOUND = _missing("step")
MAIN_SESSION_NOT_FOUND = Reason(
    errors.NotFound, "main_session_not_found", "`mainSessionId` is no main session of this caller"
)
ASSET_NOT_FOUND = Reason(
    errors.NotFound, "asset_not_found", "the session holds no capture or result of this id"
)
JOB_NOT_FOUND = _missing("job")
SHARE_NOT_FOUND = Reason(
    errors.NotFound, "share_not_found", "there is no such short address, or it is another guest's"
)
WORKFLOW_NOT_FOUND = _missing("workflow")
RUN_NOT_FOUND = _missing("run")
ARTIFACT_NOT_FOUND = _missing("artifact")

ROLE_REQUIRED = Reason(
    errors.PermissionDenied,
    "role_required",
    "the caller's `role` in the workspace is below the `required` one",
    {"required": str, "role": NotRequired[str]},
)

PROJECT_NOT_LIVE = Reason(
    errors.FailedPrecondition,
    "project_not_live",
    "the project is not open for guests; its members may preview a draft and read what is archived",
    {"status": str},
)
PROJECT_NOT_PUBLISHED = Reason(
    errors.FailedPrecondition,
    "project_not_published",
    "a project is to go live that was never published",
)
EVENT_NOT_LIVE = Reason(
    errors.FailedPrecondition,
    "event_not_live",
    "the event is not open for guests; its members may try out a draft and read what is archived",
    {"status": str},
)
EXPERIENCES_UNAVAILABLE = Reason(
    errors.FailedPrecondition,
    "experiences_unavailable",
    "enabled experiences of the draft are not active or not published, or those of an event's step"
    " are not active ones of its workspace",
    {"experiences": list[str]},
)
STEPS_MISSING = Reason(
    errors.FailedPrecondition,
    "steps_missing",
    "the event has no such steps; `steps` are the ids without one",
    {"steps": list[str]},
)
JOURNEY_DELETED = Reason(
    errors.FailedPrecondition,
    "journey_deleted",
    "a deleted journey is to become the event's active one",
)
JOURNEY_EMPTY = Reason(
    errors.FailedPrecondition, "journey_empty", "the event's active journey would have no steps"
)
JOURNEY_ACTIVE = Reason(
    errors.FailedPrecondition,
    "journey_active",
    "the journey to delete is the event's active one; choose another or none before",
)
EXPERIENCE_DELETED = Reason(
    errors.FailedPrecondition,
    "experience_deleted",
    "a deleted experience is to be published",
    {"status": str},
)
EXPERIENCE_EMPTY = Reason(
    errors.FailedPrecondition, "experience_empty", "the draft to publish has no steps"
)
LAST_OWNER = Reason(
    errors.FailedPrecondition,
    "last_owner",
    "the workspace would be left without an owner",
    {"uid": str},
)
CONSENT_REQUIRED = Reason(
    errors.FailedPrecondition,
    "consent_required",
    "the guest has not accepted this `version` of the project's or event's consent",
    {"version": str},
)
GUEST_REQUIRED = Reason(
    errors.FailedPrecondition, "guest_required", "`ensureGuest` was not called before"
)
EXPERIENCE_UNAVAILABLE = Reason(
    errors.FailedPrecondition,
    "experience_unavailable",
    "the experience cannot be played: `state` is `disabled`, `missing`, `deleted` or `unpublished`",
    {"state": str},
)
PREGATE_REQUIRED = Reason(
    errors.FailedPrecondition,
    "pregate_required",
    "the guest must complete the pregate first, which is `experienceId`",
    {"experienceId": str},
)
SESSION_NOT_ACTIVE = Reason(
    errors.FailedPrecondition,
    "session_not_active",
    "the session has ended; `status` says how",
    {"status": str},
)
SESSION_ACTIVE = Reason(
    errors.FailedPrecondition,
    "session_active",
    "another session of this experience is active; only in the `error` of a session that its guest "
    "wrote, never as the answer to a call",
    {"sessionId": str},
)
STEPS_INCOMPLETE = Reason(
    errors.FailedPrecondition,
    "steps_incomplete",
    "required steps lack an answer; `steps` are their ids",
    {"steps": list[str]},
)
NO_JOURNEY = Reason(
    errors.FailedPrecondition, "no_journey", "the session goes through no journey, so has no steps"
)
MOVE_NOT_ALLOWED = Reason(
    errors.FailedPrecondition,
    "move_not_allowed",
    "the session's state allows no such move: it is `from` and would become `to`",
    {"from": str, "to": str},
)
UPLOAD_MISSING = Reason(
    errors.FailedPrecondition, "upload_missing", "nothing was uploaded to the address yet"
)
UNSUPPORTED_MEDIA = Reason(
    errors.FailedPrecondition,
    "unsupported_media",
    "the photo is one that only some phones read, such as HEIC: `found` is its type",
    {"found": str},
)
UPLOAD_TOO_LARGE = Reason(
    errors.FailedPrecondition,
    "upload_too_large",
    "the file has more than `maxBytes`",
    {"maxBytes": int},
)
UPLOAD_TYPE_MISMATCH = Reason(
    errors.FailedPrecondition,
    "upload_type_mismatch",
    "the file's bytes are not of the `declared` type but of the one `found`",
    {"declared": str, "found": str | None},
)
UPLOAD_DAMAGED = Reason(
    errors.FailedPrecondition,
    "upload_damaged",
    "the photo breaks off before anything can be made of it, or contradicts itself",
)
UPLOAD_TOO_MANY_PIXELS = Reason(
    errors.FailedPrecondition,
    "upload_too_many_pixels",
    "`width` times `height` of the photo is more than `maxPixels`",
    {"width": int, "height": int, "maxPixels": int},
)
SESSION_NOT_COMPLETED = Reason(
    errors.FailedPrecondition,
    "session_not_completed",
    "this is not a completed main session",
    {"status": str, "phase": str},
)
NO_TRANSFORM = Reason(
    errors.FailedPrecondition, "no_transform", "the experience transforms nothing"
)
NO_EXPERIENCE = Reason(
    errors.FailedPrecondition,
    "no_experience",
    "nothing says which experience transforms the photo: none was picked, named or set as fallback",
)
NO_CAPTURE = Reason(errors.FailedPrecondition, "no_capture", "the session has no photo")
NO_RESULT = Reason(errors.FailedPrecondition, "no_result", "the session has no picture")
JOB_NOT_RETRYABLE = Reason(
    errors.FailedPrecondition,
    "job_not_retryable",
    "the job neither failed nor was cancelled",
    {"status": str},
)
JOB_NOT_CANCELLABLE = Reason(
    errors.FailedPrecondition, "job_not_cancellable", "the job has ended", {"status": str}
)

PROGRESS_NOT_FOUND = Reason(
    errors.NotFound,
    "progress_not_found",
    "the player has not begun this experience, or it is none of this caller's",
)
PLAYER_NOT_FOUND = Reason(
    errors.NotFound, "player_not_found", "the caller has not played anything yet"
)
SAVE_NOT_FOUND = Reason(errors.NotFound, "save_not_found", "nothing was saved in this slot")
PLAYER_ERASED = Reason(
    errors.FailedPrecondition, "player_erased", "the player was erased, so nothing is kept of them"
)
PLAYER_MERGED = Reason(
    errors.FailedPrecondition,
    "player_merged",
    "the player became part of another one, who goes on instead",
)
NOT_ENOUGH_ITEMS = Reason(
    errors.FailedPrecondition,
    "not_enough_items",
    "more of `itemId` would be removed than the player holds",
    {"itemId": str, "held": int, "needed": int},
)
SERVER_ONLY_EVENT = Reason(
    errors.PermissionDenied,
    "server_only_event",
    "an event is of a type that the server or an attendant writes; `path` names it",
    {"path": str},
)
PROGRESS_FULL = Reason(
    errors.ResourceExhausted,
    "progress_full",
    "`field` of the player's progress holds as much as it can; `path` names the event that found "
    "no room, if one did",
    {"field": str, "path": NotRequired[str]},
)
EXPORT_TOO_LARGE = Reason(
    errors.ResourceExhausted,
    "export_too_large",
    "more is stored of the player than one call can read: the workspace has to hand it out",
)

UNKNOWN_PROVIDER = Reason(
    errors.InvalidArgument, "unknown_provider", "no provider of pictures has this id", _ISSUES
)
PROVIDER_NOT_CONFIGURED = Reason(
    errors.FailedPrecondition,
    "provider_not_configured",
    "the deployment has no key for the provider",
    {"providerId": str},
)

OTHER_WORKFLOW = Reason(
    errors.FailedPrecondition,
    "other_workflow",
    "the base run is of another `workflow`",
    {"workflow": str},
)
RUN_NOT_ENDED = Reason(
    errors.FailedPrecondition,
    "run_not_ended",
    "the base run has not come to its end",
    {"status": str},
)
REQUEST_ID_REUSED = Reason(
    errors.AlreadyExists,
    "request_id_reused",
    "the `requestId` was used before, for another request",
)
PROJECT_ID_TAKEN = Reason(
    errors.AlreadyExists, "project_id_taken", "another workspace has a project of this id"
)
EVENT_ID_TAKEN = Reason(
    errors.AlreadyExists, "event_id_taken", "another workspace has an event of this id"
)
EXPERIENCE_ID_TAKEN = Reason(
    errors.AlreadyExists, "experience_id_taken", "another workspace has an experience of this id"
)

_WAIT = {"retryAfterSeconds": int, "limit": int}
RATE_LIMITED = Reason(
    errors.ResourceExhausted,
    "rate_limited",
    "this guest did it `limit` times within an hour",
    _WAIT,
)
DAILY_LIMIT_REACHED = Reason(
    errors.ResourceExhausted,
    "daily_limit_reached",
    "the `limit` of pictures of a project or event for today is used up, or what is left of it is"
    " for guests who have none yet",
    _WAIT,
)
GUEST_DAILY_LIMIT_REACHED = Reason(
    errors.ResourceExhausted,
    "guest_daily_limit_reached",
    "this guest had the `limit` of pictures that one guest can have in a day",
    _WAIT,
)

RUN_NOT_RETRYABLE = Reason(
    errors.FailedPrecondition,
    "run_not_retryable",
    "the run is of an event's session, whose next transform has a run of its own",
)
VERSION_CONFLICT = Reason(
    errors.VersionConflict,
    "version_conflict",
    "somebody else changed it first; `currentVersion` is the version now",
    {"currentVersion": int},
)
CONTENTION = Reason(
    errors.Contention,
    "contention",
    "others kept writing the same documents; call again",
)
