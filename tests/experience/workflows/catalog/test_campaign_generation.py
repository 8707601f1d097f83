"""A campaign follows its build: live with its twin in one commit, and never left in between."""

from typing import Any

import pytest
import requests

from experience.campaigns import store
from experience.campaigns.models.campaign import (
    Campaign,
    CampaignStatus,
    GeneratedCampaign,
    PublicCampaign,
)
from experience.campaigns.models.requests import GenerateCampaign, GetEmbedCode, UpdateCampaign
from experience.campaigns.usecases.generate import generate_campaign
from experience.campaigns.usecases.read import get_embed_code
from experience.campaigns.usecases.sweep import sweep_campaigns
from experience.campaigns.usecases.update import update_campaign
from experience.errors import FailedPrecondition, VersionConflict
from experience.workflows.runs.models import RunStatus
from experience.workflows.runs.requests import GetRun, ListRuns
from experience.workflows.usecases import delete, read, retry
from experience.workflows.usecases.cancel import cancel_by_id
from experience.workflows.usecases.sweep import sweep_runs
from tests.support.calling import at_once
from tests.support.campaigns.builders import a_campaign, a_config
from tests.support.workflows.commits import Send, intercepted, path_of
from tests.support.workflows.workflow_bench import EDITOR, Killed, WorkflowBench, unfinished

GENERATING, LIVE, FAILED = CampaignStatus.GENERATING, CampaignStatus.LIVE, CampaignStatus.FAILED
UNREADABLE = {"primaryColor": "#ffffff", "secondaryColor": "#fffffe"}


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPAIGN_SECRET", "a secret of these tests")


def of(bench: WorkflowBench, campaign_id: str) -> Campaign:
    return store.get_campaign(bench.client, bench.workspace, campaign_id)


def generate(bench: WorkflowBench, campaign_id: str, version: int) -> GeneratedCampaign:
    asked = {
        "workspaceId": bench.workspace,
        "campaignId": campaign_id,
        "expectedVersion": version,
    }
    return generate_campaign(EDITOR, GenerateCampaign.model_validate(asked))


def update(bench: WorkflowBench, campaign_id: str, **config: Any) -> int:
    """Change a campaign's config; its version then."""
    asked = {
        "workspaceId": bench.workspace,
        "campaignId": campaign_id,
        "expectedVersion": of(bench, campaign_id).version,
        "config": config,
    }
    return update_campaign(EDITOR, UpdateCampaign.model_validate(asked)).version


def problems(bench: WorkflowBench, campaign_id: str) -> list[str]:
    """What contradicts itself in a campaign without a build under way."""
    campaign = of(bench, campaign_id)
    twin = store.find_public(bench.client, campaign_id)
    wrong = ["a build is pending"] * (campaign.pending_run_id is not None)
    wrong += ["it is generating"] * (campaign.status is GENERATING)
    wrong += ["it is live without a twin"] * (campaign.is_live and twin is None)
    wrong += ["it has a twin and is not live"] * (twin is not None and not campaign.is_live)
    if twin:
        wrong += ["the twin is of another version"] * (twin.version != campaign.version)
        wrong += ["the twin has another bundle"] * (twin.bundle_url != campaign.bundle_url)
    if campaign.latest_run_id:
        run = bench.run(campaign.latest_run_id)
        wrong += ["the latest run did not succeed"] * (run.status is not RunStatus.COMPLETED)
    return wrong


def assert_addresses_work(live: Campaign, twin: PublicCampaign) -> None:
    """What a browser gets from each address of a build."""
    page = requests.get(str(live.bundle_url), timeout=30)
    assert page.headers["content-type"].startswith("text/html")
    assert live.id in page.text
    for url, kind in [
        (live.thumbnail_url, "image/webp"),
        (twin.media.background, "image/webp"),
        (twin.media.emblem, "image/webp"),
        (twin.media.spin, "audio/wav"),
        (twin.media.win, "audio/wav"),
    ]:
        assert requests.get(str(url), timeout=30).headers["content-type"] == kind


