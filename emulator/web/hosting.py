"""Firebase Hosting's rewrites and headers, as `firebase.json` has them.

Sources: https://firebase.google.com/docs/hosting/full-config, "rewrites" and "headers". The first
rewrite that matches counts. Of the headers all do, and of one name the last.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOCAL_ADDRESSES = "http://127.0.0.1:* http://localhost:*"
POLICY = "Content-Security-Policy"
# Where the pages reach the emulators, which in production are other hosts.
REACHING = ("connect-src", "img-src", "media-src")


@dataclass(frozen=True)
class Hosting:
    """The part of the file on Hosting."""

    rewrites: tuple[tuple[str, str], ...]
    functions: tuple[tuple[str, str], ...]
    """Sources, and `{region}/{name}` of what serves them."""
    headers: tuple[tuple[str, Mapping[str, str]], ...]

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "Hosting":
        """The `hosting` of a firebase.json."""
        rewrites = tuple(
            (each["source"], each["destination"])
            for each in config["rewrites"]
            if "destination" in each
        )
        functions = tuple(
            (each["source"], f"{each['function']['region']}/{each['function']['functionId']}")
            for each in config["rewrites"]
            if "function" in each
        )
        headers = tuple(
            (each["source"], {header["key"]: header["value"] for header in each["headers"]})
            for each in config["headers"]
        )
        return cls(rewrites, functions, headers)

    @classmethod
    def read(cls, file: Path) -> "Hosting":
        """That of the file."""
        return cls.of(json.loads(file.read_text())["hosting"])

    def destination_of(self, path: str) -> str | None:
        """The file that is served for a path that names none."""
        return next((there for source, there in self.rewrites if matches(source, path)), None)

    def function_of(self, path: str) -> str | None:
        """`{region}/{name}` of the function that serves a path that names no file, if one does."""
        return next((name for source, name in self.functions if matches(source, path)), None)

    def headers_of(self, path: str) -> dict[str, str]:
        """The headers of a response, whatever file is served."""
        found: dict[str, str] = {}
        for source, headers in self.headers:
            if matches(source, path):
                found |= headers
        return found

    def local_headers_of(self, path: str) -> dict[str, str]:
        """The same for pages of this machine, which may reach its emulators."""
        found = self.headers_of(path)
        if policy := found.get(POLICY):
            found[POLICY] = "; ".join(
                f"{rule} {LOCAL_ADDRESSES}" if rule.split()[0] in REACHING else rule
                for rule in policy.split("; ")
            )
        return found


def matches(source: str, path: str) -> bool:
    """Whether a glob such as `/play/**` matches, `/play` too. Raises ValueError for others."""
    start, star, rest = source.partition("**")
    if rest or "*" in start or not star:
        raise ValueError(f"Only globs that end with their one ** are understood, not {source}")
    return f"{path}/".startswith(start)
