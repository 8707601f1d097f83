"""How systems like this one fail, each time at the guest's cost, and that this one does not."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import requests
from google.cloud.firestore import FieldFilter

from emulator.demo.client import CallError
from experience.clock import now_ms
from experience.transforms.models.job import job_id_of
from tests.support.builders.jobs import CAPTURE, begin_and_vanish, run_of, stored_job
from tests.support.builders.sessions import stored_session
from tests.support.builders.venues import Venue
from tests.support.builders.workspaces import a_step, a_transform
from tests.support.calling import at_once, refused
from tests.support.faulty_suite import WHOLE_VISIT, FaultyGuest, FaultySuite, visit_of

TABS = 20
RUNNING = FieldFilter("status", "==", "running")
LARGE = {"format": "jpeg", "width": 1080}  # takes long enough to be met while it is made


def job_of(faulty_suite: FaultySuite, venue: Venue, session: dict[str, Any]) -> dict[str, Any]:
    """The session's one job."""
    [job] = faulty_suite.of(venue.project, "jobs", sessionId=session["id"])
    return job


def wait_until_drawn(guest: FaultyGuest, session: dict[str, Any]) -> None:
    """A worker is in the midst of the session's transform."""
    deadline = time.monotonic() + 20
    job = {"jobId": job_id_of(guest.venue.project, session["id"])}
    while True:
        with suppress(CallError):  # the trigger has not come yet
            if (guest.call("getJob", **job)["progress"] or {}).get("currentStep") == "stylise":
                return
        assert time.monotonic() < deadline, "its transform was never begun"


class TestEverythingTwice:
    def test_two_tabs_share_one_session(self, faulty_suite: FaultySuite) -> None:
        venue = faulty_suite.venue()
        tabs = [faulty_suite.guest(venue, "two-tabs") for _ in range(2)]
        tabs[0].call("ensureGuest")
        one, other = at_once(2, lambda n: tabs[n].begin())
        assert one == other
        assert len(faulty_suite.of(venue.project, "sessions")) == 1

    @pytest.mark.exhaustive
    def test_answers_of_two_tabs_do_not_erase_each_other(self, faulty_suite: FaultySuite) -> None:
        venue = faulty_suite.venue(steps=[a_step(f"step{n}") for n in range(TABS)])
        tabs = [faulty_suite.guest(venue, "many-tabs") for _ in range(TABS)]
        tabs[0].call("ensureGuest")
        ids = {"sessionId": tabs[0].begin()["id"]}
        at_once(
            TABS, lambda n: tabs[n].call("updateSessionProgress", **ids, inputs={f"step{n}": "x"})
        )
        assert len(tabs[0].call("getSession", **ids)["session"]["answers"]) == TABS

    def test_a_visit_in_which_every_response_is_lost_and_asked_for_again(
        self, faulty_suite: FaultySuite
    ) -> None:
        visit(faulty_suite, "lost-responses", 2, in_turn)

    @pytest.mark.exhaustive
    def test_a_visit_in_which_everything_is_tapped_twice(self, faulty_suite: FaultySuite) -> None:
        visit(faulty_suite, "double-taps", 2, at_once)

    @pytest.mark.exhaustive
    def test_a_visit_in_which_every_call_comes_twenty_times_at_once(
        self, faulty_suite: FaultySuite
    ) -> None:
        visit(faulty_suite, "twenty-calls", TABS, at_once)


def in_turn(count: int, work: Callable[[int], Any]) -> list[Any]:
    return [work(number) for number in range(count)]


def visit(
    faulty_suite: FaultySuite,
    uid: str,
    times: int,
    send: Callable[[int, Callable[[int], Any]], Any],
) -> None:
    """A whole visit whose every call is sent so many times; none is refused."""
    venue = faulty_suite.venue(pregate=True, preshare=True)
    tabs = [faulty_suite.guest(venue, uid) for _ in range(times)]

    def all_call(name: str, **data: Any) -> Any:
        """The first answer; the others tell the same, apart from what a job does meanwhile."""
        return send(times, lambda n: tabs[n].call(name, **data))[0]

    def begin(experience: str, **more: Any) -> dict[str, Any]:
        data = {"experienceId": experience, "mode": "guest", "configSource": "published", **more}
        return {"sessionId": all_call("createSession", **data)["session"]["id"]}

    all_call("ensureGuest")
    all_call("getNextPhase", experienceId=venue.main)
    all_call("completeSession", **begin(venue.pregate), experienceId=venue.main)
    main = begin(venue.main)
    all_call("updateSessionProgress", **main, inputs={"name": "Ada"}, currentStepIndex=1)
    sent = tabs[0].upload_photo({"id": main["sessionId"]})
    all_call("confirmUpload", **main, stepId="photo", assetId=sent)
    assert all_call("completeSession", **main)["next"]["phase"] == "preshare"
    assert all_call("startTransform", **main)["sessionId"] == main["sessionId"]
    last = all_call("completeSession", **begin(venue.preshare, mainSessionId=main["sessionId"]))
    assert last["next"]["phase"] == "share"
    faulty_suite.suite.settle()
    # this venue asks for no address
    assert visit_of(faulty_suite, uid, venue.project) == {**WHOLE_VISIT, "mails": 0}
    assert job_of(faulty_suite, venue, {"id": main["sessionId"]})["attemptCount"] == 1


