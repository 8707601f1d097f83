"""The callables, the task and the schedules as they are deployed, in a running suite."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client as Database

from emulator.demo.client import Client
from emulator.faults.settings import Faults, parse
from emulator.suite.suite import Suite
from experience.ids import new_id
from tests.support.calling import at_once, issue_paths, refused
from tests.support.workflows.sample import skills

MEDIA = {"images": "dog", "sounds": "beep"}


class Team:
    """A workspace in the running suite, and its people."""

    def __init__(self, suite: Suite, db: Database) -> None:
        self.suite = suite
        self.db = db
        self.id = f"w-{new_id()}"
        self.editor = self.person("editor")
        self.viewer = self.person("viewer")

    def person(self, role: str | None) -> Client:
        uid = f"{role}-{new_id()}"
        if role:
            member = self.db.document("workspaces", self.id, "members", uid)
            member.set({"uid": uid, "role": role, "createdAt": 1})
        return Client(self.suite.env["FUNCTIONS_EMULATOR_HOST"], self.suite.project, uid)

    def start(self, workflow: str, payload: dict[str, Any], **more: Any) -> str:
        wanted = {"workspaceId": self.id, "workflowName": workflow, "payload": payload, **more}
        return str(self.editor.call("startRun", **wanted)["run"]["id"])

    def get(self, run_id: str) -> Any:
        return self.viewer.call("getRun", workspaceId=self.id, runId=run_id)

    def ended(self, run_id: str) -> Any:
        """The run as it is answered when it has ended."""

        def over() -> Any:
            with suppress(requests.RequestException):  # the process is being killed
                found = self.get(run_id)
                return found if found["run"]["completedAt"] else None

        return eventually(over)


def eventually(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + skills.DEADLINE_SECONDS
    while not (value := condition()):
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.02)
    return value


@pytest.fixture
def new_team(workflow_suite: Suite, world: Path) -> Iterator[Callable[[], Team]]:
    db = Database(workflow_suite.project, AnonymousCredentials())
    yield lambda: Team(workflow_suite, db)
    workflow_suite.set_faults(Faults())
    assert workflow_suite.index_errors() == []
    db.close()


@pytest.fixture
def team(new_team: Callable[[], Team]) -> Team:
    return new_team()


def executions(run_id: str) -> list[str]:
    return [line["step"] for line in skills.recorded() if line["run"] == run_id]


class TestRunning:
    def test_a_build_runs_through_the_queue(self, team: Team) -> None:
        found = team.ended(team.start("test.build", {"word": "hi"}))
        run = found["run"]
        assert (run["status"], run["workflowVersion"], run["error"]) == ("completed", "1.0.0", None)
        assert run["context"]["bundle"]["data"]["text"].startswith("bundle(game(images(")
        assert sorted(executions(run["id"])) == sorted(step["id"] for step in found["steps"])
        assert "definition" not in run
        assert "lease" not in found["steps"][0]
        events = [entry["event"] for entry in found["timeline"]]
        assert (events[0], events[-1]) == ("run_created", "run_completed")
        assert events.count("step_completed") == 18

    def test_independent_steps_run_side_by_side(self, team: Team) -> None:
        both = f"both-{team.id}"
        plan = {"one": {"hold": both}, "two": {"hold": both}}
        run_id = team.start("test.pair", {"plan": plan})
        eventually(lambda: sorted(executions(run_id)) == ["one", "two"])
        (skills.world() / both).touch()
        assert team.ended(run_id)["run"]["status"] == "completed"

    @pytest.mark.exhaustive
    def test_in_the_worst_of_networks_it_comes_to_the_same(self, team: Team) -> None:
        expected = team.ended(team.start("test.build", {"word": "hi"}))["run"]["context"]
        faults = {"seed": 1, "duplicate": 0.5, "drop": 0.3, "delayMs": [0, 100], "abort": 0.1}
        team.suite.set_faults(parse(json.dumps(faults)))
        runs = at_once(2, lambda _: team.start("test.build", {"word": "hi"}))
        for run_id in runs:
            assert team.ended(run_id)["run"]["context"] == expected
            assert len(set(executions(run_id))) == 18

    @pytest.mark.exhaustive
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_a_build_gets_through_while_every_twelfth_commit_kills(
        self, team: Team, when: str
    ) -> None:
        expected = team.ended(team.start("test.build", {"word": "hi"}))["run"]["context"]
        run_id = team.start("test.build", {"word": "hi"})
        with killing(team.suite, 12, when) as killed:
            found = team.ended(run_id)
        assert killed
        assert found["run"]["context"] == expected
        assert {step["status"] for step in found["steps"]} == {"completed"}
        paid = [file.name for file in skills.world().glob(f"*~{run_id}~*")]
        assert len(paid) == 18

    def test_a_run_that_nobody_enqueued_is_found_by_the_sweep(self, team: Team) -> None:
        run_id = team.start("test.chain", {})
        team.ended(run_id)
        reference = team.db.document("workspaces", team.id, "runs", run_id)
        for name, left in (("one", 0), ("two", 1), ("three", 1)):
            step = reference.collection("runSteps").document(name)
            step.update({"status": "pending", "attempt": 0, "remainingDependencies": left})
        reference.update({"status": "queued", "remainingSinks": 1, "completedAt": None})
        assert team.suite.scheduler.run("sweepRuns") == 200
        assert team.ended(run_id)["run"]["status"] == "completed"
        assert executions(run_id) == ["one", "two", "three"] * 2

    def test_objects_are_collected_by_a_schedule(self, team: Team) -> None:
        assert team.suite.scheduler.run("collectArtifacts") == 200


@contextmanager
def killing(suite: Suite, number: int, when: str) -> Iterator[list[int]]:
    """Meanwhile every process is killed at its commit of this number; how often that was."""
    over = threading.Event()
    faults = parse(f'{{"killAtCommit": {number}, "killWhen": "{when}", "only": "runStep"}}')
    killed: list[int] = []

    def arm() -> None:
        while not over.wait(0.02):
            if suite.faults.kill_at_commit is None:
                killed.append(1)
                with suppress(requests.RequestException):
                    suite.set_faults(faults)

    suite.set_faults(faults)
    armed = threading.Thread(target=arm)
    armed.start()
    try:
        yield killed
    finally:
        over.set()
        armed.join()
        suite.set_faults(Faults())


class TestAnswers:
    def test_a_run_is_cancelled_and_retried(self, team: Team) -> None:
        go = f"go-{team.id}"
        run_id = team.start("test.chain", {"plan": {"one": {"hold": go}}})
        eventually(lambda: executions(run_id))
        ids = {"workspaceId": team.id, "runId": run_id}
        assert team.editor.call("cancelRun", **ids)["run"]["status"] == "cancelled"
        eventually(lambda: team.get(run_id)["steps"][0]["status"] == "skipped")
        (skills.world() / go).touch()
        assert team.editor.call("retryRun", **ids)["run"]["status"] == "queued"
        assert team.ended(run_id)["run"]["status"] == "completed"

    def test_an_update_answers_why_each_step_runs_again(self, team: Team) -> None:
        base = team.start("test.media", MEDIA)
        team.ended(base)
        wanted = {"workspaceId": team.id, "workflowName": "test.media", "baseRunId": base}
        answer = team.editor.call("startRun", **wanted, payload={"sounds": "boom"})
        reasons = {step["id"]: step["reason"] for step in answer["steps"]}
        assert reasons["images"] is None
        assert reasons["sounds"] == "INPUT_CHANGED: sounds is another"
        assert team.ended(answer["run"]["id"])["run"]["status"] == "completed"

    def test_a_request_id_is_of_one_request(self, team: Team) -> None:
        first = team.start("test.media", MEDIA, requestId="r1")
        assert team.start("test.media", MEDIA, requestId="r1") == first
        wanted = {"workspaceId": team.id, "workflowName": "test.media", "requestId": "r1"}
        error = refused(team.editor, "startRun", **wanted, payload={})
        assert (error.status, error.reason) == ("ALREADY_EXISTS", "request_id_reused")
        other = team.person("editor").call("startRun", **wanted, payload=MEDIA)
        assert other["run"]["id"] != first
        team.ended(other["run"]["id"])
        team.ended(first)

    def test_runs_are_listed_by_status_and_workflow_in_pages(self, team: Team) -> None:
        media = [team.start("test.media", MEDIA) for _ in range(3)]
        bad = team.start("test.media", {"images": "impossible", "sounds": "x"})
        chain = team.start("test.chain", {})
        for run_id in (*media, bad, chain):
            team.ended(run_id)

        def listed(**more: Any) -> list[str]:
            page = team.viewer.call("listRuns", workspaceId=team.id, **more)
            found = [item["id"] for item in page["items"]]
            assert {item["context"] for item in page["items"]} <= {None}
            token = page["nextPageToken"]
            return found + (listed(**{**more, "pageToken": token}) if token else [])

        assert listed(pageSize=2) == [chain, bad, *reversed(media)]
        assert listed(status="failed") == [bad]
        assert listed(workflowName="test.media", pageSize=3) == [bad, *reversed(media)]
        assert listed(workflowName="test.media", status="completed") == [*reversed(media)]

    def test_an_artifact_is_read_at_its_address(self, team: Team) -> None:
        found = team.ended(team.start("test.media", MEDIA))
        ref = found["run"]["context"]["images"]["artifacts"]["result"]
        ids = {"workspaceId": team.id, "artifactId": ref["id"]}
        answer = team.viewer.call("getArtifactUrl", **ids)
        assert (answer["type"], answer["sizeBytes"]) == ("text/plain", 3)
        fetched = requests.get(answer["url"], timeout=60)
        assert fetched.content == b"dog"
        error = refused(team.viewer, "getArtifactUrl", **{**ids, "artifactId": "none"})
        assert (error.status, error.reason) == ("NOT_FOUND", "artifact_not_found")


class TestRefusals:
    def test_bad_requests_name_the_field(self, team: Team) -> None:
        wanted = {"workspaceId": team.id, "workflowName": "test.media"}

        def wrong(**more: Any) -> list[str]:
            return issue_paths(refused(team.editor, "startRun", **{**wanted, **more}))

        assert wrong(workflowName="A/b") == ["workflowName"]
        assert wrong(payload=[1]) == ["payload"]
        misspelt = {"images": 7, "sound": "x"}
        assert wrong(payload=misspelt) == ["payload.sound", "payload.images"]
        assert wrong(baseRunId="a/b") == ["baseRunId"]
        assert wrong(changes={"steps": ["x"]}) == ["changes"]
        assert wrong(changes={"colour": 1}) == ["changes.colour"]
        assert refused(team.editor, "startRun", **{**wanted, "workflowName": "no.such"}).reason == (
            "workflow_not_found"
        )

    def test_viewers_look_and_do_not_touch(self, team: Team) -> None:
        run_id = team.start("test.chain", {})
        team.ended(run_id)
        ids = {"workspaceId": team.id, "runId": run_id}
        for name, data in (
            ("startRun", {"workspaceId": team.id, "workflowName": "test.chain"}),
            ("cancelRun", ids),
            ("retryRun", ids),
        ):
            error = refused(team.viewer, name, **data)
            assert (error.status, error.details["required"]) == ("PERMISSION_DENIED", "editor")

    def test_what_is_of_another_workspace_does_not_exist(
        self, new_team: Callable[[], Team]
    ) -> None:
        """Every callable, with the ids of the other one, and as a stranger."""
        ours, theirs = new_team(), new_team()
        found = theirs.ended(theirs.start("test.media", MEDIA))
        run_id = found["run"]["id"]
        artifact_id = found["run"]["context"]["images"]["artifacts"]["result"]["id"]
        with_their_ids = {
            "getRun": {"runId": run_id},
            "cancelRun": {"runId": run_id},
            "retryRun": {"runId": run_id},
            "getArtifactUrl": {"artifactId": artifact_id},
            "startRun": {"workflowName": "test.media", "baseRunId": run_id},
            "listRuns": {},
        }
        deployed = theirs.suite.functions.endpoints("callableTrigger")
        assert set(deployed) == set(with_their_ids)
        for name, data in with_their_ids.items():
            error = refused(ours.editor, name, workspaceId=theirs.id, **data)
            assert error.status == "NOT_FOUND", name
            if name != "listRuns":
                error = refused(ours.editor, name, workspaceId=ours.id, **data)
                assert error.status == "NOT_FOUND", name
        assert ours.viewer.call("listRuns", workspaceId=ours.id)["items"] == []
        assert theirs.get(run_id) == found
