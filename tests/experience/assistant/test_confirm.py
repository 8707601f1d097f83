"""What was proposed runs by its user's confirmation: once, in time, with the role it needs."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from google.cloud.firestore import Client as Database

from experience.assistant.models.requests import ConfirmProposal
from experience.assistant.models.views import ChatMessageView
from experience.assistant.usecases.confirm import confirm_proposal
from experience.errors import FailedPrecondition, NotFound, PermissionDenied, VersionConflict
from experience.firebase.callables import Caller
from experience.workflows.runs.requests import CancelRun
from experience.workflows.usecases.cancel import cancel_run
from tests.support.assistant.tenants import Tenant, a_proposal, a_tenant
from tests.support.builders.workspaces import a_member
from tests.support.calling import at_once
from tests.support.workflows.commits import Send, intercepted
from tests.support.workflows.workflow_bench import Killed

TOOLS = ("create_campaign", "generate_campaign", "archive_campaign", "cancel_run")


@pytest.fixture
def tenant(quiet_db: Database, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    monkeypatch.setenv("CAMPAIGN_SECRET", "a secret of these tests")
    return a_tenant(quiet_db)


def proposed(tenant: Tenant, tool: str, caller: Caller | None = None) -> str:
    """A chat in which this was proposed of what the tenant has."""
    arguments: dict[str, dict[str, Any]] = {
        "create_campaign": {"name": "New"},
        "generate_campaign": {"campaign": tenant.campaign},
        "archive_campaign": {"campaign": tenant.live},
        "cancel_run": {"runId": tenant.running},
    }
    return a_proposal(tenant, tool, caller, **arguments[tool])


def confirm(
    tenant: Tenant, chat: str, caller: Caller | None = None, message: str = "2"
) -> ChatMessageView:
    asked = {"workspaceId": tenant.id, "chatSessionId": chat, "messageId": message}
    return confirm_proposal((caller or tenant.editor).uid, ConfirmProposal.load(asked))


def confirming(tenant: Tenant, chat: str) -> Callable[[int], ChatMessageView]:
    return lambda _: confirm(tenant, chat)


def proposal_of(tenant: Tenant, chat: str) -> dict[str, Any]:
    path = ("workspaces", tenant.id, "chatSessions", chat, "chatMessages", "2")
    stored: dict[str, Any] = tenant.db.document(*path).get().get("proposal")
    return stored


def effects(tenant: Tenant, before: dict[str, Any]) -> list[str]:
    """What has changed of the tenant's campaigns and runs, in words."""
    found = []
    for path, fields in tenant.stored().items():
        earlier = before.get(path)
        kind = "run" if "/runs/" in path else "campaign"
        if earlier is None:
            found.append(f"new {kind}")
        elif earlier["status"] != fields["status"]:
            found.append(f"{kind} {earlier['status']} to {fields['status']}")
    return sorted(found)


EFFECTS = {
    "create_campaign": ["new campaign"],
    "generate_campaign": ["campaign draft to generating", "new run"],
    "archive_campaign": ["campaign live to archived"],
    "cancel_run": ["campaign generating to failed", "run queued to cancelled"],
}


def test_a_confirmed_change_runs_once_however_often_it_is_confirmed(tenant: Tenant) -> None:
    for tool in TOOLS:
        chat, before = proposed(tenant, tool), tenant.stored()
        found = at_once(3, confirming(tenant, chat))
        again = confirm(tenant, chat)
        assert all(each.shown() == again.shown() for each in found)
        proposal = again.shown()["proposal"]
        assert proposal["status"] == "confirmed"
        assert proposal == proposal_of(tenant, chat)
        assert proposal["result"].startswith("The ")
        assert proposal["confirmedAt"] < proposal["expiresAt"]
        assert not {"worker", "leaseUntil", "reservation", "request"} & again.shown().keys()
        assert effects(tenant, before) == EFFECTS[tool]


