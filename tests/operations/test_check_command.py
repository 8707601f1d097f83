"""The check from a terminal: what it prints and how it exits."""

import pytest
from google.cloud.firestore import Client

from emulator.process.ports import free_port
from tests.operations.conftest import Command, StoredVisit


class TestCheckCommand:
    def test_says_that_all_is_well_and_exits_with_0(
        self, command: Command, visit: StoredVisit
    ) -> None:
        done = command("check", "--project", visit.db.project, "--no-bucket")

        assert (done.returncode, done.stderr) == (0, "")
        counts = "1 guests, 3 sessions, 0 event sessions, 1 jobs, 0 objects"
        assert done.stdout == f"0 violations in {counts}\n"

    @pytest.mark.exhaustive
    def test_names_what_is_wrong_and_exits_with_1(
        self, command: Command, visit: StoredVisit
    ) -> None:
        visit.remove("jobs/job/jobInternals/state")

        done = command("check", "--project", visit.db.project, "--no-bucket")

        assert done.returncode == 1
        assert done.stdout.splitlines() == [
            f"no_job_is_active: {visit.path('jobs/job')}: has no internals",
            "1 violations in 1 guests, 3 sessions, 0 event sessions, 1 jobs, 0 objects",
        ]

    @pytest.mark.exhaustive
    def test_exits_with_2_where_the_project_cannot_be_read(self, command: Command) -> None:
        nowhere: dict[str, str | None]
        nowhere = {"FIRESTORE_EMULATOR_HOST": None, "GOOGLE_APPLICATION_CREDENTIALS": "/none.json"}

        done = command("check", "--project", "demo-nowhere", "--no-bucket", **nowhere)

        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("error: project demo-nowhere cannot be used: ")
        assert len(done.stderr.splitlines()) == 1

    @pytest.mark.exhaustive
    def test_exits_with_2_where_there_is_nothing_to_check(
        self, command: Command, quiet_db: Client
    ) -> None:
        done = command("check", "--project", f"{quiet_db.project}-typo", "--no-bucket")

        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("error: there is nothing to check in project ")
        assert f"{quiet_db.project}-typo on the emulator at " in done.stderr

    @pytest.mark.exhaustive
    def test_exits_with_2_where_no_database_responds(self, command: Command) -> None:
        closed = f"127.0.0.1:{free_port()}"

        done = command(
            "check", "--project", "demo-x", "--no-bucket", FIRESTORE_EMULATOR_HOST=closed
        )

        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("error: project demo-x cannot be used: ")

    @pytest.mark.exhaustive
    def test_asks_whether_the_objects_are_meant_too(
        self, command: Command, visit: StoredVisit
    ) -> None:
        done = command("check", "--project", visit.db.project)

        assert (done.returncode, done.stdout) == (2, "")
        assert "--bucket --no-bucket is required" in done.stderr

    @pytest.mark.exhaustive
    def test_exits_with_2_for_a_bucket_that_does_not_exist(
        self, command: Command, visit: StoredVisit
    ) -> None:
        done = command("check", "--project", visit.db.project, "--bucket", "no-such-bucket")

        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.splitlines()) == 1
