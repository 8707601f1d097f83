"""Retention in the worst of times: whatever breaks, nothing is left half."""

import contextlib
from typing import Any

import pytest

from emulator.process.errors import SuiteError
from experience.clock import now_ms
from tests.support.builders.venues import Venue
from tests.support.faulty_suite import FaultySuite

pytestmark = pytest.mark.exhaustive

DAY = 24 * 3_600_000

FAULTS: dict[str, dict[str, Any]] = {
    "aborted": {"abort": 0.3},
    "storage that fails": {"storage": 0.4},
    "killed before its commit": {"killAtCommit": 2, "killWhen": "before"},
    "killed after its commit": {"killAtCommit": 2, "killWhen": "after"},
}


class TestRetention:
    def test_a_whole_visit_goes_in_the_end_and_the_others_stay(
        self, faulty_suite: FaultySuite
    ) -> None:
        """One visit after the other grows old, and goes while something else is wrong."""
        venue = faulty_suite.venue(retentionDays=30)
        uids = [fault.replace(" ", "-") for fault in FAULTS]
        for uid in (*uids, "new"):
            faulty_suite.guest(venue, uid).photographed()
        faulty_suite.recover()
        for number, (uid, fault) in enumerate(zip(uids, FAULTS.values(), strict=True), 1):
            self.grow_old(faulty_suite, venue.project, uid)

            faulty_suite.faults(**fault)
            with contextlib.suppress(SuiteError):  # its process was killed
                faulty_suite.suite.scheduler.run("sweepRetention")
            faulty_suite.faults()
            faulty_suite.sweep("sweepRetention")

            left = len(uids) + 1 - number
            assert self.counts(faulty_suite, venue) == [left] * 6, uid
            remaining = {guest["id"] for guest in faulty_suite.of(venue.project, "guests")}
            assert remaining == {*uids[number:], "new"}, uid

    def counts(self, faulty_suite: FaultySuite, venue: Venue) -> list[int]:
        """How many there are of each kind that a visit leaves one of."""
        names = ("guests", "sessions", "jobs")
        visits = [len(faulty_suite.of(venue.project, name)) for name in names]
        workspace = faulty_suite.db.document("workspaces", venue.workspace)
        assert list(workspace.collection("artifacts").stream()) == []
        made = [len(list(workspace.collection(n).stream())) for n in ("runs", "generationJobs")]
        steps = faulty_suite.db.collection_group("runSteps").select(["runId", "tenantId"]).stream()
        ours = {each.get("runId") for each in steps if each.get("tenantId") == venue.workspace}
        return [*visits, *made, len(ours)]

    def grow_old(self, faulty_suite: FaultySuite, project: str, uid: str) -> None:
        then = now_ms() - 31 * DAY
        guest = faulty_suite.db.document("projects", project, "guests", uid)
        entries = guest.get().get("completedExperiences")
        for entry in entries:
            entry["completedAt"] = then
        guest.update({"createdAt": then, "completedExperiences": entries})
        for session in faulty_suite.of(project, "sessions", createdBy=uid):
            document = faulty_suite.db.document("projects", project, "sessions", session["id"])
            document.update({"updatedAt": then})
