"""Guests play live campaigns in a real browser, and what is stored is what they were shown."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.cloud.firestore import Client

from emulator.process.http import serve
from emulator.suite.suite import Suite
from experience.campaigns.models.playing.claims import code_hash
from experience.campaigns.models.playing.requests import CreateTickets
from experience.campaigns.store import campaign_ref, public_ref
from experience.campaigns.usecases.playing.tickets import create_tickets
from experience.clock import now_ms
from tests.support.browser import Browser
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.campaigns.builders import (
    HOUR_MS,
    a_campaign,
    a_game,
    a_sure_win,
    stock_of,
)


@pytest.fixture
def db(
    browser_suite: tuple[Suite, Client, Browser],
    invariants_hold_afterwards: tuple[Suite, Client],
    monkeypatch: pytest.MonkeyPatch,
) -> Client:
    """The database, and the secret with which its campaigns draw."""
    suite, db, _ = browser_suite
    for name, value in suite.env.items():
        monkeypatch.setenv(name, value)
    return db


@pytest.fixture
def workspace(db: Client) -> str:
    workspace = a_workspace(db)
    a_member(db, workspace, "owner")
    return workspace


def plays_of(db: Client, workspace: str, campaign: str) -> list[dict[str, Any]]:
    plays = campaign_ref(db, workspace, campaign).collection("plays")
    return [each.to_dict() or {} for each in plays.stream()]


def a_window(opens: int, closes: int) -> dict[str, Any]:
    """From and to so many hours from now."""
    now = now_ms()
    window = {"opensAt": now + opens * HOUR_MS, "closesAt": now + closes * HOUR_MS}
    return {**window, "timeZone": "UTC"}


class TestCampaignPage:
    @pytest.mark.exhaustive
    def test_lost_answers_a_reload_and_five_tabs_lead_to_one_play_and_then_it_is_sold_out(
        self, browser: Browser, db: Client, workspace: str
    ) -> None:
        campaign = a_campaign(db, workspace, "live", a_sure_win(stock=5))
        tabs = a_campaign(db, workspace, "live", a_sure_win(stock=1, kind="physical"))
        seen = browser.play("campaignPlayed", campaign=campaign, tabs=tabs)
        assert seen["uncaught"] == seen["audit"] == []
        assert (seen["lost"] > 1, seen["phase"]) == (True, "asking")
        [play] = plays_of(db, workspace, campaign)
        shown = seen["reloaded"]
        assert (shown["play"], play["uid"]) == (play["id"], seen["uid"])
        assert shown["pointer"] == shown["segment"] == play["segmentId"] == "mug"
        assert code_hash(shown["code"]) == play["claimHash"]
        assert "Your prize: Mug" in shown["text"]
        assert shown["buttons"] == 0, "no play is left"

        [play] = plays_of(db, workspace, tabs)
        assert {each["play"] for each in seen["five"]} == {play["id"]}
        assert len({each["code"] for each in seen["five"]}) == 1

        late = browser.play("campaignSoldOut", campaign=tabs)
        [denied] = [each for each in plays_of(db, workspace, tabs) if each["id"] != play["id"]]
        assert (denied["drawnPrizeId"], denied["denied"]) == ("mug", "sold_out")
        assert (denied["status"], denied["prizeId"]) == ("lost", None)
        assert stock_of(db, workspace, tabs, "mug") == (1, 0)
        for shown in (late["shown"], late["reloaded"]):
            assert (shown["play"], shown["code"]) == (denied["id"], None)
            assert shown["pointer"] == shown["segment"] == "none", "it stops where nothing is won"
            assert "Lost" in shown["text"]
            assert "Mug" not in shown["text"]
            assert shown["buttons"] == 0
        assert late["before"] == late["wait"] == ""
        assert late["announced"].startswith("LostThe wheel stopped at: Next time.")
        assert not late["turns"]
        assert late["audit"] == late["messages"] == []

    @pytest.mark.exhaustive
    def test_a_play_without_a_network_is_kept_and_a_day_has_two(
        self, browser: Browser, db: Client, workspace: str
    ) -> None:
        limit = {"per": "day", "plays": 2}
        segments = [{"id": each, "label": each.title()} for each in ("none", "nothing")]
        game = a_game(prizes=[], limit=limit, segments=segments)
        campaign = a_campaign(db, workspace, "live", game)
        seen = browser.play("campaignTwice", campaign=campaign)
        assert seen["uncaught"] == []
        assert "Your spin is kept" in seen["offline"]
        plays = {each["number"]: each["id"] for each in plays_of(db, workspace, campaign)}
        assert plays == {1: seen["first"]["play"], 2: seen["second"]["play"]}
        assert seen["again"]["play"] == plays[2], "a reload shows the last one"
        assert [seen[name]["buttons"] for name in ("first", "second", "again")] == [1, 0, 0]
        assert "You can spin again" not in seen["first"]["text"]
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)
        assert f"{tomorrow:%B} {tomorrow.day}, {tomorrow.year}" in seen["second"]["text"]

    @pytest.mark.exhaustive
    def test_new_terms_are_accepted_before_the_play(
        self, browser: Browser, db: Client, workspace: str
    ) -> None:
        campaign = a_campaign(db, workspace, "live")
        seen = browser.play("campaignTerms", workspace=workspace, campaign=campaign)
        assert seen["uncaught"] == []
        assert (seen["accepted"], seen["focused"]) == (False, 1)
        [play] = plays_of(db, workspace, campaign)
        assert seen["shown"]["play"] == play["id"]
        assert seen["shown"]["focus"] == "end", "the button is gone, and its focus is not lost"

    @pytest.mark.exhaustive
    def test_an_open_page_learns_what_changed_and_outlasts_a_busy_host(
        self, browser: Browser, db: Client, workspace: str
    ) -> None:
        campaign = a_campaign(db, workspace, "live")
        soon = a_campaign(db, workspace, "live", a_game(window=a_window(1, 2)))
        seen = browser.play("campaignChanged", campaign=campaign, soon=soon)
        assert seen["uncaught"] == []
        assert seen["unread"] == "offline", "a campaign that was not read may be there"
        assert (seen["older"], seen["newer"]) == (3, 4)
        [play] = plays_of(db, workspace, campaign)
        shown = seen["shown"]
        assert shown["play"] == play["id"]
        assert shown["pointer"] == shown["segment"] == play["segmentId"]
        assert "The wheel opens" in seen["notice"]

    @pytest.mark.exhaustive
    def test_a_ticket_is_played_once_on_whatever_phone(
        self, browser: Browser, db: Client, workspace: str
    ) -> None:
        campaign = a_campaign(db, workspace, "live", {**a_sure_win(), "person": "ticket"})
        editor = a_member(db, workspace, "editor")
        asked = {"workspaceId": workspace, "campaignId": campaign, "count": 1, "requestId": "one"}
        [ticket] = create_tickets(editor, CreateTickets.model_validate(asked)).tickets
        seen = browser.play("campaignByTicket", campaign=campaign, ticket=ticket)
        assert seen["uncaught"] == []
        [play] = plays_of(db, workspace, campaign)
        assert {each["play"] for each in seen["shown"]} == {play["id"]}

    @pytest.mark.exhaustive
    def test_each_refusal_has_words(self, browser: Browser, db: Client, workspace: str) -> None:
        def live(**fields: Any) -> str:
            return a_campaign(db, workspace, "live", a_game(**fields))

        by_session = live(person="session")
        by_ticket = live(person="ticket")
        cases = {
            "not_open": {"campaign": live(window=a_window(1, 2))},
            "closed": {"campaign": live(window=a_window(-2, -1))},
            "limit_reached": {"campaign": live(limit={"per": "day", "plays": 1})},
            "session_missing": {"campaign": by_session},
            "session_required": {"campaign": by_session, "query": "?projectId=p&sessionId=s"},
            "ticket_missing": {"campaign": by_ticket},
            "ticket_invalid": {"campaign": by_ticket, "query": "?ticket=b-1-FORGED"},
            "campaign_not_found": {"campaign": "nothing-here"},
            "over": {"campaign": live()},
        }
        public_ref(db, cases["over"]["campaign"]).update({"closedAt": now_ms()})
        cases["limit_reached"]["kept"] = f"/{datetime.now(UTC):%Y-%m-%d}|2"
        seen = browser.play("campaignRefusals", cases=cases)
        assert seen["uncaught"] == seen["audit"] == []
        reasons = {name: each["reason"] for name, each in seen["seen"].items()}
        assert reasons == {name: name for name in cases} | {"over": "closed"}
        shown = seen["seen"]
        year = str(datetime.now(UTC).year)
        assert year in shown["not_open"]["notice"], "it says when before the guest asks"
        assert year in shown["not_open"]["text"]
        assert year in shown["limit_reached"]["text"]
        buttons = {name for name, each in shown.items() if each["buttons"]}
        assert shown["not_open"]["kept"] == "0", (
            "a reload after the opening does not play by itself"
        )
        assert buttons == {"not_open", "session_required"}, "where trying again can help"
        assert {name for name, each in shown.items() if each["terms"]} == buttons
        known = {"session_missing", "ticket_missing", "campaign_not_found", "over"}
        assert known <= {name for name, each in shown.items() if each["isKnown"]}

    def test_only_its_own_site_frames_it(
        self, browser: Browser, db: Client, workspace: str
    ) -> None:
        campaign = a_campaign(db, workspace, "live")
        address = f"{browser.settings['origin']}/play/{campaign}"

        def shop(_: Any, start_response: Any) -> list[bytes]:
            start_response("200 OK", [("Content-Type", "text/html")])
            return [f'<!doctype html><iframe src="{address}"></iframe>'.encode()]

        server = serve(shop)
        try:
            seen = browser.play("campaignFramed", campaign=campaign, other=server.url)
        finally:
            server.close()
        assert seen == {"own": "shown", "other": "net::ERR_BLOCKED_BY_RESPONSE"}