def test_a_build_goes_live_and_a_rebuild_reruns_what_changed(bench: WorkflowBench) -> None:
    campaign_id = a_campaign(bench.client, bench.workspace)
    first, other = at_once(2, lambda _: generate(bench, campaign_id, 1))
    assert first.run.id == other.run.id
    again = generate(bench, campaign_id, 7)
    assert (again.run.id, again.campaign.status) == (first.run.id, GENERATING)
    assert again.campaign.pending_run_id == first.run.id
    bench.drain()
    assert unfinished(bench, first.run.id) == []

    live = of(bench, campaign_id)
    assert (live.status, live.version, live.latest_run_id) == (LIVE, 2, first.run.id)
    assert (live.draw, problems(bench, campaign_id)) == (1, [])
    twin = store.find_public(bench.client, campaign_id)
    assert twin is not None
    assert_addresses_work(live, twin)
    assert twin.media.logo is None
    assert twin.words["headline"]
    assert [each.prize for each in twin.segments] == [None, "Mug", "Mug", "Trip"]

    workspace = {"workspaceId": bench.workspace}
    shown = read.get_run(EDITOR, GetRun.model_validate({**workspace, "runId": first.run.id}))
    assert {each.id for each in shown.steps} == set(bench.steps(first.run.id))
    assert all(step.artifacts for step in shown.steps if step.id in ("bundle", "background"))
    listed = read.list_runs(EDITOR, ListRuns.model_validate(workspace))
    assert [each.id for each in listed.items] == [first.run.id]

    kept = bench.steps(first.run.id)["bundle"].output_artifact_ids
    assert all(bench.tenant.artifact_ref(each).get().exists for each in kept)
    reused = bench.start("campaign.build", {"publish": False}, baseRunId=first.run.id)
    bench.drain()
    assert bench.run(reused).status is RunStatus.COMPLETED
    assert bench.output(reused, "publish")["published"] is None

    version = update(bench, campaign_id, sounds={"spin": "drumroll"})
    rebuild = generate(bench, campaign_id, version)
    assert (rebuild.campaign.status, rebuild.campaign.pending_run_id) == (LIVE, rebuild.run.id)
    assert of(bench, campaign_id).bundle_url == live.bundle_url
    assert (rebuild.run.trigger_type, rebuild.run.base_run_id) == ("update", first.run.id)
    bench.drain()
    ran = {name for name, step in bench.steps(rebuild.run.id).items() if step.reason}
    assert ran == {"sound_spin", "manifest", "bundle", "thumbnail", "publish"}
    rebuilt = of(bench, campaign_id)
    assert (rebuilt.version, rebuilt.latest_run_id) == (version + 1, rebuild.run.id)
    assert rebuilt.bundle_url != live.bundle_url
    assert problems(bench, campaign_id) == []
    with pytest.raises(VersionConflict):
        generate(bench, campaign_id, version)

    unchanged = generate(bench, campaign_id, rebuilt.version)
    assert unchanged.run.status is RunStatus.COMPLETED
    assert unchanged.campaign.version == rebuilt.version + 1
    assert unchanged.campaign.bundle_url == rebuilt.bundle_url
    assert (problems(bench, campaign_id), bench.queue.waiting) == ([], [])


@pytest.mark.exhaustive
def test_a_campaign_that_changes_as_its_build_ends_keeps_both_changes(
    bench: WorkflowBench,
) -> None:
    campaign_id = a_campaign(bench.client, bench.workspace)
    reference = store.campaign_ref(bench.client, bench.workspace, campaign_id)
    generate(bench, campaign_id, 1)
    changed: list[int] = []

    def around(writes: list[Any], send: Send) -> Any:
        if not changed and any(path_of(each) == reference.path for each in writes):
            changed.append(1)
            changed.append(update(bench, campaign_id, copy={"cta": "Turn it"}))
        return send()

    with intercepted(around):
        bench.drain()
    campaign = of(bench, campaign_id)
    assert changed == [1, 2]
    assert (campaign.status, campaign.version) == (LIVE, 3)
    assert campaign.config.copy_.cta == "Turn it"
    assert problems(bench, campaign_id) == []


@pytest.mark.exhaustive
def test_a_build_that_fails_or_is_cancelled_leaves_nothing_in_between(
    bench: WorkflowBench,
) -> None:
    config = a_config(theme=UNREADABLE)
    first = a_campaign(bench.client, bench.workspace, config=config)
    run_id = generate(bench, first, 1).run.id
    bench.drain()
    assert (of(bench, first).status, of(bench, first).version) == (FAILED, 1)
    with pytest.raises(FailedPrecondition) as caught:
        retry.retry_by_id(bench.tenant, run_id)
    assert caught.value.reason == "run_not_retryable"

    live = a_campaign(bench.client, bench.workspace, "live", config=config)
    before = of(bench, live)
    generate(bench, live, before.version)
    bench.drain()
    after = of(bench, live)
    assert (after.status, after.bundle_url, after.version) == (
        LIVE,
        before.bundle_url,
        before.version,
    )

    for campaign_id, ends in ((first, FAILED), (live, LIVE)):
        run_id = generate(bench, campaign_id, of(bench, campaign_id).version).run.id
        bench.deliver()
        cancel_by_id(bench.tenant, run_id)
        bench.drain()
        assert of(bench, campaign_id).status is ends
        assert problems(bench, campaign_id) == []


@pytest.mark.exhaustive
def test_a_lost_task_or_an_erased_run_ends_nothing_half_way(bench: WorkflowBench) -> None:
    lost = a_campaign(bench.client, bench.workspace)
    erased = a_campaign(bench.client, bench.workspace)
    generate(bench, lost, 1)
    run_id = generate(bench, erased, 1).run.id
    bench.queue.waiting.clear()
    for reference in delete.documents_of(bench.tenant, run_id):
        reference.delete()
    assert of(bench, erased).pending_run_id == run_id
    assert sweep_campaigns()["ended"] == 1
    assert sweep_campaigns()["ended"] == 0
    assert of(bench, erased).status is FAILED
    sweep_runs()
    bench.drain()
    assert of(bench, lost).status is LIVE
    latest = str(of(bench, lost).latest_run_id)
    for reference in delete.documents_of(bench.tenant, latest):
        reference.delete()
    rebuild = generate(bench, lost, 2)
    assert (rebuild.run.trigger_type, rebuild.run.base_run_id) == ("initial", None)
    generate(bench, erased, 1)
    bench.drain()
    assert (of(bench, erased).status, of(bench, lost).version) == (LIVE, 3)
    assert problems(bench, lost) + problems(bench, erased) == []


