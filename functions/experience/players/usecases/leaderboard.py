"""Reading a board: its first hundred, which readers renew, and the caller's own place."""

from dataclasses import dataclass

from google.cloud.firestore import Client

from experience import clients, clock
from experience.players import store
from experience.players.models.leaderboard import (
    MAX_EXACT_RANK,
    MAX_TOP,
    MAX_WIDE_TOP,
    NEIGHBOURS,
    Board,
    GetLeaderboard,
    Leaderboard,
    Neighbours,
    OwnPlace,
    Standing,
    neighbours,
    own_value,
    public_hash,
    ranked,
    ranked_with,
)
from experience.players.usecases import boards
from experience.players.usecases.boards import BoardQuery
from experience.progress.calendar import closed_key_of, key_of


@dataclass(frozen=True)
class _Own:
    """Where the caller stands now: how many are better, and since when they are there."""

    standing: Standing
    better: int


def get_leaderboard(uid: str, request: GetLeaderboard) -> Leaderboard:
    """An experience's board for any player, with the caller's own place.

    Two reads: the board and the caller's progress. One more for each thousand better ones of a
    caller who is on the board, at most ten, of a closed period at most eleven. Three more within
    `STATUS_SECONDS` for whether the experience is open. Every ten seconds one reader pays up to a
    hundred more, of a closed period twice as many, and two writes. `around`: one more beyond the
    first hundred, and for one reader a minute up to 1,005 and two writes. NotFound and
    FailedPrecondition where the experience is not open.
    """
    client, now = clients.firestore(), clock.now_ms()
    zone = boards.get_zone(client, request.workspace_id, request.experience_id)
    name = closed_key_of if request.closed else key_of
    wanted = BoardQuery(
        request.workspace_id,
        request.experience_id,
        request.metric,
        request.period,
        name(request.period, now, zone),
        request.closed,
    )
    top = boards.get_top(client, wanted)
    own = _find_own(client, wanted, uid)
    me = public_hash(wanted.workspace_id, wanted.experience_id, uid)
    return Leaderboard(
        workspace_id=wanted.workspace_id,
        experience_id=wanted.experience_id,
        metric=wanted.metric,
        period=wanted.period,
        key=wanted.key,
        as_of=top.as_of or 0,
        entries=ranked(top.standings, me),
        me=_place(own) if own else None,
        around=_neighbours(client, wanted, top, own) if own and request.around else None,
    )


def _find_own(client: Client, wanted: BoardQuery, uid: str) -> _Own | None:
    """One read, and one for each thousand better ones."""
    found = store.find_own_boards(client, uid, wanted.workspace_id, wanted.experience_id)
    value = own_value(found.boards, wanted.metric, wanted.period, wanted.key) if found else None
    if found is None or value is None:
        return None
    player = public_hash(wanted.workspace_id, wanted.experience_id, uid)
    standing = Standing(player=player, nickname=found.nickname, value=value.value, at=value.at)
    return _Own(standing, boards.count_better(client, wanted, value.value))


def _place(own: _Own) -> OwnPlace:
    known = own.better < MAX_EXACT_RANK
    return OwnPlace(
        rank=own.better + 1 if known else None,
        above=None if known else MAX_EXACT_RANK,
        nickname=own.standing.nickname,
        player=own.standing.player,
        value=own.standing.value,
    )


def _neighbours(client: Client, wanted: BoardQuery, top: Board, own: _Own) -> Neighbours | None:
    """From the first hundred where they hold all the neighbours, else from the first thousand.

    Of many equal ones only those have neighbours who stand in a place of the first thousand.
    """
    if own.better >= MAX_WIDE_TOP:
        return None
    place, entries = ranked_with(top.standings, own.standing, wanted.metric)
    if len(top.standings) == MAX_TOP and place + NEIGHBOURS >= len(entries):
        top = boards.get_top(client, wanted, wide=True)
        place, entries = ranked_with(top.standings, own.standing, wanted.metric)
    if place >= MAX_WIDE_TOP:
        return None
    return Neighbours(as_of=top.as_of or 0, entries=neighbours(place, entries))
