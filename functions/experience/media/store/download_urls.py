"""The download URLs of objects: replacing them, and suspending them with their project.

An object's metadata lists its download tokens, and each of them opens it. So a new token is added
first, then the documents that hold the URL are updated, and only then are earlier tokens revoked.
Tokens are added at the end of the list: of two, the later one is newer.

While a project is closed the list lies under another key, where it opens nothing. Whatever changes
an object's tokens then changes them there.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from google.api_core.exceptions import NotFound, PreconditionFailed

from experience import storage
from experience.errors import Contention
from experience.media.models import path_in
from experience.media.store.objects import CONFIRMED, SUSPENDED, TOKENS, download_url, find
from experience.storage import retry

if TYPE_CHECKING:
    from google.cloud.storage import Blob

Metadata = Mapping[str, str]
Changes = Mapping[str, str | None]
"""Of metadata: None removes a key."""

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


def update(blobs: "Iterable[Blob]", *, is_open: bool) -> int:
    """Restore the URLs of listed objects if their project is open, and suspend them otherwise.

    A request for a hundred objects, and two for one that somebody has written to since it was
    listed. Returns how many were to be changed. Safe to repeat.
    """
    listed = ((blob, changes(blob.metadata or {}, is_open=is_open)) for blob in blobs)
    due = [(blob, change) for blob, change in listed if change]
    for blob in storage.change_metadata(due):
        with suppress(NotFound):
            _patch(str(blob.name), lambda metadata: changes(metadata, is_open=is_open))
    return len(due)


def changes(metadata: Metadata, *, is_open: bool) -> Changes:
    """What is to change of an object so that its URLs work if its project is open, and only then.

    Nothing, if it is so. Of revoked tokens nothing is left, so they stay revoked.
    """
    if (TOKENS if not is_open else SUSPENDED) not in metadata:
        return {}
    return _stored_under(TOKENS if is_open else SUSPENDED, _tokens(metadata))


def _change(
    path: str, change: Callable[[list[str]], list[str]], *, confirmed: bool = True
) -> list[str]:
    """Change an object's tokens on the condition that nobody else did. Returns the new tokens."""
    wanted: list[str] = []

    def changed(metadata: Metadata) -> Changes:
        nonlocal wanted
        tokens = _tokens(metadata)
        wanted = change(tokens)
        if wanted == tokens and (confirmed or CONFIRMED not in metadata):
            return {}
        held = _stored_under(SUSPENDED if SUSPENDED in metadata else TOKENS, wanted)
        return held if confirmed else {**held, CONFIRMED: None}

    _patch(path, changed)
    return wanted


def _patch(path: str, change: Callable[[Metadata], Changes]) -> None:
    """Change an object's metadata on the condition that nobody else did. Two requests, or one.

    Raises google.api_core NotFound, and Contention.
    """
    for _ in range(MAX_ATTEMPTS):
        found = find(path)
        if found is None:
            raise NotFound(path)
        wanted = change(found.metadata)
        if not wanted:
            return
        blob = storage.bucket().blob(path)
        blob.metadata = wanted
        try:
            blob.patch(if_metageneration_match=found.metageneration, retry=retry())
        except PreconditionFailed:
            continue
        return
    raise Contention


def _tokens(metadata: Metadata) -> list[str]:
    """An object's tokens, suspended ones first: another that was added meanwhile is newer."""
    listed = (metadata.get(key, "").split(",") for key in (SUSPENDED, TOKENS))
    return [token for tokens in listed for token in tokens if token]


def _stored_under(key: str, tokens: list[str]) -> Changes:
    return {TOKENS: None, SUSPENDED: None, key: ",".join(tokens) or None}


def _token(held: str) -> str:
    return parse_qs(urlsplit(held).query).get("token", [""])[0]
