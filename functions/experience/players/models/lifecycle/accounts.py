"""Which players have no account any more: how far the sweep has come, and when it stops."""

from typing import Literal

from experience.documents import Document

EVERY_MS = 156 * 3_600_000
"""Between the beginnings of two runs: a week, less half a day for a schedule that is late."""
MAX_FEW_MISSING = 10


class PlayerAccount(Document):
    """What the sweep reads of a profile. `missing_since` names the run that found no account."""

    merged_into: str | None = None
    missing_since: int | None = None


class AccountsState(Document):
    """`/sweeps/accounts`: the run that began at `run` (Unix ms), or the last one if it has ended.

    `previous` is the last run that was completed, so a player who has been missing since then or
    longer was missing in two. `cursor` is the last player for whom Auth was asked, `players` how
    many there were at the beginning, `asked` and `missing` how many so far had to have an account,
    and had none.
    """

    run: int = 0
    previous: int = 0
    phase: Literal["asking", "erasing", "completed", "stopped"] = "completed"
    cursor: str = ""
    players: int = 0
    asked: int = 0
    missing: int = 0

    @property
    def is_open(self) -> bool:
        """Whether there is something left of the run."""
        return self.phase in {"asking", "erasing"}

    def is_due(self, now: int) -> bool:
        """Whether another run begins now."""
        return not self.is_open and now >= self.run + EVERY_MS

    def begun(self, now: int, players: int) -> "AccountsState":
        """The state of a new run, which keeps what the last one has found out."""
        return AccountsState(run=now, previous=self.previous, phase="asking", players=players)


def max_missing(players: int, percent: int) -> int:
    """How many of so many players may have no account. More, and rather Auth is wrong.

    So many percent. Of few players a tenth, up to ten and at least one, because a percent of fifty
    is nobody. Never all of them, unless a hundred percent may.
    """
    if percent >= 100:
        return players
    few = max(1, min(MAX_FEW_MISSING, players // 10))
    return min(max(few, players * percent // 100), players - 1)
