"""Playing: once for each person and period, from a stock that is never oversold."""

import csv
import hashlib
import hmac
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.campaigns.models.requests import RevealDraws
from experience.campaigns.usecases import sweep
from experience.campaigns.usecases.playing.erase import erase_plays, erase_plays_of_guest
from experience.campaigns.usecases.playing.reveal import reveal_draws
from experience.clock import now_ms
from experience.firebase.tasks import TryLater
from experience.ids import new_id
from operations.draws import PrizeCount, UnverifiableError, verify_draw
from tests.support.builders.sessions import a_session
from tests.support.builders.venues import a_venue
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.calling import at_once, outcome, refused
from tests.support.campaigns.builders import (
    HOUR_MS,
    a_campaign,
    a_game,
    a_sure_win,
    stock_of,
    stored_campaign,
)

SignIn = Callable[[str | None], Client]
PLAYERS = 12


@pytest.fixture(scope="module")
def workspace(db: Database) -> str:
    return a_workspace(db)


@pytest.fixture(scope="module")
def editor(db: Database, signed_in: SignIn, workspace: str) -> Client:
    return signed_in(a_member(db, workspace, "admin"))


@pytest.fixture
def player(signed_in: SignIn) -> Client:
    return signed_in(f"player-{new_id()}")


@pytest.fixture(scope="module")
def live(db: Database, workspace: str) -> Callable[..., dict[str, Any]]:
    """The request to play a new live campaign."""

    def make(game: dict[str, Any] | None = None) -> dict[str, Any]:
        campaign = a_campaign(db, workspace, "live", game)
        return {"workspaceId": workspace, "campaignId": campaign, "termsVersion": "1"}

    return make


def plays_of(db: Database, asked: dict[str, Any]) -> list[dict[str, Any]]:
    campaign = db.document("workspaces", asked["workspaceId"], "campaigns", asked["campaignId"])
    return [each.to_dict() or {} for each in campaign.collection("plays").stream()]


def ids_of(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: asked[name] for name in ("workspaceId", "campaignId")}


