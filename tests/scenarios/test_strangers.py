"""What people try who know every id, or write to the server what only it may say."""

from dataclasses import dataclass
from typing import Any

import pytest

from emulator.demo.client import CallError
from tests.support.builders.events import an_event, an_event_experience
from tests.support.builders.jobs import CAPTURE
from tests.support.builders.projects import CONSENT
from tests.support.builders.venues import Venue
from tests.support.builders.workspaces import a_member, a_step, a_workspace
from tests.support.calling import issue_paths, refused
from tests.support.campaigns.builders import a_campaign
from tests.support.faulty_suite import FaultyGuest, FaultySuite


@dataclass(frozen=True)
class Victim:
    """A guest with a picture, and one more session that is still active."""

    venue: Venue
    uid: str
    done: dict[str, Any]
    active: dict[str, Any]
    event: str
    event_session: str
    event_experience: str
    campaign: str
    share: str

    def asks(self) -> dict[str, dict[str, Any]]:
        """For every callable a request that would do, for the victim or an operator."""
        about = {"projectId": self.venue.project}
        of_project = {name: {**about, **data} for name, data in self.asks_of_project().items()}
        return of_project | self.asks_of_workspace() | self.asks_of_event()

    def asks_of_event(self) -> dict[str, dict[str, Any]]:
        """The same for the callables about an event."""
        event = {"eventId": self.event}
        session = {**event, "sessionId": self.event_session}
        step, name = {"id": "name", "type": "short_text"}, {"name": "Mine"}
        experience = {"experienceId": self.event_experience}
        return {
            "createCaptureUpload": {**session, "contentType": "image/jpeg", "sizeBytes": 1000},
            "getEventSession": session,
            "goToStep": {**session, "index": 1},
            "listEventSessions": event,
            "listEvents": {"workspaceId": self.venue.workspace},
            "retryJourney": session,
            "revokeEventShare": session,
            "saveCapture": session,
            "saveEvent": {**event, "expectedVersion": 1, "event": name},
            "saveEventExperience": {**experience, "expectedVersion": 1, "experience": name},
            "saveJourney": {**event, "journeyId": "journey", "expectedVersion": 0, "journey": name},
            "saveStep": {**event, "stepId": "name", "expectedVersion": 0, "step": step},
            "saveStepInput": {**session, "stepId": "name", "input": {"type": "text", "value": "x"}},
            "setActiveJourney": {**event, "journeyId": None, "expectedVersion": 0},
            "triggerTransform": session,
        }

    def asks_of_workspace(self) -> dict[str, dict[str, Any]]:
        """The same for the callables that name a workspace."""
        of_workspace = {"workspaceId": self.venue.workspace}
        run = {**of_workspace, "runId": "one"}
        experience = {**of_workspace, "experienceId": self.venue.main, "expectedVersion": 1}
        generation = {**of_workspace, "generationId": "one"}
        chat = {**of_workspace, "chatSessionId": "one"}
        return {
            "acceptAiGeneration": generation,
            "cancelRun": run,
            "createAiGeneration": {
                **of_workspace,
                "generationType": "copy",
                "params": {"brief": "A wheel"},
            },
            "confirmProposal": {**chat, "messageId": "2"},
            "deleteChatSession": chat,
            "findEventsNear": {**of_workspace, "lat": 52.5, "lng": 13.4, "radiusMeters": 10},
            "getAiGeneration": generation,
            "getArtifactUrl": {**of_workspace, "artifactId": "one"},
            "getChatMessages": chat,
            "getContentAnalytics": {**of_workspace, "experienceId": self.venue.main},
            "getRun": run,
            "listAiGenerations": of_workspace,
            "listChatSessions": of_workspace,
            "listExperiences": of_workspace,
            "listProgress": {**of_workspace, "experienceId": self.venue.main},
            "listProgressEvents": {**of_workspace, "experienceId": self.venue.main},
            "listProjects": of_workspace,
            "listRuns": of_workspace,
            "publishExperience": experience,
            "rejectAiGeneration": generation,
            "renameChatSession": {**chat, "title": "Mine"},
            "retryRun": run,
            "saveExperience": {**experience, "name": "Mine"},
            "saveWorkspace": {**of_workspace, "expectedVersion": 1, "name": "Mine"},
            "sendChatMessage": {**of_workspace, "content": "List my campaigns"},
            "setMember": {**of_workspace, "uid": "me", "role": "owner"},
            "startRun": {**of_workspace, "workflowName": "photo.transform", "payload": {}},
            "stopChatMessage": {**chat, "messageId": "2"},
            **self.asks_of_players(),
            **self.asks_of_campaigns(),
        }

    def asks_of_campaigns(self) -> dict[str, dict[str, Any]]:
        """The same for the callables about campaigns; a draft is nobody's to play."""
        of_workspace = {"workspaceId": self.venue.workspace}
        campaign = {**of_workspace, "campaignId": self.campaign}
        change = {**campaign, "expectedVersion": 1}
        return {
            "archiveCampaign": change,
            "closeCampaign": change,
            "createCampaign": {**of_workspace, "name": "Mine", "templateId": "spin_wheel"},
            "createTickets": {**campaign, "count": 1, "requestId": "mine"},
            "deleteCampaign": change,
            "exportPlays": campaign,
            "generateCampaign": change,
            "getCampaign": campaign,
            "getCampaignFunnel": campaign,
            "getEmbedCode": campaign,
            "getPlay": {**campaign, "playId": "one"},
            "listCampaigns": of_workspace,
            "listPlays": campaign,
            "playCampaign": {**campaign, "termsVersion": "1"},
            "redeemClaim": {**campaign, "code": "0000-0000-0000-0000"},
            "restoreCampaign": change,
            "revokeTickets": {**campaign, "batchId": "one"},
            "undeleteCampaign": change,
            "updateCampaign": {**change, "name": "Mine"},
            "uploadCodes": {**campaign, "prizeId": "mug", "codes": ["MINE"]},
            "voidClaim": {**campaign, "playId": "one", "reason": "mine"},
        }

    def asks_of_players(self) -> dict[str, dict[str, Any]]:
        """The same for the callables about players: only what is the caller's own is found."""
        there = {"workspaceId": self.venue.workspace, "experienceId": self.venue.main}
        player = {**there, "playerId": self.uid}
        return {
            "auditProgress": player,
            "findEventsNear": {
                "workspaceId": self.venue.workspace,
                "lat": 1,
                "lng": 1,
                "radiusMeters": 10,
            },
            "getContentAnalytics": {**there, "days": 7},
            "getExperienceProgress": player,
            "getState": {**there, "slot": 1},
            "listProgress": there,
            "listProgressEvents": player,
            "saveState": {**there, "slot": 1, "data": {}},
            "setNickname": {**there, "nickname": "Eve"},
            "getShare": {"shareId": self.share},
        }

    def asks_of_project(self) -> dict[str, dict[str, Any]]:
        """The same for the callables about the victim's project, but for its id."""
        active, done = {"sessionId": self.active["id"]}, {"sessionId": self.done["id"]}
        photo = {**active, "stepId": "photo"}
        return {
            "abandonSession": active,
            "cancelTransform": done,
            "completeSession": active,
            "confirmUpload": {**photo, "assetId": self.done["capturedMedia"][0]["assetId"]},
            "createUpload": {**photo, "contentType": "image/jpeg", "sizeBytes": 1000},
            "eraseGuest": {"guestId": self.uid},
            "failSession": {**active, "code": "X", "message": "failed"},
            "getDownloadUrl": {**done, "assetId": self.done["capturedMedia"][0]["assetId"]},
            "getGuestHistory": {"guestId": self.uid},
            "getJob": {"jobId": self.done["jobId"]},
            "getJourneySessions": {"mainSessionId": self.done["id"]},
            "getSession": done,
            "listGuests": {},
            "listSessions": {},
            "publishProject": {"expectedVersion": 1},
            "createShare": done,
            "retryTransform": done,
            "revokeShare": done,
            "saveProject": {
                "workspaceId": self.venue.workspace,
                "expectedVersion": 1,
                "name": "Mine",
            },
            "startTransform": done,
            "updateSessionProgress": {**active, "currentStepIndex": 1},
        }


