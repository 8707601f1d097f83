"""Playing: once for each person and period, from a stock that is never oversold."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.campaigns.usecases.playing.erase import erase_plays_of_guest
from experience.clock import now_ms
from experience.ids import new_id
from tests.support.builders.sessions import a_session
from tests.support.builders.venues import a_venue
from tests.support.builders.workspaces import a_workspace
from tests.support.calling import at_once, outcome, refused
from tests.support.campaigns.builders import (
    HOUR_MS,
    a_campaign,
    a_game,
    a_sure_win,
    stock_of,
)
from tests.support.campaigns.playing import ids_of, plays_of

SignIn = Callable[[str | None], Client]
PLAYERS = 12


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

    def test_a_days_cap_holds_when_the_local_day_goes_back(
        self, db: Database, signed_in: SignIn, editor: Client, live: Callable[..., dict[str, Any]]
    ) -> None:
        asked = live(a_sure_win(perDay=1))
        won = []
        for version, zone in enumerate(("Pacific/Kiritimati", "Etc/GMT+12", "Pacific/Kiritimati")):
            change = {"game": {"window": {"timeZone": zone}}}
            editor.call(
                "updateCampaign", **ids_of(asked), expectedVersion=version + 2, config=change
            )
            uid = f"p-{new_id()}"
            won.append(bool(signed_in(uid).call("playCampaign", **asked)["prize"]))
        assert won == [True, True, False]

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
        stored: dict[str, dict[str, Any]] = {
            "good": done,
            "active": here,
            "a pregate": {**done, "phase": "pregate"},
            "a preview": {**done, "configSource": "draft"},
            "too old": {**done, "completedAt": now - 2 * HOUR_MS},
            "of another workspace": {**done, "workspaceId": "elsewhere"},
        }
        sessions = {
            name: a_session(db, venue.project, str(guest.uid), venue.main, **fields)
            for name, fields in stored.items()
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
        assert friends[0].call("playCampaign", **asked, ticket=one) == answers[0]
