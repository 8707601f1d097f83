"""Claims are redeemed once, codes given once, and draws revealed and verified."""

import csv
import hashlib
import io
from collections.abc import Callable
from typing import Any

import pytest
import requests
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.campaigns.models.draws import odds_hash
from experience.campaigns.models.requests import RevealDraws
from experience.campaigns.usecases import sweep
from experience.campaigns.usecases.playing.erase import erase_plays
from experience.campaigns.usecases.playing.reveal import reveal_draws
from experience.clock import now_ms
from experience.firebase.tasks import TryLater
from experience.ids import new_id
from operations.draws import PrizeCount, UnverifiableError, verify_draw
from tests.support.builders.workspaces import a_member
from tests.support.calling import at_once, outcome, refused
from tests.support.campaigns.builders import (
    a_sure_win,
    stock_of,
    stored_campaign,
)
from tests.support.campaigns.playing import ids_of, plays_of

SignIn = Callable[[str | None], Client]
PLAYERS = 12


STORED_MUG = {
    "id": "mug", "name": "Mug", "kind": "code", "weightPpm": 1_000_000, "codes": "uploaded",
}  # fmt: skip


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
        assert player.call("playCampaign", **asked)["claim"] is None
        assert signed_in(f"p-{new_id()}").call("playCampaign", **asked)["prize"]
        assert stock_of(db, workspace, campaign, "mug") == (1, 0)

    def test_uploaded_codes_are_given_once_each(
        self, db: Database, signed_in: SignIn, editor: Client, live: Callable[..., dict[str, Any]]
    ) -> None:
        asked = live(a_sure_win(stock=3, codes="uploaded"))
        upload = {**ids_of(asked), "prizeId": "mug"}
        codes = [f"CODE-{number}" for number in range(3)]
        added = at_once(2, lambda _: editor.call("uploadCodes", **upload, codes=codes))
        assert sorted(each["added"] for each in added) == [0, 3]
        assert editor.call("uploadCodes", **upload, codes=["code 2", "CODE-3"]) == {
            "added": 1, "total": 4,
        }  # fmt: skip

        def played() -> list[dict[str, Any]]:
            uids = [f"p-{new_id()}" for _ in range(4)]
            return [signed_in(uid).call("playCampaign", **asked) for uid in uids]

        won = [each for each in played() if each["claim"]]
        assert [each["claim"]["code"] for each in won] == codes
        void = {"playId": won[0]["playId"], "reason": "a mistake"}
        editor.call("voidClaim", **ids_of(asked), **void)
        more = {"game": {"prizes": [{**STORED_MUG, "stock": 6}]}}
        editor.call("updateCampaign", **ids_of(asked), expectedVersion=2, config=more)
        assert editor.call("uploadCodes", **upload, codes=["CODE-4", "CODE-5"])["total"] == 6
        again = [each["claim"]["code"] for each in played() if each["claim"]]
        assert again == ["CODE-3", "CODE-4", "CODE-5"]
        ended = [each["denied"] for each in plays_of(db, asked) if each["denied"]]
        assert ended == ["sold_out"] * 2


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
        live: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch,
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
        monkeypatch.setenv("REVEAL_AFTER_SECONDS", "0")
        sweep.sweep_campaigns()

        verified = verify_draw(db, workspace, campaign)

        assert (verified.plays, verified.differences) == (4, [])
        assert verified.prizes == {"mug": PrizeCount(2, 2, 0)}
        [lost, *_] = [each for each in plays_of(db, asked) if each["denied"]]
        [taken, *_] = [each for each in plays_of(db, asked) if each["prizeId"]]
        plays = reference.collection("plays")

        def forged(name: str, fields: dict[str, Any] | None) -> str:
            """What is reported while one document is another, or gone."""
            at = db.document(name)
            before = at.get().to_dict()
            at.set(fields) if fields else at.delete()
            found = "\n".join(verify_draw(db, workspace, campaign).differences)
            at.set(before) if before else at.delete()
            return found

        play, won_play = plays.document(lost["id"]).path, plays.document(taken["id"]).path
        granted = {**lost, "prizeId": "mug", "status": "won", "denied": None, "segmentId": "mug"}
        assert f"play {lost['id']}: it rolled 1" in forged(play, {**lost, "roll": 1})
        assert "2 were offered, 3 awarded and 0 left" in forged(play, granted)
        assert "play copy: it says that it is" in forged(plays.document("copy").path, taken)
        assert "was made while draw 1 did not" in forged(play, {**lost, "createdAt": 5})
        assert "there is no play 15 of period" in forged(play, {**lost, "number": 15})
        assert "there is no play 1 of period x" in forged(play, {**lost, "period": "x"})
        assert "3 plays played, counted were 4" in forged(play, None)
        assert "1 plays won, counted were 2" in forged(won_play, None)
        draw = reference.collection("draws").document("1")
        stored = draw.get().to_dict() or {}
        odds = {**stored, "prizes": [], "segments": stored["segments"][:1]}
        hashed = {**odds, "oddsHash": odds_hash({"segments": odds["segments"], "prizes": []})}
        assert "the odds are not those" in forged(draw.path, odds)
        assert "draw 1: it was published otherwise" in forged(draw.path, hashed)
        assert "the stock is not that of" in forged(draw.path, {**stored, "stock": {"mug": 9}})
        assert "published otherwise" in forged(f"publicCampaigns/{campaign}", None)
        assert verify_draw(db, workspace, campaign).differences == []

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
