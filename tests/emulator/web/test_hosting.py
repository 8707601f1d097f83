"""What Hosting serves for a path, by the firebase.json that is deployed."""

import pytest

from emulator.paths import ROOT
from emulator.web.hosting import POLICY, Hosting, matches

# https://developers.google.com/recaptcha/docs/faq, "I'm using content-security-policy"
PAGES = {"/project": "guest", "/play/spring": "play", "/assistant/": "assistant"}
RECAPTCHA = "https://www.google.com/recaptcha/ https://www.gstatic.com/recaptcha/"


@pytest.fixture(scope="module")
def hosting() -> Hosting:
    return Hosting.read(ROOT / "firebase.json")


def policy(headers: dict[str, str]) -> dict[str, str]:
    rules = (rule.partition(" ") for rule in headers[POLICY].split("; "))
    return {name: value for name, _, value in rules}


class TestDeployedRules:
    def test_campaigns_and_the_assistant_have_pages_of_their_own(self, hosting: Hosting) -> None:
        assert hosting.destination_of("/play/spring") == "/play/index.html"
        assert hosting.destination_of("/play") == "/play/index.html"
        assert hosting.destination_of("/assistant") == "/assistant/index.html"
        assert hosting.destination_of("/assistants") == "/index.html"
        assert hosting.destination_of("/player") == "/index.html"
        assert hosting.destination_of("/project/share") == "/index.html"

    def test_nobody_frames_the_guest_page_and_only_this_site_a_campaign(
        self, hosting: Hosting
    ) -> None:
        assert policy(hosting.headers_of("/project"))["frame-ancestors"] == "'none'"
        campaign = hosting.headers_of("/play/spring")
        assert policy(campaign)["frame-ancestors"] == "'self'"
        assert policy(campaign)["script-src"] == f"'self' {RECAPTCHA}"
        assert campaign["X-Content-Type-Options"] == "nosniff", "the other headers hold there too"

    @pytest.mark.parametrize("path", ["/project", "/play/spring", "/assistant/"])
    def test_each_page_may_attest_itself_to_recaptcha(self, hosting: Hosting, path: str) -> None:
        rules = policy(hosting.headers_of(path))
        google = "https://www.google.com/recaptcha/"
        assert google in rules["frame-src"].split()
        assert google in rules["connect-src"].split()
        page = (ROOT / "web" / PAGES[path] / "index.html").read_text()
        assert f"script-src {rules['script-src']}; frame-src {rules['frame-src']};" in page, (
            "both policies count"
        )

    def test_nothing_that_the_assistant_shows_leads_away_from_this_site(
        self, hosting: Hosting
    ) -> None:
        assistant = hosting.headers_of("/assistant/")
        rules = policy(assistant)
        assert rules["default-src"] == rules["frame-ancestors"] == rules["form-action"] == "'none'"
        assert rules["img-src"] == rules["style-src"] == "'self'"
        assert rules["script-src"] == f"'self' {RECAPTCHA}"
        assert {"font-src", "media-src"}.isdisjoint(rules)
        assert "camera=()" in assistant["Permissions-Policy"]
        assert assistant["Referrer-Policy"] == "no-referrer"

    def test_only_files_whose_names_change_with_their_content_are_cached(
        self, hosting: Hosting
    ) -> None:
        for path in (
            "/assets/index-1.js",
            "/play/assets/index-1.js",
            "/assistant/assets/index-1.js",
        ):
            assert "immutable" in hosting.headers_of(path)["Cache-Control"]
        for path in (
            "/",
            "/play/spring",
            "/play/index.html",
            "/assistant",
            "/assistant/index.html",
        ):
            assert hosting.headers_of(path)["Cache-Control"] == "no-cache"

    def test_local_pages_may_reach_the_emulators_and_nothing_else_is_wider(
        self, hosting: Hosting
    ) -> None:
        deployed = policy(hosting.headers_of("/play/spring"))
        local = policy(hosting.local_headers_of("/play/spring"))
        wider = {name for name in deployed if local[name] != deployed[name]}
        assert wider == {"connect-src", "img-src", "media-src"}
        assert all(local[name].startswith(f"{deployed[name]} http://127.0.0.1:") for name in wider)


@pytest.mark.parametrize("source", ["/play/*", "/play", "**/.*", "/@(a|b)/**/c"])
def test_a_glob_that_is_not_understood_raises(source: str) -> None:
    with pytest.raises(ValueError, match=r"\*\*"):
        matches(source, "/play")
