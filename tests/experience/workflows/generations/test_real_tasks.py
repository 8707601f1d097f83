"""Generations through the real queues, with a process that is really killed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client as Database

from emulator.faults.settings import Faults, parse
from emulator.suite.suite import Suite
from experience.workflows.generations.models import MAX_PERMITS
from tests.experience.workflows.generations.generation_bench import REPLICATE
from tests.experience.workflows.test_callables import Team, eventually
from tests.support.vendors.account import Account
from tests.support.vendors.replicate import ReplicateVendor

QUICK: dict[str, Any] = {"request": {**REPLICATE, "pollIntervalMs": 50}}


@pytest.fixture
def vendor(account: Account) -> Iterator[ReplicateVendor]:
    yield account.replicate
    account.replicate.polls_needed = 1


@pytest.fixture
def team(workflow_suite: Suite, world: Path) -> Iterator[Team]:
    db = Database(workflow_suite.project, AnonymousCredentials())
    yield Team(workflow_suite, db)
    workflow_suite.set_faults(Faults())
    assert workflow_suite.index_errors() == []
    db.close()


def jobs(team: Team) -> list[dict[str, Any]]:
    found = team.db.collection("workspaces", team.id, "generationJobs").stream()
    return [each.to_dict() or {} for each in found]


@pytest.mark.exhaustive
class TestRealTasks:
    def test_a_provider_is_polled_by_one_task_for_each_look(
        self, team: Team, vendor: ReplicateVendor
    ) -> None:
        vendor.polls_needed, paid = 3, vendor.paid
        found = team.ended(team.start("test.generate", QUICK))
        assert found["run"]["status"] == "completed"
        [job] = jobs(team)
        assert (job["status"], job["attempts"], job["submits"]) == ("completed", 2, 1)
        assert vendor.paid == paid + 1
        made = found["steps"][0]["output"]["artifact"]
        address = {"workspaceId": team.id, "artifactId": made["id"]}
        assert team.viewer.call("getArtifactUrl", **address)["type"] == "image/png"

    @pytest.mark.parametrize(
        ("function", "number", "when"),
        [
            ("runStep", 3, "before"),  # the provider has begun, and nobody wrote it down
            ("pollGeneration", 1, "after"),  # the job has ended, and its step has not heard
        ],
    )
    def test_a_process_that_is_killed_pays_once(
        self, team: Team, vendor: ReplicateVendor, function: str, number: int, when: str
    ) -> None:
        paid = vendor.paid
        kill = {"killAtCommit": number, "killWhen": when, "only": function}
        team.suite.set_faults(parse(json.dumps(kill)))
        found = team.ended(team.start("test.generate", QUICK))
        assert found["run"]["status"] == "completed"
        assert team.suite.injected_faults()["killAtCommit"] == 1
        assert vendor.paid == paid + 1
        assert [job["status"] for job in jobs(team)] == ["completed"]

    @pytest.mark.exhaustive
    def test_more_than_may_be_at_once_get_through_in_the_worst_of_networks(
        self, team: Team, vendor: ReplicateVendor
    ) -> None:
        paid, count = vendor.paid, MAX_PERMITS["image"] + 3
        faults = {"seed": 3, "duplicate": 0.5, "abort": 0.05, "provider": 0.2}
        team.suite.set_faults(parse(json.dumps(faults)))
        runs = [team.start("test.generate", QUICK) for _ in range(count)]
        ended = [team.ended(run_id)["run"]["status"] for run_id in runs]
        assert ended == ["completed"] * count
        assert {job["status"] for job in jobs(team)} == {"completed"}
        assert vendor.paid == paid + count
        assert team.suite.scheduler.run("sweepRuns") == 200

    def test_a_run_that_is_cancelled_has_the_provider_told(
        self, team: Team, vendor: ReplicateVendor
    ) -> None:
        vendor.polls_needed = 10**6
        run_id = team.start("test.generate", QUICK)
        eventually(lambda: [job for job in jobs(team) if job["status"] == "processing"])
        team.editor.call("cancelRun", workspaceId=team.id, runId=run_id)
        [job] = jobs(team)
        prediction = vendor.predictions[job["providerJobId"]]
        eventually(lambda: prediction["status"] == "canceled")
        assert (job["status"], job["errorCode"]) == ("failed", "CANCELLED")
