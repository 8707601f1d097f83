"""Callables of what becomes of players and what they did: counts, boards, figures, erasure."""

from experience import reasons
from experience.firebase.callables import Caller, callable_function
from experience.firebase.events import DocumentEvent, on_updated
from experience.firebase.schedules import schedule
from experience.pages import Page
from experience.players.models.analytics import ContentAnalytics, GetContentAnalytics
from experience.players.models.audit import AuditProgress, ProgressAudit
from experience.players.models.leaderboard import GetLeaderboard, Leaderboard
from experience.players.models.lifecycle.erasure import ErasePlayer, PlayerErasure
from experience.players.models.lifecycle.merge import MergePlayer
from experience.players.models.lifecycle.own import ExportPlayerData, PlayerExport
from experience.players.models.lists import ListProgress, ListProgressEvents, ProgressEventView
from experience.players.models.near import FindEventsNear, NearEvent
from experience.players.models.profile import PlayerProfile
from experience.players.models.progress import ProgressSummary
from experience.players.usecases import analytics, audit, completions, leaderboard, lists, near
from experience.players.usecases import fold_rollups as folding
from experience.players.usecases.lifecycle import accounts, erase, export, merge, sweep
from experience.sessions.models.mail_due import due_main
from experience.sessions.models.session import Session, SessionStatus


@callable_function(ErasePlayer, refuses=[reasons.PLAYER_MERGED, reasons.CONTENTION])
def erase_player(caller: Caller, request: ErasePlayer) -> PlayerErasure:
    """Erase the caller as a player, for good: nothing is kept of them any more."""
    return erase.erase_player(caller.uid, request)


@callable_function(
    ExportPlayerData,
    refuses=[reasons.PLAYER_NOT_FOUND, reasons.EXPORT_TOO_LARGE],
    timeout_seconds=540,
)
def export_player_data(caller: Caller, request: ExportPlayerData) -> PlayerExport:
    """All that is stored about the caller as a player, as a file to download."""
    return export.export_player_data(caller.uid, request)


@callable_function(
    MergePlayer,
    refuses=[
        reasons.PLAYER_ERASED,
        reasons.PLAYER_MERGED,
        reasons.PROGRESS_FULL,
        reasons.CONTENTION,
    ],
)
def merge_player(caller: Caller, request: MergePlayer) -> PlayerProfile:
    """Make an anonymous player a part of the caller, for good."""
    return merge.merge_player(caller.uid, request)


@callable_function(
    GetLeaderboard,
    refuses=[
        reasons.EXPERIENCE_NOT_FOUND,
        reasons.EXPERIENCE_VERSION_NOT_FOUND,
        reasons.EXPERIENCE_UNAVAILABLE,
    ],
)
def get_leaderboard(caller: Caller, request: GetLeaderboard) -> Leaderboard:
    """The first hundred of an experience and the caller's own place; everybody who is signed in."""
    return leaderboard.get_leaderboard(caller.uid, request)


@callable_function(
    GetContentAnalytics,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
        reasons.EXPERIENCE_NOT_FOUND,
        reasons.ROLE_REQUIRED,
    ],
)
def get_content_analytics(caller: Caller, request: GetContentAnalytics) -> ContentAnalytics:
    """Visits, average times and unique visitors of each content in a window of days; viewers."""
    return analytics.get_content_analytics(caller.uid, request)


@callable_function(FindEventsNear, refuses=[reasons.WORKSPACE_NOT_FOUND, reasons.ROLE_REQUIRED])
def find_events_near(caller: Caller, request: FindEventsNear) -> Page[NearEvent]:
    """Events within a radius of a position, the newest first; viewers."""
    return near.find_events_near(caller.uid, request)


@callable_function(
    AuditProgress,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
        reasons.PROGRESS_NOT_FOUND,
        reasons.EXPERIENCE_VERSION_NOT_FOUND,
        reasons.ROLE_REQUIRED,
        reasons.CONTENTION,
    ],
)
def audit_progress(caller: Caller, request: AuditProgress) -> ProgressAudit:
    """Recompute a player's progress from the log, and report each drift: there is none."""
    return audit.audit_progress(caller.uid, request)


@callable_function(
    ListProgress,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
    ],
)
def list_progress(caller: Caller, request: ListProgress) -> Page[ProgressSummary]:
    """The experience's players, by when they last played or how far they came; members."""
    return lists.list_progress(caller.uid, request)


@callable_function(
    ListProgressEvents,
    refuses=[
        reasons.WORKSPACE_NOT_FOUND,
    ],
)
def list_progress_events(caller: Caller, request: ListProgressEvents) -> Page[ProgressEventView]:
    """What the experience's players did, the newest first; members."""
    return lists.list_progress_events(caller.uid, request)


@on_updated(document="projects/{projectId}/sessions/{sessionId}")
def on_session_completed(event: DocumentEvent) -> None:
    """Start the transform of a session that was completed just now, and count it for its guest.

    Write the mail with its picture, once it is ready and there is an address. One trigger for all
    of it, because every update of a session is an invocation of each.
    """
    from experience.transforms.usecases import create  # runs and pictures, which players never need

    before, after = event.before or {}, event.after or {}
    ids = {"id": event.params["sessionId"], "projectId": event.params["projectId"]}
    completed = SessionStatus.COMPLETED
    if after.get("status") == completed and before.get("status") != completed:
        session = Session.load({**after, **ids})
        create.create_and_dispatch(session)
        if session.progress_pending:
            completions.count_completion(session)
    if due := due_main(before, after, ids["id"]):
        from experience.mails.usecases import write

        known = Session.load({**after, **ids}) if due == ids["id"] else None
        write.write_mail(ids["projectId"], due, known)


@schedule(every="10 minutes")
def sweep_progress() -> None:
    """Count the completed sessions whose event was lost."""
    completions.sweep_progress()


@schedule(every="day 05:00", timeout_seconds=1800)
def sweep_players() -> None:
    """Finish erasures and merges that were broken off, and delete exports of yesterday."""
    sweep.sweep_players()


@schedule(every="day 06:00", timeout_seconds=1800)
def sweep_accounts() -> None:
    """Once a week, erase players without an account for two weeks; on other days, resume that."""
    accounts.sweep_accounts()


@schedule(every="day 12:30", timeout_seconds=1800)  # UTC: yesterday is over everywhere
def fold_rollups() -> None:
    """Fold each day that is over into one rollup, and what came late."""
    folding.fold_rollups()
