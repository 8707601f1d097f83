"""One commit for events and everything that they change."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial
from typing import Any, TypeVar

from google.api_core.exceptions import (
    Aborted,
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
)
from google.cloud.firestore import (
    ArrayUnion,
    Client,
    Increment,
    Transaction,
    WriteBatch,
    transactional,
)

from experience import clients, clock, logs, transactions
from experience.errors import ResourceExhausted
from experience.players import store
from experience.players.models.effects import ACHIEVEMENT, Arrival, Effects, begun, effects_of
from experience.players.models.profile import PlayerProfile, PlayerStats
from experience.players.models.progress import (
    MAX_PROGRESS_BYTES,
    MAX_REMEMBERED_REQUESTS,
    ExperienceProgress,
    RememberedRequest,
)
from experience.players.models.rollups import SHARDS, Names, by_day
from experience.players.usecases import access
from experience.progress.rules import ProgressRules
from experience.progress.storable import stored_bytes
from experience.store import Memory, parse_versioned

T = TypeVar("T")

MAX_REMEMBERED_ROLLUPS = 500
MAX_REREADS = 3

_names = Memory[Names](MAX_REMEMBERED_ROLLUPS)


@dataclass(frozen=True)
class Player:
    """A player in an experience as they were read; `now` is when what comes is received.

    `begun_at` and `profile_at` are the times of the documents' last writes, None without one.
    """

    uid: str
    progress: ExperienceProgress
    rules: ProgressRules
    profile: PlayerProfile | None
    now: int
    begun_at: Any = None
    profile_at: Any = None

    @property
    def is_new(self) -> bool:
        """Whether they have not done anything here yet."""
        return self.begun_at is None

    def remembered(self, request: str | None) -> RememberedRequest | None:
        """The earlier request of this id."""
        return next((each for each in self.progress.requests if each.id == request), None)


@dataclass(frozen=True)
class Plan:
    """Events to count, and the request that they come with, once what it answers is known.

    `also` adds to the same commit what is true only with them.
    """

    arrived: list[Arrival]
    remember: Callable[[Effects], RememberedRequest | None] = lambda _: None
    also: Callable[[WriteBatch], None] = lambda _: None


def read_player(
    client: Client,
    uid: str,
    workspace_id: str,
    experience_id: str,
    first_version: int | None = None,
) -> Player:
    """A player in an open experience. Two reads.

    Someone who has done nothing yet begins with `first_version`, without it with the published one.
    The first time in a process up to three more. Raises NotFound, FailedPrecondition
    `experience_unavailable` and `player_merged`.
    """
    own = store.progress_ref(client, uid, workspace_id, experience_id)
    found = transactions.read(client, [own, store.player_ref(client, uid)])
    progress = parse_versioned(found[0], ExperienceProgress)
    profile = parse_versioned(found[1], PlayerProfile)
    published = access.require_open(client, workspace_id, experience_id)
    if profile is not None:
        access.require_unmerged(profile.value)
    now = clock.now_ms()
    if progress is None:
        value = begun(workspace_id, experience_id, first_version or published, now)
    else:
        value = progress.value
        now = max(now, value.updated_at + 1)
    return Player(
        uid=uid,
        progress=value,
        rules=access.rules_of(client, value),
        profile=profile.value if profile else None,
        now=now,
        begun_at=progress and progress.update_time,
        profile_at=profile and profile.update_time,
    )


def record(
    client: Client,
    reread: Callable[[], Player],
    decide: Callable[[Player, frozenset[str]], Plan | None],
) -> tuple[Player, Effects | None]:
    """Count what `decide` makes of the player, in one commit.

    `decide` gets the player and the keys of those events that are known to be in the log. It is
    asked again when the commit says that one exists, at once, after one read of each event, and
    after a pause when somebody else wrote. None ends without a write. A player without a profile
    takes one read more. Raises FailedPrecondition `player_erased`, ResourceExhausted
    `progress_full` and Contention.
    """

    def once() -> tuple[Player, Effects | None]:
        known: frozenset[str] = frozenset()
        for _ in range(MAX_REREADS):
            player = reread()
            plan = decide(player, known)
            if plan is None:
                return player, None
            effects = effects_of(
                player.progress, player.rules, plan.arrived, player.now, is_new=player.is_new
            )
            effects = _remembering(effects, plan.remember(effects))
            _require_small(effects.progress)
            _require_room(player, plan.arrived)
            try:
                whatever_rollups_hold(
                    player.uid,
                    effects.progress.experience_id,
                    partial(_commit, client, player, effects, plan.also),
                )
            except AlreadyExists as collided:
                existing = logged_keys(player, [each.key for each in effects.logged])
                if not existing - known:
                    raise Aborted("Somebody else began first.") from collided
                known |= existing
                continue
            except (FailedPrecondition, NotFound) as collided:
                raise Aborted("Somebody else wrote first.") from collided
            return player, effects
        raise Aborted("Somebody else keeps sending the same events.")

    return transactions.retry(once)


def _remembering(effects: Effects, request: RememberedRequest | None) -> Effects:
    if request is None:
        return effects
    kept = [request, *effects.progress.requests][:MAX_REMEMBERED_REQUESTS]
    return replace(effects, progress=effects.progress.model_copy(update={"requests": kept}))


def _require_small(progress: ExperienceProgress) -> None:
    if stored_bytes(progress.dump()) > MAX_PROGRESS_BYTES:
        raise ResourceExhausted("progress_full", "The progress is too large.", field="state")


def _require_room(player: Player, arrived: Iterable[Arrival]) -> None:
    """Raise ResourceExhausted for an attendant's achievement that the profile has no room for.

    What the rules name always has room: it must not depend on what somebody else awarded.
    """
    stats = player.profile.stats if player.profile else PlayerStats()
    named = {each.id for each in player.rules.achievements}
    awarded: list[str] = []
    for each in arrived:
        content = each.event.content_id
        if each.event.event_type == ACHIEVEMENT and content is not None and content not in named:
            awarded += _profile_ids(player, [content])
            if not stats.has_room_for(awarded):
                raise ResourceExhausted(
                    "progress_full", "There is no room for more achievements.",
                    field="achievements", path=each.path,
                )  # fmt: skip


def _profile_ids(player: Player, achievements: Iterable[str]) -> list[str]:
    """As they stand in the profile, which has those of all experiences."""
    progress = player.progress
    prefix = store.progress_id(progress.workspace_id, progress.experience_id)
    return [f"{prefix}~{each}" for each in achievements]


def logged_keys(player: Player, keys: Iterable[str]) -> frozenset[str]:
    """Those of the keys that the log has events of. One read each."""
    client = clients.firestore()
    own = _own(client, player)
    wanted = [store.event_ref(own, each) for each in keys]
    return frozenset(each.id for each in transactions.read(client, wanted) if each.exists)


def _own(client: Client, player: Player) -> Any:
    progress = player.progress
    return store.progress_ref(client, player.uid, progress.workspace_id, progress.experience_id)


class Rollups(Enum):
    """How a batch is counted in its days' sums."""

    GROWING = auto()
    FULL = auto()
    UNCOUNTED = auto()


