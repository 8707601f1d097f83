"""A provider that cannot be reached: tried again, and at last a failure that the guest sees."""

from typing import Any

import pytest

from experience.workflows.generations.models import MAX_SUBMITS
from tests.support.faulty_suite import FaultySuite
from tests.support.waiting import eventually

pytestmark = pytest.mark.exhaustive


def ended(faulty_suite: FaultySuite, project: str) -> dict[str, Any]:
    """The one job of a project, which has ended."""

    def job() -> dict[str, Any] | None:
        found = faulty_suite.of(project, "jobs")
        return found[0] if found and found[0]["completedAt"] else None

    found: dict[str, Any] = eventually(job)
    return found


class TestProvider:
    def test_a_provider_that_never_answers_ends_the_job_and_a_retry_makes_the_picture(
        self, faulty_suite: FaultySuite
    ) -> None:
        faulty_suite.faults(provider=1)
        guest = faulty_suite.guest(faulty_suite.venue(), "unlucky")
        session = guest.photographed()
        job = ended(faulty_suite, guest.venue.project)
        assert (job["status"], job["attemptCount"]) == ("failed", 1)
        assert (job["error"]["code"], job["error"]["isRetryable"]) == ("PROVIDER_ERROR", True)
        assert faulty_suite.suite.injected_faults()["provider"] == MAX_SUBMITS
        shown = guest.call("getSession", sessionId=session["id"])["session"]
        assert (shown["jobStatus"], shown["jobError"]["code"]) == ("failed", "PROVIDER_ERROR")
        assert shown["resultMedia"] is None

        faulty_suite.faults()
        guest.call("retryTransform", sessionId=session["id"])
        job = eventually(
            lambda: found if (found := ended(faulty_suite, guest.venue.project))["output"] else None
        )
        assert (job["status"], job["attemptCount"]) == ("completed", 2)

    def test_one_that_fails_now_and_then_costs_no_picture(self, faulty_suite: FaultySuite) -> None:
        faulty_suite.faults(seed=2, provider=0.5)
        guest = faulty_suite.guest(faulty_suite.venue(), "patient")
        guest.photographed()
        job = ended(faulty_suite, guest.venue.project)
        assert (job["status"], job["attemptCount"]) == ("completed", 1)
        assert faulty_suite.suite.injected_faults()["provider"] >= 1
