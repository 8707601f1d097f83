"""The suite with Auth and the demo, the guest page as it is deployed, and a browser."""

from collections.abc import Iterator

import pytest
from google.cloud.firestore import Client

from emulator.process.http import serve
from emulator.suite.suite import Suite
from emulator.web import dev_server
from tests.support import trouble
from tests.support.browser import Browser, build, camera_film, settings
from tests.support.node_installation import a_browser, install


@pytest.fixture(scope="session")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Suite, Client, Browser]]:
    """Everything that a guest with a phone meets. Nothing waits for minutes."""
    node = install()
    folder = tmp_path_factory.mktemp("venue")
    files = build(node)
    log = folder / "functions.log"
    with trouble.a_suite("demo-venue", log, auth=True) as (suite, db):
        site = serve(dev_server.built_site(files, suite.env))
        film = camera_film(folder / "camera.mjpeg")
        about = settings(suite, site.url, film)
        try:
            with a_browser(node, about, folder / "browser.log") as browser:
                yield suite, db, browser
        finally:
            site.close()


@pytest.fixture(scope="module")
def in_order_afterwards(
    venue: tuple[Suite, Client, Browser],
) -> Iterator[tuple[Suite, Client]]:
    """The suite for a file's tests; when all are through, every invariant must hold."""
    suite, db, _ = venue
    yield suite, db
    trouble.check(suite, db)


@pytest.fixture
def browser(venue: tuple[Suite, Client, Browser]) -> Browser:
    return venue[2]
