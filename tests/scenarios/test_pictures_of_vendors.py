"""Pictures of vendors: as many workers wait in one process as an instance is sent tasks."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.production.test_capacity import endpoints
from tests.support.builders.guests import a_guest
from tests.support.builders.jobs import a_booth, a_completed_session, stored_job
from tests.support.shared_emulator import SharingSuite
from tests.support.vendors import gemini
from tests.support.vendors.account import PICTURE
from tests.support.vendors.gemini import GeminiVendor
from tests.support.vendors.server import Received, Reply
from tools.cost.stage import stage

CONCURRENCY = endpoints()["runVendorTransform"]["concurrency"]
VENUES = 4
"""A tenant has five permits for pictures."""
DEADLINE_SECONDS = 55


class HeldVendor(GeminiVendor):
    """Answers nobody until so many ask at the same time."""

    def __init__(self) -> None:
        self.all_here = threading.Barrier(CONCURRENCY)
        super().__init__(PICTURE)

    def answer(self, request: Received) -> Reply:
        self.all_here.wait(DEADLINE_SECONDS)
        return super().answer(request)


@pytest.mark.exhaustive
class TestPicturesOfVendors:
    def test_as_many_wait_side_by_side_as_one_instance_is_sent(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        vendor = HeldVendor()
        monkeypatch.setenv("GEMINI_API_KEY", gemini.KEY)
        monkeypatch.setenv("GEMINI_API_URL", vendor.url)
        with stage(tmp_path / "functions.log", SharingSuite) as made:
            sessions = []
            for _ in range(VENUES):
                venue = a_booth(made.db, model="gemini/gemini-2.5-flash-image", prompt="a poster")
                for _ in range(CONCURRENCY // VENUES):
                    session = a_completed_session(made.db, venue)
                    a_guest(made.db, venue.project, str(session.created_by))
                    sessions.append(session)

            def begin(number: int) -> str:
                session = sessions[number]
                ids = {"projectId": session.project_id, "sessionId": session.id}
                job = made.caller(str(session.created_by)).call("startTransform", **ids)
                return str(job["id"])

            with ThreadPoolExecutor(4) as pool:
                jobs = list(pool.map(begin, range(CONCURRENCY)))
            made.suite.settle(DEADLINE_SECONDS * 2)
            ended = [
                stored_job(made.db, session.project_id, job)
                for session, job in zip(sessions, jobs, strict=True)
            ]
        vendor.close()
        assert [job["status"] for job in ended] == ["completed"] * CONCURRENCY
        assert {job["queue"] for job in ended} == {"runVendorTransform"}
        assert vendor.paid == CONCURRENCY
