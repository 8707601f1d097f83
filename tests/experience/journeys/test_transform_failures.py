"""How the transform of an event session fails, what comes too late, and how it goes on."""

from typing import Any

import pytest
import requests

from experience.errors import FailedPrecondition
from experience.imaging import processes
from experience.journeys.models.session import SessionState
from experience.journeys.usecases.sweep import sweep_journeys
from experience.media.store import objects
from experience.providers.local import Local
from experience.providers.models import ProviderFailed
from experience.storage import bucket
from experience.workflows.usecases import cancel, retry
from experience.workflows.usecases.sweep import sweep_runs
from tests.experience.journeys.seed_session import FAILED, problems
from tests.support.calling import at_once
from tests.support.job_bench import meanwhile
from tests.support.journeys.journey_bench import JourneyBench, NewJourney

TIMEOUT = "AI transform failed: timeout after 45s"


def failed(new_journey: NewJourney) -> JourneyBench:
    """A session whose transform took too long."""
    one = new_journey()
    one.trigger()
    one.deadline()
    one.drain()
    assert one.shown() == ("error", TIMEOUT)
    return one


class TestFailures:
    def test_a_photo_that_is_none_gives_an_error_that_a_guest_may_read(
        self, new_journey: NewJourney
    ) -> None:
        one = new_journey(photo=b"no photo")
        one.trigger()
        one.drain()
        message = "The photo is not a JPEG, PNG, WebP or AVIF image."
        assert one.shown() == ("error", f"AI transform failed: {message}")
        assert one.session()["errorCode"] == "INVALID_INPUT"
        assert list(problems(one.session())) == []

    def test_a_provider_that_fails_is_told_without_its_own_words(
        self, new_journey: NewJourney, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: Any, **__: Any) -> str:
            raise ProviderFailed("SECRET PROMPT", retryable=False)

        monkeypatch.setattr(Local, "submit", fail)
        one = new_journey()
        one.trigger()
        one.drain()
        assert one.shown() == ("error", "AI transform failed: The picture could not be made.")
        assert one.session()["errorCode"] == "PROVIDER_ERROR"

    def test_a_fault_that_passes_is_not_seen(
        self, new_journey: NewJourney, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one = new_journey()
        one.trigger()

        def fail() -> None:
            raise ZeroDivisionError

        meanwhile(monkeypatch, "stylise", fail)
        one.drain()
        assert one.shown() == ("ready", None)

    def test_no_time_left_is_told_in_the_words_of_older_clients(
        self, new_journey: NewJourney
    ) -> None:
        assert FAILED["error"] == TIMEOUT
        one = failed(new_journey)
        assert one.session()["errorCode"] == "TIMEOUT"
        assert list(problems(one.session())) == []
        assert not any(sweep_runs().values())

    def test_an_operator_cancels_it_and_cannot_retry_it(self, new_journey: NewJourney) -> None:
        one = new_journey()
        one.trigger()
        run_id = one.session()["runId"]
        cancel.cancel_by_id(one.tenant, run_id)
        assert one.shown() == ("error", "AI transform failed: cancelled")
        assert one.session()["errorCode"] == "CANCELLED"
        with pytest.raises(FailedPrecondition) as refusal:
            retry.retry_by_id(one.tenant, run_id)
        assert refusal.value.reason == "run_not_retryable"
        one.drain()
        assert one.shown()[0] == "error"


class TestTooLate:
    def test_a_success_changes_nothing(
        self, new_journey: NewJourney, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one = new_journey()
        one.trigger()
        meanwhile(monkeypatch, "publish", one.deadline)
        one.drain()
        assert one.shown() == ("error", TIMEOUT)
        one.trigger()
        one.drain()
        assert one.shown() == ("ready", None)  # though the late picture lies at its path
        assert len(one.runs()) == 2

    def test_a_picture_does_not_replace_a_newer_one(
        self, new_journey: NewJourney, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one = new_journey()
        one.trigger()
        replace = objects.replace

        def late(*arguments: Any) -> tuple[str, int]:
            monkeypatch.setattr(objects, "replace", replace)
            one.deadline()
            one.trigger()
            one.drain()
            return replace(*arguments)

        monkeypatch.setattr(objects, "replace", late)
        one.drain()
        session, found = one.session(), objects.find(one.result_path)
        assert found
        assert (one.shown(), session["resultGeneration"]) == (("ready", None), found.generation)
        assert requests.get(session["resultImagePath"], timeout=5).content == one.picture()

    def test_a_failure_does_not_end_a_newer_one(
        self, new_journey: NewJourney, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one = new_journey()
        one.trigger()
        finish, ready = processes.finish, []

        def late(*_: Any) -> Any:
            monkeypatch.setattr(processes, "finish", finish)
            one.deadline()
            one.trigger()
            one.drain()
            ready.append(one.session())
            raise ZeroDivisionError

        monkeypatch.setattr(processes, "finish", late)
        one.drain()
        assert [one.session()] == ready
        assert one.shown() == ("ready", None)


class TestGoingOn:
    def test_a_retry_keeps_a_photo_that_stands(self, new_journey: NewJourney) -> None:
        one = failed(new_journey)
        assert one.retry().state is one.retry().state is SessionState.CAPTURED
        assert one.shown() == ("captured", None)
        one.trigger()
        one.drain()
        assert one.shown() == ("ready", None)
        with pytest.raises(FailedPrecondition):
            one.retry()

    def test_a_trigger_alone_does_the_same(self, new_journey: NewJourney) -> None:
        one = failed(new_journey)
        assert {shown.state for shown in at_once(3, lambda _: one.trigger())} == {"transforming"}
        one.drain()
        assert one.shown() == ("ready", None)
        assert len(one.runs()) == 2

    @pytest.mark.parametrize("is_deleted", [True, False])
    def test_a_retry_begins_anew_where_the_photo_is_gone_or_another(
        self, new_journey: NewJourney, *, is_deleted: bool
    ) -> None:
        one = failed(new_journey)
        one.reference.update({"data.photo": {"type": "photo", "url": "https://p.example/1"}})
        if is_deleted:
            bucket().blob(objects.capture_path(one.event, one.id)).delete()
        else:
            one.take_photo()
        with pytest.raises(FailedPrecondition) as refusal:
            one.trigger()
        assert refusal.value.details["from"] == "error"
        assert one.retry().state is one.retry().state is SessionState.CREATED
        session = one.session()
        assert session["data"] == {"selected_experience_id": one.experience}
        assert not {"error", "errorCode", "inputImagePath", "captureGeneration"} & set(session)

    def test_a_session_of_an_earlier_server_goes_on_too(self, new_journey: NewJourney) -> None:
        one = new_journey(state="error", error=TIMEOUT, captureGeneration=None)
        one.trigger()
        assert one.session()["captureGeneration"]
        one.drain()
        assert one.shown() == ("ready", None)


class TestSweepJourneys:
    def test_ends_what_nothing_else_ends(
        self, new_journey: NewJourney, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("JOURNEY_TRANSFORM_SECONDS", "-1")  # so that all are overdue
        earlier, gone, lost, ended = (new_journey() for _ in range(4))
        earlier.reference.update({"state": "transforming"})
        for each in (gone, lost, ended):
            each.trigger()
            each.queue.waiting.clear()
        gone.client.recursive_delete(gone.tenant.run_ref(gone.session()["runId"]))
        cancel.cancel_by_id(ended.tenant, ended.session()["runId"], with_hooks=False)
        assert sweep_journeys() == 4
        assert earlier.shown() == gone.shown() == ("error", "AI transform failed: the run is gone")
        assert earlier.session()["errorCode"] == "UNKNOWN"
        assert ended.shown() == ("error", "AI transform failed: cancelled")
        assert lost.shown() == ("error", "AI transform failed: timeout after -1s")
        assert sweep_journeys() == 0
        assert not any(sweep_runs().values())
