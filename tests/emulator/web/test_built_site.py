"""The server of the files that Vite built, where it hands a request on to a function."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

from emulator.process.http import serve
from emulator.web.dev_server import built_site

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def functions(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
    """Says what it was asked."""
    start("200 OK", [])
    named = (environ["PATH_INFO"], environ["QUERY_STRING"], environ.get("HTTP_ACCEPT_LANGUAGE"))
    return [repr(named).encode()]


def test_a_function_hears_the_browser_s_languages_as_behind_hosting(tmp_path: Path) -> None:
    behind = serve(functions)
    address = behind.url.removeprefix("http://")
    emulators = ("FUNCTIONS", "FIREBASE_AUTH", "FIRESTORE")
    env = {"GCLOUD_PROJECT": "p", **{f"{each}_EMULATOR_HOST": address for each in emulators}}
    site = serve(built_site(tmp_path, env))
    try:
        wanted = Request(f"{site.url}/s/abc?lang=de", headers={"Accept-Language": "fr, en;q=0.5"})
        with urlopen(wanted) as response:
            heard = response.read().decode()
    finally:
        site.close()
        behind.close()
    assert heard == "('/p/us-central1/showShare/s/abc', 'lang=de', 'fr, en;q=0.5')"
