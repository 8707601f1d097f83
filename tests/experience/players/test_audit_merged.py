"""The audit of players who took others over, before and after they played: without a database."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experience.players.models.audit import Drift, History
from experience.players.models.effects import Arrival, begun, effects_of
from experience.players.models.event import event_key
from experience.players.models.lifecycle.merge import merged_progress
from experience.players.models.progress import Boards, ExperienceProgress
from experience.progress.rules import ProgressRules
from tests.experience.players.test_effects import DAY, EVENTS, NOON, an_arrival
from tests.experience.players.test_effects import RULES as COUNTED

UIDS = ("ada", "bob", "cyd", "dan")
RULES = ProgressRules.load(
    COUNTED
    | {
        "xp": {**COUNTED["xp"], "achievement_unlocked": 7},
        "caps": {"npc_dialogue": 2, "achievement_unlocked": 3},
    }
)
OTHER_RULES = ProgressRules.load({**COUNTED, "levels": [5, 9], "caps": {}, "timeZone": "UTC"})
"""Of the version that was published before: who began with it keeps it."""
NUMBERED = st.tuples(EVENTS, st.integers(0, 20))
STEPS = st.one_of(
    st.tuples(st.just("track"), st.sampled_from(UIDS), st.lists(NUMBERED, min_size=1, max_size=4)),
    st.tuples(st.just("merge"), st.sampled_from(UIDS), st.sampled_from(UIDS)),
)
HISTORIES = st.lists(st.tuples(st.integers(1, 2 * DAY), STEPS), min_size=3, max_size=16)


@dataclass
class Lived:
    """A player who begins with the rules of their version: the stored progress, and the log."""

    uid: str
    rules: ProgressRules
    stored: dict[str, Any] | None = None
    log: dict[str, Arrival] = field(default_factory=dict)
    taken: list["Lived"] = field(default_factory=list)
    account: "Lived | None" = None

    @property
    def progress(self) -> ExperienceProgress | None:
        return None if self.stored is None else ExperienceProgress.load(self.stored)

    def track(self, events: list[tuple[dict[str, Any], int]], at: int) -> None:
        """What has come before, under the same number, counts no more."""
        arrived = [
            an_arrival(
                event_key(str(number)),
                each["type"],
                each["content"],
                data=each["data"],
                at=at,
                timestamp=at - each["ago"],
                location_lat=each["position"] and each["position"][0],
                location_lng=each["position"] and each["position"][1],
            )
            for number, each in {number: each for each, number in events}.items()
            if event_key(str(number)) not in self.log
        ]
        if not arrived:
            return
        before = self.progress or begun("w", "e", 1, at)
        named = [
            Arrival(each.key, each.event.model_copy(update={"player_id": self.uid}))
            for each in arrived
        ]
        effects = effects_of(before, self.rules, named, at, is_new=self.stored is None)
        self.keep(effects.progress, effects.logged)

    def keep(self, progress: ExperienceProgress, logged: list[Arrival]) -> None:
        """Each key is new: the commit creates it."""
        assert not self.log.keys() & {each.key for each in logged}
        self.log |= {each.key: each for each in logged}
        self.stored = progress.dump()

    def take(self, other: "Lived", at: int) -> None:
        """As the merger's commit has it."""
        other.account = self
        if other.progress is None:
            return
        own = self.progress
        if own is None:
            self.rules = other.rules
        effects = merged_progress(self.uid, own, other.progress, self.rules, at)
        self.keep(effects.progress, effects.logged)
        ended = {"merged_into": self.uid, "merged_at": at, "boards": Boards(), "experience_id": ""}
        started = {"account_started_at": own and own.started_at}
        other.stored = other.progress.model_copy(update={**ended, **started}).dump()
        self.taken.append(other)

    def history(self) -> History:
        assert self.progress
        log, taken = list(self.log.values()), [each.history() for each in self.taken]
        return History(self.uid, "e", self.progress, self.rules, log, taken)


def lived(history: list[Any]) -> list[Lived]:
    """Those who did anything."""
    players = {uid: Lived(uid, OTHER_RULES if uid == "bob" else RULES) for uid in UIDS}
    at = NOON
    for pause, step in history:
        at += pause
        match step:
            case ("track", uid, events) if players[uid].account is None:
                players[uid].track(events, at)
            case ("merge", into, other):
                account, guest = players[into], players[other]
                if into != other and account.account is None and guest.account is None:
                    account.take(guest, at)
    return [each for each in players.values() if each.stored]


@settings(max_examples=80, deadline=None)
@given(HISTORIES)
def test_no_history_of_playing_and_merging_drifts(history: list[Any]) -> None:
    check(history)