def whatever_rollups_hold(uid: str, experience_id: str, commit: Callable[[Rollups], T]) -> T:
    """Commit what also counts in rollups. One that takes no byte more refuses no player anything.

    Their sizes are bounded, but many batches may meet in one: where Firestore refuses the commit,
    the names that are stored count, then none.
    """
    try:
        return commit(Rollups.GROWING)
    except InvalidArgument:
        pass
    shard = {"experience": experience_id, "shard": shard_of(uid)}
    try:
        result = commit(Rollups.FULL)
        logs.warning("rollup without room for names", **shard)
    except InvalidArgument:
        result = commit(Rollups.UNCOUNTED)
        logs.error("rollup without room", **shard)
    return result


def _commit(
    client: Client,
    player: Player,
    effects: Effects,
    also: Callable[[WriteBatch], None],
    rollups: Rollups,
) -> None:
    """Write all of it or nothing. A player without a profile must not have been erased by then."""

    def write(batch: WriteBatch) -> dict[str, Names]:
        learned = _write(client, batch, player, effects, rollups)
        also(batch)
        return learned

    def write_first(transaction: Transaction) -> dict[str, Names]:
        tombstone = store.tombstone_ref(client, player.uid)
        if transactions.read(client, [tombstone], transaction)[0].exists:
            raise access.erased()
        return write(transaction)

    if player.profile is not None:
        batch = client.batch()
        learned = write(batch)
        batch.commit()
    else:
        learned = transactional(write_first)(client.transaction(max_attempts=1))
    for path, names in learned.items():
        _names.keep(path, names)


