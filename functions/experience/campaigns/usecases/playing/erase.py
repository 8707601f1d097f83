"""Erasing whoever played: their plays stay, without them, so that the draws still verify."""

from collections import Counter
from collections.abc import Callable
from functools import partial

from google.cloud.firestore import Client

from experience import sweeps, transactions
from experience.campaigns import store
from experience.players.usecases.lifecycle.erase import ERASERS

ANONYMOUS = {"uid": None, "proof": None, "winner": None}
"""What is left of a person in a play. `redeemed_by` is a member's."""


def erase_plays(client: Client, uid: str, _until: int = 0) -> Counter[str]:
    """Take a person out of all their plays. Counts them. One read and one write each."""
    return _erase(client, uid, lambda _: True)


def erase_plays_of_guest(client: Client, project_id: str, guest_id: str) -> Counter[str]:
    """Take a guest out of the plays that a session of this project has let them make."""

    def is_of_project(play: sweeps.Found) -> bool:
        proof = (play.to_dict() or {}).get("proof") or {}
        return bool(proof.get("projectId") == project_id)

    return _erase(client, guest_id, is_of_project)


def _erase(client: Client, uid: str, is_meant: Callable[[sweeps.Found], bool]) -> Counter[str]:
    count = 0
    for page in sweeps.query_pages(store.query_plays_of(client, uid)):
        for play in filter(is_meant, page):
            transactions.retry(partial(play.reference.update, ANONYMOUS))
            count += 1
    return +Counter(plays=count)


ERASERS["workspaces/campaigns/plays"] = erase_plays
