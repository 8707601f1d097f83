"""Giving an object a new address, and taking the earlier ones away, without a moment in between.

An object's metadata lists its download tokens, and each of them opens it. So a new one is added
first, then whoever keeps the address learns the new one, and only then the earlier are taken away.
Tokens are added at the end of the list: of two, the later one is the newer.
"""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from google.api_core.exceptions import NotFound, PreconditionFailed

from experience import storage
from experience.errors import Contention
from experience.media.models import path_in
from experience.media.store.objects import TOKENS, address, find
from experience.storage import retry

ATTEMPTS = 20


@dataclass(frozen=True)
class Link:
    """A new address of an object; `earlier` are the tokens that were there before."""

    path: str
    token: str
    earlier: frozenset[str]

    @property
    def url(self) -> str:
        return address(self.path, self.token)

    def in_place_of(self, held: str) -> str:
        """The address to keep: the new one for an earlier one of this object, else what is held."""
        return self.url if path_in(held) == self.path and _token(held) in self.earlier else held


def add(path: str, held: Iterable[str]) -> Link:
    """A new address beside those that work, and those that somebody holds.

    Two requests to the storage. Raises google.api_core NotFound.
    """
    token = str(uuid.uuid4())

    def change(tokens: list[str]) -> list[str]:
        return tokens if token in tokens else [*tokens, token]

    tokens = _change(path, change)
    kept = {_token(each) for each in held if path_in(each) == path}
    return Link(path, token, frozenset({*tokens[: tokens.index(token)], *kept}))


def end_others(link: Link, held: str) -> None:
    """Take the earlier addresses away, and the new one if somebody else's newer one is held.

    Newer ones stay: whoever made them ends this one. Two requests to the storage.
    """
    ended = link.earlier if held == link.url else {*link.earlier, link.token}
    _change(link.path, lambda tokens: [each for each in tokens if each not in ended])


def end_all(path: str) -> None:
    """Take every address of an object away. Two requests to the storage.

    Raises google.api_core NotFound.
    """
    _change(path, lambda _: [])


def _change(path: str, change: Callable[[list[str]], list[str]]) -> list[str]:
    """Change an object's tokens on the condition that nobody else did; gives what they are then."""
    for _ in range(ATTEMPTS):
        found = find(path)
        if found is None:
            raise NotFound(path)
        tokens = [each for each in found.metadata.get(TOKENS, "").split(",") if each]
        wanted = change(tokens)
        if wanted == tokens:
            return tokens
        blob = storage.bucket().blob(path)
        blob.metadata = {**found.metadata, TOKENS: ",".join(wanted) or None}
        try:
            blob.patch(if_metageneration_match=found.metageneration, retry=retry())
        except PreconditionFailed:
            continue
        return wanted
    raise Contention


def _token(held: str) -> str:
    return parse_qs(urlsplit(held).query).get("token", [""])[0]
