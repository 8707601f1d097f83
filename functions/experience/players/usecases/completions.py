"""A guest's completed session as something that a player did, counted once."""

import contextlib
from dataclasses import dataclass
from typing import Any

from google.api_core import exceptions
from google.cloud.firestore import DELETE_FIELD, Client, DocumentReference, WriteBatch

from experience import clients, clock, config, logs, sweeps, transactions
from experience.errors import FailedPrecondition, NotFound, Refusal, ResourceExhausted
from experience.players import store
from experience.players.models.effects import Arrival
from experience.players.models.event import SESSION_COMPLETED, server_event_key
from experience.players.models.profile import PlayerProfile
from experience.players.usecases.record import Plan, Player, read_player, record
from experience.players.usecases.track import logged_event
from experience.sessions.models.session import Session
from experience.sessions.store import query_progress_pending, session_ref
from experience.store import find, parse_versioned

NOT_PENDING = {"progressPending": DELETE_FIELD}


def count_completion(session: Session) -> bool:
    """Count a session that is `progress_pending` for its guest; whether that happened now.

    Three reads (session, progress, profile) and five writes: event, progress, profile, rollup and
    the session, which ends to be pending in the same commit. So it counts once, however often and
    by however many this is called, and never once the session is deleted. More for a player's
    first call and for achievements, as in `track_progress_events`; one read where it was counted
    before. Of a player who was merged the account gets it. What is refused for good (an erased
    player, an experience that is gone or closed, a full progress) ends to be pending. Raises
    Contention.
    """
    client, uid = clients.firestore(), session.created_by
    try:
        while uid is not None:
            try:
                return _Completion(client, session, uid).count()
            except FailedPrecondition as refused:
                if refused.reason != "player_merged":
                    raise
                uid = _account_of(client, uid)
    except (FailedPrecondition, NotFound, ResourceExhausted) as refused:
        _log_refusal(session, refused)
    withdraw_completion(session_ref(client, session.project_id, session.id))
    return False


def withdraw_completion(session: DocumentReference) -> None:
    """Let a session not be counted from now on. One write; nothing where it is gone."""
    with contextlib.suppress(exceptions.NotFound):
        transactions.retry(lambda: session.update(NOT_PENDING))


def sweep_progress(milliseconds: int = sweeps.RUN_MS) -> int:
    """Count the completed sessions whose event was lost, and return how many.

    As `sweeps.run` with one query that mostly finds nothing. Those of the last
    `SWEEP_GRACE_SECONDS` are left to their event. Safe to repeat, and to run twice at once. What
    fails is logged and stays for the next run.
    """
    before = clock.now_ms() - int(config.SWEEP_GRACE_SECONDS.value) * 1000

    def count(fields: dict[str, Any]) -> bool:
        session = Session.load(fields)
        return (session.completed_at or 0) <= before and count_completion(session)

    pending = query_progress_pending(clients.firestore())
    part = sweeps.Part("sessions", pending, sweeps.of_project(count), ("__name__",))
    return sweeps.run("sweepProgress", part, milliseconds=milliseconds)["sessions"]


class _NotPending(Exception):  # noqa: N818  (an end, not a fault)
    """The session was counted meanwhile, or it is gone."""


@dataclass
class _Completion:
    """A session that is counted for one player, as it was last read."""

    client: Client
    session: Session
    uid: str
    read_at: Any = None

    def count(self) -> bool:
        """Count it; whether that happened now. Raises what `record` and `read_player` do."""
        try:
            _, effects = record(self.client, self._read, self._plan)
        except _NotPending:
            return False
        if effects is None:  # the log has it, and the session came from an older backup
            withdraw_completion(self._reference)
        return effects is not None

    @property
    def _reference(self) -> DocumentReference:
        return session_ref(self.client, self.session.project_id, self.session.id)

    def _read(self) -> Player:
        [snapshot] = transactions.read(self.client, [self._reference])
        found = parse_versioned(snapshot, Session)
        if found is None or not found.value.progress_pending:
            raise _NotPending
        self.read_at = found.update_time
        return read_player(
            self.client,
            self.uid,
            str(self.session.workspace_id),
            self.session.experience_id,
            first_version=self.session.experience_version,
        )

    def _plan(self, player: Player, known: frozenset[str]) -> Plan | None:
        session = self.session
        key = server_event_key(SESSION_COMPLETED, session.project_id, session.id)
        if key in known:
            return None
        event = logged_event(
            player,
            SESSION_COMPLETED,
            data={"projectId": session.project_id, "sessionId": session.id},
            timestamp=session.completed_at,
        )
        return Plan([Arrival(key, event)], also=self._settle)

    def _settle(self, batch: WriteBatch) -> None:
        """Only if the session is as it was read: deleted or withdrawn, it is not counted."""
        option = self.client.write_option(last_update_time=self.read_at)
        batch.update(self._reference, NOT_PENDING, option)


def _account_of(client: Client, uid: str) -> str | None:
    profile = find(client, store.player_ref(client, uid), PlayerProfile)
    return profile.merged_into if profile else None


def _log_refusal(session: Session, refused: Refusal) -> None:
    logs.warning(
        "completed session not counted",
        project=session.project_id,
        session=session.id,
        reason=refused.reason,
    )
