"""What a function responds with that browsers open themselves, instead of calling it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class PageRequest:
    """What a browser asks for: a path of the site, its query, and the languages of its user."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    accept_language: str | None = None


@dataclass(frozen=True)
class WebPage:
    """A page or a file of one. `outcome` is the word for it in the log, which has no address."""

    body: str
    outcome: str
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
