"""The check from a terminal: what it prints and how it exits."""

from tests.operations.conftest import Command, StoredVisit


class TestCheckCommand:
    def test_says_that_all_is_well_and_exits_with_0(
        self, command: Command, visit: StoredVisit
    ) -> None:
        done = command("check", "--project", visit.db.project)

        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == "0 violations in 1 guests, 3 sessions, 1 jobs, 0 objects\n"

    def test_names_what_is_wrong_and_exits_with_1(
        self, command: Command, visit: StoredVisit
    ) -> None:
        visit.remove("jobs/job/jobInternals/state")

        done = command("check", "--project", visit.db.project)

        assert done.returncode == 1
        assert done.stdout.splitlines() == [
            f"no_job_is_active: {visit.path('jobs/job')}: has no internals",
            "1 violations in 1 guests, 3 sessions, 1 jobs, 0 objects",
        ]

    def test_exits_with_2_where_the_project_cannot_be_read(self, command: Command) -> None:
        nowhere: dict[str, str | None]
        nowhere = {"FIRESTORE_EMULATOR_HOST": None, "GOOGLE_APPLICATION_CREDENTIALS": "/none.json"}

        done = command("check", "--project", "demo-nowhere", **nowhere)

        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("error: project demo-nowhere cannot be used: ")
        assert len(done.stderr.splitlines()) == 1
