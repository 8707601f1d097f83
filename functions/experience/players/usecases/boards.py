"""The first of a board, in one document that readers renew, and how many are better."""

import contextlib
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.api_core.exceptions import AlreadyExists, FailedPrecondition, NotFound
from google.cloud.firestore import Client, DocumentReference

from experience import clock, transactions
from experience.documents import Versioned
from experience.players import store
from experience.players.models.leaderboard import (
    MAX_EXACT_RANK,
    MAX_TOP,
    MAX_WIDE_TOP,
    NEIGHBOURS,
    Board,
    Metric,
    Standing,
    expire_at,
    in_order,
    public_hash,
)
from experience.players.store import BoardFields
from experience.players.usecases.access import require_open
from experience.progress import ProgressRules
from experience.progress.calendar import Period
from experience.store import parse_versioned
from experience.workspaces.store import get_version

PAUSES_SECONDS = (0.1, 0.2, 0.4, 0.8, 1.6)
"""How long a reader waits for another one who renews, where there is nothing to show yet."""


@dataclass(frozen=True)
class BoardQuery:
    """One board of an experience: of a period that runs, or of the last one that has ended."""

    workspace_id: str
    experience_id: str
    metric: Metric
    period: Period
    key: str
    closed: bool

    def fields(self) -> list[BoardFields]:
        """Where its values lie. A closed period is in two places, as a player played on or not."""
        boards = ["boards.all"] if self.period is Period.ALL else [f"boards.{self.period}"]
        if self.closed:
            boards.append(f"boards.{self.period}.previous")
        return [
            BoardFields(
                key_path=None if self.period is Period.ALL else f"{board}.key",
                key=self.key,
                value_path=f"{board}.{self.metric}.value",
                ascends=self.metric.ascends,
            )
            for board in boards
        ]


@dataclass(frozen=True)
class _Size:
    """How much of a board a document holds, and how old it may be."""

    suffix: str
    standings: int
    fresh_ms: int
    shown_ms: int


_TOP = _Size("", MAX_TOP, 10_000, 60_000)
_WIDE = _Size("~wide", MAX_WIDE_TOP + NEIGHBOURS, 60_000, 120_000)


def get_zone(client: Client, workspace_id: str, experience_id: str) -> str:
    """The time zone of an experience's days. No read but what `require_open` may need.

    NotFound, and FailedPrecondition where it is not open.
    """
    version = require_open(client, workspace_id, experience_id)
    rules = get_version(client, workspace_id, experience_id, version).progress
    return (rules or ProgressRules()).time_zone


def get_top(client: Client, wanted: BoardQuery, *, wide: bool = False) -> Board:
    """The first hundred, at most a minute old; of many readers at once one renews it.

    One read. Where it is older than ten seconds, one reader pays two writes and one read for each
    standing. Where there is none, the others wait for that one, with one read for each pause.
    `wide`: the first thousand and their neighbours, with a minute instead of ten seconds.
    """
    size = _WIDE if wide else _TOP
    name = f"{wanted.experience_id}~{wanted.metric}~{wanted.key}{size.suffix}"
    reference = store.board_ref(client, wanted.workspace_id, name)
    for pause in (*PAUSES_SECONDS, None):
        [snapshot] = transactions.read(client, [reference])
        found, now = parse_versioned(snapshot, Board), clock.now_ms()
        age = now - (found.value.as_of or 0) if found else now
        if found and age <= size.fresh_ms:
            return found.value
        claimed_at = _claim(client, reference, found, wanted, now)
        if claimed_at is not None:
            return _renew(client, reference, wanted, size, now, claimed_at)
        if found and age <= size.shown_ms:
            return found.value
        if pause is not None:
            time.sleep(random.uniform(pause / 2, pause))  # noqa: S311  (jitter, not a secret)
    return _board(wanted, now, _standings(client, wanted, size.standings))


def count_better(client: Client, wanted: BoardQuery, value: float) -> int:
    """How many have a better value, at most ten thousand. One read for each thousand."""
    workspace_id, experience_id = wanted.workspace_id, wanted.experience_id
    count = 0
    for fields in wanted.fields():
        limit = MAX_EXACT_RANK - count
        if limit > 0:
            count += store.count_better(client, workspace_id, experience_id, fields, value, limit)
    return count


def _claim(
    client: Client,
    reference: DocumentReference,
    found: Versioned[Board] | None,
    wanted: BoardQuery,
    now: int,
) -> Any:
    """When the claim was written, or None where another reader has it. One write."""
    if found and found.value.is_claimed(now):
        return None
    try:
        if found is None:
            return reference.create(_board(wanted, None, [], now).dump()).update_time
        option = client.write_option(last_update_time=found.update_time)
        return reference.update({"claimedAt": now}, option=option).update_time
    except (AlreadyExists, FailedPrecondition, NotFound):
        return None


def _renew(
    client: Client,
    reference: DocumentReference,
    wanted: BoardQuery,
    size: _Size,
    now: int,
    claimed_at: Any,
) -> Board:
    """The board as of now. It is stored unless it was deleted or claimed by others meanwhile."""
    board = _board(wanted, now, _standings(client, wanted, size.standings))
    option = client.write_option(last_update_time=claimed_at)
    with contextlib.suppress(FailedPrecondition, NotFound):
        reference.update(board.dump(), option=option)
    return board


def _board(
    wanted: BoardQuery, as_of: int | None, standings: list[Standing], claimed_at: int | None = None
) -> Board:
    claimed = claimed_at or as_of or 0
    return Board(
        workspace_id=wanted.workspace_id,
        experience_id=wanted.experience_id,
        metric=wanted.metric,
        key=wanted.key,
        as_of=as_of,
        claimed_at=claimed,
        standings=standings,
        expire_at=expire_at(wanted.period, claimed),
    )


def _standings(client: Client, wanted: BoardQuery, count: int) -> list[Standing]:
    """The first ones, one read each; of a closed period as many again."""
    found = [
        (uid, Standing(player=_public(wanted, uid), nickname=nickname, value=value, at=at))
        for fields in wanted.fields()
        for uid, nickname, value, at in _rows(client, wanted, fields, count)
    ]
    found.sort(key=lambda each: each[0])  # of equal ones at the same time, as each query has them
    return in_order([standing for _, standing in found], wanted.metric)[:count]


def _rows(
    client: Client, wanted: BoardQuery, fields: BoardFields, count: int
) -> Iterator[tuple[str, str | None, float, int]]:
    query = store.query_board(client, wanted.workspace_id, wanted.experience_id, fields)
    for snapshot in query.limit(count).stream():
        values = [snapshot.get(path) for path in (fields.value_path, fields.at_path)]
        yield store.player_of(snapshot.reference), snapshot.get("nickname"), *values


def _public(wanted: BoardQuery, uid: str) -> str:
    return public_hash(wanted.workspace_id, wanted.experience_id, uid)