class TestPlayCampaign:
    def test_five_tabs_get_one_play_with_one_claim(
        self, db: Database, workspace: str, player: Client, live: Callable[..., dict[str, Any]]
    ) -> None:
        asked = live(a_sure_win(stock=5))

        answers = at_once(5, lambda _: player.call("playCampaign", **asked))
        later = player.call("playCampaign", **asked)

        assert all(answer == later for answer in answers)
        assert later["prize"] == {"id": "mug", "name": "Mug", "kind": "code"}
        assert later["segmentId"] == "mug"
        assert len(later["claim"]["code"]) == 19
        assert later["next"] is None
        assert len(plays_of(db, asked)) == 1
        assert stock_of(db, workspace, asked["campaignId"], "mug") == (1, 4)
        stored = json.dumps(plays_of(db, asked))
        assert later["claim"]["code"] not in stored
        assert player.call("getPlay", **ids_of(asked), playId=later["playId"]) == later

    def test_a_stock_of_three_is_three_prizes(
        self, db: Database, workspace: str, signed_in: SignIn, live: Callable[..., dict[str, Any]]
    ) -> None:
        asked = live(a_sure_win(stock=3))
        players = [signed_in(f"p-{new_id()}") for _ in range(PLAYERS)]

        def play(number: int) -> Any:
            while not isinstance(answer := outcome(players[number], "playCampaign", **asked), dict):
                assert answer.status == "ABORTED"
            return answer

        answers = at_once(PLAYERS, play)

        won = [each for each in answers if each["prize"]]
        assert len(won) == 3
        assert len({each["claim"]["code"] for each in won}) == 3
        assert stock_of(db, workspace, asked["campaignId"], "mug") == (3, 0)
        lost = [each for each in plays_of(db, asked) if each["status"] == "lost"]
        assert {(each["drawnPrizeId"], each["denied"]) for each in lost} == {("mug", "sold_out")}
        assert {each["segmentId"] for each in answers if not each["prize"]} == {"none"}

    def test_what_is_drawn_follows_from_the_secret_and_the_id_alone(
        self, db: Database, signed_in: SignIn, live: Callable[..., dict[str, Any]]
    ) -> None:
        asked = live(a_game())
        for _ in range(8):
            signed_in(f"p-{new_id()}").call("playCampaign", **asked)

        message = f"seed/{asked['workspaceId']}/{asked['campaignId']}/1"
        seed = hmac.new(b"of-the-local-suite-alone", message.encode(), hashlib.sha256).digest()
        for play in plays_of(db, asked):
            digest = hmac.new(seed, play["id"].encode(), hashlib.sha256).digest()
            roll = int.from_bytes(digest[:8], "big") % 1_000_000
            drawn = "mug" if roll < 200_000 else "trip" if roll < 200_100 else None
            assert (play["roll"], play["drawnPrizeId"]) == (roll, drawn)
            assert play["prizeId"] == drawn

    def test_days_caps_and_wins_hold(
        self, db: Database, signed_in: SignIn, live: Callable[..., dict[str, Any]]
    ) -> None:
        game = a_sure_win(perDay=2)
        game["limit"] = {"per": "day", "plays": 3, "wins": 1}
        asked = live(game)
        first, second, third = (signed_in(f"p-{new_id()}") for _ in range(3))

        again = [first.call("playCampaign", **asked, number=n) for n in (1, 2, 3)]
        assert [bool(each["prize"]) for each in again] == [True, False, False]
        assert now_ms() < again[0]["next"]["at"] <= now_ms() + 24 * HOUR_MS
        over = refused(first, "playCampaign", **asked, number=4)
        assert (over.reason, over.details["next"]) == ("limit_reached", again[0]["next"])
        assert second.call("playCampaign", **asked)["prize"]
        assert third.call("playCampaign", **asked)["prize"] is None
        denied = sorted(each["denied"] or "" for each in plays_of(db, asked))
        assert denied == ["", "", "per_day", "wins", "wins"]

    def test_says_why_nobody_can_play(
        self,
        db: Database,
        workspace: str,
        player: Client,
        editor: Client,
        live: Callable[..., dict[str, Any]],
    ) -> None:
        now = now_ms()
        early = live(a_game(window={"opensAt": now + HOUR_MS, "closesAt": now + 2 * HOUR_MS}))
        late = live(a_game(window={"opensAt": now - 2 * HOUR_MS, "closesAt": now - HOUR_MS}))
        asked = live()
        assert refused(player, "playCampaign", **early).details == {
            "reason": "not_open", "opensAt": now + HOUR_MS,
        }  # fmt: skip
        assert refused(player, "playCampaign", **late).details == {
            "reason": "closed", "closesAt": now - HOUR_MS,
        }  # fmt: skip
        terms = refused(player, "playCampaign", **asked | {"termsVersion": "0"})
        assert (terms.reason, terms.details["version"]) == ("terms_required", "1")
        draft = {**asked, "campaignId": a_campaign(db, workspace)}
        assert refused(player, "playCampaign", **draft).reason == "campaign_not_found"
        elsewhere = {**asked, "workspaceId": a_workspace(db)}
        assert refused(player, "playCampaign", **elsewhere).reason == "campaign_not_found"
        played = player.call("playCampaign", **asked)
        editor.call("archiveCampaign", **ids_of(asked), expectedVersion=2)
        assert player.call("playCampaign", **asked) == played
        other = refused(player, "playCampaign", **asked, number=1, projectId="p")
        assert other.status == "INVALID_ARGUMENT"
        assert plays_of(db, early) == plays_of(db, late) == []


class TestSessions:
    def test_a_completed_main_session_of_the_workspace_lets_its_guest_play(
        self, db: Database, signed_in: SignIn
    ) -> None:
        venue = a_venue(db)
        asked = {
            "workspaceId": venue.workspace,
            "campaignId": a_campaign(
                db, venue.workspace, "live", a_sure_win() | {"person": "session"}
            ),
            "termsVersion": "1",
        }
        guest, other = signed_in(f"g-{new_id()}"), signed_in(f"g-{new_id()}")
        now = now_ms()
        here = {"workspaceId": venue.workspace}
        done = {**here, "status": "completed", "completedAt": now}
        sessions = {
            name: a_session(db, venue.project, str(guest.uid), venue.main, **fields)
            for name, fields in {
                "good": done,
                "active": here,
                "a pregate": {**done, "phase": "pregate"},
                "a preview": {**done, "configSource": "draft"},
                "too old": {**done, "completedAt": now - 2 * HOUR_MS},
                "of another workspace": {**done, "workspaceId": "elsewhere"},
            }.items()
        }

        def proof(name: str) -> dict[str, Any]:
            return {**asked, "projectId": venue.project, "sessionId": sessions[name]}

        for name in sessions.keys() - {"good"}:
            said = refused(guest, "playCampaign", **proof(name))
            assert said.reason == "session_required", name
        assert refused(other, "playCampaign", **proof("good")).reason == "session_required"
        assert refused(guest, "playCampaign", **asked).reason == "session_required"
        won = guest.call("playCampaign", **proof("good"))
        assert won["prize"]
        assert guest.call("playCampaign", **asked) == won
        [play] = plays_of(db, asked)
        assert play["proof"]["sessionId"] == sessions["good"]
        assert erase_plays_of_guest(db, "another-project", str(guest.uid)) == {}
        assert erase_plays_of_guest(db, venue.project, str(guest.uid)) == {"plays": 1}
        [play] = plays_of(db, asked)
        assert (play["uid"], play["proof"], play["prizeId"]) == (None, None, "mug")


