"""What is true of players, their progress and log, of boards, rollups, merges and erasures."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator

from experience.players.models.effects import MAX_SEEN_CONTENTS
from experience.players.models.event import content_hash
from experience.players.models.lifecycle.own import MAX_SAVES
from experience.players.models.profile import PlayerProfile
from experience.players.models.progress import BoardValue, ExperienceProgress, PeriodBoards
from experience.players.models.tally import MAX_TIME_SPENT_SECONDS
from experience.players.store import FOLDED, SHARDS, player_hash, progress_id
from experience.players.usecases.lifecycle.erase import erasure_path
from operations.checks.data import Data

Found = Iterator[tuple[str, str]]
MAX_DRIFT_METERS = 0.001
"""Sums of the same distances in another order."""


def players_documents_say_where_they_are(data: Data) -> Found:
    """The ids in progress, log and saves are those of the path."""
    for path, progress in data.progress.items():
        named = progress_id(progress.workspace_id, progress.experience_id)
        if progress.merged_into is not None:  # no query of the experience finds it
            named = progress_id(progress.workspace_id, progress.experience_id or _ids(path)[1])
        if path.split("/")[3] != named:
            yield path, f"is of {named}"
    for path, event in data.progress_events.items():
        _, uid, _, own, *_ = path.split("/")
        named = progress_id(event.workspace_id, event.experience_id)
        if (event.player_id, event.experience_progress_id, named) != (uid, own, own):
            yield path, f"is of {event.player_id} in {event.experience_progress_id} or {named}"
    for path in data.saves:
        if path.rpartition("/")[2] not in map(str, range(1, MAX_SAVES + 1)):
            yield path, "is in no slot"


def sums_of_players_say_where_they_are(data: Data) -> Found:
    """The ids in visitors, boards and rollups are those of the path."""
    for path, visitor in data.visitors.items():
        folder = f"{visitor.experience_id}~{content_hash(visitor.content_id)}"
        own = f"workspaces/{visitor.workspace_id}/contentVisitors/{folder}/visitors"
        if path != f"{own}/{visitor.player_id}":
            yield path, f"is of {visitor.player_id} at {visitor.content_id}"
    for path, board in data.boards.items():
        name = f"{board.experience_id}~{board.metric}~{board.key}"
        if not path.startswith(f"workspaces/{board.workspace_id}/boards/{name}"):
            yield path, f"is the board {name} of {board.workspace_id}"
    for path, rollup in data.rollups.items():
        shard = FOLDED if rollup.shard is None else rollup.shard
        name = f"{rollup.experience_id}~{rollup.day}~{shard}"
        is_known = shard == FOLDED or shard in SHARDS
        if not is_known or path != f"workspaces/{rollup.workspace_id}/contentRollups/{name}":
            yield path, f"is the rollup {name} of {rollup.workspace_id}"


def a_progress_has_a_player(data: Data) -> Found:
    """A progress has its profile and its version; events and saves have their progress."""
    for path, progress in data.progress.items():
        if path.rpartition("/experienceProgress/")[0] not in data.players:
            yield path, "belongs to no player"
        version = f"experienceVersions/{progress.experience_version}"
        workspace, name = _ids(path)
        if f"workspaces/{workspace}/experiences/{name}/{version}" not in data.versions:
            yield path, f"is pinned to version {progress.experience_version}, which is not there"
    for path in (*data.progress_events, *data.saves):
        if "/".join(path.split("/")[:4]) not in data.progress:
            yield path, "belongs to no progress"


def a_profile_is_the_sum_of_its_progress(data: Data) -> Found:
    """Points, playtime, distance, number and achievements of all experiences."""
    of_player = _by_player(data)
    for path, profile in data.players.items():
        own = list(of_player[path].values())
        sums = {
            "xp": (profile.xp, sum(each.xp for each in own)),
            "totalPlaytimeSeconds": (
                profile.total_playtime_seconds,
                sum(each.playtime_seconds for each in own),
            ),
            "totalExperiencesPlayed": (profile.total_experiences_played, len(own)),
            "accountLevel": (profile.account_level, PlayerProfile.level_at(profile.xp)),
        }
        for name, (kept, due) in sums.items():
            if kept != due:
                yield path, f"has {name} {kept} instead of {due}"
        meters = sum(each.distance_meters for each in own)
        if not _is_close(profile.total_distance_meters, meters):
            yield path, f"has totalDistanceMeters {profile.total_distance_meters}, not {meters}"
        reached = {
            f"{each.split('/')[3]}~{achievement.id}"
            for each, progress in of_player[path].items()
            for achievement in progress.achievements
        }
        if missing := sorted(reached - set(profile.stats.achievements)):
            yield path, f"lacks the achievements {', '.join(missing)}"


def a_state_agrees_with_itself(data: Data) -> Found:
    """What is in the inventory has a quantity and was collected; no list has an id twice."""
    for path, progress in data.progress.items():
        state = progress.state
        held = {item for item, quantity in state.inventory_quantities.items() if quantity > 0}
        if set(state.inventory) != held or len(held) != len(state.inventory_quantities):
            yield path, "has an inventory that does not agree with its quantities"
        if lost := sorted(held - set(progress.collected)):
            yield path, f"holds what was never collected: {', '.join(lost)}"
        if both := sorted(set(state.active_quests) & set(state.completed_quests)):
            yield path, f"has active quests that are completed: {', '.join(both)}"
        lists = {
            "inventory": state.inventory,
            "visitedWaypoints": state.visited_waypoints,
            "completedQuests": state.completed_quests,
            "activeQuests": state.active_quests,
            "unlockedAreas": state.unlocked_areas,
            "collected": progress.collected,
            "achievements": [each.id for each in progress.achievements],
        }
        for name, ids in lists.items():
            if twice := [each for each, count in Counter(ids).items() if count > 1]:
                yield path, f"has more than once in {name}: {', '.join(twice)}"


def boards_have_the_present_values(data: Data) -> Found:
    """A player is on the boards with what they have, and a merged one is on none."""
    for path, progress in data.progress.items():
        boards = progress.boards
        periods = (boards.day, boards.week, boards.month)
        if progress.merged_into is not None:
            if boards.all.model_dump(exclude_none=True) or any(periods):
                yield path, "is on boards, and was merged"
            continue
        completed_at = progress.completed_at
        fastest = None if completed_at is None else completed_at - progress.started_at
        for name, kept, due in (
            ("xp", boards.all.xp, progress.xp),
            ("distanceMeters", boards.all.distance_meters, progress.distance_meters),
            ("completion", boards.all.completion, progress.completion_percentage),
            ("fastestCompletion", boards.all.fastest_completion, fastest),
        ):
            if (kept.value if kept else 0) != (due or 0):
                yield path, f"has {name} {kept and kept.value} on boards instead of {due}"
        for running in filter(None, periods):
            for period in filter(None, (running, running.previous)):
                yield from ((path, problem) for problem in _of_period(progress, period))


def _of_period(progress: ExperienceProgress, period: PeriodBoards) -> Iterator[str]:
    gained: tuple[tuple[str, BoardValue | None, float], ...] = (
        ("xp", period.xp, progress.xp),
        ("distanceMeters", period.distance_meters, progress.distance_meters),
    )
    for name, value, total in gained:
        if value and not 0 <= value.value <= total + MAX_DRIFT_METERS:
            yield f"has {name} {value.value} in {period.key}, of {total} in all"


def visitors_are_remembered(data: Data) -> Found:
    """`seen` has the last day of each visit, of those whom the player took over too.

    What was taken over remembers visits whose documents are the account's by now.
    """
    days: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    for path, visitor in data.visitors.items():
        name = content_hash(visitor.content_id)
        days[visitor.player_id, visitor.workspace_id, visitor.experience_id][name] = (
            visitor.last_day
        )
        own = progress_id(visitor.workspace_id, visitor.experience_id)
        if f"players/{visitor.player_id}/experienceProgress/{own}" not in data.progress:
            yield path, "is of a player without progress"
    for path, progress in data.progress.items():
        if progress.merged_into is not None:
            continue
        player, _, _ = path.partition("/experienceProgress/")
        profile = data.players.get(player)
        family = [player.partition("/")[2], *(profile.merged_from if profile else ())]
        stored: dict[str, str] = {}
        for uid in family:
            of_one = days.get((uid, *_ids(path)), {})
            for name, day in of_one.items():
                stored[name] = max(day, stored.get(name, day))
        wrong = [name for name, day in progress.seen.items() if stored.get(name) != day]
        if len(progress.seen) < MAX_SEEN_CONTENTS:
            wrong += stored.keys() - progress.seen.keys()
        if wrong:
            yield path, f"remembers other visits than those of {len(wrong)} visitor documents"


def rollups_add_up(data: Data) -> Found:
    """No sum is negative, visits are events, and every event of the log was counted."""
    counted: Counter[tuple[str, str]] = Counter()
    for path, rollup in data.rollups.items():
        counted[rollup.workspace_id, rollup.experience_id] += sum(rollup.events.values())
        visits: Counter[str] = Counter()
        for kinds in (*rollup.contents.values(), rollup.other):
            for kind, sums in kinds.items():
                visits[kind] += sums.count
                in_time = 0 <= sums.seconds <= sums.timed * MAX_TIME_SPENT_SECONDS
                if not (0 <= sums.timed <= sums.count and in_time):
                    yield path, f"has sums of {kind} that cannot be"
        for kind, count in visits.items():
            if count > rollup.events.get(kind, 0):
                yield path, f"has {count} visits in {rollup.events.get(kind, 0)} events of {kind}"
        if min(rollup.events.values(), default=0) < 0:
            yield path, "has a negative number of events"
    logged = Counter(
        (each.workspace_id, each.experience_id) for each in data.progress_events.values()
    )
    for (workspace, experience), count in logged.items():
        found = counted[workspace, experience]
        if found < count:
            path = f"workspaces/{workspace}/experiences/{experience}"
            yield path, f"has {found} events in rollups, and {count} in the log"


def merged_players_know_each_other(data: Data) -> Found:
    """Who was merged is named by the account, all their progress was taken over, and vice versa."""
    of_player = _by_player(data)
    for path, profile in data.players.items():
        uid, into = path.partition("/")[2], profile.merged_into
        account = data.players.get(f"players/{into}")
        if into and (account is None or uid not in account.merged_from):
            yield path, f"was merged into {into}, who does not name them"
        if profile.merge_pending:
            yield path, f"is not merged into {into} to the end"
        accounts = set(_accounts_of(data, into)) if into else {None}
        if any(each.merged_into not in accounts for each in of_player[path].values()):
            yield path, f"was merged into {into}, and has progress that was not, or elsewhere"
        for each in profile.merged_from:
            other = data.players.get(f"players/{each}")
            if other is None or other.merged_into is None:
                yield path, f"names {each}, who was not merged"


def nothing_is_left_of_the_erased(data: Data) -> Found:
    """Erasures are over: nothing has the uid, no export is there, and the bucket remembers them."""
    erased = {path.rpartition("/")[2] for path in data.tombstones}
    of_players = (data.players, data.progress, data.progress_events, data.saves)
    for path in (path for kind in of_players for path in kind):
        if player_hash(path.split("/")[1]) in erased:
            yield path, "is of an erased player"
    for path, visitor in data.visitors.items():
        if player_hash(visitor.player_id) in erased:
            yield path, "is of an erased player"
    for path, tombstone in data.tombstones.items():
        if tombstone.status == "pending" or tombstone.pending:
            yield path, "is of an erasure that is not over"
    if data.objects is None:
        return
    for name in sorted(data.objects):
        match name.split("/"):
            case ["exports", "players", uid_hash, *_] if uid_hash in erased:
                yield name, "is of an erased player"
    for path in data.tombstones:
        if erasure_path(path.rpartition("/")[2]) not in data.objects:
            yield path, "is of an erasure that the bucket does not remember"


PLAYER_INVARIANTS = (
    players_documents_say_where_they_are,
    sums_of_players_say_where_they_are,
    a_progress_has_a_player,
    a_profile_is_the_sum_of_its_progress,
    a_state_agrees_with_itself,
    boards_have_the_present_values,
    visitors_are_remembered,
    rollups_add_up,
    merged_players_know_each_other,
    nothing_is_left_of_the_erased,
)


def _by_player(data: Data) -> dict[str, dict[str, ExperienceProgress]]:
    """The progress of each player by its path, by the path of the profile."""
    found: dict[str, dict[str, ExperienceProgress]] = defaultdict(dict)
    for path, progress in data.progress.items():
        found[path.partition("/experienceProgress/")[0]][path] = progress
    return found


def _ids(progress: str) -> tuple[str, str]:
    """The workspace and the experience of a progress, by its path."""
    workspace, _, experience = progress.split("/")[3].partition("~")
    return workspace, experience


def _accounts_of(data: Data, uid: str | None) -> Iterator[str]:
    """An account, and those that it became part of in turn."""
    seen: set[str] = set()
    while uid is not None and uid not in seen:
        seen.add(uid)
        yield uid
        account = data.players.get(f"players/{uid}")
        uid = account.merged_into if account else None


def _is_close(one: float, two: float) -> bool:
    return math.isclose(one, two, rel_tol=1e-9, abs_tol=MAX_DRIFT_METERS)