@pytest.mark.parametrize(
    "tool",
    [
        "generate_campaign",
        *(
            pytest.param(each, marks=pytest.mark.exhaustive)
            for each in TOOLS
            if each != "generate_campaign"
        ),
    ],
)
def test_a_crash_at_any_commit_leaves_a_proposal_that_can_be_confirmed_again(
    tenant: Tenant, tool: str
) -> None:
    """Each call dies at its first commit, before it or after it. What has begun never expires."""
    chat, before = proposed(tenant, tool), tenant.stored()
    message = tenant.db.document(f"workspaces/{tenant.id}/chatSessions/{chat}/chatMessages/2")
    crashes = 0

    def around(_: Any, send: Send) -> Any:
        nonlocal crashes
        crashes += 1
        if crashes % 2:
            raise Killed
        send()
        raise Killed

    confirmed = None
    while confirmed is None and crashes < 20:
        with suppress(Killed), intercepted(around):
            confirmed = confirm(tenant, chat)
        if proposal_of(tenant, chat)["confirmedAt"]:
            message.update({"proposal.expiresAt": 1})
    assert confirmed is not None
    assert crashes >= 6, "it begins, has its effect, and records it"
    assert confirmed.shown()["proposal"]["status"] == "confirmed"
    assert effects(tenant, before) == EFFECTS[tool]


def test_a_build_that_is_over_before_it_is_recorded_is_not_started_again(tenant: Tenant) -> None:
    chat, sent = proposed(tenant, "generate_campaign"), 0

    def around(_: Any, send: Send) -> Any:
        nonlocal sent
        sent += 1
        send()
        if sent == 2:
            raise Killed

    with suppress(Killed), intercepted(around):
        confirm(tenant, chat)
    campaign = tenant.db.document(f"workspaces/{tenant.id}/campaigns/{tenant.campaign}")
    run = campaign.get().get("pendingRunId")
    cancel_run(tenant.editor.uid, CancelRun(workspace_id=tenant.id, run_id=run))
    before = tenant.stored()
    assert campaign.get().get("status") == "failed"
    result = str(confirm(tenant, chat).shown()["proposal"]["result"])
    assert result == f"The run {run} builds the campaign \u201cSummer\u201d."
    assert tenant.stored() == before


def test_an_old_proposal_and_one_of_another_version_do_nothing(tenant: Tenant) -> None:
    chat, stale = proposed(tenant, "create_campaign"), proposed(tenant, "archive_campaign")
    message = tenant.db.document(f"workspaces/{tenant.id}/chatSessions/{chat}/chatMessages/2")
    message.update({"proposal.expiresAt": 1})
    tenant.db.document(f"workspaces/{tenant.id}/campaigns/{tenant.live}").update({"version": 7})
    before = tenant.stored()
    for _ in range(2):
        with pytest.raises(FailedPrecondition) as expired:
            confirm(tenant, chat)
        assert expired.value.details == {"reason": "proposal_expired", "expiresAt": 1}
    assert (proposal_of(tenant, chat)["status"], proposal_of(tenant, chat)["confirmedAt"]) == (
        "open", None,
    )  # fmt: skip

    with pytest.raises(VersionConflict) as conflict:
        confirm(tenant, stale)
    assert conflict.value.details == {"reason": "version_conflict", "currentVersion": 7}
    failed = proposal_of(tenant, stale)
    assert (failed["status"], failed["result"]) == ("failed", "This was changed meanwhile.")
    with pytest.raises(FailedPrecondition, match="changed meanwhile") as refused:
        confirm(tenant, stale)
    assert refused.value.reason == "proposal_failed"
    assert tenant.stored() == before


def test_only_its_user_with_the_role_of_its_tool_confirms_a_proposal(tenant: Tenant) -> None:
    chat, before = proposed(tenant, "archive_campaign"), tenant.stored()
    admin = Caller(a_member(tenant.db, tenant.id, "admin"))
    for caller, message, reason in [
        (admin, "2", "chat_session_not_found"),
        (Caller("a-stranger"), "2", "workspace_not_found"),
        (tenant.editor, "1", "proposal_not_found"),
        (tenant.editor, "3", "chat_message_not_found"),
    ]:
        with pytest.raises(NotFound) as missing:
            confirm(tenant, chat, caller, message)
        assert missing.value.reason == reason
    member = tenant.db.document(f"workspaces/{tenant.id}/members/{tenant.editor.uid}")
    member.update({"role": "attendant"})
    with pytest.raises(PermissionDenied) as denied:
        confirm(tenant, chat)
    assert denied.value.details["required"] == "editor"
    assert proposal_of(tenant, chat)["confirmedAt"] is None, "its time runs on"
    assert tenant.stored() == before
    member.update({"role": "editor"})
    assert confirm(tenant, chat).shown()["proposal"]["status"] == "confirmed"
    member.update({"role": "viewer"})
    assert confirm(tenant, chat).shown()["proposal"]["status"] == "confirmed", "what is done is"
