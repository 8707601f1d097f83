"""Where a player is, and how far they have come."""

from experience import clients
from experience.players.models.effects import Arrival
from experience.players.models.event import server_event_key
from experience.players.models.progress import ProgressView
from experience.players.models.tracking import UpdateLocation
from experience.players.usecases import access
from experience.players.usecases.record import Plan, Player, read_player, record
from experience.players.usecases.track import logged_event

KIND = "location_updated"


def update_location(uid: str, request: UpdateLocation) -> ProgressView:
    """Move the player, logged as one event. The distance counts unless it is impossibly fast.

    Two reads (progress, profile) and four writes (event, progress, profile, rollup), one more for
    each tier of an achievement; a first call reads at most four more. Raises NotFound,
    FailedPrecondition `experience_unavailable`, `player_erased` and `player_merged`,
    ResourceExhausted `rate_limited` and `progress_full`.
    """
    client = clients.firestore()
    place = request.current_location
    data = {} if place is None else {"currentLocation": place}

    def decide(player: Player, _known: frozenset[str]) -> Plan | None:
        access.require_within_rate(player.progress.rate, 1, player.now)
        position = request.location_lat, request.location_lng
        event = logged_event(player, KIND, data=data, position=position)
        return Plan([Arrival(server_event_key(KIND, player.now), event)])

    player, effects = record(
        client,
        lambda: read_player(client, uid, request.workspace_id, request.experience_id),
        decide,
    )
    return ProgressView.of(uid, effects.progress if effects else player.progress)
