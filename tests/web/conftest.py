"""The suite with Auth and the demo, the guest page as it is deployed, and a browser."""

import os
from collections.abc import Iterator

import pytest
from google.cloud.firestore import Client

from emulator import page
from emulator.http import serve
from emulator.suite import Suite
from tests import trouble as troubles
from tests.web.browser import Browser, build, camera_film, settings
from tests.web.installation import a_browser, install


@pytest.fixture(scope="session")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Suite, Client, Browser]]:
    """Everything that a guest with a phone meets. Nothing waits for minutes."""
    node = install()
    folder = tmp_path_factory.mktemp("venue")
    files = build(node)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    suite = Suite(
        f"demo-venue-{worker}", free_ports=True, functions_log=folder / "functions.log", auth=True
    )
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in troubles.IMPATIENT.items():
                patch.setenv(name, value)
            suite.start()
            for name, value in suite.env.items():
                patch.setenv(name, value)
            db = Client(suite.project)
            troubles.seed_demo(suite, db)
        site = serve(page.built(files, suite.env))
        film = camera_film(folder / "camera.mjpeg")
        about = settings(suite, site.url, film)
        try:
            with a_browser(node, about, folder / "browser.log") as browser:
                yield suite, db, browser
        finally:
            site.close()
            db.close()
    finally:
        suite.stop()


@pytest.fixture
def trouble(
    venue: tuple[Suite, Client, Browser], monkeypatch: pytest.MonkeyPatch
) -> Iterator[troubles.Trouble]:
    """What is stored while guests visit; when a test is over every invariant must hold."""
    suite, db, _ = venue
    for name, value in suite.env.items():
        monkeypatch.setenv(name, value)
    trouble = troubles.Trouble(suite, db)
    yield trouble
    trouble.calm()
    trouble.check()
    trouble.close()


@pytest.fixture
def browser(venue: tuple[Suite, Client, Browser]) -> Browser:
    return venue[2]