class TestTickets:
    def test_a_ticket_is_a_person(
        self, db: Database, signed_in: SignIn, editor: Client, live: Callable[..., dict[str, Any]]
    ) -> None:
        asked = live(a_sure_win() | {"person": "ticket"})
        batch = {**ids_of(asked), "count": 3, "requestId": "door"}
        made = editor.call("createTickets", **batch)
        assert editor.call("createTickets", **batch) == made
        assert refused(editor, "createTickets", **batch | {"count": 4}).reason == (
            "request_id_reused"
        )
        one, two, three = made["tickets"]
        friends = [signed_in(f"p-{new_id()}") for _ in range(2)]

        answers = [each.call("playCampaign", **asked, ticket=one) for each in friends]
        assert answers[0] == answers[1]
        assert friends[0].call("playCampaign", **asked, ticket=two)["playId"] not in (
            answers[0]["playId"],
        )
        for wrong in (one[:-1] + ("0" if one[-1] != "0" else "1"), one.replace("-1-", "-2-"), "x"):
            said = refused(friends[0], "playCampaign", **asked, ticket=wrong)
            assert said.reason == "ticket_invalid"
        assert refused(friends[0], "playCampaign", **asked).reason == "ticket_invalid"
        editor.call("revokeTickets", **ids_of(asked), batchId=made["batchId"])
        revoked = refused(friends[0], "playCampaign", **asked, ticket=three)
        assert revoked.reason == "ticket_revoked"


class TestClaims:
    def test_a_claim_is_redeemed_once(
        self, db: Database, signed_in: SignIn, workspace: str, player: Client,
        live: Callable[..., dict[str, Any]],
    ) -> None:  # fmt: skip
        asked = live(a_sure_win(stock=2))
        code = player.call("playCampaign", **asked)["claim"]["code"]
        attendant = signed_in(a_member(db, workspace, "attendant"))
        viewer = signed_in(a_member(db, workspace, "viewer"))
        assert refused(viewer, "redeemClaim", **ids_of(asked), code=code).reason == "role_required"
        typed = f" {code.lower().replace('-', ' ')}"

        scans = at_once(4, lambda _: outcome(attendant, "redeemClaim", **ids_of(asked), code=typed))

        redeemed = [each for each in scans if isinstance(each, dict)]
        assert len(redeemed) == 1
        assert {each.reason for each in scans if not isinstance(each, dict)} <= {
            "already_redeemed", "contention",
        }  # fmt: skip
        again = refused(attendant, "redeemClaim", **ids_of(asked), code=code)
        assert again.details["redeemedAt"] == redeemed[0]["redeemedAt"]
        wrong = refused(attendant, "redeemClaim", **ids_of(asked), code="0000-0000-0000-0000")
        assert wrong.reason == "claim_not_found"
        funnel = viewer.call("getCampaignFunnel", **ids_of(asked))
        assert (funnel["played"], funnel["won"], funnel["redeemed"]) == (1, 1, 1)
        assert funnel["prizes"][0]["redeemed"] == 1

    def test_a_voided_claim_returns_its_unit(
        self, db: Database, workspace: str, player: Client, editor: Client, signed_in: SignIn,
        live: Callable[..., dict[str, Any]],
    ) -> None:  # fmt: skip
        asked = live(a_sure_win(stock=1, perDay=1) | {"limit": {"plays": 1, "wins": 1}})
        campaign = asked["campaignId"]
        won = player.call("playCampaign", **asked)
        assert stock_of(db, workspace, campaign, "mug") == (1, 0)
        void = {**ids_of(asked), "playId": won["playId"], "reason": "a mistake"}

        voided = at_once(3, lambda _: editor.call("voidClaim", **void))

        assert {each["status"] for each in voided} == {"voided"}
        assert stock_of(db, workspace, campaign, "mug") == (0, 1)
        said = refused(editor, "redeemClaim", **ids_of(asked), code=won["claim"]["code"])
        assert said.reason == "claim_voided"
        assert signed_in(f"p-{new_id()}").call("playCampaign", **asked)["prize"]
        assert stock_of(db, workspace, campaign, "mug") == (1, 0)

    def test_uploaded_codes_are_given_once_each(
        self, db: Database, signed_in: SignIn, editor: Client, live: Callable[..., dict[str, Any]]
    ) -> None:
        asked = live(a_sure_win(stock=20, codes="uploaded"))
        upload = {**ids_of(asked), "prizeId": "mug"}
        codes = [f"CODE-{number}" for number in range(6)]
        added = at_once(2, lambda _: editor.call("uploadCodes", **upload, codes=codes))
        assert sorted(each["added"] for each in added) == [0, 6]
        assert editor.call("uploadCodes", **upload, codes=["CODE-5", "CODE-6"]) == {
            "added": 1, "total": 7,
        }  # fmt: skip

        answers = [signed_in(f"p-{new_id()}").call("playCampaign", **asked) for _ in range(9)]

        given = [each["claim"]["code"] for each in answers if each["claim"]]
        assert sorted(given) == sorted([*codes, "CODE-6"])
        assert [each["denied"] for each in plays_of(db, asked) if each["denied"]] == (
            ["sold_out"] * 2
        )


