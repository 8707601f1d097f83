"""An erasure of a player: what is left to show that it happened, and its receipt."""

from typing import Literal

from experience.documents import Document, Request


class ErasePlayer(Request):
    """The caller wants to be forgotten as a player, for good."""


class PlayerTombstone(Document):
    """`/playerTombstones/{sha256(uid)}`: this player was erased; nothing is written any more.

    `pending` has the uids whose documents are still to go, the player's own and those that they
    took over. When nothing is left, the uids go too.
    """

    erased_at: int
    status: Literal["pending", "erased"] = "erased"
    pending: list[str] | None = None


class PlayerErasure(Document):
    """The receipt of an erasure: how much of each kind is gone. It names nobody.

    Another call finds nothing more, and its receipt says so. `boards` are lists that showed the
    player and are made anew without them. `plays` of campaigns stay, without the player.
    """

    receipt_id: str
    erased_at: int
    players: int
    progress: int
    events: int
    saves: int
    visitors: int
    boards: int
    plays: int = 0
    objects: int