def test_what_cannot_go_live_is_refused_before_it_is_built(
    bench: WorkflowBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"config": {"theme": {}}}, "campaign_incomplete"),
        ({"deleted": True, "deletedAt": 1}, "campaign_deleted"),
        ({"closedAt": 1}, "campaign_closed"),
    ]
    for fields, reason in cases:
        campaign_id = a_campaign(bench.client, bench.workspace, **fields)
        with pytest.raises(FailedPrecondition) as caught:
            generate(bench, campaign_id, 1)
        assert caught.value.reason == reason
    monkeypatch.delenv("CAMPAIGN_SECRET")
    with pytest.raises(FailedPrecondition) as caught:
        generate(bench, a_campaign(bench.client, bench.workspace), 1)
    assert caught.value.reason == "campaign_secret_missing"
    assert bench.queue.waiting == []


@pytest.mark.exhaustive
def test_a_build_that_cannot_go_live_in_the_end_is_a_failed_one_and_says_why(
    bench: WorkflowBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign_id = a_campaign(bench.client, bench.workspace)
    run_id = generate(bench, campaign_id, 1).run.id
    monkeypatch.delenv("CAMPAIGN_SECRET")
    bench.drain()
    assert bench.run(run_id).status is RunStatus.COMPLETED
    failed = of(bench, campaign_id)
    assert (failed.status, failed.version, failed.pending_run_id) == (FAILED, 1, None)
    assert failed.publish_error == "campaign_secret_missing"
    assert store.find_public(bench.client, campaign_id) is None

    # As if the commit that ended the run had not ended the build, and another tenant has the id.
    monkeypatch.setenv("CAMPAIGN_SECRET", "a secret of these tests")
    live = a_campaign(bench.client, f"{bench.workspace}-2", "live")
    twin = store.find_public(bench.client, live)
    assert twin is not None
    public = store.public_ref(bench.client, campaign_id)
    public.set({**twin.dump(), "id": campaign_id, "tenantId": "another-workspace"})
    reference = store.campaign_ref(bench.client, bench.workspace, campaign_id)
    reference.update({"status": "generating", "pendingRunId": run_id, "publishError": None})
    for _ in range(2):
        sweep_campaigns()
        lost = of(bench, campaign_id)
        assert (lost.status, lost.pending_run_id) == (FAILED, None)
        assert lost.publish_error == "campaign_id_taken"
        found = store.find_public(bench.client, campaign_id)
        assert found is not None
        assert found.tenant_id == "another-workspace"

    public.delete()
    assert generate(bench, campaign_id, 1).campaign.publish_error is None
    bench.drain()
    assert (of(bench, campaign_id).status, of(bench, campaign_id).publish_error) == (LIVE, None)


def test_the_embed_code_is_an_iframe_that_a_name_cannot_leave(bench: WorkflowBench) -> None:
    campaign_id = a_campaign(bench.client, bench.workspace, name='"><script>alert(1)</script>')
    asked = {"workspaceId": bench.workspace, "campaignId": campaign_id}
    found = get_embed_code(EDITOR, GetEmbedCode.model_validate(asked))
    assert found.url.endswith(f".web.app/play/{campaign_id}")
    assert found.html.startswith(f'<iframe src="{found.url}" title="&quot;&gt;&lt;script&gt;')
    assert found.html.count("<") == 2


@pytest.mark.exhaustive
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_that_dies_at_any_commit_leaves_a_campaign_that_goes_live(
    bench: WorkflowBench, when: str
) -> None:
    number, commits = 0, 1
    while number < commits:
        number += 1
        campaign_id = a_campaign(bench.client, bench.workspace)
        with bench.killed_at(number, when) as sent:
            while of(bench, campaign_id).status is not LIVE:
                try:
                    generate(bench, campaign_id, 1)
                    bench.drain()
                    sweep_runs()
                except Killed:
                    expire_leases(bench, of(bench, campaign_id).pending_run_id)
                    sweep_runs()
            commits = max(commits, sent[0])
        assert problems(bench, campaign_id) == []
        assert (of(bench, campaign_id).version, of(bench, campaign_id).draw) == (2, 1)
    assert commits > 25


def expire_leases(bench: WorkflowBench, run_id: str | None) -> None:
    """Let the time of a dead worker run out."""
    for name, step in (bench.steps(run_id) if run_id else {}).items():
        if step.lease:
            bench.expire(str(run_id), name)
