"""Folding the shards of a day that is over into one document."""

import threading

from google.cloud.firestore import Client, Transaction

from experience import sweeps, transactions
from experience.players import store
from experience.players.models.analytics import Totals
from experience.progress.calendar import DAY_MS, day_after, day_of
from experience.sweeps import Part, Rest, Sweep
from experience.workspaces.store import find_experiences

Day = tuple[str, str, str]
"""A day of an experience: workspace, experience, day."""


def fold_rollups(
    milliseconds: int = sweeps.LONG_RUN_MS, rest: Rest | None = None
) -> tuple[int, int]:
    """Fold each day that is over everywhere; how many were folded, and how many shards are left.

    A query finds the shards, the oldest day first. For each day and experience one transaction
    reads its 16 shards and what is folded of it, adds them up, and deletes the shards, so nothing
    is counted twice or lost wherever a run stops. 34 reads for 16 shards, which the query
    finds and the transaction reads, one write, and a delete for each shard.
    An event may come a month late. It makes a shard anew, which counts like any other, and the next
    run adds it: 19 reads, one write and one delete. Where the time does not suffice, what is left
    is counted, and a task goes on with it.
    """
    sweep = Sweep("foldRollups", milliseconds, rest)
    last = day_after(day_of(sweep.started_at - DAY_MS // 2, "UTC"), -1)  # it ends last in UTC-12
    done: set[Day] = set()
    lock = threading.Lock()

    def fold(found: sweeps.Found) -> bool:
        day = _day_of(found)
        with lock:
            if day is None or day in done:
                return False
            done.add(day)
        return fold_day(sweep.client, *day)

    unfolded = store.query_unfolded(sweep.client, last)
    stopped = sweep.repair(Part("days", unfolded, fold, ("day", "shard", "__name__")))
    if stopped:
        sweep.hand_on(sweep.rest.next())
    sweep.finish()
    return sweep.done["days"], sweep.left


def fold_day(client: Client, workspace_id: str, experience_id: str, day: str) -> bool:
    """Fold the shards of one day into `…~all`. Whether there were any."""
    found = find_experiences(client, workspace_id, [experience_id]).get(experience_id)
    rules = found.published.progress if found and found.published else None
    awards = {each.id for each in rules.achievements} if rules else set()
    shards = [
        store.rollup_ref(client, workspace_id, experience_id, day, each) for each in store.SHARDS
    ]
    whole = store.rollup_ref(client, workspace_id, experience_id, day, store.FOLDED)

    def body(transaction: Transaction) -> bool:
        *read, stored = transactions.read(client, [*shards, whole], transaction)
        present = [each for each in read if each.exists]
        if not present:
            return False
        totals = Totals()
        for snapshot in (stored, *present):
            totals.add(transactions.fields(snapshot) or {})
        ids = {"workspaceId": workspace_id, "experienceId": experience_id, "day": day}
        sums = totals.folded(
            lambda content: (
                content in awards or (rules is not None and rules.names_content(content))
            )
        )
        transaction.set(whole, {**(transactions.fields(stored) or {}), **ids, **sums})
        for snapshot in present:
            transaction.delete(snapshot.reference)
        return True

    return transactions.run(client, body)


def _day_of(snapshot: sweeps.Found) -> Day | None:
    """What a shard belongs to, by its name."""
    match snapshot.reference.path.split("/"):
        case ["workspaces", workspace_id, "contentRollups", own_id]:
            match own_id.split("~"):
                case [experience_id, day, shard] if shard != store.FOLDED:
                    return workspace_id, experience_id, day
    return None
