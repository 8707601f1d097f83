"""A site that gets a new build of its pages while guests have the old one open."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.web import dev_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DEPLOY_PATH = "/__/deploy"
BUILD = re.compile(r'name="build" content="(\w+)"')


def build_of(files: Path) -> str:
    """The build that the page says it is of."""
    found = BUILD.search((files / "index.html").read_text())
    assert found
    return found[1]


def next_build(files: Path, folder: Path) -> Path:
    """The page in a new build: every file has another name, and the old names are gone."""
    build = build_of(files)
    assets = list((files / "assets").iterdir())
    names = [file.name for file in assets]
    for file in [*assets, *(each for each in files.iterdir() if each.is_file())]:
        text = file.read_text()
        for name in names:
            text = text.replace(name, _renamed(name))
        target = folder / file.relative_to(files).parent / _renamed(file.name, names)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.replace(build, build[::-1]))
    return folder


def _renamed(name: str, names: Iterable[str] | None = None) -> str:
    if names is not None and name not in names:
        return name
    stem, _, suffix = name.rpartition(".")
    return f"{stem}2.{suffix}"


def deployments(before: Path, after: Path, env: Mapping[str, str]) -> "WSGIApplication":
    """Serve `before` until DEPLOY_PATH is requested, and `after` from then on."""
    sites = [dev_server.built_site(files, env) for files in (before, after)]

    def app(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] == DEPLOY_PATH:
            if len(sites) == 2:
                sites.pop(0)
            start("200 OK", [("Content-Length", "0")])
            return []
        return sites[0](environ, start)

    return app