def _write(
    client: Client, batch: WriteBatch, player: Player, effects: Effects, rollups: Rollups
) -> dict[str, Names]:
    """The events first: a commit that meets one of them says so. Returns the rollups' names."""
    own = _own(client, player)
    for each in effects.logged:
        batch.create(store.event_ref(own, each.key), each.event.dump())
    if player.is_new:
        batch.create(own, effects.progress.dump())
    else:
        updates = player.progress.difference(effects.progress)
        batch.update(own, updates, client.write_option(last_update_time=player.begun_at))
    _write_profile(client, batch, player, effects)
    _write_visitors(client, batch, player, effects)
    return write_rollups(client, batch, player, effects, rollups)


def _write_profile(client: Client, batch: WriteBatch, player: Player, effects: Effects) -> None:
    before, after = player.progress, effects.progress
    stored = player.profile or PlayerProfile(created_at=player.now, updated_at=player.now)
    xp = stored.xp + after.xp - before.xp
    updates: dict[str, Any] = {
        "totalExperiencesPlayed": stored.total_experiences_played + player.is_new,
        "totalPlaytimeSeconds": stored.total_playtime_seconds
        + after.playtime_seconds
        - before.playtime_seconds,
        "totalDistanceMeters": stored.total_distance_meters
        + (after.distance_meters - before.distance_meters),
        "xp": xp,
        "accountLevel": PlayerProfile.level_at(xp),
        "updatedAt": max(player.now, stored.updated_at),
    }
    unlocked = _profile_ids(player, (each.id for each in effects.unlocked))
    reference = store.player_ref(client, player.uid)
    if player.profile is None:
        fields = stored.dump() | updates
        fields["stats"] = fields["stats"] | {"achievements": unlocked}
        batch.create(reference, fields)
        return
    if unlocked:
        updates["stats.achievements"] = ArrayUnion(unlocked)
    batch.update(reference, updates, client.write_option(last_update_time=player.profile_at))


def _write_visitors(client: Client, batch: WriteBatch, player: Player, effects: Effects) -> None:
    workspace, experience = effects.progress.workspace_id, effects.progress.experience_id
    for visit in effects.visits:
        fields = {
            "workspaceId": workspace,
            "experienceId": experience,
            "contentId": visit.content_id,
            "playerId": player.uid,
            "lastDay": visit.day,
            "updatedAt": player.now,
        }
        visitor = store.visitor_ref(client, workspace, experience, visit.content_id, player.uid)
        batch.set(visitor, fields, merge=True)


def write_rollups(
    client: Client, batch: WriteBatch, player: Player, effects: Effects, rollups: Rollups
) -> dict[str, Names]:
    """Count the events of a batch in the sums of their days; the names that these have then.

    A document takes names that are new to this process only after it was read: other processes
    add to it too. To one that is `FULL` none is added. What its names then are is read as well.
    """
    if rollups is Rollups.UNCOUNTED:
        return {}
    is_full = rollups is Rollups.FULL
    workspace, experience = effects.progress.workspace_id, effects.progress.experience_id
    shard = shard_of(player.uid)
    learned = {}
    for rollup in by_day((each.event for each in effects.logged), player.rules):
        reference = store.rollup_ref(client, workspace, experience, rollup.day, shard)
        path = f"{client.project}/{reference.path}"
        names = _names.get(path) or Names()
        sums, after = rollup.fields(player.rules, names)
        if is_full or after != names:
            stored = transactions.fields(reference.get()) or {}
            names = Names.of(stored, is_full=is_full)
            sums, after = rollup.fields(player.rules, names)
            learned[path] = after
        fields = {
            "workspaceId": workspace,
            "experienceId": experience,
            "day": rollup.day,
            "shard": shard,
        }
        batch.set(reference, fields | _increments(sums), merge=True)
    return learned


def _increments(sums: dict[str, Any]) -> dict[str, Any]:
    """The sums at every depth, as what is added to those that are stored."""
    return {
        name: _increments(value) if isinstance(value, dict) else Increment(value)
        for name, value in sums.items()
    }


def shard_of(uid: str) -> int:
    """The shard of a player's rollups, so that many players do not write one document."""
    return int(store.player_hash(uid)[:8], 16) % SHARDS
