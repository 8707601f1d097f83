"""A guest whose sign-up is refused, behind the venue's Wi-Fi, waits, and the visit goes on."""

import pytest

from tests.support.browser import Browser

BUSY = "auth/too-many-requests"
FULL = "QUOTA_EXCEEDED : Exceeded quota for new accounts."


class TestRefusedSignUps:
    def test_a_guest_is_told_what_helps_and_gets_in_as_soon_as_the_network_changes(
        self, browser: Browser
    ) -> None:
        seen = browser.play(
            "refusedSignUps", error="TOO_MANY_ATTEMPTS_TRY_LATER", refusals=1, returns=True
        )
        assert seen["reason"] == BUSY
        assert "mobile data" in seen["text"]
        assert seen["violations"] == []
        assert seen["focused"] == "H1"
        assert seen["gaps"][0] < 4000, "before the shortest pause is over"
        assert seen["uid"]
        assert seen["uncaught"] == []

    @pytest.mark.exhaustive
    @pytest.mark.parametrize(
        ("error", "reason", "first_ms"),
        [
            ("TOO_MANY_ATTEMPTS_TRY_LATER", BUSY, 8000),
            (FULL, BUSY, 8000),
            (None, "offline", 3000),
        ],
        ids=["too many requests", "quota exceeded", "no network"],
    )
    def test_it_is_tried_again_with_growing_pauses_and_the_seconds_are_announced_once(
        self, browser: Browser, error: str | None, reason: str, first_ms: int
    ) -> None:
        seen = browser.play("refusedSignUps", error=error, refusals=2)
        assert seen["reason"] == reason
        assert seen["uid"], "the visit goes on by itself"
        assert seen["uncaught"] == []
        first, second = seen["gaps"]
        slack = 3000  # the attempt itself, and a busy machine
        assert first_ms / 2 <= first <= first_ms + slack
        assert first_ms <= second <= 2 * first_ms + slack
        assert len(seen["countdowns"]) > 4, "the seconds pass in sight"
        assert "Trying again …" in seen["countdowns"]
        assert len([each for each in seen["announced"] if each]) == 1
        assert seen["alerts"] == 0, "the problem is no alert once more"

    @pytest.mark.exhaustive
    def test_a_campaign_s_page_goes_on_by_itself_too(self, browser: Browser) -> None:
        seen = browser.play("refusedPlayer")
        assert "mobile data" in seen["text"]
        assert seen["attempts"] == 2
        assert seen["uncaught"] == []
