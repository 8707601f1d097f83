"""The life of a campaign: every state with every move, first as data, then through the calls."""

from collections.abc import Callable
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from experience.campaigns.models import life_cycle
from experience.campaigns.models.campaign import Campaign, CampaignStatus
from experience.campaigns.models.life_cycle import MOVES, Move
from experience.errors import FailedPrecondition
from tests.support.builders.workspaces import a_member, a_workspace
from tests.support.calling import at_once, outcome, refused
from tests.support.campaigns.builders import a_campaign, a_game, stock_of, stored_campaign

SignIn = Callable[[str | None], Client]

# Written down once more, from the states that a move is for: nothing else is taken.
TAKEN = {
    Move.UPDATE: "draft generating live failed archived",
    Move.GENERATE: "draft generating live failed",
    Move.SUCCEED: "generating live archived",
    Move.FAIL: "generating live archived",
    Move.ARCHIVE: "live archived",
    Move.RESTORE: "archived live",
    Move.CLOSE: "live archived",
    Move.DELETE: "draft generating live failed archived",
    Move.UNDELETE: "draft generating live failed archived",
}
LEADS_ELSEWHERE = {
    ("draft", "generate"): "generating",
    ("failed", "generate"): "generating",
    ("generating", "succeed"): "live",
    ("generating", "fail"): "failed",
    ("live", "archive"): "archived",
    ("archived", "restore"): "live",
    ("live", "close"): "archived",
    ("live", "undelete"): "archived",
}


def a_stored(**fields: Any) -> Campaign:
    given = {
        "id": "c", "tenantId": "w", "userId": "u", "name": "C", "templateId": "spin_wheel",
        "nameKey": "c", "createdAt": 1, "updatedAt": 1,
    }  # fmt: skip
    return Campaign.load(given | fields)


class TestMoves:
    @pytest.mark.parametrize("move", Move)
    @pytest.mark.parametrize("status", CampaignStatus)
    def test_each_state_takes_what_is_listed_and_nothing_else(
        self, status: CampaignStatus, move: Move
    ) -> None:
        campaign = a_stored(status=status)
        if status.value in TAKEN[move].split():
            expected = LEADS_ELSEWHERE.get((status.value, move.value), status.value)
            assert life_cycle.after(campaign, move) == expected
        else:
            with pytest.raises(FailedPrecondition) as caught:
                life_cycle.after(campaign, move)
            assert caught.value.details == {"reason": "campaign_status", "status": status}

    @pytest.mark.parametrize("move", Move)
    def test_a_deleted_campaign_takes_only_its_return_and_the_end_of_its_build(
        self, move: Move
    ) -> None:
        campaign = a_stored(status="live", deleted=True, deletedAt=5)
        if move in (Move.DELETE, Move.UNDELETE, Move.SUCCEED, Move.FAIL):
            assert life_cycle.after(campaign, move) == MOVES[move][CampaignStatus.LIVE]
        else:
            with pytest.raises(FailedPrecondition, match="deleted"):
                life_cycle.after(campaign, move)

    @pytest.mark.parametrize("move", [Move.UPDATE, Move.GENERATE, Move.ARCHIVE, Move.RESTORE])
    def test_a_closed_campaign_is_never_live_again(self, move: Move) -> None:
        with pytest.raises(FailedPrecondition, match="closed"):
            life_cycle.after(a_stored(status="archived", closedAt=5), move)


@pytest.fixture(scope="module")
def workspace(db: Database) -> str:
    return a_workspace(db)


@pytest.fixture(scope="module")
def editor(db: Database, signed_in: SignIn, workspace: str) -> Client:
    return signed_in(a_member(db, workspace, "editor"))


