"""Whether anything may be written for a player: neither for an erased nor for a merged one."""

from google.cloud.firestore import Client, Transaction

from experience.players.models.profile import PlayerProfile
from experience.players.store import player_ref, tombstone_ref
from experience.players.usecases import access
from experience.store import find
from experience.transactions import read


def find_writable(client: Client, uid: str, transaction: Transaction) -> PlayerProfile | None:
    """The player's profile, or None before their first. One read, two without a profile.

    Raises FailedPrecondition `player_merged` and `player_erased`. The tombstone is only read, so a
    profile is created in `transactions.run` alone, which locks what it has read.
    """
    profile = find(client, player_ref(client, uid), PlayerProfile, transaction)
    require_writable(client, uid, profile, transaction)
    return profile


def require_writable(
    client: Client, uid: str, profile: PlayerProfile | None, transaction: Transaction
) -> None:
    """As `find_writable`, where the profile was read before. One read without a profile."""
    if profile is None:
        [tombstone] = read(client, [tombstone_ref(client, uid)], transaction)
        if tombstone.exists:
            raise access.erased()
    else:
        access.require_unmerged(profile)
