"""Replacing the download URLs of an object so that one of them works at every moment.

An object's metadata lists its download tokens, and each of them opens it. So a new token is added
first, then the documents that hold the URL are updated, and only then are earlier tokens revoked.
Tokens are added at the end of the list: of two, the later one is newer.
"""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from google.api_core.exceptions import NotFound, PreconditionFailed

from experience import storage
from experience.errors import Contention
from experience.media.models import path_in
from experience.media.store.objects import CONFIRMED, TOKENS, download_url, find
from experience.storage import retry

MAX_ATTEMPTS = 20


@dataclass(frozen=True)
class NewDownloadUrl:
    """A new download URL of an object. `earlier` are the tokens that were there before."""

    path: str
    token: str
    earlier: frozenset[str]

    @property
    def url(self) -> str:
        return download_url(self.path, self.token)

    def in_place_of(self, held: str) -> str:
        """This URL instead of an earlier one of the same object; any other stays as it is."""
        return self.url if path_in(held) == self.path and _token(held) in self.earlier else held


def add(path: str, held: Iterable[str]) -> NewDownloadUrl:
    """Add a download URL. `held` are the URLs of the object that documents hold.

    Two requests to the storage. Raises google.api_core NotFound.
    """
    token = str(uuid.uuid4())

    def change(tokens: list[str]) -> list[str]:
        return tokens if token in tokens else [*tokens, token]

    tokens = _change(path, change)
    kept = {_token(each) for each in held if path_in(each) == path}
    return NewDownloadUrl(path, token, frozenset({*tokens[: tokens.index(token)], *kept}))


def revoke_others(new: NewDownloadUrl, held: str) -> None:
    """Revoke the earlier URLs, and the new one if a newer one of another call is held.

    Newer ones stay: the call that made them revokes this one. Two requests to the storage.
    """
    ended = new.earlier if held == new.url else {*new.earlier, new.token}
    _change(new.path, lambda tokens: [each for each in tokens if each not in ended])


def revoke_all(path: str) -> None:
    """Revoke every download URL of an upload, and its confirmation. Two requests to the storage.

    Raises google.api_core NotFound.
    """
    _change(path, lambda _: [], confirmed=False)


def _change(
    path: str, change: Callable[[list[str]], list[str]], *, confirmed: bool = True
) -> list[str]:
    """Change an object's tokens on the condition that nobody else did. Returns the new tokens."""
    for _ in range(MAX_ATTEMPTS):
        found = find(path)
        if found is None:
            raise NotFound(path)
        tokens = [each for each in found.metadata.get(TOKENS, "").split(",") if each]
        wanted = change(tokens)
        if wanted == tokens and (confirmed or CONFIRMED not in found.metadata):
            return tokens
        blob = storage.bucket().blob(path)
        blob.metadata = {**found.metadata, TOKENS: ",".join(wanted) or None}
        if not confirmed:
            blob.metadata = {**blob.metadata, CONFIRMED: None}
        try:
            blob.patch(if_metageneration_match=found.metageneration, retry=retry())
        except PreconditionFailed:
            continue
        return wanted
    raise Contention


def _token(held: str) -> str:
    return parse_qs(urlsplit(held).query).get("token", [""])[0]
