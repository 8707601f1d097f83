"""Two players who become one are one visitor."""

from google.cloud.firestore import Client as Database

from experience.players import store
from tests.experience.players.lifecycle.test_merge import Pair
from tests.support.players.rollups import a_visitor


def test_leaves_one_visitor_with_the_later_day(quiet_db: Database) -> None:
    pair = Pair(quiet_db)
    early, late = "2026-01-01", "2026-01-02"
    days = {"a": (early, late), "b": (late, early), "c": (None, early)}
    for content, both in days.items():
        for uid, day in zip((pair.account, pair.guest), both, strict=True):
            if day:
                a_visitor(quiet_db, pair.workspace, pair.game, content, uid, day)
    pair.merge()
    for content, day in (("a", late), ("b", late), ("c", early)):
        visitors = store.visitor_ref(quiet_db, pair.workspace, pair.game, content, "anybody").parent
        [found] = [each.to_dict() for each in visitors.stream()]
        assert (found["playerId"], found["lastDay"]) == (pair.account, day)
    counted = store.count_visitors(quiet_db, pair.workspace, pair.game, "lake", early)
    assert counted == 1
