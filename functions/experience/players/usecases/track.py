"""What players did, counted once however often it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experience import clients
from experience.documents import with_whole_numbers
from experience.errors import (
    AlreadyExists,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
)
from experience.ids import fingerprint
from experience.players import store
from experience.players.models.effects import Arrival, Effects
from experience.players.models.event import SESSION_COMPLETED, ProgressEvent, event_key
from experience.players.models.progress import ProgressView, RememberedRequest
from experience.players.models.tracking import (
    FlaggedEvent,
    TrackedBatch,
    TrackedEvent,
    TrackedProgress,
    TrackProgressEvents,
)
from experience.players.usecases import access
from experience.players.usecases.record import Plan, Player, logged_keys, read_player, record
from experience.progress.calendar import DAY_MS
from experience.progress.geography import cells_of
from experience.workspaces.models import Role
from experience.workspaces.usecases.access import require_role

MAX_PAST_MS = 30 * DAY_MS
MAX_FUTURE_MS = 5 * 60_000
CLAMPED_PAST = "clamped_past"
CLAMPED_FUTURE = "clamped_future"
SERVER_ALONE = ("inventory_updated", "location_updated", SESSION_COMPLETED)
ATTENDANTS = ("achievement_unlocked",)


def track_progress_events(uid: str, request: TrackProgressEvents) -> TrackedProgress:
    """Count n events with all their effects, in one commit.

    Two reads (progress, profile) and n + 2 writes; one write for each day that the events fall on,
    each tier of an achievement and each content that the player visits for the first time that day.
    An attendant costs a read more; a first call reads at most four more; events of which some are
    in the log are read once; a rollup is read for types and contents that neither the rules nor
    this process know, while it has room for them.
    A repeated `batchId` takes two reads and writes nothing, and so do events that are all in the
    log, after one read of each. Raises NotFound, PermissionDenied `server_only_event`,
    FailedPrecondition `experience_unavailable`, `player_erased` and `player_merged`, AlreadyExists
    `request_id_reused`, ResourceExhausted `rate_limited`, after at most one read of each event, and
    `progress_full`.
    """
    client = clients.firestore()
    _require_distinct(request)
    about = request.player_id
    tracking = _Tracking(request, about or uid, attendant=uid if about not in (None, uid) else None)
    if about is not None:
        require_role(client, request.workspace_id, uid, Role.ATTENDANT, what="workspace")
    player, effects = record(
        client,
        lambda: read_player(client, tracking.uid, request.workspace_id, request.experience_id),
        tracking.plan,
    )
    progress = effects.progress if effects else player.progress
    batch = tracking.answer(player, effects)
    return TrackedProgress(**dict(batch), progress=ProgressView.of(tracking.uid, progress))


@dataclass
class _Tracking:
    """A call, and how many of its events were found in the log."""

    request: TrackProgressEvents
    uid: str
    attendant: str | None = None
    repeated: int = 0

    @property
    def batch(self) -> str | None:
        batch_id = self.request.batch_id
        if batch_id is None or self.attendant is None:
            return batch_id and f"batch:{batch_id}"
        return f"batch:{fingerprint(self.attendant)[:32]}:{batch_id}"

    def key(self, event: TrackedEvent) -> str:
        """The id of an event in the log, which is the caller's own."""
        return event_key(event.event_id, self.attendant)

    def plan(self, player: Player, known: frozenset[str]) -> Plan | None:
        """The events that are new; None if there is nothing to write."""
        if earlier := player.remembered(self.batch):
            if earlier.fingerprint != self._fingerprint():
                raise AlreadyExists(
                    "request_id_reused", "This batchId was used before, for other events."
                )
            return None
        if self.request.player_id is not None and player.is_new:
            raise NotFound("progress")
        self._require_allowed(player)
        events = {
            f"events[{number}]": each
            for number, each in enumerate(self.request.events)
            if self.key(each) not in known
        }
        self.repeated = len(self.request.events) - len(events)
        if not events:
            return None
        if self.request.player_id is None:
            try:
                access.require_within_rate(player.progress.rate, len(events), player.now)
            except ResourceExhausted:
                if not self._is_repeated(player):
                    raise
                self.repeated = len(self.request.events)
                return None
        return Plan(
            [self._arrival(player, each, path) for path, each in events.items()], self._remember
        )

    def _is_repeated(self, player: Player) -> bool:
        """Whether the log has every event. One read, and of each if it has the first."""
        first, *others = [self.key(each) for each in self.request.events]
        return bool(logged_keys(player, [first])) and (
            not others or logged_keys(player, others) == {*others}
        )

    def _arrival(self, player: Player, event: TrackedEvent, path: str) -> Arrival:
        timestamp, flags = clamped(event.occurred_at, player.now)
        arrived = logged_event(
            player,
            event.event_type,
            content_id=event.content_id,
            data=with_whole_numbers(event.data),
            position=_position(event),
            timestamp=timestamp,
            flags=flags,
        )
        return Arrival(self.key(event), arrived, path)

    def answer(self, player: Player, effects: Effects | None) -> TrackedBatch:
        """What became of the events."""
        if effects:
            return self._outcome(effects)
        if earlier := player.remembered(self.batch):
            return TrackedBatch.load(earlier.response)
        return TrackedBatch(tracked=0, repeated=self.repeated, flagged=[], unlocked=[])

    def _remember(self, effects: Effects) -> RememberedRequest | None:
        if self.batch is None:
            return None
        response = self._outcome(effects).dump()
        return RememberedRequest(id=self.batch, fingerprint=self._fingerprint(), response=response)

    def _outcome(self, effects: Effects) -> TrackedBatch:
        flags = {each.key: each.event.flags for each in effects.logged}
        named = [(each.event_id, self.key(each)) for each in self.request.events]
        flagged = [
            FlaggedEvent(event_id=event_id, flags=flags[key])
            for event_id, key in named
            if flags.get(key)
        ]
        return TrackedBatch(
            tracked=len(self.request.events) - self.repeated,
            repeated=self.repeated,
            flagged=flagged,
            unlocked=effects.unlocked,
        )

    def _fingerprint(self) -> str:
        return fingerprint(self.request.model_dump(mode="json"))

    def _require_allowed(self, player: Player) -> None:
        """Raise PermissionDenied for types that are the server's, or not a player's to send."""
        refused = {*SERVER_ALONE}
        if self.request.player_id is None:
            refused |= {*ATTENDANTS, *player.rules.server_only}
        for number, event in enumerate(self.request.events):
            if event.event_type in refused:
                raise PermissionDenied(
                    "server_only_event",
                    f"'{event.event_type}' is not for this caller to send.",
                    path=f"events[{number}].eventType",
                )


