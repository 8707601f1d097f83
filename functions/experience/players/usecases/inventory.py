"""What a player holds: changed whole or not at all, never below nothing."""

from experience import clients
from experience.errors import AlreadyExists, PermissionDenied, VersionConflict
from experience.ids import fingerprint
from experience.players import store
from experience.players.models.effects import Arrival, Effects
from experience.players.models.event import ProgressEvent, server_event_key
from experience.players.models.progress import ProgressView, RememberedRequest
from experience.players.models.tracking import UpdateInventory
from experience.players.usecases import access
from experience.players.usecases.record import Plan, Player, read_player, record
from experience.players.usecases.track import logged_event
from experience.store import get

KIND = "inventory_updated"
COLLECTED = "item_collected"


def update_inventory(uid: str, request: UpdateInventory) -> ProgressView:
    """Add, remove and set items, logged as one event.

    Two reads (progress, profile) and four writes (event, progress, profile, rollup), one more for
    each tier of an achievement; a first call reads at most four more; a repeated `requestId` writes
    nothing. Raises NotFound, PermissionDenied `server_only_event` for what adds items where
    `item_collected` is not for players to send, FailedPrecondition `not_enough_items`,
    `experience_unavailable`, `player_erased` and `player_merged`, VersionConflict, AlreadyExists
    `request_id_reused`, ResourceExhausted `rate_limited` and `progress_full`.
    """
    client = clients.firestore()
    made_by = fingerprint(request.model_dump(mode="json"))
    operations = [each.model_dump(by_alias=True) for each in request.operations]
    name = None if request.request_id is None else f"inventory:{request.request_id}"

    def decide(player: Player, known: frozenset[str]) -> Plan | None:
        if earlier := player.remembered(name):
            if earlier.fingerprint != made_by:
                raise _reused()
            return None
        key = server_event_key(KIND, request.request_id or player.now)
        if key in known:  # older than the requests that the progress remembers
            own = store.progress_ref(client, uid, request.workspace_id, request.experience_id)
            logged = get(client, store.event_ref(own, key), ProgressEvent, what="event")
            if logged.data["operations"] != operations:
                raise _reused()
            return None
        version = 0 if player.is_new else player.progress.version
        if request.expected_version is not None and request.expected_version != version:
            raise VersionConflict(version)
        gain = request.first_gain(player.progress.state.inventory_quantities)
        if gain is not None and COLLECTED in player.rules.server_only:
            raise PermissionDenied(
                "server_only_event",
                "Players of this experience get items from attendants alone.",
                path=f"operations[{gain}].op",
            )
        access.require_within_rate(player.progress.rate, 1, player.now)
        event = logged_event(player, KIND, data={"operations": operations})
        return Plan([Arrival(key, event)], remember)

    def remember(_effects: Effects) -> RememberedRequest | None:
        if name is None:
            return None
        return RememberedRequest(id=name, fingerprint=made_by, response={})

    player, effects = record(
        client,
        lambda: read_player(client, uid, request.workspace_id, request.experience_id),
        decide,
    )
    return ProgressView.of(uid, effects.progress if effects else player.progress)


def _reused() -> AlreadyExists:
    return AlreadyExists(
        "request_id_reused", "This requestId was used before, for another request."
    )
