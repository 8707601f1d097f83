"""Draws: what decides who wins, fixed before anybody plays and verifiable afterwards.

One secret of the deployment makes each seed. Whoever knows one seed knows no other, and an operator
knows none before the campaign is closed. What a play draws follows from the seed and the play's id
alone, so that asking again cannot draw again.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

from experience.campaigns.models.game import PPM, Game
from experience.documents import Document

ROLL_BYTES = 8
_LIMIT = 2 ** (8 * ROLL_BYTES) // PPM * PPM
"""Numbers from here on would make small rolls likelier, and are passed over."""


class Seed(NamedTuple):
    """The 32 bytes that a draw's rolls are made from, and the secret that they are made from."""

    value: bytes
    secret_version: str


class PublicDraw(Document):
    """What everybody may know of a draw. `seed`, in hex, once the campaign is closed."""

    n: int
    at: int
    seed_hash: str
    odds_hash: str
    seed: str | None = None


class Draw(Document):
    """`…/campaigns/{c}/draws/{n}`: never changed, but for the seed that closing reveals.

    `seed_hash`: the SHA-256 of the seed's 32 bytes, in hex. `odds_hash`: that of the odds' JSON in
    its canonical form, which `segments` and `prizes` hold. `stock`: the units of each limited prize
    that were offered in all when the draw began. `secret_version`: the secret that the seed is made
    from.
    """

    n: int
    at: int
    config_version: int
    odds_hash: str
    seed_hash: str
    stock: dict[str, int] = {}
    segments: list[dict[str, Any]] = []
    prizes: list[dict[str, Any]] = []
    secret_version: str | None = None
    seed: str | None = None

    @classmethod
    def of(cls, game: Game, n: int, seed: "Seed", version: int, now: int) -> "Draw":
        """The draw of a game's odds."""
        odds = game.odds()
        return cls(
            n=n,
            at=now,
            config_version=version,
            odds_hash=odds_hash(odds),
            seed_hash=seed_hash(seed.value),
            stock={each.id: each.stock for each in game.prizes if each.stock is not None},
            segments=odds["segments"],
            prizes=odds["prizes"],
            secret_version=seed.secret_version,
        )

    def public(self) -> PublicDraw:
        """The part that everybody may know."""
        return PublicDraw(
            n=self.n,
            at=self.at,
            seed_hash=self.seed_hash,
            odds_hash=self.odds_hash,
            seed=self.seed,
        )

    def game(self) -> Game:
        """The odds of the draw, to draw again from."""
        return Game.load({"segments": self.segments, "prizes": self.prizes})


def seed_of(secret: bytes, workspace_id: str, campaign_id: str, n: int) -> bytes:
    """The 32 bytes that a draw's rolls are made from."""
    return _hmac(secret, f"seed/{workspace_id}/{campaign_id}/{n}")


def claim_key_of(secret: bytes, workspace_id: str, campaign_id: str) -> bytes:
    """The key that a campaign's codes and tickets are made with."""
    return _hmac(secret, f"claim/{workspace_id}/{campaign_id}")


def roll_of(seed: bytes, play_id: str) -> int:
    """What a play rolls: 0 to 999,999, each as likely.

    The first eight bytes of HMAC-SHA256(seed, play id), modulo a million; where they are among the
    few numbers that would favour small rolls the next eight, and after four the HMAC of the id with
    `/1`, `/2` …
    """
    return next(number for number in _numbers(seed, play_id) if number < _LIMIT) % PPM


def _numbers(seed: bytes, play_id: str) -> Iterator[int]:
    for block in count():
        digest = _hmac(seed, play_id if block == 0 else f"{play_id}/{block}")
        for begin in range(0, len(digest), ROLL_BYTES):
            yield int.from_bytes(digest[begin : begin + ROLL_BYTES], "big")


def seed_hash(seed: bytes) -> str:
    """What is published of a seed before the campaign is closed: its SHA-256, in hex."""
    return hashlib.sha256(seed).hexdigest()


def odds_hash(odds: dict[str, Any]) -> str:
    """The SHA-256, in hex, of the odds' JSON with sorted keys and without spaces, in UTF-8."""
    text = json.dumps(odds, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _hmac(key: bytes, message: str) -> bytes:
    return hmac.digest(key, message.encode(), "sha256")