@pytest.mark.exhaustive
@settings(max_examples=3000, deadline=None)
@given(HISTORIES)
def test_none_of_many_histories_drifts(history: list[Any]) -> None:
    check(history)


def check(history: list[Any]) -> None:
    for player in lived(history):
        audit = player.history().audit()
        assert audit.drifts == []
        assert audit.events == player.history().events >= len(player.log)


def visits(*contents: str) -> list[tuple[dict[str, Any], int]]:
    return [
        (
            {"type": "waypoint_visited", "content": each, "data": {}, "ago": 0, "position": None},
            number,
        )
        for number, each in enumerate(contents)
    ]


def a_chain() -> list[Lived]:
    """Ada takes over Bob, who took over Cyd; each has played in between."""
    ada, bob, cyd = (Lived(uid, RULES) for uid in UIDS[:3])
    cyd.track(visits("gate"), NOON)
    bob.track(visits("tower"), NOON + 1)
    bob.take(cyd, NOON + 2)
    bob.track(visits("tower", "x"), NOON + 3)
    ada.take(bob, NOON + 4)
    ada.track(visits("gate", "y"), NOON + 5)
    return [ada, bob, cyd]


def test_a_chain_is_counted_link_by_link() -> None:
    ada, bob, cyd = a_chain()
    assert ada.progress
    assert sorted(ada.progress.state.visited_waypoints) == ["gate", "tower", "x", "y"]
    for each, links in ((ada, 2), (bob, 1), (cyd, 0)):
        audit = each.history().audit()
        assert audit.drifts == []
        assert audit.events == sum(len(one.log) for one in [ada, bob, cyd][-1 - links :])
    assert ada.log


def test_mergers_count_in_the_order_of_their_times_however_they_are_found() -> None:
    ada, bob, cyd = (Lived(uid, RULES) for uid in UIDS[:3])
    bob.track(visits("gate"), NOON)
    cyd.track(visits("x"), NOON + 1)
    ada.take(bob, NOON + 2)
    ada.track(visits("tower"), NOON + 3)
    ada.take(cyd, NOON + 4)
    history = ada.history()
    for taken in (history.taken, history.taken[::-1]):
        assert replace(history, taken=taken).audit().drifts == []


def test_a_tier_that_both_reach_together_is_logged_by_the_server_and_counts() -> None:
    ada, bob = Lived("ada", RULES), Lived("bob", RULES)
    ada.track(visits("gate"), NOON)
    bob.track(visits("tower"), NOON + 1)
    before = ada.progress, bob.progress
    ada.take(bob, NOON + 2)
    assert ada.progress
    assert before[0]
    assert before[1]
    made = [each.event for each in ada.log.values() if each.event.received_at == NOON + 2]
    assert [(each.player_id, each.content_id, each.data) for each in made] == [
        ("ada", "explorer", {"tier": 2, "threshold": 2})
    ]
    assert ada.progress.xp == before[0].xp + before[1].xp + 7 == 10 + 10 + 7 * 3
    assert [(each.id, each.tier) for each in ada.progress.achievements] == [("explorer", 2)]
    assert ada.progress.caps
    assert ada.progress.caps.counts["achievement_unlocked"] == 3
    day = ada.progress.boards.day
    assert day
    assert day.xp
    assert (day.xp.value, day.xp.at) == (ada.progress.xp, NOON + 2)
    cyd = Lived("cyd", RULES)
    cyd.track(visits("x", "y"), NOON + 3)
    ada.take(cyd, NOON + 4)  # its own tiers stay in its own log
    last = [each.event.data["tier"] for each in ada.log.values() if each.is_unlocked_tier]
    assert last == [1, 2, 3]
    assert ada.history().audit().drifts == []


@pytest.mark.parametrize(
    ("number", "path"), [(0, ""), (1, "mergedFrom/bob/"), (2, "mergedFrom/bob/mergedFrom/cyd/")]
)
def test_what_was_changed_by_hand_is_named_whosever_it_is(number: int, path: str) -> None:
    chain = a_chain()
    changed = chain[number]
    assert changed.stored
    xp, boards = changed.stored["xp"], changed.stored["boards"]
    changed.stored |= {"xp": 1, "nickname": "Eve", "version": 99}
    assert chain[0].history().audit().drifts == [
        Drift(path=f"{path}xp", stored=1, recomputed=xp),
    ]
    changed.stored |= {"xp": xp, "experienceId": "e" if number else "", "boards": boards}
    assert [each.path for each in chain[0].history().audit().drifts] == [f"{path}experienceId"]
    changed.stored |= {"experienceId": "" if number else "e"}
    del changed.log[event_key("0")]
    assert f"{path}xp" in [each.path for each in chain[0].history().audit().drifts]