class TestClosedTabs:
    def test_a_reload_comes_back_to_the_same_step(self, faulty_suite: FaultySuite) -> None:
        venue = faulty_suite.venue(
            steps=[a_step("hello", "info"), a_step("name"), a_step("bye", "info")]
        )
        guest = faulty_suite.guest(venue, "reloading")
        guest.call("ensureGuest")
        ids = {"sessionId": guest.begin()["id"]}
        for index in (1, 3):  # past a screen that records nothing, then past the last one
            said = guest.call(
                "updateSessionProgress", **ids, currentStepIndex=index, inputs={"name": "Ada"}
            )
            again = faulty_suite.guest(venue, "reloading").begin()
            assert again == said == guest.call("getSession", **ids)["session"]
            assert (again["currentStepIndex"], again["inputs"]) == (index, {"name": "Ada"})
        assert guest.complete(again)["session"]["status"] == "completed"

    @pytest.mark.parametrize(
        "lost", [{}, {"drop": 1}, {"killAtCommit": 1, "only": "onSessionCompleted"}]
    )
    def test_a_completed_session_gets_its_picture_without_its_page(
        self, faulty_suite: FaultySuite, lost: dict[str, Any]
    ) -> None:
        venue = faulty_suite.venue()
        faulty_suite.faults(**lost)
        session = faulty_suite.guest(venue, "gone").photographed()
        faulty_suite.recover()
        assert (
            stored_session(faulty_suite.db, venue.project, session["id"])["jobStatus"]
            == "completed"
        )

    def test_an_upload_that_was_never_confirmed_is_taken_again(
        self, faulty_suite: FaultySuite
    ) -> None:
        guest = faulty_suite.guest(faulty_suite.venue(), "closed-at-upload")
        guest.call("ensureGuest")
        session = guest.begin()
        guest.upload_photo(session)
        with_photo = guest.take_photo(guest.begin())
        assert (with_photo["id"], len(with_photo["capturedMedia"])) == (session["id"], 1)


class TestLinks:
    @pytest.mark.parametrize("lost", [0, 1])
    def test_a_pregate_that_the_page_forgot_is_linked(
        self, faulty_suite: FaultySuite, lost: int
    ) -> None:
        venue = faulty_suite.venue(pregate=True, steps=[a_step("name")])
        guest = faulty_suite.guest(venue, "forgetful")
        guest.call("ensureGuest")
        faulty_suite.faults(drop=lost)
        pregate = guest.begin(venue.pregate)
        guest.complete(pregate)
        main = guest.begin()
        guest.complete(main)
        faulty_suite.recover()
        linked = stored_session(faulty_suite.db, venue.project, pregate["id"])
        assert linked["mainSessionId"] == main["id"]

    def test_a_preshare_cannot_be_without_its_main_session(self, faulty_suite: FaultySuite) -> None:
        venue = faulty_suite.venue(preshare=True, steps=[a_step("name")])
        guest = faulty_suite.guest(venue, "forgetful")
        guest.call("ensureGuest")
        guest.complete(guest.begin())
        with pytest.raises(CallError, match="mainSessionId: is required for a preshare"):
            guest.begin(venue.preshare)

    def test_a_pregate_is_linked_once_and_to_its_own_guest_and_project(
        self, faulty_suite: FaultySuite
    ) -> None:
        here, there = (faulty_suite.venue(pregate=True, steps=[a_step("name")]) for _ in range(2))
        pregates, mains = {}, {}
        for venue, uid in [(here, "ann"), (here, "bob"), (there, "ann")]:
            guest = faulty_suite.guest(venue, uid)
            guest.call("ensureGuest")
            pregates[venue, uid] = guest.begin(venue.pregate)["id"]
            guest.complete({"id": pregates[venue, uid]})
        foreign = pregates[here, "ann"]
        for venue, uid in pregates:  # each names the same pregate, and only one may
            guest = faulty_suite.guest(venue, uid)
            mains[venue, uid] = guest.begin(pregateSessionId=foreign)["id"]
            guest.complete({"id": mains[venue, uid]})
            guest.complete(guest.begin(pregateSessionId=foreign))
        faulty_suite.recover()
        for (venue, uid), pregate in pregates.items():
            linked = stored_session(faulty_suite.db, venue.project, pregate)
            assert linked["mainSessionId"] == mains[venue, uid]


