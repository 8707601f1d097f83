"""What the guest page's screens are called: to a screen reader, in tabs, and in the history."""

from tests.support.browser import Browser

DASH = "\u2013"


def test_each_screen_has_a_title_of_its_own_and_says_it_once(browser: Browser) -> None:
    seen = browser.play("screenTitles")
    assert seen["uncaught"] == []
    welcome, info, question, back = seen["phone"]["titles"]
    assert question == f"{seen['phone']['heading']} {DASH} {welcome}"
    assert info.endswith(f" {DASH} {welcome}")
    assert back == info != question
    assert seen["problem"] == "Scan the code again"
    assert set(seen["kiosk"]["titles"]) == {welcome}, "nothing of a visit is in a kiosk's history"
    for device in ("phone", "kiosk"):
        assert (seen[device]["group"], seen[device]["told"]) == (1, 1)