# What every visitor of a live project or event may call: it changes nothing of anybody else.
FOR_VISITORS = {
    "createSession",
    "ensureGuest",
    "erasePlayer",
    "exportPlayerData",
    "getGuest",
    "getLeaderboard",
    "getNextPhase",
    "getPlayerProfile",
    "getProject",
    "listExperienceProgress",
    "mergePlayer",
    "startJourney",
    "trackProgressEvents",
    "updateInventory",
    "updateLocation",
    "updatePreferences",
}


@pytest.fixture
def victim(faulty_suite: FaultySuite) -> Victim:
    venue = faulty_suite.venue(preshare=True)
    guest = faulty_suite.guest(venue, "victim")
    done = guest.photographed()
    faulty_suite.suite.settle()
    done = guest.call("getSession", sessionId=done["id"])["session"]
    event = an_event(faulty_suite.db, venue.workspace, [a_step("name"), a_step("photo", "capture")])
    journey = guest.client.call("startJourney", eventId=event)
    experience = an_event_experience(faulty_suite.db, venue.workspace)
    session = journey["session"]["id"]
    campaign = a_campaign(faulty_suite.db, venue.workspace)
    share = guest.call("createShare", sessionId=done["id"])["id"]
    active = guest.begin()
    return Victim(venue, "victim", done, active, event, session, experience, campaign, share)