class TestThroughTheCalls:
    def test_a_draft_is_created_once_and_changed_in_parts(
        self, db: Database, editor: Client, workspace: str
    ) -> None:
        asked = {
            "workspaceId": workspace,
            "name": "Summer Spin",
            "templateId": "spin_wheel",
            "requestId": "first",
        }
        created = at_once(5, lambda _: editor.call("createCampaign", **asked))
        assert {each["id"] for each in created} == {created[0]["id"]}
        assert created[0]["status"] == "draft"
        assert not {"request", "drawSecret", "claimSecret"} & created[0].keys()
        other = refused(editor, "createCampaign", **asked | {"name": "Winter"})
        assert other.reason == "request_id_reused"

        ids = {"workspaceId": workspace, "campaignId": created[0]["id"]}
        part = {"theme": {"primaryColor": "#ff0000"}, "copy": {"headline": "Spin!"}}
        changed = editor.call("updateCampaign", **ids, expectedVersion=1, config=part)
        again = editor.call(
            "updateCampaign", **ids, expectedVersion=2, config={"copy": {"cta": "Go"}}
        )
        repeated = editor.call(
            "updateCampaign", **ids, expectedVersion=2, config={"copy": {"cta": "Go"}}
        )

        assert changed["version"] == 2
        assert again["config"]["copy"] == changed["config"]["copy"] | {"cta": "Go"}
        assert again["config"]["theme"]["primaryColor"] == "#ff0000"
        assert repeated["version"] == again["version"] == 3
        wrong = refused(editor, "updateCampaign", **ids, expectedVersion=3, config={"locale": "xx"})
        assert "config.locale" in str(wrong.details)

    def test_of_twenty_writers_one_wins_and_the_others_learn_the_version(
        self, db: Database, editor: Client, workspace: str
    ) -> None:
        campaign = a_campaign(db, workspace)
        ids = {"workspaceId": workspace, "campaignId": campaign, "expectedVersion": 1}

        outcomes = at_once(20, lambda n: outcome(editor, "updateCampaign", **ids, name=f"N{n}"))

        won = [each for each in outcomes if isinstance(each, dict)]
        lost = [each for each in outcomes if not isinstance(each, dict)]
        assert len(won) == 1
        assert {each.status for each in lost} == {"ABORTED"}
        conflicts = [each for each in lost if each.reason == "version_conflict"]
        assert {each.details["currentVersion"] for each in conflicts} == {2}
        assert stored_campaign(db, workspace, campaign)["name"] == won[0]["name"]

    def test_the_twin_follows_and_no_draw_is_lost(
        self, db: Database, editor: Client, workspace: str
    ) -> None:
        campaign = a_campaign(db, workspace, "live")
        twin = db.document("publicCampaigns", campaign)
        ids = {"workspaceId": workspace, "campaignId": campaign}
        first = twin.get().to_dict() or {}
        assert first["draws"][0]["n"] == 1
        assert "weightPpm" not in str(first)
        assert "stock" not in str(first)

        more = a_game()
        more["prizes"][0]["stock"] = 25
        live = editor.call("updateCampaign", **ids, expectedVersion=2, config={"game": more})
        assert [each["n"] for each in live["draws"]] == [1, 2]
        assert stock_of(db, workspace, campaign, "mug") == (0, 25)
        renamed = editor.call("updateCampaign", **ids, expectedVersion=3, name="Autumn")
        assert len(renamed["draws"]) == 2
        assert (twin.get().to_dict() or {})["name"] == "Autumn"

        archived = editor.call("archiveCampaign", **ids, expectedVersion=4)
        assert archived["status"] == "archived"
        assert not twin.get().exists
        assert editor.call("archiveCampaign", **ids, expectedVersion=4) == archived
        restored = editor.call("restoreCampaign", **ids, expectedVersion=5)
        assert [each["n"] for each in restored["draws"]] == [1, 2, 3]
        deleted = editor.call("deleteCampaign", **ids, expectedVersion=6)
        assert deleted["deletedAt"]
        assert not twin.get().exists
        assert refused(editor, "updateCampaign", **ids, expectedVersion=7, name="X").reason == (
            "campaign_deleted"
        )
        back = editor.call("undeleteCampaign", **ids, expectedVersion=7)
        assert (back["status"], back["deleted"]) == ("archived", False)
        draws = db.collection("workspaces", workspace, "campaigns", campaign, "draws").stream()
        assert sorted(each.id for each in draws) == ["1", "2", "3"]

    def test_a_live_campaign_stays_complete(
        self, db: Database, editor: Client, workspace: str
    ) -> None:
        campaign = a_campaign(db, workspace, "live")
        ids = {"workspaceId": workspace, "campaignId": campaign, "expectedVersion": 2}

        said = refused(editor, "updateCampaign", **ids, config={"game": {"terms": None}})

        assert said.reason == "campaign_incomplete"
        archived = editor.call("archiveCampaign", **ids)
        later = {**ids, "expectedVersion": archived["version"]}
        gone = refused(editor, "updateCampaign", **later, config={"game": {"window": None}})
        assert gone.reason == "campaign_incomplete"
        assert said.details["issues"] == [{"path": "config.game.terms", "message": "are required"}]

    def test_another_tenant_cannot_go_live_under_the_same_id(
        self, db: Database, editor: Client, workspace: str
    ) -> None:
        campaign = a_campaign(db, workspace, "archived", built={})
        twin = db.document("publicCampaigns", a_campaign(db, a_workspace(db), "live"))
        db.document("publicCampaigns", campaign).set(
            {**(twin.get().to_dict() or {}), "id": campaign}
        )
        ids = {"workspaceId": workspace, "campaignId": campaign, "expectedVersion": 1}

        assert refused(editor, "restoreCampaign", **ids).reason == "campaign_id_taken"

    def test_lists_by_age_or_by_name(self, db: Database, signed_in: SignIn) -> None:
        workspace = a_workspace(db)
        viewer = signed_in(a_member(db, workspace, "viewer"))
        names = ["Beta", "alpha", 'ALPs "/\\', "gamma"]
        for number, name in enumerate(names):
            a_campaign(db, workspace, name=name, nameKey=name.lower(), createdAt=number)
        a_campaign(db, workspace, deleted=True, name="alp-gone", nameKey="alp-gone")

        def pages(**asked: Any) -> list[str]:
            found, token = [], None
            while True:
                page = viewer.call(
                    "listCampaigns", workspaceId=workspace, pageSize=1, pageToken=token, **asked
                )
                found += [each["name"] for each in page["items"]]
                token = page["nextPageToken"]
                if token is None:
                    return found

        assert pages() == names[::-1]
        assert pages(namePrefix="ALP") == ["alpha", 'ALPs "/\\']
        assert pages(namePrefix="al", status="live") == []
        assert pages(deleted=True) == ["alp-gone"]
        token = viewer.call("listCampaigns", workspaceId=workspace, pageSize=1)["nextPageToken"]
        other = refused(
            viewer, "listCampaigns", workspaceId=workspace, namePrefix="al", pageToken=token
        )
        assert other.details["issues"][0]["path"] == "pageToken"

    def test_members_alone_read_and_editors_alone_change(
        self, db: Database, signed_in: SignIn, workspace: str
    ) -> None:
        campaign = a_campaign(db, workspace)
        ids = {"workspaceId": workspace, "campaignId": campaign}
        attendant = signed_in(a_member(db, workspace, "attendant"))
        stranger = signed_in(a_member(db, a_workspace(db), "owner"))

        assert attendant.call("getCampaign", **ids)["name"] == "Summer"
        denied = refused(attendant, "updateCampaign", **ids, expectedVersion=1, name="X")
        assert denied.reason == "role_required"
        assert refused(stranger, "getCampaign", **ids).reason == "workspace_not_found"
        missing = refused(attendant, "getCampaign", workspaceId=workspace, campaignId="no")
        assert missing.reason == "campaign_not_found"
