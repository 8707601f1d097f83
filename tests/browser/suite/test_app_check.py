"""With App Check enforced, the pages as they are deployed get tokens, and show who does not."""

from collections.abc import Iterator

import pytest
import requests

from emulator.demo import seed
from emulator.demo.client import Client, DebugTokens
from emulator.suite.suite import Suite
from tests.browser.conftest import a_browser_suite
from tests.support.browser import Browser
from tests.support.builders.images import PHOTOS
from tests.support.calling import refused

PHOTO = str(PHOTOS / "chelsea.jpg")


@pytest.fixture(scope="module")
def enforcing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Suite, Browser]]:
    folder = tmp_path_factory.mktemp("app-check")
    with a_browser_suite("demo-app-check", folder, app_check=True) as (suite, _, browser):
        yield suite, browser


def token_source(suite: Suite) -> dict[str, str]:
    """What stands in for reCAPTCHA's exchange: the same service, asked with the debug token."""
    app_check = suite.app_check
    assert app_check
    return {
        "exchange": f"http://{suite.addresses['appcheck']}",
        "debugToken": app_check.debug_token,
    }


@pytest.mark.exhaustive
class TestEnforced:
    def test_a_guest_plays_a_visit_with_debug_tokens(
        self, enforcing: tuple[Suite, Browser]
    ) -> None:
        suite, browser = enforcing
        seen = browser.play("visitWithAppCheck", photo=PHOTO)
        assert seen["uncaught"] == []
        assert seen["calls"] > 5
        assert seen["withoutToken"] == []
        assert len(seen["costly"]) == len(set(seen["costly"])) > 0, "none was sent twice"
        stranger = Client.of({**suite.env, "APP_CHECK_DEBUG_TOKEN": "guessed"}, "stranger")
        with pytest.raises(requests.HTTPError):
            stranger.call("getGuest", projectId="p")
        stranger.app_check = None
        assert refused(stranger, "getGuest", projectId="p").reason == "app_check_required"
        stranger.close()

    def test_recaptcha_attests_the_page_under_the_deployed_policy(
        self, enforcing: tuple[Suite, Browser]
    ) -> None:
        suite, browser = enforcing
        seen = browser.play("attestedVisit", photo=PHOTO, **token_source(suite))
        assert seen["uncaught"] == []
        assert seen["blocked"] == []
        assert seen["withoutToken"] == []
        assert {each["recaptcha"] for each in seen["exchanged"]} == {"attested"}
        assert [each for each in seen["exchanged"] if each["limited"]], "of the calls that cost"

    def test_a_token_that_was_used_is_replaced_once(self, enforcing: tuple[Suite, Browser]) -> None:
        suite, browser = enforcing
        seen = browser.play("attestedVisit", photo=PHOTO, usual=True, **token_source(suite))
        assert "app_check_consumed" in seen["refused"], "pages that do not know get a new token"
        assert seen["uncaught"] == []

    @pytest.mark.parametrize("failure", ["blocked", "refused"])
    def test_a_phone_that_gets_none_is_told_what_helps(
        self, enforcing: tuple[Suite, Browser], failure: str
    ) -> None:
        seen = enforcing[1].play("unattestedVisit", failure=failure)
        assert seen["reason"] == "app_check_required"
        assert "phone's own browser" in seen["text"]
        assert seen["calls"] <= 2, "it is not tried over and over"
        assert seen["seconds"] < 16, "a script that is blocked is waited for once"

    def test_the_assistant_streams_its_answer(self, enforcing: tuple[Suite, Browser]) -> None:
        account = {"email": seed.OPERATOR_EMAIL, "password": seed.OPERATOR_PASSWORD}
        seen = enforcing[1].play("assistantAnswers", workspace=seed.WORKSPACE, **account)
        assert seen["uncaught"] == []
        assert seen["title"] == "List my campaigns"

    def test_the_demo_s_own_client_passes(self, enforcing: tuple[Suite, Browser]) -> None:
        suite, _ = enforcing
        guest = Client.of(suite.env, "python")
        assert isinstance(guest.app_check, DebugTokens)
        assert guest.call("getProject", projectId="demo-project")["id"] == "demo-project"
        guest.close()