class TestWhoKnowsAllIds:
    def test_every_callable_is_tried(self, faulty_suite: FaultySuite, victim: Victim) -> None:
        deployed = set(faulty_suite.suite.functions.endpoints("callableTrigger"))
        assert set(victim.asks()) | FOR_VISITORS == deployed

    @pytest.mark.parametrize("who", ["nobody's guest", "another guest", "another admin"])
    def test_finds_nothing(self, faulty_suite: FaultySuite, victim: Victim, who: str) -> None:
        uid = (
            a_member(faulty_suite.db, faulty_suite.venue().workspace, "admin")
            if "admin" in who
            else "eve"
        )
        stranger = faulty_suite.guest(victim.venue, uid)
        if who == "another guest":
            stranger.call("ensureGuest")
        before = self.everything(faulty_suite, victim)
        answers = {}
        for name, data in victim.asks().items():
            answers[name] = refused(stranger.client, name, **data).status
        assert answers == dict.fromkeys(answers, "NOT_FOUND")
        assert self.everything(faulty_suite, victim) == before

    def everything(self, faulty_suite: FaultySuite, victim: Victim) -> Any:
        """All that a stranger could have changed."""
        project, workspace = victim.venue.project, victim.venue.workspace
        paths = (
            [f"projects/{project}/{each}" for each in ("sessions", "jobs")]
            + [f"workspaces/{workspace}/{each}" for each in ("members", "experiences", "campaigns")]
            + [f"events/{victim.event}/{each}" for each in ("journeys", "sessions", "steps")]
        )  # fmt: skip
        return [
            faulty_suite.db.document("projects", project).get().to_dict(),
            faulty_suite.db.document("events", victim.event).get().to_dict(),
            faulty_suite.db.document("experiences", victim.event_experience).get().to_dict(),
            *(
                [each.to_dict() for each in faulty_suite.db.collection(path).stream()]
                for path in paths
            ),
        ]

    def test_is_led_nowhere_by_others_sessions(
        self, faulty_suite: FaultySuite, victim: Victim
    ) -> None:
        stranger = faulty_suite.guest(victim.venue, "eve")
        stranger.call("ensureGuest")
        moved = stranger.call("getNextPhase", mainSessionId=victim.done["id"])
        assert moved["phase"] == "welcome"
        with pytest.raises(CallError, match="NOT_FOUND main_session_not_found"):
            stranger.begin(victim.venue.preshare, mainSessionId=victim.done["id"])

    def test_cannot_take_a_project_over_into_their_own_workspace(
        self, faulty_suite: FaultySuite, victim: Victim
    ) -> None:
        own = a_workspace(faulty_suite.db)
        a_member(faulty_suite.db, own, "owner")
        admin = faulty_suite.client(a_member(faulty_suite.db, own, "owner"))
        ids = {"workspaceId": own, "projectId": victim.venue.project}
        for version in (0, 1):
            error = refused(admin, "saveProject", **ids, expectedVersion=version, name="Mine")
            assert error.status in {"NOT_FOUND", "ALREADY_EXISTS"}
        stored = faulty_suite.db.document("projects", victim.venue.project).get()
        assert stored.get("workspaceId") == victim.venue.workspace


@pytest.fixture
def guest(faulty_suite: FaultySuite) -> FaultyGuest:
    guest = faulty_suite.guest(faulty_suite.venue(), "mallory")
    guest.call("ensureGuest")
    return guest