class TestClosing:
    def test_the_seeds_are_revealed_when_no_call_can_be_under_way(
        self, db: Database, workspace: str, player: Client, editor: Client,
        live: Callable[..., dict[str, Any]],
    ) -> None:  # fmt: skip
        asked = live()
        player.call("playCampaign", **asked)
        campaign = asked["campaignId"]
        task = RevealDraws.model_validate(ids_of(asked))
        reference = db.document("workspaces", workspace, "campaigns", campaign)

        closed = editor.call("closeCampaign", **ids_of(asked), expectedVersion=2)
        assert editor.call("closeCampaign", **ids_of(asked), expectedVersion=2) == closed
        assert closed["status"] == "archived"
        said = refused(editor, "restoreCampaign", **ids_of(asked), expectedVersion=3)
        assert said.reason == "campaign_closed"
        other = outcome(editor, "playCampaign", **asked)
        assert other.reason == "closed"
        with pytest.raises(TryLater):
            reveal_draws(task)
        assert "seed" not in str(stored_campaign(db, workspace, campaign)["draws"][0]["seed"])

        reference.update({"closedAt": now_ms() - 200_000})
        done = [sweep.sweep_campaigns(), sweep.sweep_campaigns()]
        reveal_draws(task)

        assert done[0]["revealed"] >= 1
        twin = db.document("publicCampaigns", campaign).get().to_dict() or {}
        [draw] = twin["draws"]
        assert hashlib.sha256(bytes.fromhex(draw["seed"])).hexdigest() == draw["seedHash"]
        assert twin["status"] == "closed"
        stored = (reference.collection("draws").document("1").get().to_dict()) or {}
        assert stored["seed"] == draw["seed"]
        assert stored["oddsHash"] == draw["oddsHash"]

    def test_the_draw_verifies_and_a_forged_play_does_not(
        self, db: Database, workspace: str, editor: Client, signed_in: SignIn,
        live: Callable[..., dict[str, Any]],
    ) -> None:  # fmt: skip
        asked = live(a_sure_win(stock=2))
        players = [f"p-{new_id()}" for _ in range(4)]
        won = [signed_in(uid).call("playCampaign", **asked) for uid in players]
        campaign = asked["campaignId"]
        with pytest.raises(UnverifiableError, match="not closed"):
            verify_draw(db, workspace, campaign)
        assert erase_plays(db, players[0]) == {"plays": 1}
        assert erase_plays(db, players[0]) == {}
        assert (
            refused(
                signed_in(players[0]), "getPlay", **ids_of(asked), playId=won[0]["playId"]
            ).reason
            == "play_not_found"
        )
        editor.call("closeCampaign", **ids_of(asked), expectedVersion=2)
        reference = db.document("workspaces", workspace, "campaigns", campaign)
        reference.update({"closedAt": now_ms() - 200_000})
        sweep.sweep_campaigns()

        verified = verify_draw(db, workspace, campaign)

        assert (verified.plays, verified.differences) == (4, [])
        assert verified.prizes == {"mug": PrizeCount(2, 2, 0)}
        [lost] = [each for each in plays_of(db, asked) if each["denied"]][:1]
        forged = {"prizeId": "mug", "status": "won", "denied": None, "segmentId": "mug"}
        reference.collection("plays").document(lost["id"]).update({**forged, "roll": 1})
        differences = "\n".join(verify_draw(db, workspace, campaign).differences)
        assert f"play {lost['id']}: it rolled 1" in differences
        assert "prize mug: 2 were offered, 3 awarded and 0 left" in differences

    def test_plays_are_exported_without_codes(
        self, db: Database, editor: Client, signed_in: SignIn, live: Callable[..., dict[str, Any]]
    ) -> None:
        asked = live(a_sure_win())
        code = signed_in("=1+1").call("playCampaign", **asked)["claim"]["code"]

        made = editor.call("exportPlays", **ids_of(asked))
        text = requests.get(made["url"], timeout=10).text

        [line] = list(csv.DictReader(io.StringIO(text)))
        assert made["plays"] == 1
        assert (line["uid"], line["prizeId"], line["status"]) == ("'=1+1", "mug", "won")
        assert code not in text
