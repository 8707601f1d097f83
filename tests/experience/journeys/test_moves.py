"""The state machine of an event session: every pair of states."""

from itertools import product

import pytest

from experience.errors import FailedPrecondition
from experience.journeys.models.moves import MOVES, is_move, require_move
from experience.journeys.models.session import SessionState

DRAWN = {
    ("created", "captured"),
    ("captured", "transforming"),
    ("transforming", "ready"),
    ("transforming", "error"),
    ("error", "created"),
}
ADDED = {("error", "captured"), ("captured", "captured")}


class TestEveryPairOfStates:
    @pytest.mark.parametrize(("before", "after"), list(product(SessionState, repeat=2)))
    def test_is_a_move_or_is_refused_by_name(
        self, before: SessionState, after: SessionState
    ) -> None:
        if (before, after) in DRAWN | ADDED:
            assert is_move(before, after)
            require_move(before, after)
            return
        with pytest.raises(FailedPrecondition) as refused:
            require_move(before, after)
        assert refused.value.details == {
            "reason": "move_not_allowed",
            "from": before.value,
            "to": after.value,
        }

    def test_each_move_is_listed_once(self) -> None:
        pairs = [(move.before, move.after) for move in MOVES]
        assert sorted(pairs) == sorted(DRAWN | ADDED)

    def test_a_picture_is_the_end(self) -> None:
        assert not any(move.before is SessionState.READY for move in MOVES)