def _require_distinct(request: TrackProgressEvents) -> None:
    seen: dict[str, int] = {}
    for number, event in enumerate(request.events):
        first = seen.setdefault(event.event_id, number)
        if first != number:
            raise InvalidArgument((f"events[{number}].eventId", f"is that of events[{first}]"))


def clamped(occurred_at: int | None, now: int) -> tuple[int, list[str]]:
    """When something happened, as far as a client's clock is believed, and how it was flagged."""
    if occurred_at is None:
        return now, []
    if occurred_at < now - MAX_PAST_MS:
        return now - MAX_PAST_MS, [CLAMPED_PAST]
    if occurred_at > now + MAX_FUTURE_MS:
        return now + MAX_FUTURE_MS, [CLAMPED_FUTURE]
    return occurred_at, []


def logged_event(
    player: Player,
    event_type: str,
    *,
    content_id: str | None = None,
    data: Mapping[str, Any] | None = None,
    position: tuple[float, float] | None = None,
    timestamp: int | None = None,
    flags: list[str] | None = None,
) -> ProgressEvent:
    """An event of a player as it is logged now; without a timestamp it happens now."""
    progress = player.progress
    lat, lng = position or (None, None)
    return ProgressEvent(
        experience_progress_id=store.progress_id(progress.workspace_id, progress.experience_id),
        player_id=player.uid,
        workspace_id=progress.workspace_id,
        experience_id=progress.experience_id,
        event_type=event_type,
        content_id=content_id,
        data=dict(data or {}),
        location_lat=lat,
        location_lng=lng,
        cells=[] if position is None else cells_of(*position),
        timestamp=player.now if timestamp is None else timestamp,
        received_at=player.now,
        flags=flags or [],
    )


def _position(event: TrackedEvent) -> tuple[float, float] | None:
    if event.location_lat is None or event.location_lng is None:
        return None
    return event.location_lat, event.location_lng