@pytest.mark.exhaustive
class TestTransforms:
    @pytest.mark.parametrize("status", ["pending", "running"])
    def test_a_job_that_nobody_works_on_is_found_and_finished(
        self, faulty_suite: FaultySuite, status: str
    ) -> None:
        """Whoever created it died before its run was handed on, and its event was lost."""
        venue = faulty_suite.venue()
        faulty_suite.faults(drop=1)
        guest = faulty_suite.guest(venue, "stuck")
        session = guest.photographed()
        faulty_suite.suite.settle()
        faulty_suite.faults(drop=1, killAtCommit=1, killWhen="after")
        with pytest.raises(requests.ConnectionError):
            guest.call("startTransform", sessionId=session["id"])
        faulty_suite.suite.settle()
        job = job_of(faulty_suite, venue, session)
        assert (job["status"], job["attemptCount"]) == ("pending", 0)
        if status == "running":
            begin_and_vanish(faulty_suite.db, job)
        faulty_suite.faults()
        faulty_suite.sweep()
        assert stored_job(faulty_suite.db, venue.project, job["id"])["status"] == "completed"

    def test_what_is_cancelled_while_it_is_made_stays_so_and_can_be_made_again(
        self, faulty_suite: FaultySuite
    ) -> None:
        venue = faulty_suite.venue(steps=[CAPTURE], transform=a_transform(output=LARGE))
        guest = faulty_suite.guest(venue, "undecided")
        session = guest.photographed()
        ids = {"sessionId": session["id"]}
        wait_until_drawn(guest, session)
        assert guest.call("cancelTransform", **ids)["status"] == "cancelled"
        faulty_suite.suite.settle()
        job = job_of(faulty_suite, venue, session)
        assert (job["status"], job["output"], job["attemptCount"]) == ("cancelled", None, 1)
        faulty_suite.faults(
            delayMs=[1500, 1500], only="runTransform"
        )  # else it may be ready by then
        guest.call("retryTransform", **ids)
        guest.call("cancelTransform", **ids)
        faulty_suite.faults()
        guest.call("retryTransform", **ids)
        faulty_suite.recover()
        job = job_of(faulty_suite, venue, session)
        assert (job["status"], job["error"]) == ("completed", None)

    def test_a_task_name_that_was_used_does_not_strand_a_job(
        self, faulty_suite: FaultySuite
    ) -> None:
        venue = faulty_suite.venue()
        guest = faulty_suite.guest(venue, "quick")
        faulty_suite.faults(delayMs=[1500, 1500], only="runTransform")
        ids = {"sessionId": guest.photographed()["id"]}
        guest.call("startTransform", **ids)
        guest.call("cancelTransform", **ids)
        faulty_suite.suite.settle()  # its task has come, and found nothing to do
        guest.call("retryTransform", **ids)
        faulty_suite.suite.settle()
        assert guest.call("getSession", **ids)["session"]["jobStatus"] == "completed"

    def test_a_retry_after_success_starts_nothing(self, faulty_suite: FaultySuite) -> None:
        venue = faulty_suite.venue()
        guest = faulty_suite.guest(venue, "greedy")
        session = guest.photographed()
        faulty_suite.suite.settle()
        before = job_of(faulty_suite, venue, session)
        error = refused(
            guest.client, "retryTransform", projectId=venue.project, sessionId=session["id"]
        )
        assert (error.status, error.reason) == ("FAILED_PRECONDITION", "job_not_retryable")
        guest.call("startTransform", sessionId=session["id"])
        faulty_suite.suite.settle()
        assert job_of(faulty_suite, venue, session) == before

    def test_a_worker_that_was_thought_dead_cannot_overwrite(
        self, faulty_suite: FaultySuite
    ) -> None:
        venue = faulty_suite.venue(steps=[CAPTURE], transform=a_transform(output=LARGE))
        guest = faulty_suite.guest(venue, "zombie")
        session = guest.photographed()
        wait_until_drawn(guest, session)
        job = job_of(faulty_suite, venue, session)
        [step] = run_of(faulty_suite.db, job).collection("runSteps").where(filter=RUNNING).stream()
        step.reference.update({"lease.expiresAt": now_ms() - 1})
        ids = {"workspaceId": job["workspaceId"], "runId": job["runId"], "stepId": step.id}
        assert guest.client.post("runTransform", {"data": {**ids, "attempt": 2}}).ok
        faulty_suite.suite.settle()
        after = job_of(faulty_suite, venue, session)
        assert (after["status"], after["attemptCount"]) == ("completed", 2)
        assert after["output"]["path"].endswith("/1/result.jpg")
