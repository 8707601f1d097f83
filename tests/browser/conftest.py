"""The suite with Auth and the demo, the guest page as it is deployed, and a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from google.cloud.firestore import Client

from emulator.demo import seed
from emulator.process.http import serve
from emulator.suite.suite import Suite
from emulator.web import dev_server
from tests.support import faulty_suite
from tests.support.browser import Browser, build, camera_video, settings
from tests.support.node_installation import a_browser, install


@pytest.fixture(scope="session")
def browser_suite(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Suite, Client, Browser]]:
    """The suite with the demo, its database, and a browser. No retry waits for minutes."""
    with a_browser_suite("demo-browser", tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@contextmanager
def a_browser_suite(
    project: str, folder: Path, *, app_check: bool = False
) -> Iterator[tuple[Suite, Client, Browser]]:
    """Such a suite for the block, with its files in the folder."""
    node = install()
    files = build(node)
    log = folder / "functions.log"
    with faulty_suite.a_suite(project, log, auth=True, app_check=app_check) as (suite, db):
        assert suite.auth
        seed.seed_operator(suite.auth.address, suite.project)
        site = serve(dev_server.built_site(files, suite.env))
        video = camera_video(folder / "camera.mjpeg")
        browser_settings = settings(suite, site.url, video)
        try:
            with a_browser(node, browser_settings, folder / "browser.log") as browser:
                yield suite, db, browser
        finally:
            site.close()


@pytest.fixture(scope="module")
def invariants_hold_afterwards(
    browser_suite: tuple[Suite, Client, Browser],
) -> Iterator[tuple[Suite, Client]]:
    """The suite for the tests of a file. After them every invariant must hold."""
    suite, db, _ = browser_suite
    yield suite, db
    faulty_suite.check(suite, db)


@pytest.fixture
def browser(browser_suite: tuple[Suite, Client, Browser]) -> Browser:
    return browser_suite[2]