class TestWhatAGuestCannotSay:
    @pytest.mark.parametrize(
        ("name", "field"),
        [
            ("ensureGuest", "completedExperiences"),
            ("ensureGuest", "uid"),
            ("createSession", "status"),
            ("createSession", "phase"),
            ("createSession", "experienceVersion"),
            ("createSession", "createdBy"),
            ("createUpload", "path"),
            ("confirmUpload", "url"),
            ("updateSessionProgress", "status"),
            ("updateSessionProgress", "resultMedia"),
            ("updateSessionProgress", "mainSessionId"),
            ("completeSession", "completedAt"),
            ("startTransform", "prompt"),
            ("getNextPhase", "guestId"),
        ],
    )
    def test_a_field_of_the_server(self, guest: FaultyGuest, name: str, field: str) -> None:
        error = refused(guest.client, name, projectId=guest.venue.project, **{field: "forged"})
        assert field in issue_paths(error)

    @pytest.mark.parametrize("forged", ["../../secrets", "a/b", ".", "", "x" * 200, "täglich"])
    def test_a_path(self, guest: FaultyGuest, forged: str) -> None:
        session = guest.begin()
        ids = {"sessionId": session["id"], "stepId": "photo"}
        for changed in ({"sessionId": forged}, {"stepId": forged}, {"assetId": forged}):
            error = refused(
                guest.client,
                "confirmUpload",
                projectId=guest.venue.project,
                **{**ids, "assetId": "asset", **changed},
            )
            assert issue_paths(error) == list(changed)

    def test_that_a_draft_is_to_be_played(self, guest: FaultyGuest) -> None:
        for forged in ({"mode": "preview"}, {"configSource": "draft"}):
            with pytest.raises(CallError, match="PERMISSION_DENIED"):
                guest.begin(**forged)

    def test_that_the_pregate_was_passed_or_consent_given(self, faulty_suite: FaultySuite) -> None:
        guest = faulty_suite.guest(faulty_suite.venue(pregate=True, consent=CONSENT), "hasty")
        with pytest.raises(CallError, match="consent_required"):
            guest.call("ensureGuest")
        with pytest.raises(CallError, match="guest_required"):
            guest.begin()
        guest.call("ensureGuest", consentVersion=CONSENT["version"])
        for forged in ({}, {"pregateSessionId": "made-up"}):
            with pytest.raises(CallError, match="pregate_required"):
                guest.begin(**forged)

    def test_that_media_of_another_session_are_theirs(self, faulty_suite: FaultySuite) -> None:
        venue = faulty_suite.venue(steps=[CAPTURE, a_step("name")])
        theirs = faulty_suite.guest(venue, "victim").photographed()["capturedMedia"][0]
        guest = faulty_suite.guest(venue, "thief")
        guest.call("ensureGuest")
        ids = {"projectId": venue.project, "sessionId": guest.begin()["id"]}
        asset, media = {"assetId": theirs["assetId"]}, {"url": theirs["url"], "type": "image"}
        tried: list[tuple[str, dict[str, Any], str]] = [
            ("confirmUpload", {"stepId": "photo", **asset}, "FAILED_PRECONDITION"),
            ("getDownloadUrl", asset, "NOT_FOUND"),
            ("updateSessionProgress", {"inputs": {"photo": theirs["url"]}}, "INVALID_ARGUMENT"),
            ("updateSessionProgress", {"outputs": {"photo": media}}, "INVALID_ARGUMENT"),
            (
                "updateSessionProgress",
                {"capturedMedia": [{"stepId": "photo", **asset}]},
                "INVALID_ARGUMENT",
            ),
        ]
        for name, data, status in tried:
            assert refused(guest.client, name, **ids, **data).status == status

    def test_show_me_the_prompt(self, faulty_suite: FaultySuite) -> None:
        venue = faulty_suite.venue(pregate=True)
        guest, heard = faulty_suite.guest(venue, "curious"), []
        guest.call("ensureGuest")
        heard += [guest.call("getProject"), guest.call("getNextPhase", experienceId=venue.main)]
        guest.complete(guest.begin(venue.pregate))
        session = guest.photographed()
        faulty_suite.suite.settle()
        again = {"mode": "guest", "configSource": "published", "experienceId": venue.main}
        heard += [
            guest.call("getSession", sessionId=session["id"]),
            guest.call("createSession", **again),
        ]
        heard += [
            guest.call("startTransform", sessionId=session["id"]),
            guest.call("getGuestHistory"),
        ]
        heard += [guest.call("getJourneySessions", mainSessionId=session["id"]), session]
        assert "PROMPT" not in str(heard)
